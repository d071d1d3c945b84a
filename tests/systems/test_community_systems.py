"""Every system that takes a community is built by one line and answered step by step, or day by day."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.studies.play_steps import play_steps, step_game
from gametrade.registry import systems
from tests.strategies import make_community

FROM_COMMUNITY = [entry.name for entry in systems if "of_step" in entry.traits]
OPTIONS = {"grid_leader": {"threshold": 3.0}, "fair_sharing": {"factors": (1.0, 2.0)}}
QUICK = {"seller_competition": "nested_prices:max_rounds=1:deviations=0"}
QUICK["feed_in_market"] = QUICK["seller_competition"]


def street(charge=0.02):
    """Four homes: a step without sellers, one without buyers, one with both, one with nothing."""
    net = [[1.0, -1.0, 2.0, 0.0], [2.0, -2.0, 1.0, 0.0], [0.5, -1.0, -1.5, 0.0], [1.0, -3.0, -2.0, 0.0]]
    return make_community(net, 0.3, 0.08, charge, demand=np.full((4, 4), 0.5))


@pytest.mark.parametrize("system", FROM_COMMUNITY)
def test_a_system_is_played_over_a_community(system):
    played = play_steps(street(), system, solver=QUICK.get(system), options=OPTIONS.get(system))
    days = systems.get(system).traits.get("period") == "day"
    assert len(played.answers) == (1 if days else 4)
    frame = played.to_frame()
    assert set(frame["status"]) <= {"equilibrium", "no equilibrium", "nothing to play"}
    found = frame[frame["status"] == "equilibrium"]
    assert len(found) or system == "capacity_sellers"
    assert (found["regret"] <= 1e-6).all()
    assert played.system in str(played)
    assert len(played.plot().data) >= 1
    if not days and system not in ("charging_retailer", "grid_leader"):
        assert frame["status"].tolist()[:2] == ["nothing to play"] * 2
        assert frame["status"].iloc[3] == "nothing to play"


def test_prices_stay_between_those_of_the_grid():
    for system in ("usage_charge", "seller_competition", "feed_in_market", "differentiated_sellers"):
        prices = play_steps(street(), system, [2], solver=QUICK.get(system)).to_frame()["price"]
        assert prices.between(0.08 - 1e-12, 0.3 + 1e-12).all(), system


def test_one_line_builds_the_game_of_an_hour():
    game = step_game(street(), "usage_charge", 2, elasticity=0.5)
    assert game.leaders == ("D",)
    assert game.followers == ("A", "B")
    assert game.demands(0.27) == pytest.approx([2.0 * (1 + 0.5 * 0.01 / 0.3), 1 + 0.5 * 0.01 / 0.3])
    assert step_game(street(), "usage_charge", 0) is None
    wider = step_game(street(), "usage_charge", 2, options={"surplus": 9.0})
    assert wider.capacity == 9.0


def test_a_step_without_equilibrium_is_a_row_that_says_why():
    played = play_steps(street(), "capacity_sellers", [2])
    assert played.counts() == {"no equilibrium": 1}
    assert "No equilibrium in pure prices" in played.to_frame()["finding"].iloc[0]
    assert any(trace.name == "no equilibrium" for trace in played.plot().data)


def test_a_bundled_day_of_shared_buildings():
    homes = gt.communities.fontana("flat")
    day = homes.select(homes=homes.names[:2], start="2017-06-01", end="2017-06-02")
    frame = play_steps(day, "building_sharing").to_frame()
    assert frame["status"].tolist() == ["equilibrium"]
    assert 0.08 - 1e-9 <= frame["price"].iloc[0] <= 0.3 + 1e-9


def test_bad_questions_are_refused():
    with pytest.raises(gt.InvalidInputError, match="from numbers only"):
        step_game(street(), "storage_investment", 0)
    with pytest.raises(gt.InvalidInputError, match="step of step_game must be from 0 to 3"):
        step_game(street(), "usage_charge", 4)
    with pytest.raises(gt.InvalidInputError, match="step by step"):
        step_game(street(), "usage_charge", [1, 2])
    with pytest.raises(gt.UnknownNameError, match="system"):
        play_steps(street(), "usage_charges")
    with pytest.raises(gt.InvalidInputError, match="steps of play_steps"):
        play_steps(street(), "usage_charge", [9])
