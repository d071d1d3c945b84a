from __future__ import annotations

import numpy as np
import pytest

from gametrade.community import Batteries
from gametrade.errors import InvalidInputError


def test_batteries_are_kept_and_can_be_chosen():
    batteries = Batteries([6.4, 0, 10], [5, 0, 4], [0.9, 1, 0.95], [0.02, 0, 0.03])
    assert batteries.at(np.array([2, 0])).energy_kwh.tolist() == [10, 6.4]
    assert batteries.wear_cost.tolist() == [0.02, 0, 0.03]
    assert repr(batteries) == "<Batteries: 2 of 3 homes, 16.4 kWh, 9 kW>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2], [1], [0.9, 0.9]), "power_kw of Batteries must have one number a home"),
        (([], [], []), "energy_kwh of Batteries must have one number a home"),
        (([1.0], [-1.0], [0.9]), "power_kw of Batteries must be a finite number of at least 0. Got -1"),
        (([1.0], [1.0], [0.0]), "efficiency of Batteries must be above 0 and at most 1. Got 0"),
        (([1.0], [1.0], [np.nan]), "efficiency of Batteries"),
        (([np.inf], [1.0], [0.9]), "energy_kwh of Batteries"),
        (([1.0], [1.0], [0.9], -1), "wear_cost of Batteries"),
    ],
)
def test_bad_batteries_are_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        Batteries(*arguments)
