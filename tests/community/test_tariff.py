from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gametrade.community import Tariff
from gametrade.errors import InvalidInputError


def test_flat_prices_are_repeated_over_the_steps():
    tariff = Tariff(0.30, 0.08, 0.05).over(3)
    assert tariff.import_price.shape == tariff.network_charge.shape == (3,)
    np.testing.assert_allclose(tariff.spread(), 0.17)


def test_the_spread_is_never_negative():
    assert Tariff(0.30, 0.28, 0.05).spread() == 0
    assert Tariff(0.10, 0.20, allow_negative_spread=True).spread() == 0


@given(hnp.arrays(float, (3, 4), elements=st.floats(0, 10, allow_subnormal=False)))
def test_the_spread_is_what_the_prices_leave_to_the_last_digits(prices):
    tariff = Tariff(*prices, allow_negative_spread=True)
    for found, (import_price, export_price, charge) in zip(tariff.spread(), prices.T, strict=True):
        exact = Fraction(float(import_price)) - Fraction(float(export_price)) - Fraction(float(charge))
        levels = Fraction(float(import_price + export_price + charge))
        assert abs(Fraction(float(found)) - max(Fraction(0), exact)) <= levels / 2**52


def test_prices_are_copies_and_read_only():
    prices = np.array([0.3, 0.4])
    tariff = Tariff(prices, 0.1)
    prices[0] = 9
    assert tariff.import_price[0] == 0.3
    with pytest.raises(ValueError, match="read-only"):
        tariff.import_price[0] = 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"import_price": [0.2, 0.08], "export_price": 0.10},
            r"^import_price of Tariff must be at least export_price in every step, unless "
            r"allow_negative_spread=True\. Got 0\.08 < 0\.1 at step 1\.$",
        ),
        ({"import_price": 0.08, "export_price": 0.10}, r"Got 0\.08 < 0\.1\.$"),
        ({"import_price": np.nan, "export_price": 0.1}, "import_price of Tariff must be a finite number"),
        ({"import_price": [], "export_price": 0.1}, "Got no number"),
        ({"import_price": "dear", "export_price": 0.1}, r"must be numbers\. Got .dear."),
        ({"import_price": ["x" * 99], "export_price": 0.1}, r"\.\.\.\.$"),
        ({"import_price": 0.3, "export_price": 0.1, "network_charge": -0.1}, "at least 0. Got -0.1"),
        ({"import_price": 0.3, "export_price": 0.1, "currency": " "}, "currency of Tariff"),
        ({"import_price": [0.3, 0.3], "export_price": [0.1] * 3}, "2 of import_price and 3 of export_price"),
        ({"import_price": [[0.3], [0.4]], "export_price": 0.1}, "Individual tariffs are another game"),
    ],
)
def test_bad_prices_are_refused_in_one_sentence(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        Tariff(**arguments)


def test_a_tariff_of_another_length_is_refused():
    with pytest.raises(InvalidInputError, match=r"one a settlement step, 3 in all. Got 2"):
        Tariff([0.3, 0.4], 0.1).over(3)


def test_a_part_of_the_steps_and_a_round_trip():
    tariff = Tariff([0.3, 0.4, 0.5], 0.1, currency="GBP")
    part = tariff.at(np.array([0, 2]))
    assert part.import_price.tolist() == [0.3, 0.5]
    again = Tariff(**tariff.to_dict())
    assert again.to_dict() == tariff.to_dict()
    assert tariff.to_dict()["export_price"] == 0.1


def test_the_words_name_levels_and_charge():
    assert str(Tariff([0.3, 0.4], 0.1, 0.02)) == "import 0.3 to 0.4 (2 levels), export 0.1, network charge 0.02 EUR/kWh"
    assert repr(Tariff(0.3, 0.1)) == "<Tariff: import 0.3, export 0.1 EUR/kWh>"
