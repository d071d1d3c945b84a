"""The command line: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import inspect
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gametrade import __version__
from gametrade.analysis import verification
from gametrade.cli import main
from gametrade.cli.report import progress

REPORT = sys.modules["gametrade.cli.report"]
"""The module; the package has the command under the same name."""

HOURS = [f"2023-06-{day:02d} {hour:02d}:00" for day in (1, 2) for hour in range(24)]
PRICES = ["--import-price", "0.30", "--export-price", "0.08"]


def run(*arguments: object) -> Result:
    """Output and errors apart; before click 8.2 the runner mixes them unless told not to."""
    mixes = "mix_stderr" in inspect.signature(CliRunner).parameters
    runner = CliRunner(**{"mix_stderr": False} if mixes else {})
    return runner.invoke(main, [str(argument) for argument in arguments])


def refused(result: Result) -> str:
    """The one sentence on standard error of a refusal."""
    assert result.exit_code == 2, result.output + result.stderr
    assert isinstance(result.exception, SystemExit)
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("gametrade: ")
    assert "Traceback" not in result.output + result.stderr
    return line


def write(path: Path, columns: dict[str, list[object]], times: list[str] | None = None, sign: str = ",") -> Path:
    rows = [sign.join(["time", *columns])]
    rows += [sign.join([t, *map(str, row)]) for t, *row in zip(times or HOURS, *columns.values(), strict=True)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def sun(size: float) -> list[object]:
    return [round(size * max(0.0, 1 - abs(hour % 24 - 12) / 6), 3) for hour in range(48)]


def use(size: float) -> list[object]:
    return [round(size * (1 + 0.1 * (hour % 5)), 3) for hour in range(48)]


@pytest.fixture
def street(tmp_path: Path) -> tuple[Path, Path]:
    """Three homes, two days, sun on two of the roofs."""
    load = write(tmp_path / "load.csv", {"Ada": use(0.5), "Bob": use(0.8), "Cy": use(1.1)})
    pv = write(tmp_path / "pv.csv", {"Ada": sun(4.0), "Bob": sun(2.0), "Cy": [0] * 48})
    return load, pv


def meter(street: tuple[Path, Path], *more: object) -> Result:
    return run("report", *street, "--unit", "kW", *PRICES, "--rule", "mid_market_rate", *more)


# What it prints and writes


def test_help_teaches() -> None:
    told = run("--help").output
    for word in ("report", "check-data", "rules", "verify", "Exit codes", "--demo", "130"):
        assert word in told


@pytest.mark.parametrize("command", ["report", "check-data", "rules", "verify"])
def test_every_command_has_examples(command: str) -> None:
    told = run(command, "--help").output
    assert "Examples:" in told
    assert f"gametrade {command}" in told


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-m", "gametrade", "--version"], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.strip().endswith(__version__)
    wrong = subprocess.run(
        [sys.executable, "-W", "error", "-m", "gametrade", "verify"], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    monkeypatch.setattr(sys, "argv", ["gametrade", "--version"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("gametrade", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.strip().endswith(__version__)


def test_version() -> None:
    assert run("--version").output.strip().endswith(__version__)


def test_report_without_output_prints_the_answer_and_the_table(street: tuple[Path, Path]) -> None:
    result = meter(street, "--rule", "competitive_price")
    assert result.exit_code == 0, result.stderr
    assert "nobody gains by leaving" in result.stdout
    assert "competitive_price" in result.stdout
    assert result.stderr == ""


def test_report_writes_every_format_asked_for(street: tuple[Path, Path], tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("a.html", "a.md", "a.json", "b.HTM")]
    result = meter(street, *(part for name in names for part in ("-o", name)))
    assert result.exit_code == 0, result.stderr
    assert names[0].read_text(encoding="utf-8").startswith("<!doctype html>")
    assert names[1].read_text(encoding="utf-8").startswith("# Does anybody gain by leaving?")
    assert json.loads(names[2].read_text(encoding="utf-8"))["schema"] == "gametrade-report/1"
    assert names[3].read_bytes() == names[0].read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.html",
        "a.json",
        "a.md",
        "b.HTM",
        "load.csv",
        "pv.csv",
    ]


@pytest.mark.parametrize("name", ["report.json", "report.html"])
def test_verify_proves_what_report_wrote(street: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    assert meter(street, "-o", tmp_path / name).exit_code == 0
    result = run("verify", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert "0 refuted" in result.stdout
    assert "mid_market_rate/core" in result.stdout


def test_verify_catches_a_tampered_payoff(street: tuple[Path, Path], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    meter(street, "-o", file)
    document = json.loads(file.read_text(encoding="utf-8"))
    document["answers"][0]["payoffs"]["Ada"] += 0.01
    file.write_text(json.dumps(document), encoding="utf-8")
    result = run("verify", file)
    assert result.exit_code == 1
    assert "refuted" in result.stdout


def test_verify_passes_the_folder_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []

    def listen(document: object, folder: object) -> list[object]:
        asked.extend([document, folder])
        return []

    monkeypatch.setattr(verification, "verify_document", listen)
    (tmp_path / "r.json").write_text("{}", encoding="utf-8")
    assert run("verify", tmp_path / "r.json", "--data", "meter").exit_code == 0
    assert asked == [{}, "meter"]


def test_demo_takes_the_bundled_homes() -> None:
    result = run("report", "--demo", "--home", "home01", "--home", "home02", "--start", "2017-06-01", "--end",
                 "2017-06-08", "--rule", "equal_split", "--contract", "day")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "2 players" in result.stdout
    assert "hypothetical" in result.stdout


def test_demo_of_the_whole_year(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def stop(game: object, *_: object, **__: object) -> None:
        asked.append(game.n_steps)  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(REPORT, "analyse_stability", stop)
    assert run("report", "--demo").exit_code == 130
    assert asked == [8760]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("g.json", '{"players": ["A", "B", "C"], "values": {"A,B": 6.0, "B, A, C": 9, "": 0}}'),
        ("g.toml", 'players = ["A", "B", "C"]\n[values]\n"A,B" = 6.0\n"A,B,C" = 9\n'),
    ],
)
def test_report_of_a_game(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    result = run("report", tmp_path / name)
    assert result.exit_code == 0, result.stderr
    assert "3 players, gains 9.00 money" in result.stdout


def test_rules_lists_names_promises_and_variants() -> None:
    told = run("rules").stdout
    for word in ("mid_market_rate", "proportional:to=demand", "promises"):
        assert word in told


def test_rules_shows_one_rule_with_its_options() -> None:
    told = run("rules", "proportional").stdout
    assert "proportional:to=shared_energy" in told
    assert "Notes" in told
    assert "No options." in run("rules", "mid_market_rate").stdout


def test_check_data_finds_nothing_wrong(street: tuple[Path, Path]) -> None:
    result = run("check-data", *street, "--unit", "kW")
    assert result.exit_code == 0, result.output
    assert "0 faults" in result.stdout


def test_check_data_lists_faults_and_says_so_by_its_exit_code(street: tuple[Path, Path], tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.csv", {"Ada": use(0.5), "Bob": [-1, *use(0.8)[1:]], "Cy": ["", *use(1.1)[1:]]})
    result = run("check-data", bad, street[1], "--unit", "kW")
    assert result.exit_code == 1
    assert "negative_values" in result.stdout
    assert "missing_values" in result.stdout


def test_names_outside_ascii_are_fine(tmp_path: Path) -> None:
    load = write(tmp_path / "load.csv", {"Zoë": use(0.5), "北京": use(0.8)})
    pv = write(tmp_path / "pv.csv", {"Zoë": sun(4.0), "北京": [0] * 48})
    file = tmp_path / "r.md"
    result = run("report", load, pv, "--unit", "kWh", *PRICES, "--rule", "equal_split", "-o", file)
    assert result.exit_code == 0, result.stderr
    assert "北京" in file.read_text(encoding="utf-8")


def test_one_long_file_is_enough(tmp_path: Path) -> None:
    lines = ["home,time,load,generation"]
    for home, load, pv in (("Ada", use(0.5), sun(4.0)), ("Bob", use(0.8), sun(0.0))):
        lines += [f"{home},{t},{a},{b}" for t, a, b in zip(HOURS, load, pv, strict=True)]
    (tmp_path / "long.csv").write_text("\n".join(lines), encoding="utf-8")
    result = run("report", tmp_path / "long.csv", "--unit", "kWh", *PRICES, "--rule", "equal_split")
    assert result.exit_code == 0, result.stderr


def test_a_negative_spread_can_be_accepted(street: tuple[Path, Path]) -> None:
    result = run("report", *street, "--unit", "kW", "--import-price", "0.05", "--export-price", "0.08",
                 "--allow-negative-spread", "--rule", "equal_split")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "nothing to share" in result.stdout


def test_prices_may_come_from_a_file(street: tuple[Path, Path], tmp_path: Path) -> None:
    tariff = tmp_path / "tariff.toml"
    tariff.write_text('import_price = 0.3\nexport_price = 0.1\ncurrency = "CHF"\n', encoding="utf-8")
    result = run("report", *street, "--unit", "kW", "--tariff", tariff, "--rule", "equal_split")
    assert result.exit_code == 0, result.stderr
    assert "CHF" in result.stdout
    series = write(tmp_path / "import.csv", {"import_price": [0.3] * 48})
    result = run(
        "report", *street, "--unit", "kW", "--import-price", series, "--export-price", "0.1", "--rule", "equal_split"
    )
    assert result.exit_code == 0, result.stderr


# Findings that are no errors


@pytest.mark.parametrize(
    ("load", "pv", "reason"),
    [
        (use(0.5), [0] * 48, "no seller"),
        ([0] * 48, sun(2.0), "no buyer"),
        ([0] * 48, [0] * 48, "no home ever has a surplus or a deficit"),
        (use(0.5), sun(4.0), "in no settlement step"),
    ],
)
def test_nothing_to_share_is_a_finding(tmp_path: Path, load: list[object], pv: list[object], reason: str) -> None:
    a = write(tmp_path / "load.csv", {"Ada": load, "Bob": load})
    b = write(tmp_path / "pv.csv", {"Ada": pv, "Bob": pv})
    file = tmp_path / "r.html"
    result = run("report", a, b, "--unit", "kWh", *PRICES, "-o", file)
    assert result.exit_code == 0, result.stderr
    page = file.read_text(encoding="utf-8")
    assert "There is nothing to share" in page
    assert reason in page
    assert run("verify", file).exit_code == 0


# Bad input


KW = ["--unit", "kW"]


def broken(folder: Path, *, hours: int = 48, sign: str = ",", **columns: list[object]) -> Path:
    """Files like the street's with some columns replaced; a home called Dee stands in for Cy."""
    other = "Dee" if "Dee" in columns else "Cy"
    homes = {"Ada": use(1.0), "Bob": use(1.0), other: use(1.0), **columns}
    cut = {name: values[:hours] for name, values in homes.items()}
    return write(folder / "b.csv", cut, HOURS[:hours], sign)


def bad_files(change: Callable[[Path, Path, Path], list[object]], street: tuple[Path, Path], folder: Path) -> str:
    result = run("report", *change(*street, folder), *PRICES, "-o", folder / "out.html")
    assert not (folder / "out.html").exists()
    return refused(result)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda load, pv, d: [d / "none.csv", pv, *KW], ["none.csv"]),
        (lambda load, pv, d: [load, pv], ["unit"]),
        (lambda load, pv, d: [load, pv, "--unit", "MW"], ["unit", "MW"]),
        (lambda load, pv, d: [load, pv, pv, *KW], ["3 files"]),
        (lambda load, pv, d: [d / "load.txt", pv, *KW], [".csv", "load.txt"]),
        (lambda load, pv, d: [load, broken(d, Dee=sun(1)), *KW], ["Cy"]),
        (lambda load, pv, d: [load, broken(d, hours=47), *KW], ["48 and 47"]),
        (lambda load, pv, d: [broken(d, Ada=[1, -2, *use(1)[2:]]), pv, *KW], ["Ada", "-2", "line 3"]),
        (lambda load, pv, d: [broken(d, Ada=[1, "nan", *use(1)[2:]]), pv, *KW], ["Ada", "line 3"]),
        (lambda load, pv, d: [broken(d, Ada=[1, "oops", *use(1)[2:]]), pv, *KW], ["oops", "line 3"]),
        (lambda load, pv, d: [broken(d, sign=";", Ada=use(1)), pv, *KW], [";"]),
        (lambda load, pv, d: [load, pv, *KW, "--home", "Adda"], ["Adda", "Did you mean 'Ada'?"]),
        (lambda load, pv, d: [load, pv, *KW, "--home", "Ada"], ["at least 2 players"]),
        (lambda load, pv, d: [load, pv, *KW, "--rule", "mid_market_rat"], ["Did you mean 'mid_market_rate'?"]),
        (lambda load, pv, d: [load, pv, *KW, "--rule", "proportional:too=demand"], ["option of proportional", "'to'"]),
        (lambda load, pv, d: [load, pv, *KW, "--contract", "weak"], ["contract", "weak"]),
        (lambda load, pv, d: [load, pv, *KW, "--engine", "tres"], ["engine", "Did you mean 'tree'?"]),
        (lambda load, pv, d: [load, pv, *KW, "--start", "2030-01-01"], ["2023-06-01"]),
        (lambda load, pv, d: ["--demo", load], ["--demo"]),
        (lambda load, pv, d: [], ["--demo", "no file"]),
        (lambda load, pv, d: [d / "g.json"], ["--import-price, --export-price"]),
    ],
)
def test_bad_input_is_one_sentence(
    change: Callable[[Path, Path, Path], list[object]], words: list[str], street: tuple[Path, Path], tmp_path: Path
) -> None:
    told = bad_files(change, street, tmp_path)
    for word in words:
        assert word in told, told


def test_duplicate_names_are_refused(street: tuple[Path, Path], tmp_path: Path) -> None:
    double = tmp_path / "double.csv"
    double.write_text("time,Ada,Ada\n" + "\n".join(f"{t},1,2" for t in HOURS) + "\n", encoding="utf-8")
    assert "Ada" in refused(run("report", double, street[1], "--unit", "kW", *PRICES))


def test_export_above_import_price_is_refused(street: tuple[Path, Path]) -> None:
    told = refused(run("report", *street, "--unit", "kW", "--import-price", "0.05", "--export-price", "0.08"))
    assert "--import-price must be at least --export-price" in told


def test_missing_price_is_refused(street: tuple[Path, Path]) -> None:
    assert "--export-price must be given" in refused(run("report", *street, "--unit", "kW", "--import-price", "0.3"))


def test_no_input_names_the_demo() -> None:
    assert "--demo" in refused(run("report"))


def test_unknown_rule_to_show() -> None:
    assert "Did you mean 'equal_split'?" in refused(run("rules", "equal_splat"))


def test_check_data_without_unit() -> None:
    assert "unit" in refused(run("check-data", "a.csv"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1]", "players"),
        ("{", "valid JSON"),
        ('{"players": ["A"], "values": {}, "tariff": 1}', "'tariff'"),
        ('{"players": ["A", "A"], "values": {}}', "unique"),
        ('{"players": ["A,B"], "values": {}}', "without commas"),
        ('{"players": ["A", "B"], "values": {"A,D": 1}}', "'D'"),
        ('{"players": ["A", "B"], "values": {"A,B": 1, "B,A": 2}}', "once"),
        ('{"players": ["A", "B"], "values": {"A,B": "six"}}', "finite number"),
        ('{"players": ["A", "B"], "values": {"A,B": true}}', "finite number"),
        ('{"players": ["A", "B"], "values": {"": 1}}', "empty coalition"),
        ('{"players": ["A"], "values": {}}', "at least 2 players"),
    ],
)
def test_bad_games_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "g.json").write_text(text, encoding="utf-8")
    assert words in refused(run("report", tmp_path / "g.json"))


def test_games_that_cannot_be_read(tmp_path: Path) -> None:
    assert "No such file" in refused(run("report", tmp_path / "none.toml"))
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refused(run("report", tmp_path / "bytes.toml"))
    (tmp_path / "g.json").write_text('{"players": ["A", "B"], "values": {}}', encoding="utf-8")
    assert "no further files" in refused(run("report", tmp_path / "g.json", tmp_path / "h.json"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.json", b"{", "must be JSON"),
        ("r.json", b"[]", "JSON object"),
        ("r.json", b"{}", "schema"),
        ("r.json", b"\xff\xfe", "UTF-8"),
        ("r.html", b"<html></html>", "gametrade-report"),
        ("r.html", b'<script type="application/json" id="gametrade-report">AAAA</script>', "readable"),
    ],
)
def test_verify_refuses_what_is_no_report(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert words in refused(run("verify", tmp_path / name))


def test_verify_of_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in refused(run("verify", tmp_path / "none.json"))


# Output


@pytest.mark.parametrize(
    ("output", "words"), [("none/r.html", "No such file"), (".", "must end in"), ("r.pdf", "must end in")]
)
def test_unwritable_output_is_refused_before_anything_is_computed(
    street: tuple[Path, Path], tmp_path: Path, output: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(REPORT, "read_community", never)
    assert words in refused(meter(street, "-o", tmp_path / output))


def test_interrupt_leaves_no_partial_file(
    street: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(os, "replace", interrupt)
    result = meter(street, "-o", tmp_path / "r.html")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_an_interrupt_that_an_import_turns_into_another_error_is_still_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def study(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
        except KeyboardInterrupt:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr(REPORT, "analyse_stability", study)
    result = run("report", "--demo")
    assert result.exit_code == 130
    assert result.stderr.endswith("gametrade: interrupted.\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_ctrl_c_in_a_real_process(tmp_path: Path) -> None:
    code = "from gametrade.cli import main; print('ready', flush=True); main()"
    output = tmp_path / "demo.html"
    with subprocess.Popen(
        [sys.executable, "-c", code, "report", "--demo", "-o", str(output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert told.strip().splitlines()[-1] == "gametrade: interrupted."
    assert list(tmp_path.iterdir()) == []


def test_progress_passes_everything_on() -> None:
    assert list(progress([1, 2], "stability")) == [1, 2]


COMMANDS = ("report", "check-data", "rules", "verify", "clear", "mechanisms", "games", "solvers", "solve")
COMMANDS += ("form", "compete", "designs")


def test_the_commands() -> None:
    assert set(main.commands) == set(COMMANDS)
