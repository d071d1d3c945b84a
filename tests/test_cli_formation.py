"""The commands about who joins whom: what they print, what they write, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gametrade.cli import main

GAME = {"players": ["A", "B", "C"], "values": {"A,B": 6.0, "B,C": 5.0, "A,B,C": 9.0}}
DAY = ("--demo", "--start", "2017-06-01", "--end", "2017-06-02")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """The one sentence on standard error of a refusal."""
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("gametrade: ")
    return line


@pytest.fixture
def game(tmp_path: Path) -> Path:
    path = tmp_path / "game.json"
    path.write_text(json.dumps(GAME), encoding="utf-8")
    return path


def test_structures_of_a_game_are_listed_and_written(game: Path, tmp_path: Path):
    told = run("form", game, "--rule", "shapley", "-o", tmp_path / "out.json")
    assert told.exit_code == 0, told.output
    assert "Best structure: {A, B, C}, worth 9 money" in told.stdout
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["formation"]["stable"]["nash"]["structures"] == [[["A", "B", "C"]]]
    assert document["formation"]["stable"]["strong_nash"]["price_of_anarchy"] == 1.0
    assert document["formation"]["path"]["ending"] == "stable"


def test_one_structure_is_examined(game: Path):
    told = run("form", game, "--rule", "shapley", "--structure", "A,B;C", "--notion", "nash", "--notion", "core")
    lines = told.stdout.strip().splitlines()
    assert lines[0].startswith("nash: not stable, C would be in {A, B, C} and gain +")
    assert lines[1].startswith("core: ")


def test_files_about_who_joins_whom_are_verified(game: Path, tmp_path: Path):
    told = tmp_path / "told.json"
    for arguments in (
        ("form", game, "--structure", "A,B;C"),
        ("form", game, "--rule", "shapley"),
        ("compete", *DAY, "--home", "home02", "--home", "home03", "--provider", "mid_market_rate", "--starts", 1),
        ("designs", *DAY, "--home", "home02", "--home", "home03", "--design", "first_met", "--design", "coordinated"),
    ):
        assert run(*arguments, "-o", told).exit_code == 0, arguments
        checked = run("verify", told)
        assert checked.exit_code == 0, checked.output
        assert checked.stdout.endswith(" 0 refuted, 0 not proved.\n")
    told.write_text(told.read_text(encoding="utf-8").replace('"messages": ', '"messages": 1'), encoding="utf-8")
    assert run("verify", told).exit_code == 1
    line = refused(run("form", game, "--structure", "A,B;C", "-o", tmp_path / "x.html"))
    assert "output (-o) of form --structure must end in .json" in line


def test_more_homes_switch_and_their_path_is_drawn(tmp_path: Path):
    told = run("form", *DAY, "--rule", "mid_market_rate", "-o", tmp_path / "path.html")
    assert told.exit_code == 0, told.output
    assert "Certificate: " in told.stdout
    page = (tmp_path / "path.html").read_text(encoding="utf-8")
    assert "addFrames" in page
    assert "move 1: " in page


def test_providers_compete(tmp_path: Path):
    some = [part for name in ("home01", "home02", "home03", "home04") for part in ("--home", name)]
    told = run(
        "compete", *DAY, *some, "--provider", "mid_market_rate", "--provider", "competitive_price,fee_per_member=0.01",
        "--starts", 2, "-o", tmp_path / "out.json",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    assert "of 2 random starts settle" in told.stdout
    assert "core-stable" in told.stdout
    document = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert document["competition"]["options"] == ["mid_market_rate", "competitive_price", "alone"]
    assert len(document["competition"]["ends"]) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("form",), "form needs meter data or a game"),
        (("form", *DAY, "--notion", "corr"), "Did you mean 'core'?"),
        (("form", *DAY, "--moves", "jump"), "switching_path"),
        (("form", *DAY, "--rule", "shapley"), "many homes"),
        (("form", *DAY, "--notion", "core"), "at most 10 players. Got 13"),
        (("form", *DAY, "-o", "path.pdf"), ".json or .html"),
        (("form", *DAY, "--structure", "home01,home02"), "partition must put every player in exactly one coalition"),
        (("form", *DAY, "--structure", "home01;home01"), "Got 'home01' twice"),
        (("compete", *DAY), "at least one --provider"),
        (("compete", *DAY, "--provider", "mid_market_rate,fee_per_member=-1"), "must be at least 0. Got -1.0"),
        (("compete", *DAY, "--provider", "mid_market_rate,share_of_savings=2"), "from 0 to 1. Got 2.0"),
        (("compete", *DAY, "--provider", "mid_market_rate,fee=2"), "key of --provider must be one of"),
        (("compete", *DAY, "--provider", "mid_market_rate,fee_per_kwh=much"), "must be a number. Got 'much'"),
        (("compete", *DAY, "--provider", "mid_market_rate,name="), "must have a value"),
        (("compete", *DAY, "--provider", "mid_rate"), "mid_market_rate"),
        (("compete", *DAY, "--provider", "bill_sharing", "--provider", "bill_sharing"), "must be different"),
        (("compete", *DAY, "--provider", "bill_sharing", "--switching-cost", "-1"), "at least 0"),
        (("compete", *DAY, "--provider", "bill_sharing", "--starts", "0"), "at least 1"),
        (("compete", *DAY, "--provider", "bill_sharing", "--seed", "-1"), "at least 0"),
        (("compete", *DAY, "--provider", "bill_sharing", "-o", "out.csv"), "must end in .json"),
        (("compete",), "at least one --provider"),
    ],
)
def test_refusals_are_one_sentence(arguments, sentence):
    assert sentence in refused(run(*arguments))


def test_providers_need_meter_data_and_a_game_has_no_prices(game: Path):
    assert "needs meter data" in refused(run("compete", game, "--provider", "mid_market_rate"))
    assert "does not apply" in refused(run("form", game, "--rule", "mid_market_rate"))
