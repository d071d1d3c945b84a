"""What a newcomer may hand to Community and read_community, refused in one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import gametrade as gt
from gametrade import InvalidInputError, Tariff
from tests.strategies import make_community

HOURS = ["2023-06-01 12:00", "2023-06-01 13:00"]
LOAD = pd.DataFrame({"time": HOURS, "Ada": [1, 2], "Bob": [2, 2]})
SUN = pd.DataFrame({"time": HOURS, "Ada": [4, 0], "Bob": [0, 0]})
FLAT = Tariff(0.30, 0.08)
WHY = "Individual tariffs are another game: which kWh goes to whom then matters, and the value of a coalition is an"

SEVERAL = [[FLAT, FLAT], (FLAT, Tariff(0.25, 0.08)), {"Ada": FLAT, "Bob": FLAT}, (t for t in [FLAT]), {}, []]


def community(**changes):
    values = {
        "names": ["Ada", "Bob"], "demand": [[1, 2], [2, 2]], "generation": [[4, 0], [0, 0]],
        "times": HOURS, "step_hours": 1.0, "tariff": FLAT,
    }  # fmt: skip
    return gt.Community(**{**values, **changes})


def read(**changes):
    return gt.read_community(**{"load": LOAD, "generation": SUN, "unit": "kW", **changes})


@pytest.mark.parametrize("tariffs", SEVERAL, ids=lambda tariffs: type(tariffs).__name__)
@pytest.mark.parametrize("build", [community, read, lambda tariff: make_community([[1], [-1]]).with_tariff(tariff)])
def test_a_tariff_per_home_is_refused_with_the_reason(build, tariffs):
    with pytest.raises(InvalidInputError, match="one Tariff that all homes face") as refusal:
        build(tariff=tariffs)
    assert WHY in str(refusal.value)


@pytest.mark.parametrize("price", ["import_price", "export_price", "network_charge"])
def test_a_price_per_home_is_refused_with_the_reason(price):
    prices = {"import_price": 0.3, "export_price": 0.1, price: {"Ada": 0.3, "Bob": 0.2}}
    for build in (Tariff, read):
        with pytest.raises(InvalidInputError, match=rf"{price} of Tariff must be .* Got a dict of 2\. Individual"):
            build(**prices)


@pytest.mark.parametrize("tariff", [0.3, True, object, None])
def test_what_is_no_tariff(tariff):
    with pytest.raises(InvalidInputError, match="tariff of Community must be one Tariff"):
        community(tariff=tariff)


def test_the_fields_of_a_tariff_are_not_a_tariff():
    with pytest.raises(InvalidInputError, match=r"write Tariff\(\*\*fields\)"):
        read(tariff=FLAT.to_dict())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"names": 3}, "names of Community must be"),
        ({"names": None}, "names of Community must be"),
        ({"names": ["Ada", 3]}, "names of Community must be"),
        ({"names": ["Ada", "Ada"]}, "Got 'Ada' twice"),
        ({"names": []}, "names of Community must be"),
        ({"demand": None}, "demand of Community must"),
        ({"demand": {"Ada": [1, 2]}}, "demand of Community must"),
        ({"demand": [[1, -2], [2, 2]]}, "at least 0 in every step. Got -2 for home 'Ada' at 2023-06-01 13:00"),
        ({"generation": [[1, np.nan], [2, 2]]}, "a finite number in every step. Got nan for home 'Ada'"),
        ({"demand": [[1e308, 1], [1e308, 1]]}, r"below 1e\+60 kWh in every step. Got 1e\+308 for home 'Ada'"),
        ({"generation": [[1], [2]]}, r"Got shape \(2, 1\)"),
        ({"times": 3}, "times of Community must"),
        ({"times": HOURS[::-1]}, "must increase"),
        ({"times": None}, "times of Community must"),
        ({"step_hours": "1h"}, "step_hours of Community must be a number above 0. Got '1h'"),
        ({"step_hours": None}, "step_hours of Community must be"),
        ({"step_hours": True}, "step_hours of Community must be"),
        ({"batteries": 5}, "batteries of Community must be Batteries. Got int"),
        ({"time_zone": 5}, "IANA"),
    ],
)
def test_bad_parts_of_a_community(changes, words):
    with pytest.raises(InvalidInputError, match=words):
        community(**changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"load": None}, "must be a path or a DataFrame. Got NoneType"),
        ({"load": [[1, 2]]}, "must be a path or a DataFrame. Got list"),
        ({"load": pd.DataFrame()}, "at least one row"),
        ({"load": LOAD.rename(columns={"Bob": "Ada"})}, "Got 'Ada' twice"),
        ({"unit": "kwh"}, "Did you mean 'kWh'"),
        ({"unit": "KW"}, "Did you mean 'kW'"),
        ({"unit": 1}, "Got 1."),
        ({"import_price": "0,30"}, r"Got '0,30'; write 0\.30 with a decimal point"),
        ({"import_price": [0.3, 0.3, 0.3]}, "one a settlement step, 2 in all"),
        ({"tariff": FLAT, "import_price": None, "network_charge": 0.1}, "Got tariff= and network_charge="),
        ({"delimiter": ""}, "delimiter must be one sign"),
        ({"delimiter": None}, "delimiter must be one sign"),
        ({"decimal": "a"}, "decimal must be one sign"),
        ({"decimal": ","}, "delimiter= and decimal= must differ"),
        ({"time_format": 5}, "time_format must be a text. Got 5"),
        ({"date": 5}, "date must be a text. Got 5"),
        ({"step": 15}, "step must be a duration"),
        ({"start": "soon"}, "start of the window must be a time"),
        ({"start": "2030-01-01"}, "The window from 2030-01-01 on must"),
        ({"end": "2000-01-01"}, "The window before 2000-01-01 must"),
        ({"homes": "Ada"}, "homes must be several names"),
        ({"export_price": 0.4}, r"in every step, unless allow_negative_spread=True\. Got 0\.3 < 0\.4"),
    ],
)
def test_bad_arguments_of_read_community(changes, words):
    prices = {} if "tariff" in changes else {"import_price": 0.3, "export_price": 0.1}
    with pytest.raises(InvalidInputError, match=words):
        read(**{**prices, **changes})


def test_homes_that_are_not_there():
    with pytest.raises(gt.UnknownNameError, match="Got 3"):
        read(import_price=0.3, export_price=0.1, homes=[3])


def test_a_tariff_is_read_from_a_path():
    with pytest.raises(InvalidInputError, match=r"path of read_tariff must be a path. Got a list"):
        gt.read_tariff([FLAT], np.array(HOURS, "datetime64[s]"))


LONG = pd.DataFrame({
    "home": ["Ada", "Ada", "Bob", "Bob"], "time": HOURS * 2, "load": [1, 2, 2, 2], "generation": [4, 0, 0, 0],
})  # fmt: skip


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.concat([LONG, LONG[1:2]]), "home 'Ada' has that time again in row 5 of the load table"),
        (LONG[:3], "Got no row at 2023-06-01 13:00 in the load table.$"),
        (LONG.assign(home=["Ada", None, "Bob", "Bob"]), "home of the load table must be a name .* in row 2"),
        (LONG.assign(home=["Ada", "Ada", " ", "Bob"]), "home of the load table must be a name .* in row 3"),
        (LONG.assign(time=[HOURS[0], None, *HOURS]), "Got an empty cell in row 2 of the load table"),
    ],
)
def test_bad_long_tables(table, words):
    with pytest.raises(InvalidInputError, match=words):
        gt.read_community(table.reset_index(drop=True), unit="kW", import_price=0.3, export_price=0.1)
