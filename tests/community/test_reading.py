from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from gametrade.community import Batteries, Tariff, communities, read_community, rebuild
from gametrade.errors import InvalidInputError, UnknownNameError

from .helpers import LOAD, SUN, frame, shared, write

PRICES = {"import_price": 0.30, "export_price": 0.08}


def read(tmp_path, load=LOAD, sun=SUN, **options):
    generation = None if sun is None else write(tmp_path / "pv.csv", sun)
    options = {"unit": "kWh", **(PRICES if "tariff" not in options else {}), **options}
    return read_community(write(tmp_path / "load.csv", load), generation, **options)


def test_two_wide_files(tmp_path):
    street = read(tmp_path)
    assert street.names == ("Ada", "Bob")
    np.testing.assert_array_equal(street.demand, [[1, 3, 5], [2, 4, 6]])
    np.testing.assert_array_equal(street.generation, [[4, 0, 1], [0, 0, 0]])
    assert street.step_hours == 1.0
    assert street.source.kind == "files"


def test_power_becomes_energy_of_the_step(tmp_path):
    quarter = LOAD.replace("13:00", "12:15").replace("14:00", "12:30")
    sun = SUN.replace("13:00", "12:15").replace("14:00", "12:30")
    street = read(tmp_path, quarter, sun, unit="kW")
    np.testing.assert_array_equal(street.demand, np.array([[1, 3, 5], [2, 4, 6]]) / 4)


def test_columns_may_come_in_another_order_and_the_time_column_anywhere(tmp_path):
    sun = "Bob,Time,Ada\n0,2023-06-01 12:00,4\n0,2023-06-01 13:00,0\n0,2023-06-01 14:00,1\n"
    assert read(tmp_path, sun=sun).fingerprint == read(tmp_path).fingerprint


def test_compressed_files_blank_lines_and_a_byte_order_mark(tmp_path):
    load = write(tmp_path / "load.csv.gz", "\ufeff\n" + LOAD.replace("\n2023-06-01 13", "\n\n2023-06-01 13") + "\n")
    street = read_community(load, write(tmp_path / "pv.csv", SUN), unit="kWh", **PRICES)
    assert street.fingerprint == read(tmp_path).fingerprint


def test_long_tables_in_any_order(tmp_path):
    lines = ["home,time,load,generation"]
    wide = read(tmp_path)
    for step in (2, 0, 1):
        for home, name in enumerate(wide.names):
            when = str(wide.times[step]).replace("T", " ")
            lines.append(f"{name},{when},{wide.demand[home, step]},{wide.generation[home, step]}")
    text = "\n".join(lines) + "\n"
    assert read(tmp_path, text, None).fingerprint == wide.fingerprint
    only_load = "\n".join(line.rsplit(",", 1)[0] for line in lines)
    assert read(tmp_path, only_load, SUN).fingerprint == wide.fingerprint
    with pytest.raises(InvalidInputError, match="must have a column 'generation' beside home and time"):
        read(tmp_path, only_load, None)


def test_tables_in_memory(tmp_path):
    load, sun = frame({"Ada": [1, 3], "Bob": [2, 4]}), frame({"Ada": [4, 0], "Bob": [0, 0]})
    street = read_community(load, sun, unit="kWh", **PRICES)
    indexed = load.assign(time=pd.to_datetime(load["time"])).set_index("time")
    assert read_community(indexed, sun, unit="kWh", **PRICES).fingerprint == street.fingerprint
    assert street.source.kind == "arrays"
    assert not street.source.recipe


def test_semicolons_and_decimal_commas(tmp_path):
    load = LOAD.replace(",", ";").replace(";3;", ";3,5;")
    sun = SUN.replace(",", ";")
    street = read(tmp_path, load, sun, delimiter=";", decimal=",")
    assert street.demand[0, 1] == 3.5


def test_times_without_a_date_and_in_another_notation(tmp_path):
    load, sun = (text.replace("2023-06-01 ", "") for text in (LOAD, SUN))
    assert read(tmp_path, load, sun, date="2023-06-01").fingerprint == read(tmp_path).fingerprint
    german = [text.replace("2023-06-01", "01.06.2023") for text in (LOAD, SUN)]
    street = read(tmp_path, *german, time_format="%d.%m.%Y %H:%M")
    assert street.fingerprint == read(tmp_path).fingerprint


def test_homes_and_window_are_part_of_the_recipe(tmp_path):
    street = read(tmp_path, homes=["Bob", "Ada"], start="2023-06-01 13:00", end="2023-06-01 14:00")
    assert street.names == ("Bob", "Ada")
    assert street.demand.tolist() == [[4.0], [3.0]]
    recipe = json.loads(json.dumps(dict(street.source.recipe)))
    assert rebuild(recipe).fingerprint == street.fingerprint
    assert rebuild(recipe, folder=tmp_path).fingerprint == street.fingerprint
    write(tmp_path / "pv.csv", SUN.replace("4", "5"))
    with pytest.raises(InvalidInputError, match=r"generation file pv.csv must have the SHA-256 of the recipe"):
        rebuild(recipe)
    (tmp_path / "pv.csv").unlink()
    with pytest.raises(InvalidInputError, match="generation file of the recipe must exist"):
        rebuild(recipe)


def test_every_kind_of_price_can_be_rebuilt(tmp_path):
    prices = write(tmp_path / "prices.csv", "time,price\n2023-06-01 12:00,0.3\n2023-06-01 14:00,0.5\n")
    toml = write(tmp_path / "tariff.toml", "import_price = 0.4\nexport_price = 0.1\n")
    streets = [
        read(tmp_path, import_price=prices, export_price=np.array([0.1, 0.1, 0.2])),
        read(tmp_path, tariff=toml),
        read(tmp_path, tariff=Tariff([0.3, 0.4, 0.5], 0.1, 0.02, "GBP")),
    ]
    assert streets[0].import_price.tolist() == [0.3, 0.3, 0.5]
    assert [street.tariff.currency for street in streets] == ["EUR", "EUR", "GBP"]
    for street in streets:
        recipe = json.loads(json.dumps(dict(street.resample("3h" if street is streets[1] else "1h").source.recipe)))
        assert rebuild(recipe).demand.sum() == pytest.approx(street.demand.sum())


def test_batteries_come_along_but_have_no_recipe(tmp_path):
    street = read(tmp_path, batteries=Batteries([1, 1], [1, 1], [0.9, 0.9]))
    assert street.batteries is not None
    assert not street.source.recipe


def test_homes_without_generation_are_zero_only_if_asked(tmp_path):
    sun = "\n".join(line.rsplit(",", 1)[0] for line in SUN.splitlines()) + "\n"
    with pytest.raises(InvalidInputError, match=r"Got none for 'Bob' in pv.csv; write a column of zeros, or pass"):
        read(tmp_path, sun=sun)
    assert read(tmp_path, sun=sun, missing_generation="zero").fingerprint == read(tmp_path).fingerprint
    assert not read(tmp_path, sun=None, missing_generation="zero").generation.any()
    assert read(tmp_path, sun=sun, missing_generation="zero", homes=["Bob"]).names == ("Bob",)


def edit(text, old, new):
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("load", "sun", "message"),
    [
        (
            edit(LOAD, ",4", ",x"),
            SUN,
            r"^load of home 'Bob' must be a number in every step\. Got 'x' in line 3 of load\.csv\.$",
        ),
        (edit(LOAD, ",4", ","), SUN, "Got an empty cell in line 3 of load.csv"),
        (edit(LOAD, ",4", ",inf"), SUN, "Got 'inf' in line 3"),
        (edit(LOAD, ",4", ',"4,5"'), SUN, r"Got '4,5' in line 3 of load\.csv; pass decimal=','"),
        (
            LOAD,
            edit(SUN, ",1,", ",-1,"),
            r"generation of home 'Ada' must be at least 0 .* Got -1 in line 4 of pv\.csv",
        ),
        (edit(edit(LOAD, ",4", ",x"), ",6", ",y"), SUN, "in line 3 of load.csv and 1 more"),
        (edit(LOAD, "Bob", "Ada"), SUN, "Columns of load.csv must have different names. Got 'Ada' twice"),
        (edit(LOAD, "Bob", " "), SUN, "a column without a name"),
        (edit(LOAD, "Bob", "Eve"), SUN, "Got none for 'Eve' in pv.csv"),
        (
            LOAD + "2023-06-01 15:00,1,1\n",
            SUN,
            "Times of load.csv and pv.csv must be the same. Got 4 and 3 times",
        ),
        (
            LOAD,
            SUN.replace("-06-", "-07-"),
            r"Got 2023-06-01 12:00 and 2023-07-01 12:00 \(line 2 of pv\.csv\)",
        ),
        (LOAD.replace("14:00", "15:00"), SUN, None),
        (edit(LOAD, "13:00", "12:00"), SUN, None),
        (
            LOAD.replace(",", ";"),
            SUN,
            r"Got ',', which is not in line 1; it looks like ';', so pass delimiter=';'\.",
        ),
        (LOAD.replace(",", ";").replace(";1;", ";1,5;"), SUN, "pass delimiter=';' and decimal=','"),
        ("time\n2023\n", SUN, r"which is not in line 1\."),
        (
            LOAD.replace(",1,", ",1,5,"),
            SUN,
            "as many cells as the header, 3. Got 4 in the first line of values",
        ),
        (
            LOAD.replace(",3,", ",3,5,"),
            SUN,
            "load.csv must be a table. Got: Expected 3 fields in line 3, saw 4",
        ),
        ("", SUN, "load.csv must have a header line"),
        ("time,Ada\n", SUN, "load.csv must have at least one row of values"),
        ('time,"Ada",Bob\n2023-06-01 12:00,1,2,3\n', SUN, "as many cells as the header, 3. Got 4"),
        ("time,\n2023,1\n", SUN, "a column without a name"),
        (
            edit(LOAD, "2023-06-01 13:00", "soon"),
            SUN,
            "must be ISO 8601, or pass time_format=. Got 'soon' in line 3",
        ),
        (edit(LOAD, "2023-06-01 13:00", ""), SUN, "in line 3 of load.csv"),
        (edit(LOAD, "2023-06-01 13:00", "2023-06-01 13:00+02:00"), SUN, "an offset in every row, or in none"),
        (LOAD.replace("2023-06-01 ", ""), SUN, "must have a date; pass date="),
        ("time,Ada,Bob\n1,2,3\n2,3,4\n", SUN, "written as a date and a time of day. Got '1' in line 2"),
    ],
)
def test_bad_files_are_refused_with_their_place(tmp_path, load, sun, message):
    with pytest.raises(InvalidInputError, match=message or "time of load.csv must"):
        read(tmp_path, load, sun)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": None}, "unit of read_community must be given, because it cannot be told from the numbers"),
        ({"unit": "MWh"}, "Got 'MWh'"),
        ({"import_price": None}, "import_price of read_community must be given"),
        ({"export_price": 0.5}, r"import_price of Tariff .* Got 0\.3 < 0\.5\.$"),
        ({"export_price": [0.1, 0.4, 0.1]}, r"Got 0\.3 < 0\.4 at 2023-06-01 13:00\.$"),
        ({"import_price": [0.3, 0.4]}, "one a settlement step, 3 in all. Got 2"),
        ({"tariff": "x.toml", "import_price": 0.3}, "Prices must be given once. Got tariff= and import_price="),
        ({"homes": "Ada"}, "Got the text 'Ada'"),
        ({"homes": []}, "each wanted home once"),
        ({"start": "2030"}, "at least one settlement step"),
        (
            {"step": "30min"},
            "must follow every 30 min. Got 2023-06-01 13:00 after 2023-06-01 12:00 in line 3",
        ),
        ({"time_zone": "Mars"}, "IANA"),
        ({"time_format": "%d.%m.%Y"}, "must match '%d.%m.%Y'"),
    ],
)
def test_bad_options_are_refused(tmp_path, options, message):
    with pytest.raises(InvalidInputError, match=message):
        read(tmp_path, **options)


def test_unknown_words_are_refused_with_a_suggestion(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'Ada'"):
        read(tmp_path, homes=["ada"])
    with pytest.raises(UnknownNameError, match="missing_generation"):
        read(tmp_path, missing_generation="zeros")


def test_files_that_cannot_be_opened(tmp_path):
    with pytest.raises(InvalidInputError, match=r"load file must exist. Got 'nowhere.csv'"):
        read_community("nowhere.csv", "pv.csv", unit="kW", **PRICES)
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(b"not gzip")
    with pytest.raises(InvalidInputError, match=r"broken.csv.gz must be readable text"):
        read_community(broken, broken, unit="kW", **PRICES)
    with pytest.raises(InvalidInputError, match="must be readable text"):
        read_community(tmp_path, unit="kW", **PRICES)
    with pytest.raises(InvalidInputError, match=r"must be a path or a DataFrame. Got list"):
        read_community([1], unit="kW", **PRICES)
    with pytest.raises(InvalidInputError, match="generation of read_community must be a file or table"):
        read(tmp_path, sun=None)


def test_bad_cells_of_tables_and_of_long_files(tmp_path):
    good = frame({"Ada": [1, 3], "Bob": [2, 4]})
    with pytest.raises(InvalidInputError, match="Got -1 in row 2 of the load table"):
        read_community(frame({"Ada": [1, -1], "Bob": [2, 4]}), good, unit="kWh", **PRICES)
    text = "home,time,load,generation\nAda,2023-06-01 12:00,1,1\nAda,2023-06-01 13:00,x,1\n"
    text += "Bob,2023-06-01 12:00,1,1\n"
    with pytest.raises(InvalidInputError, match=r"load of home 'Ada' .* Got 'x' in line 3 of load.csv"):
        read(tmp_path, text, None)
    with pytest.raises(InvalidInputError, match=r"load of home 'Bob' .* Got no row at 2023-06-01 13:00 in load.csv"):
        read(tmp_path, text.replace("x", "2"), None)
    twice = text.replace("x", "2") + "Bob,2023-06-01 12:00,1,1\n"
    with pytest.raises(InvalidInputError, match="Got no row"):
        read(tmp_path, twice, None)
    both_twice = twice.replace("13:00", "12:00")
    with pytest.raises(InvalidInputError, match="must appear once"):
        read(tmp_path, both_twice, None, step="1h")


def test_a_table_without_homes_and_a_window_alone(tmp_path):
    with pytest.raises(InvalidInputError, match=r"a time column and one column a home. Got 'time' only"):
        read_community(frame({"time": ["2023-06-01"]}), unit="kWh", missing_generation="zero", **PRICES)
    load = frame({"Ada": [1, 2]})
    street = read_community(load, unit="kWh", missing_generation="zero", end="2023-06-01 01:00", **PRICES)
    assert street.n_steps == 1


def test_one_time_needs_a_step(tmp_path):
    load, sun = ("\n".join(text.splitlines()[:2]) for text in (LOAD, SUN))
    with pytest.raises(InvalidInputError, match="has one time only"):
        read(tmp_path, load, sun)
    assert read(tmp_path, load, sun, step="15min").step_hours == 0.25


def test_a_million_rows_with_one_bad_cell_name_its_line(tmp_path):
    times = pd.date_range("1900-01-01", periods=1_000_000, freq="h").strftime("%Y-%m-%d %H:%M")
    lines = [f"{time},1" for time in times]
    lines[765_432] = f"{times[765_432]},one"
    load = "time,Ada\n" + "\n".join(lines)
    with pytest.raises(InvalidInputError, match=r"Got 'one' in line 765434 of load.csv"):
        read(tmp_path, load, None, missing_generation="zero")


def test_the_measured_files_read_like_the_bundled_community():
    folder = shared("fontana13")
    street = read_community(
        folder / "load_kw.csv", folder / "pv_kw.csv", unit="kW", import_price=folder / "import_price.csv",
        export_price=0.08, currency="USD",
    )  # fmt: skip
    bundled = communities.fontana()
    assert street.names == bundled.names
    np.testing.assert_array_equal(street.times, bundled.times)
    np.testing.assert_array_equal(street.import_price, bundled.import_price)
    # Those files were rounded twice, to four decimals and then to four digits.
    np.testing.assert_allclose(street.demand, bundled.demand, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(street.generation, bundled.generation, rtol=1e-3, atol=1e-4)
