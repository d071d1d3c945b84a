"""A hostile newcomer at the command line: every refusal is one sentence in its own words, and nothing is written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gametrade.cli.flags import flag, in_flags
from tests.test_cli import HOURS, PRICES, refused, run, sun, use, write

PYTHON_WORDS = ("=", "read_community", "_price", "time_zone", "missing_generation", "None")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good files, bad files, tariffs and games, to work in."""
    monkeypatch.chdir(tmp_path)
    homes = {"Ada": use(0.5), "Bob": use(0.8), "Cy": use(1.1)}
    comma = {name: [str(value).replace(".", ",") for value in values] for name, values in homes.items()}
    write(Path("load.csv"), homes)
    write(Path("pv.csv"), {"Ada": sun(4.0), "Bob": sun(2.0), "Cy": [0] * 48})
    write(Path("some.csv"), {"Ada": sun(4.0)})
    write(Path("semi.csv"), comma, sign=";")
    write(Path("tab.csv"), homes, sign="\t")
    write(Path("clock.csv"), homes, [time.split()[1] for time in HOURS])
    write(Path("german.csv"), homes, [f"{time[8:10]}.06.2023 {time[11:]}" for time in HOURS])
    Path("latin.csv").write_bytes("time,Zoë\n2023-06-01 00:00,1\n".encode("latin-1"))
    Path("short.csv").write_text("time,Ada,Bob\n2023-06-01 00:00,1,2\n", encoding="utf-8")
    return tmp_path


def options(*changes: str, load: str = "load.csv", pv: str = "pv.csv", unit: str = "kW") -> list[str]:
    return ["report", load, pv, "--unit", unit, *PRICES, *changes]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["reprot"], "Did you mean 'report'?"),
        (["check_data"], "Did you mean 'check-data'?"),
        (["--foo"], "There is no option '--foo' before the command"),
        (["report", "--uint", "kW"], "did you mean"),
        (["check-data"], "Missing argument"),
        (["rules", "equal_split:foo=1"], "equal_split takes no options. Got 'foo'."),
        (["verify", "load.csv"], "verify needs a report in JSON or HTML"),
        (["report", "load.csv", "pv.csv", *PRICES], "--unit must be given"),
        (options(unit="kwh"), "Got 'kwh'. Did you mean 'kWh'?"),
        (options(unit="MWh"), "--unit must be 'kW', the mean power in each step, or 'kWh'"),
        (["report", "load.csv", "pv.csv", "--unit", "kW"], "--import-price must be given"),
        (options("--import-price", "0,30"), "Got '0,30'; write 0.30 with a decimal point."),
        (options("--import-price", "dear"), "--import-price must be a number or a CSV file that exists. Got 'dear'."),
        (options("--import-price", "nan"), "--import-price must be a finite number"),
        (options("--import-price", "0.05"), "at least --export-price in every step, unless --allow-negative-spread."),
        (options("--tariff", "t.toml"), "given once. Got --tariff and --import-price and --export-price."),
        (options("--delimiter", ""), "--delimiter must be one sign such as ',' or ';'. Got ''."),
        (options("--decimal", "xx"), "--decimal must be one sign"),
        (options("--decimal", ","), "--delimiter and --decimal must differ."),
        (options(load="semi.csv"), "it looks like ';', so pass --delimiter ';' and --decimal ','."),
        (options(load="tab.csv"), r"so pass --delimiter '\t'."),
        (options("--delimiter", ";", load="semi.csv", pv="semi.csv"), "and 47 more; pass --decimal ',' for"),
        (options(load="clock.csv"), "pass --date 2023-06-01 if all are of one day"),
        (options(load="german.csv"), "pass --time-format"),
        (options(load="latin.csv"), "must be text in UTF-8. Got other bytes; save it as CSV UTF-8."),
        (options(load="short.csv"), "--step must be given, such as --step 1h"),
        (options(pv="some.csv"), "pass --missing-generation zero if such homes have no photovoltaics."),
        (["report", "load.csv", "--unit", "kW", *PRICES], "pass --missing-generation zero if no home has"),
        (options("--missing-generation", "zeros"), "--missing-generation must be one of"),
        (options("--time-zone", "Berlin"), "--time-zone must be a name in the IANA data base"),
        (options("--step", "15"), "--step must be a duration"),
        (options("--start", "2030-01-01"), "The window from 2030-01-01 on must hold"),
        (options("--end", "2000-01-01"), "The window before 2000-01-01 must hold"),
        (options("--start", "2023-06-02", "--end", "2023-06-01"), "from 2023-06-02 to before 2023-06-01 must hold"),
        (options("--start", "soon"), "--start must be a time"),
        (options("--home", "Ada", "--home", "Ada"), "--home must name each wanted home once"),
        (options("--home", "ada"), "Did you mean 'Ada'?"),
        (options("--rule", "mid_market_rate:foo=1"), "mid_market_rate takes no options. Got 'foo'."),
        (options("--rule", "proportional:to=demnad"), "Did you mean 'demand'?"),
        (options("--rule", "shapley:exact=maybe"), "exact of shapley must be true or false or none. Got 'maybe'."),
        (options("--rule", "shapley:max_permutations=few"), "must be a whole number. Got 'few'."),
        (options("--contract", "MONTH"), "--contract must be one of 'whole', 'month', 'day', 'step'."),
        (options("-o", "none/r.html"), "No such file or directory"),
    ],
)  # fmt: skip
def test_refusals_speak_the_language_of_the_command_line(folder: Path, arguments: list[str], words: str) -> None:
    before = sorted(folder.iterdir())
    output = ["-o", "r.html"] if arguments[:1] == ["report"] and "-o" not in arguments else []
    told = refused(run(*arguments, *output))
    assert words in told
    assert sorted(folder.iterdir()) == before
    assert not [word for word in PYTHON_WORDS if word in told], told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import_price = 0.3\nexport_price = 0.1\ncurrency = 5", "non-empty label. Got 5"),
        ('import_price = 0.3\nexport_price = 0.1\nallow_negative_spread = "no"', "must be true or false. Got 'no'"),
        ("export_price = 0.1\n[import_price]\ndefault = 0.3\nband = [1]", "must be tables [[import_price.band]]"),
        (
            "export_price = 0.1\n[import_price]\ndefault = 0.3\n[[import_price.band]]\n"
            'start = "1:00"\nend = "2:00"\nprice = 1\nmonths = 5',
            "numbers from 1 to 12. Got 5",
        ),
        ("import_prise = 0.3\nexport_price = 0.1", "Did you mean 'import_price'?"),
        ("import_price = nan\nexport_price = 0.1", "finite number"),
        ("import_price", "must be TOML"),
    ],
)
def test_bad_tariff_files(folder: Path, text: str, words: str) -> None:
    Path("t.toml").write_text(text, encoding="utf-8")
    assert words in refused(run("report", "load.csv", "pv.csv", "--unit", "kW", "--tariff", "t.toml"))


def test_tariffs_of_other_kinds_and_charges_beside_a_tariff(folder: Path) -> None:
    Path("t.toml").write_text("import_price = 0.3\nexport_price = 0.1", encoding="utf-8")
    files = ["report", "load.csv", "pv.csv", "--unit", "kW"]
    assert ".toml or .csv" in refused(run(*files, "--tariff", "t.json"))
    assert "Got --tariff and --network-charge" in refused(run(*files, "--tariff", "t.toml", "--network-charge", "0.1"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"playrs": ["A", "B"], "values": {}}', "Got 'playrs'. Did you mean 'players'?"),
        ('{"players": ["A", "B"], "value": {}}', "Got 'value'. Did you mean 'values'?"),
        ('{"players": ["A", "B"]}', "Got no 'values'"),
        ('{"players": "AB", "values": {}}', "players of the game 'g.json' must be a list of names. Got 'AB'."),
        ('{"players": ["A", "B"], "values": []}', "must be coalitions with their values. Got []."),
        ('{"players": ["A", ["B"]], "values": {}}', "must be names. Got ['B']."),
        ('{"players": ["A", "B"], "values": {"A,B": NaN}}', "must be a finite number. Got nan."),
    ],
)
def test_bad_game_files(folder: Path, text: str, words: str) -> None:
    Path("g.json").write_text(text, encoding="utf-8")
    assert words in refused(run("report", "g.json"))


def test_players_may_be_numbers(folder: Path) -> None:
    Path("g.json").write_text('{"players": [1, 2], "values": {"1,2": 3}}', encoding="utf-8")
    assert run("report", "g.json").exit_code == 0


def test_check_data_names_options_too(folder: Path) -> None:
    result = run("check-data", "clock.csv", "pv.csv", "--unit", "kW")
    assert result.exit_code == 1
    assert "pass --date 2023-06-01 if all are of one day" in result.stdout


def test_tabs_can_be_typed(folder: Path) -> None:
    write(Path("tab_pv.csv"), {"Ada": sun(4.0), "Bob": sun(2.0), "Cy": [0] * 48}, sign="\t")
    for sign in (r"\t", "tab", "\t"):
        result = run("check-data", "tab.csv", "tab_pv.csv", "--unit", "kW", "--delimiter", sign)
        assert result.exit_code == 0, result.output


def test_one_bad_cell_in_a_million_rows_is_named(folder: Path) -> None:
    lines = ["home,time,load,generation"]
    times = [f"20{year:02d}-{month:02d}-{day:02d} {hour:02d}:00" for year in range(10, 48) for month in range(1, 13)
             for day in range(1, 29) for hour in range(24)]  # fmt: skip
    for home in ("Ada", "Bob", "Cy", "Dee"):
        lines += [f"{home},{time},0.5,0.1" for time in times]
    lines = lines[:1_000_001]
    lines[654_321] = lines[654_321].replace("0.5", "0.s5")
    Path("long.csv").write_text("\n".join(lines), encoding="utf-8")
    told = refused(run("report", "long.csv", "--unit", "kW", *PRICES, "-o", "r.html"))
    assert "'0.s5' in line 654322 of long.csv" in told
    assert not Path("r.html").exists()


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("the cell 'step=1' of a/step=2.csv is bad.", "the cell 'step=1' of a/step=2.csv is bad."),
        ("pass time_zone= for the other.", "pass --time-zone for the other."),
        ("pass delimiter=';' and decimal=','.", "pass --delimiter ';' and --decimal ','."),
        ("pass allow=True if so.", "pass --allow if so."),
        ("homes must name each.", "--home must name each."),
        ("time_zones must be.", "time_zones must be."),
        ("f.csv must have a column 'import_price'. Got import_price2.", None),
    ],
)
def test_only_arguments_become_flags(sentence: str, expected: str | None) -> None:
    names = ["step", "time_zone", "delimiter", "decimal", "allow", "homes"]
    assert in_flags(sentence, names, ["import_price"]) == (expected or sentence)


def test_nothing_is_an_option_without_names() -> None:
    assert in_flags("step of read_community must be given. Got None.", []) == "step must be given."
    assert flag("outputs") == "--output"


@pytest.mark.parametrize(
    ("accident", "words"),
    [(OSError(28, "No space left on device"), "No space left on device"), (MemoryError(), "not enough memory")],
)
def test_accidents_of_the_machine_are_sentences(
    monkeypatch: pytest.MonkeyPatch, accident: Exception, words: str
) -> None:
    def fail(*_: object) -> None:
        raise accident

    monkeypatch.setattr(sys.modules["gametrade.cli.listing"], "_short", fail)
    assert words in refused(run("rules"))
