"""The commands about games of strategies: what they print, what they write, and how they refuse."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gametrade.cli import main
from gametrade.cli.games import toml
from gametrade.registry import solvers, systems
from tests.analysis.strategic_games import DESCRIPTIONS

BOX = "variables = { A = { x = [0, 1] }, B = { z = [0, 1] } }\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """The one sentence on standard error of a refusal."""
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("gametrade: ")
    assert "Traceback" not in line
    return line


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "duopoly.json"
    path.write_text(json.dumps(DESCRIPTIONS["duopoly"]), encoding="utf-8")
    return path


def test_solve_prints_every_equilibrium_with_regrets(tmp_path: Path) -> None:
    path = tmp_path / "hunt.json"
    path.write_text(json.dumps(DESCRIPTIONS["hunt"]), encoding="utf-8")
    told = run("solve", path).stdout
    assert "3 equilibria, and there are no others" in told
    assert told.count("regret at most") == 3
    assert "stag 0.75, hare 0.25" in told


def test_what_solve_writes_verifies(game: Path, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    assert run("solve", game, "--solver", "best_response:damping=0.5", "-o", answer).exit_code == 0
    assert json.loads(answer.read_text())["solver"] == "best_response:damping=0.5"
    told = run("verify", answer)
    assert told.exit_code == 0
    assert "proved      equilibrium 1/regrets" in told.stdout
    changed = json.loads(answer.read_text())
    changed["equilibria"][0]["strategies"]["Ada"]["values"][0] += 0.01
    answer.write_text(json.dumps(changed))
    assert run("verify", answer).exit_code == 1


def test_report_writes_every_format_and_verifies(game: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"report.{kind}" for kind in ("html", "md", "json")]
    assert run("report", game, *(part for file in files for part in ("-o", file))).exit_code == 0
    text = files[1].read_text()
    for words in ("## Equilibria", "## Properties", "price of anarchy", "change per unit of", "4.13333"):
        assert words in text
    for file in (files[0], files[2]):
        told = run("verify", file)
        assert told.exit_code == 0, told.stdout
        assert "0 refuted" in told.stdout
    assert "exactly one equilibrium" in run("report", game).stdout


@pytest.mark.parametrize("name", [entry.name for entry in systems])
def test_the_example_that_games_prints_can_be_saved_and_solved(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.toml"
    shown = run("games", name, "--example").stdout
    path.write_text(shown, encoding="utf-8")
    assert tomllib.loads(shown)["system"] == name
    answer = run("solve", path)
    assert answer.exit_code == 0, answer.stderr
    full = run("games", name).stdout
    assert "Parameters" in full
    assert f'system = "{name}"' in full


def test_listings_name_everything() -> None:
    told = run("solvers").stdout
    assert all(entry.name in told for entry in solvers)
    assert all(entry.name in run("games").stdout for entry in systems)
    assert "damping" in run("solvers", "best_response").stdout
    assert "Did you mean 'best_response'" in refused(run("solvers", "best_responce"))
    assert "Did you mean 'usage_charge'" in refused(run("games", "usage_charg"))


def test_toml_reads_back() -> None:
    data = {"system": "a", "flag": True, "deep": {"x y": [1.5, 2]}, "words": ["ä", 'quo"te'], "big": float("inf")}
    assert tomllib.loads(toml(data)) == data


REFUSALS = {
    "no file that is a game": ("[1, 2]", "must name|must be written"),
    "no kind of game": ('players = ["a"]\n', "Got no 'values'"),
    "an unknown system": ('system = "usage_charg"', "Did you mean 'usage_charge'"),
    "a misspelled number of a system": ('system = "usage_charge"\nslope = [1.0]', "Did you mean 'slopes'"),
    "a system without its numbers": ('system = "usage_charge"\nslopes = [1.0]', "must be given intercepts"),
    "words for numbers": (
        'system = "usage_charge"\nintercepts = ["a"]\nslopes = [1.0]\nimport_price = 1.0\nexport_price = 0.1',
        "could not convert",
    ),
    "lists that do not fit": (
        'system = "usage_charge"\nintercepts = [[1.0], [2.0, 3.0]]\nslopes = [1.0]\nimport_price = 1\nexport_price = 0',
        r"numbers of the system usage_charge in '.*game.toml' must be numbers and lists that fit each other",
    ),
    "a table for a number": (
        'system = "capacity_sellers"\nintercept = { a = 1 }\nslope = 1.0\ncapacities = [1.0]',
        "intercept of capacity_sellers must be a number",
    ),
    "a number that is none": (
        'system = "capacity_sellers"\nintercept = nan\nslope = 1.0\ncapacities = [1.0]',
        "intercept of the system capacity_sellers in .* Got nan",
    ),
    "a misspelled key": ('actions = [["a"]]\npayoff = [[1]]', "Did you mean 'payoffs'"),
    "a payoff that is no number": ('actions = [["a", "b"]]\npayoffs = [[1, nan]]', r"at the profile \(player 1 b\)"),
    "a wrong shape": ('actions = [["a", "b"], ["x"]]\npayoffs = [[[1, 2], [3]], [[0], [1]]]', "tables of one shape"),
    "other actions than payoffs": ('actions = [["a", "b", "c"]]\npayoffs = [[1, 2]]', "must have"),
    "no action": ("actions = [[]]\npayoffs = [[]]", "must be a list of labels"),
    "an unknown player": (BOX + 'payoffs = { A = "x", b = "z" }', "Did you mean 'B'"),
    "an unknown name in a formula": (BOX + 'payoffs = { A = "x*k", B = "z" }', r"Got \['k'\]"),
    "code for a formula": (BOX + 'payoffs = { A = "__import__(\'os\').getcwd()", B = "z" }', "arithmetic of names"),
    "an attribute for a formula": (BOX + 'payoffs = { A = "x.subs", B = "z" }', "arithmetic of names"),
    "a formula that would never end": (BOX + 'payoffs = { A = "9**9**9**9", B = "z" }', "exponent"),
    "an empty strategy set": ('variables = { A = { x = [2, 1] } }\npayoffs = { A = "x" }', "must not be empty"),
    "bounds that are none": ('variables = { A = { x = [1] } }\npayoffs = { A = "x" }', r"must be \[low, high\]"),
    "shared constraints that exclude everything": (
        BOX + 'payoffs = { A = "-x**2", B = "-z**2" }\nconstraints = ["x + z >= 3"]',
        "1 x row 0 asks for 0 >= 1",
    ),
    "a payoff without bound": (
        'variables = { A = { x = [0, inf] } }\npayoffs = { A = "x" }',
        r"must be bounded. Got growth without end in the direction \[1.0\]",
    ),
    "a payoff that is not concave": (
        'variables = { A = { x = [0, 1], y = [0, 1] } }\npayoffs = { A = "x**2 + y" }',
        r"Got that of A: direction \[1.0, 0.0\], curvature 2.0",
    ),
    "a formula that leaves its domain": (
        'variables = { A = { x = [-1, 1] } }\npayoffs = { A = "log(x)" }',
        "payoff of A must be finite. Got nan at the profile",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_wrong_with_a_game_is_one_sentence(name: str, tmp_path: Path) -> None:
    text, words = REFUSALS[name]
    path = tmp_path / ("game.json" if text.startswith("[1") else "game.toml")
    path.write_text(text, encoding="utf-8")
    sentence = refused(run("solve", path))
    assert re.search(words, sentence), sentence


def test_a_game_of_coalitions_is_not_solved_and_options_do_not_mix(game: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    table.write_text('{"players": ["A", "B"], "values": {"A,B": 6}}')
    assert "gametrade report examines them" in refused(run("solve", table))
    assert "--solver is for games of strategies" in refused(run("report", table, "--solver", "best_response"))
    assert "Got --rule" in refused(run("report", game, "--rule", "shapley"))
    assert "must end in .json" in refused(run("solve", game, "-o", "x.html"))
    assert "solves NormalFormGame" in refused(run("solve", game, "--solver", "pure_equilibria"))
    assert "damping" in refused(run("solve", game, "--solver", "best_response:dampin=1"))


def test_an_iteration_limit_and_a_cycle_are_findings(game: Path, tmp_path: Path) -> None:
    short = run("solve", game, "--solver", "best_response:max_rounds=2")
    assert short.exit_code == 0
    assert "0 equilibria. No end after 2 rounds" in short.stdout
    cournot = tmp_path / "cournot.toml"
    names = ("x", "y", "z")
    cournot.write_text(
        "variables = { " + ", ".join(f"{p.upper()} = {{ {p} = [0, 90] }}" for p in names) + " }\n"
        "payoffs = { " + ", ".join(f'{p.upper()} = "{p}*(90-x-y-z)"' for p in names) + " }\n"
    )
    assert "repeat 2 profiles" in run("solve", cournot, "--solver", "best_response:simultaneous=true").stdout
