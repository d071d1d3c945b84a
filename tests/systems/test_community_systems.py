"""Every system that takes a community is built by one line and answered step by step, or day by day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.studies.play_steps import play_steps, step_game
from gametrade.games.pricing.step_numbers import StepNumbers
from gametrade.games.stackelberg import buying_utility
from gametrade.registry import systems
from tests.strategies import make_community

SYSTEMS = [entry.name for entry in systems]
OPTIONS = {"grid_leader": {"threshold": 3.0}, "fair_sharing": {"factors": (1.0, 2.0)}}
QUICK = {"seller_competition": "nested_prices:max_rounds=1:deviations=0"}
QUICK["feed_in_market"] = QUICK["seller_competition"]
QUICK["payoffs_only_sellers"] = "nash_seeking:rounds=8000"
BY_ONE_SIDE = ("charging_retailer", "grid_leader", "onoff_bidding", "step_buyers")
"""Played although nobody sells, or nobody buys."""


def street(charge=0.02):
    """Four homes: a step without sellers, one without buyers, one with both, one with nothing."""
    net = [[1.0, -1.0, 2.0, 0.0], [2.0, -2.0, 1.0, 0.0], [0.5, -1.0, -1.5, 0.0], [1.0, -3.0, -2.0, 0.0]]
    return make_community(net, 0.3, 0.08, charge, demand=np.full((4, 4), 0.5))


def weeks():
    """Two homes over 40 days of two steps, the second of them dear."""
    rng = np.random.default_rng(5)
    net = rng.uniform(0.5, 2.0, (2, 80))
    times = np.datetime64("2023-05-01T06:00") + np.arange(80) * np.timedelta64(12, "h")
    tariff = gt.Tariff(np.tile([0.2, 0.5], 40), 0.08)
    return gt.Community(["A", "B"], net, np.zeros((2, 80)), times, 12.0, tariff)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_is_played_over_a_community(system):
    period = systems.get(system).traits.get("period")
    where = weeks() if period == "month" else street()
    played = play_steps(where, system, solver=QUICK.get(system), options=OPTIONS.get(system))
    assert len(played.answers) == {None: 4, "day": 1, "month": 2}[period]
    frame = played.to_frame()
    assert set(frame["status"]) <= {"equilibrium", "no equilibrium", "nothing to play"}
    found = frame[frame["status"] == "equilibrium"]
    assert len(found) or system == "capacity_sellers"
    assert (found["regret"] <= (1e-2 if system == "payoffs_only_sellers" else 1e-6)).all()
    assert played.system in str(played)
    assert np.isfinite(np.array(played.plot().data[0].y, dtype=float)).any() == bool(len(found))
    assert list(played.strategies().index) == list(frame.index)
    assert played.strategies().notna().any(axis=1).sum() == len(found)
    assert played.by_month()["payoff"].sum() == pytest.approx(found["payoff"].sum())
    if period is None and system not in BY_ONE_SIDE:
        assert frame["status"].tolist()[:2] == ["nothing to play"] * 2
        assert frame["status"].iloc[3] == "nothing to play"


def numbers_of(system, step=2, charge=0.02):
    return systems.get(system).traits["of_step"](StepNumbers(street(charge), np.array([step])))


def test_homes_on_links_reach_the_competitive_price_of_the_step():
    """Two sellers with 3.5 kWh and the joint demand of two buyers; all have panels, so solar is worth a tenth more."""
    free = play_steps(street(0.0), "bilateral_dispatch", [2]).to_frame()["price"].iloc[0]
    utility = buying_utility(street(0.0), 2)
    taken = float(((utility.intercepts - free) / utility.slopes).sum())
    assert free == pytest.approx(max(0.08, utility.intercepts[0] - 3.5 / (1 / utility.slopes).sum()), abs=1e-6)
    assert taken >= 3.0
    charged = play_steps(street(0.05), "bilateral_dispatch", [2])
    prices = charged.answers[0][0].certificate["shared_equal_prices"]
    assert all(0.08 - 1e-9 <= price <= 0.3 + 1e-9 for price in prices)
    class_price = play_steps(street(0.0), "multiclass_energy", [2]).to_frame()["price"].iloc[0]
    assert class_price == pytest.approx(free + 0.03, abs=1e-6)


def test_the_profit_of_offers_is_the_spread_less_the_charge():
    numbers = numbers_of("contract_game")
    assert numbers["profit"] == pytest.approx(2.0 * (0.3 - 0.02 - 0.08))
    offered = numbers_of("offer_game")
    assert offered["seller"] == "D"
    assert offered["profit"] == pytest.approx([2 / 3 * 2.0 * 0.2, 1 / 3 * 2.0 * 0.2])
    assert offered["reservations"] == pytest.approx([0.25, 0.25])
    assert numbers_of("offer_game", charge=0.25) is None
    assert play_steps(street(), "offer_game", [2]).strategies()[("D", "share")].iloc[0] == pytest.approx(0.25)


def test_all_heaters_on_is_what_was_metered():
    numbers = numbers_of("onoff_bidding", 3)
    net = street().net_load[:, 3]
    assert -(np.array(numbers["base"]) - numbers["flexible"]) == pytest.approx(net)
    assert numbers["players"] == ["A", "B", "C", "D"]


def test_regions_are_the_halves_of_the_homes():
    numbers = numbers_of("regional_market")
    assert numbers["regions"] == ["second half"]
    assert numbers["home"] == [-1]
    assert numbers["supplies"] == pytest.approx([3.5])
    assert numbers["fee"] == 0.02
    assert play_steps(street(), "regional_market", [2]).answers[0].game.fees.tolist() == [[0.02]]


def test_batteries_make_a_kept_kwh_worth_a_later_import():
    plain = numbers_of("microgrid_operator")
    assert plain["stored_value"] == pytest.approx([0.08, 0.08])
    stored = replace(street(), batteries=gt.Batteries([0, 0, 5, 0], [0, 0, 2, 0], [1, 1, 0.9, 1]))
    found = systems.get("microgrid_operator").traits["of_step"](StepNumbers(stored, np.array([2])))
    assert found["stored_value"] == pytest.approx([0.27, 0.08])
    assert found["power"] == pytest.approx([1.5, 2.0])


def test_everybody_stays_with_every_supplier():
    for charge in (0.0, 0.1):
        for elasticity in (0.05, 0.3, 2.0):
            assert step_game(street(charge), "coupled_pricing", 2, elasticity=elasticity).leaders == ("C", "D")


def test_storage_is_built_against_the_dear_steps_of_a_month():
    where = weeks()
    game = step_game(where, "storage_investment", range(62))
    drawn = where.deficit[:, 1:62:2]
    assert game.means == pytest.approx(drawn.mean(axis=1))
    assert (game.high_price, game.low_price, game.storage_cost) == pytest.approx((0.5, 0.2, 0.15))
    assert game.spread == pytest.approx(drawn.sum(axis=0).std(ddof=1))
    flat = gt.Community(["A", "B"], where.demand, where.generation, where.times, 12.0, gt.Tariff(0.3, 0.08))
    assert step_game(flat, "storage_investment", range(62)).low_price == pytest.approx(0.08)
    assert step_game(flat, "storage_investment", [0, 1]) is None


def test_days_and_months_are_those_of_the_clock_on_the_wall():
    times = np.datetime64("2023-06-30T20:00") + np.arange(6) * np.timedelta64(1, "h")
    late = gt.Community(
        ["A"], np.ones((1, 6)), np.zeros((1, 6)), times, 1.0, gt.Tariff(0.3, 0.1), None, "Europe/Berlin"
    )
    assert len(play_steps(late, "safe_market").answers) == 2
    assert play_steps(late, "storage_investment").counts() == {"nothing to play": 2}


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


def test_a_solver_that_fails_once_leaves_a_row_that_says_so():
    def fragile(game):
        """Fails where there are two sellers."""
        raise gt.SolverError("fragile gave up.", "stopped early")

    played = play_steps(street(), "usage_charge", solver=fragile)
    assert played.counts() == {"not solved": 1, "nothing to play": 3}
    assert "gave up" in played.to_frame()["finding"].iloc[2]
    assert played.by_month()["not solved"].tolist() == [1]
    assert not played.strategies().size


def test_a_bundled_day_of_shared_buildings():
    homes = gt.communities.fontana("flat")
    day = homes.select(homes=homes.names[:2], start="2017-06-01", end="2017-06-02")
    frame = play_steps(day, "building_sharing").to_frame()
    assert frame["status"].tolist() == ["equilibrium"]
    assert 0.08 - 1e-9 <= frame["price"].iloc[0] <= 0.3 + 1e-9


def test_bad_questions_are_refused():
    def of_my_own(*, number):
        """A system that says nothing of communities."""

    with pytest.raises(gt.InvalidInputError, match="of_my_own is built from numbers only"):
        step_game(street(), of_my_own, 0)
    with pytest.raises(gt.InvalidInputError, match="step of step_game must be from 0 to 3"):
        step_game(street(), "usage_charge", 4)
    with pytest.raises(gt.InvalidInputError, match="step by step"):
        step_game(street(), "usage_charge", [1, 2])
    with pytest.raises(gt.UnknownNameError, match="system"):
        play_steps(street(), "usage_charges")
    with pytest.raises(gt.InvalidInputError, match="steps of play_steps"):
        play_steps(street(), "usage_charge", [9])
