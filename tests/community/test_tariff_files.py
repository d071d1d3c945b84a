from __future__ import annotations

import numpy as np
import pytest

from gametrade.community import read_tariff
from gametrade.errors import InvalidInputError, UnknownNameError

from .helpers import hours, write

TIMES = hours(24)
TOML = """
currency = "GBP"
export_price = 0.15
network_charge = 0.02

[import_price]
default = 0.26

[[import_price.band]]
start = "16:00"
end = "19:00"
price = 0.42
"""


def test_a_toml_file_with_bands(tmp_path):
    tariff = read_tariff(write(tmp_path / "t.toml", TOML), TIMES)
    assert tariff.currency == "GBP"
    assert tariff.import_price[[15, 16, 18, 19]].tolist() == [0.26, 0.42, 0.42, 0.26]
    assert tariff.network_charge == 0.02


def test_bands_follow_the_local_clock(tmp_path):
    tariff = read_tariff(write(tmp_path / "t.toml", TOML), TIMES, time_zone="Europe/London")
    assert tariff.import_price[15] == 0.42


def test_a_csv_file_of_all_prices_holds_until_the_next_row(tmp_path):
    text = "time,import_price,export_price\n2023-06-01 00:00,0.3,0.1\n2023-06-01 12:00,0.4,0.1\n"
    tariff = read_tariff(write(tmp_path / "t.csv", text), TIMES)
    assert tariff.import_price.tolist() == [0.3] * 12 + [0.4] * 12
    charged = text.replace("export_price", "export_price,network_charge").replace(",0.1\n", ",0.1,0.05\n")
    assert (read_tariff(write(tmp_path / "t.csv", charged), TIMES).network_charge == 0.05).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("export_price = 0.1\n", r"import_price must stand in t\.toml\. Got export_price"),
        ("", "Got nothing"),
        ("import_price = \n", "must be TOML"),
        ("import_price = true\nexport_price = 0.1\n", "must be a number or a table with a default. Got True"),
        ("export_price = 0.1\n[import_price]\nband = []\n", "default of import_price"),
        ("import_price = 0.1\nexport_price = 0.2\n", r"Got 0\.1 < 0\.2\."),
        (TOML.replace("0.26", "0.10"), r"Got 0\.1 < 0\.15 at 2023-06-01 00:00"),
    ],
)
def test_bad_toml_is_refused(tmp_path, text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_tariff(write(tmp_path / "t.toml", text), TIMES)


def test_unknown_keys_come_with_a_suggestion(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'import_price'"):
        read_tariff(write(tmp_path / "t.toml", "import_prices = 1"), TIMES)
    with pytest.raises(UnknownNameError, match="Did you mean 'band'"):
        read_tariff(write(tmp_path / "t.toml", "export_price = 0\n[import_price]\ndefault = 1\nbands = []"), TIMES)
    assert read_tariff(
        write(tmp_path / "t.toml", "import_price = 0\nexport_price = 1\nallow_negative_spread = true"), TIMES
    ).allow_negative_spread


def test_missing_tariff_files(tmp_path):
    with pytest.raises(InvalidInputError, match="tariff file must exist"):
        read_tariff(tmp_path / "none.toml", TIMES)
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(InvalidInputError, match="must be TOML"):
        read_tariff(folder, TIMES)
    with pytest.raises(InvalidInputError, match="tariff file must exist"):
        read_tariff(tmp_path / "none.csv", TIMES)


ROWS = "time,import_price,export_price\n2023-06-01 00:00,0.3,0.1\n2023-06-01 12:00,0.4,0.1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROWS.replace("0.4", "x"), r"import_price of t\.csv must be a number\. Got 'x' in line 3"),
        (ROWS.replace("import_price", "price"), "must have a column 'import_price'"),
        (ROWS.replace("01 12", "01 00"), "must increase. Got 2023-06-01 00:00 in line 3"),
        (
            ROWS.replace("01 00", "01 01"),
            "must cover every settlement step. Got no price at 2023-06-01 00:00",
        ),
        (ROWS.replace("01 12:00", "01 10:00"), "Got no price at 2023-06-01 20:00"),
        (
            ROWS.replace("01 12:00", "01 12:30"),
            "constant within each settlement step. Got a change after 2023-06-01 12:00",
        ),
        (ROWS.replace(":00,", ":00+02:00,"), "must have no offset"),
    ],
)
def test_bad_price_rows_are_refused(tmp_path, text, message):
    with pytest.raises(InvalidInputError, match=message):
        read_tariff(write(tmp_path / "t.csv", text), TIMES)


def test_one_row_of_prices_covers_one_step(tmp_path):
    text = "\n".join(ROWS.splitlines()[:2])
    assert read_tariff(write(tmp_path / "t.csv", text), TIMES[:1]).import_price.tolist() == [0.3]
    with pytest.raises(InvalidInputError, match="Got no price at 2023-06-01 01:00"):
        read_tariff(write(tmp_path / "t.csv", text), TIMES)


def test_one_price_of_several_columns_must_be_named(tmp_path):
    from gametrade.community.csv_files import Format
    from gametrade.community.tariff_files import read_price

    two = write(tmp_path / "p.csv", "time,a,b\n2023-06-01 00:00,1,2\n2023-06-01 12:00,1,2\n")
    with pytest.raises(
        InvalidInputError, match=r"must have a column 'import_price', or one column beside time. Got a, b"
    ):
        read_price(two, "import_price", TIMES, None, Format())
    named = write(tmp_path / "p.csv", two.read_text().replace("b", "import_price"))
    np.testing.assert_array_equal(read_price(named, "import_price", TIMES, None, Format()), 2.0)
