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
        (([1.0], [1.0], [0.9], 0, [0.8]), "charge_efficiency of Batteries must be at least the round-trip"),
        (([1.0], [1.0], [0.9], 0, [1.1]), "charge_efficiency of Batteries must be above 0 and at most 1"),
        (
            ([1.0], [1.0], [0.9], 0, None, [2.0]),
            "start_kwh of Batteries, the initial charge, must be from 0 to the cap",
        ),
        (([1.0], [1.0], [0.9], 0, None, 0.5, [-1.0]), "end_kwh of Batteries, the final charge, must be from 0"),
        (([1.0], [1.0], [0.9], 0, None, np.nan, 0.5), "start_kwh of Batteries must be given wherever end_kwh is"),
    ],
)
def test_bad_batteries_are_refused(arguments, message):
    with pytest.raises(InvalidInputError, match=message):
        Batteries(*arguments)


def test_losses_are_split_evenly_or_as_given():
    even = Batteries([1.0], [1.0], [0.81])
    assert even.charge_efficiency[0] == pytest.approx(0.9)
    assert even.discharge_efficiency[0] == pytest.approx(0.9)
    given = Batteries([1.0], [1.0], [0.81], charge_efficiency=[1.0])
    assert given.discharge_efficiency[0] == 0.81


def test_charge_is_free_unless_given():
    batteries = Batteries([1.0, 2.0], [1, 1], [0.9, 0.9], start_kwh=[np.nan, 1.5])
    assert np.isnan(batteries.start_kwh[0])
    assert batteries.at(np.array([1])).start_kwh[0] == 1.5
    assert np.isnan(batteries.end_kwh).all()
