"""Every registered allocation rule and variant keeps what it promises, without being named here."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.registry import Registry, rules
from gametrade.rules import rule_applies
from gametrade.rules.settlement import step_payoffs
from tests.contracts.promises import CHECKS, money_tolerance
from tests.strategies import graph_games, one_step, quasi_balanced_games, relabelled, sharing_games, table_games

VARIANTS = rules.variants()
PROMISED = [(name, promise) for name in VARIANTS for promise in sorted(rules.resolve(name)[0].promises)]
checked = settings(max_examples=30, deadline=None, derandomize=True)
thorough = settings(max_examples=60, deadline=None, derandomize=True)


def games_of(name):
    """Games that the rule can split: tables too if it needs no meter data."""
    return {
        "any": st.one_of(sharing_games(), table_games()),
        "quasi_balanced": st.one_of(sharing_games(), quasi_balanced_games()),
        "graph": graph_games(),
        "sharing": sharing_games(),
    }[rules.resolve(name)[0].traits["needs"]]


def games_for(name, promise):
    if promise != "covariance":
        return games_of(name)
    return quasi_balanced_games() if rules.resolve(name)[0].traits["needs"] == "quasi_balanced" else table_games()


@pytest.mark.parametrize(("name", "promise"), PROMISED)
def test_promise(name, promise):
    @thorough
    @given(games_for(name, promise))
    def holds(game):
        CHECKS[promise](lambda g: gt.allocate(g, name), game)

    holds()


@pytest.mark.parametrize("name", VARIANTS)
def test_shape_and_repeatability_and_untouched_input(name):
    @checked
    @given(games_of(name))
    def holds(game):
        before = fingerprint(game)
        first, second = gt.allocate(game, name), gt.allocate(game, name)
        assert fingerprint(game) == before
        assert first.payoffs.shape == (game.n_players,)
        assert np.array_equal(first.payoffs, second.payoffs)
        assert first.rule == second.rule
        assert first.notes == second.notes
        for price in (first.sell_price, first.buy_price):
            assert price is None or price.shape == (game.community.n_steps,)
        assert (first.sell_price is None) == (first.buy_price is None)

    holds()


@pytest.mark.parametrize("name", VARIANTS)
def test_relabelled_homes_get_relabelled_payoffs(name):
    @checked
    @given(games_of(name), st.randoms(use_true_random=False))
    def holds(game, random):
        order = list(range(game.n_players))
        random.shuffle(order)
        original, other = gt.allocate(game, name), gt.allocate(relabelled(game, order), name)
        assert np.abs(other.payoffs - original.payoffs[order]).max() <= money_tolerance(game, original.payoffs)
        if original.sell_price is not None:
            np.testing.assert_allclose(other.sell_price, original.sell_price, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(other.buy_price, original.buy_price, rtol=1e-9, atol=1e-12)

    holds()


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("scale", [3.7, 1e-5])
def test_money_scales(name, scale):
    @checked
    @given(games_of(name))
    def holds(game):
        original, scaled = gt.allocate(game, name), gt.allocate(in_other_money(game, scale), name)
        tolerance = money_tolerance(game, original.payoffs)
        assert np.abs(scaled.payoffs - scale * original.payoffs).max() <= scale * tolerance
        if original.sell_price is not None:
            np.testing.assert_allclose(scaled.sell_price, scale * original.sell_price, rtol=1e-9, atol=scale * 1e-12)
            np.testing.assert_allclose(scaled.buy_price, scale * original.buy_price, rtol=1e-9, atol=scale * 1e-12)

    holds()


@pytest.mark.parametrize("name", [name for name in VARIANTS if rules.resolve(name)[0].traits["needs"] == "sharing"])
def test_prices_explain_the_payoffs(name):
    @checked
    @given(sharing_games())
    def holds(game):
        answer = gt.allocate(game, name)
        if answer.sell_price is None:
            return
        steps = step_payoffs(game, answer.sell_price, answer.buy_price)
        turnover = np.abs(game.community.net_load) @ (np.abs(game.community.import_price) + 0.1)
        assert np.abs(steps.sum(axis=1) - answer.payoffs).max() <= 1e-12 * turnover.sum()

    holds()


@pytest.mark.parametrize("entry", list(rules), ids=lambda entry: entry.name)
def test_entry_is_complete(entry):
    assert entry.promises <= set(CHECKS)
    assert entry.function.__module__.rsplit(".", 1)[1] == entry.name
    assert entry.traits["needs"] in ("sharing", "any", "quasi_balanced", "graph")
    assert entry.traits["kind"] in ("price", "payoff", "baseline")
    assert entry.traits["source"]
    assert entry.summary.endswith(".")
    assert "Examples" in entry.function.__doc__


@pytest.mark.parametrize("entry", list(rules), ids=lambda entry: entry.name)
def test_misspelled_option_is_refused(entry):
    game = one_step([1, -1])
    game = gt.GraphGame(game, []) if entry.traits["needs"] == "graph" else game
    with pytest.raises(gt.UnknownNameError, match=entry.name):
        gt.allocate(game, entry.name, no_such_option=1)


@pytest.mark.parametrize("entry", [e for e in rules if e.traits["needs"] == "sharing"], ids=lambda entry: entry.name)
def test_rule_of_meter_data_refuses_a_table(entry):
    table = gt.TableGame.from_values({("s", "b"): 6.0})
    assert not rule_applies(entry, table)
    with pytest.raises(gt.InvalidInputError, match="meter data"):
        gt.allocate(table, entry.name)


def half_of_everything(game):
    """Waste half of the gains and give the rest to the first player."""
    return np.eye(game.n_players)[0] * game.grand_value / 2


def cheapest_first(game):
    """Tax the first home of every period, however small."""
    shift = np.full(game.n_players, 1.0 / game.n_players) - np.eye(game.n_players)[0]
    return game.grand_value**2 / (1 + game.grand_value) * shift


@pytest.mark.parametrize(
    ("rule", "promise"),
    [
        (half_of_everything, "efficiency"),
        (half_of_everything, "symmetry"),
        (half_of_everything, "core"),
        (half_of_everything, "covariance"),
        (cheapest_first, "null_player"),
        (cheapest_first, "individual_rationality"),
        (cheapest_first, "step_individual_rationality"),
        (cheapest_first, "additivity"),
    ],
)
def test_false_promise_is_caught(rule, promise):
    registry = Registry("allocation rule")
    registry.register(promises=(promise,), needs="any")(rule)
    entry = registry.get(rule.__name__)
    games = table_games(min_players=2) if promise == "covariance" else sharing_games(min_homes=2)
    allocate = functools.partial(gt.allocate, rule=entry.function)

    @settings(max_examples=300, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(games)
    def holds(game):
        CHECKS[promise](allocate, game)

    with pytest.raises(AssertionError):
        holds()


def test_every_promise_of_the_vocabulary_is_made_by_some_rule():
    assert set().union(*(entry.promises for entry in rules)) == set(CHECKS)


def fingerprint(game):
    game = game.game if isinstance(game, gt.GraphGame) else game
    return game.community.fingerprint if isinstance(game, gt.SharingGame) else game.numbers.tobytes()


def in_other_money(game, scale):
    if isinstance(game, gt.GraphGame):
        return gt.GraphGame(in_other_money(game.game, scale), game.graph)
    if isinstance(game, gt.TableGame):
        return gt.TableGame(game.names, game.numbers * scale)
    street = game.community
    tariff = gt.Tariff(
        street.import_price * scale,
        street.export_price * scale,
        street.network_charge * scale,
        allow_negative_spread=True,
    )
    return gt.SharingGame(street.with_tariff(tariff))
