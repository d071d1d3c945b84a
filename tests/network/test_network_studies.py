"""Plans that treat equals alike, rules under limits, bargaining under limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from gametrade.analysis.studies.network_stability import locational_price, network_stability
from gametrade.community.feeder import Feeder
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.network import NetworkGame
from gametrade.games.formation import FormationGame, network_partition_game
from gametrade.solvers.network_plan import network_plan
from gametrade.solvers.network_prices import network_prices
from gametrade.solvers.two_stage_bargaining import two_stage_bargaining
from tests.network.feeders import network_games
from tests.network.test_network_game import scale
from tests.strategies import make_community

checked = settings(max_examples=30, deadline=None, derandomize=True)


@checked
@given(network_games())
def test_the_plan_is_feasible_and_earns_the_optimum(game):
    plan = network_plan(game)
    assert (plan <= game.community.surplus * (1 + 1e-9) + 1e-12).all()
    assert (game.loading @ plan <= game.room + 1e-6 * (1 + np.abs(game.room))).all() or (plan < 0).any()
    steps, street = game.bound_steps, game.community
    shared = np.minimum(plan[:, steps].sum(axis=0), street.deficit[:, steps].sum(axis=0))
    money = (plan[:, steps].sum(axis=0) * street.export_price[steps] + shared * street.tariff.spread()[steps]).sum()
    assert money == pytest.approx(game.plan(np.ones(game.n_players, dtype=bool))[0], abs=1e-6 * scale(game))


def test_sellers_at_one_bus_lose_alike_in_any_order():
    street = make_community([[-6.0], [-6.0], [3.0]])
    feeder = Feeder([("g", "a"), ("g", "b")], [0, 0], [0, 0], capacity=[8, 50], homes={"A": "a", "B": "a", "C": "b"})
    assert network_plan(NetworkGame(street, feeder)).round(6).tolist() == [[4], [4], [0]]


@settings(checked, max_examples=15)
@given(network_games(max_homes=4))
def test_price_rules_share_what_the_limits_leave(game):
    if (game.community.export_price < 0).any():
        return
    rules = ["mid_market_rate", "competitive_price", locational_price, "equal_split"]
    study = network_stability(
        game.community, game.feeder, rules, outsiders=game.outsiders, power_factor=game.power_factor
    )
    for answer in study.bound:
        assert answer.payoffs.sum() == pytest.approx(game.grand_value, abs=1e-5 * scale(game))
    assert list(study.to_frame().index) == ["mid_market_rate", "competitive_price", "locational_price", "equal_split"]
    prices = network_prices(game)
    if prices.rent <= 1e-9 * scale(game):
        assert study.bound[2].excess <= 1e-6 * scale(game)


def test_who_sits_at_the_end_of_the_line_pays_under_one_price():
    """Two equal sellers; voltage binds at the far end, so the plan cuts the far one, whose price is the same."""
    street = make_community([[-20.0], [-20.0], [5.0]], import_price=30.0, export_price=8.0)
    feeder = Feeder([("g", "a"), ("a", "b")], [0.1, 0.4], [0, 0], highest=1.03, homes={"A": "a", "B": "b", "C": "a"})
    study = network_stability(street, feeder, ["competitive_price", locational_price])
    near, far, _ = study.payoffs()["competitive_price"]
    assert study.lost[1] > 1 > 1e-6 > study.lost[0]
    assert near > 0 > far
    assert study.bound[0].blocks
    assert not study.bound[1].blocks


def test_bargaining_takes_the_game_with_limits_as_it_is():
    street = make_community([[-20.0], [-20.0], [5.0]], import_price=30.0, export_price=8.0)
    homes = {"A": "a", "B": "b", "C": "a"}
    wide = Feeder([("g", "a"), ("a", "b")], [1e-6, 1e-6], [0, 0], homes=homes)
    tight = Feeder([("g", "a"), ("a", "b")], [0.1, 0.4], [0, 0], highest=1.03, homes=homes)
    slack = two_stage_bargaining(NetworkGame(street, wide))
    assert slack.gains == pytest.approx(two_stage_bargaining(street).gains)
    bound = two_stage_bargaining(NetworkGame(street, tight))
    assert bound.gains.sum() == pytest.approx(NetworkGame(street, tight).grand_value)
    assert np.ptp(bound.gains[bound.gains > 0]) == pytest.approx(0.0, abs=1e-9)


def test_coalitions_that_plan_by_themselves_take_room_twice():
    """Three sellers at one bus want the room that the far one cannot use: together they book it once."""
    street = make_community([[-4.0], [-4.0], [-4.0], [-8.0]], import_price=30.0, export_price=8.0)
    homes = {"A": "a", "B": "a", "C": "a", "D": "b"}
    feeder = Feeder([("g", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes=homes, capacity=[8, 2])
    joint = network_partition_game(NetworkGame(street, feeder))
    apart, together = (("A",), ("B",), ("C",), ("D",)), (("A",), ("B", "C"), ("D",))
    assert joint.worth(("A",), apart) == pytest.approx(8.0 * (0 - 4))
    assert joint.worth(("A",), together) == pytest.approx(8.0 * (1 - 4))
    assert joint.externality is not None
    with pytest.raises(InvalidInputError, match="partition-function game"):
        FormationGame(joint)
    wide = Feeder([("g", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes=homes)
    free = network_partition_game(NetworkGame(street, wide))
    assert free.externality is None
    assert FormationGame(free).players == street.names
    with pytest.raises(InvalidInputError, match="must be a NetworkGame"):
        network_partition_game(street)
