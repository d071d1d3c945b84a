"""Every registered property keeps its contract, without being named here."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.registry import Registry, properties
from tests.mechanisms.books import order_books
from tests.strategies import relabelled, sharing_games, table_games

NAMES = [entry.name for entry in properties if entry.traits["of"] == "game"]
LINEAR = [name for name in NAMES if name not in ("simple", "weighted_voting")]
checked = settings(max_examples=40, deadline=None, derandomize=True)
small_tables = table_games(max_players=4)
zeros_and_ones = small_tables.map(lambda game: gt.TableGame(game.players, np.sign(np.abs(game.numbers))))
any_games = st.one_of(small_tables, sharing_games(max_homes=4), zeros_and_ones)


def fingerprint(game):
    return game.table().tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_are_complete_repeatable_and_leave_the_game_alone(name):
    @checked
    @given(any_games, st.booleans())
    def holds(game, exact):
        before = fingerprint(game)
        first, second = (gt.check(game, name, exact=exact) for _ in range(2))
        assert fingerprint(game) == before
        assert first.to_dict() == second.to_dict()
        assert (first.rule, first.property) == ("game", name)
        assert np.isfinite(first.margin)
        assert set(first.witness) <= set(game.players)
        assert first.witness == tuple(label for label in game.players if label in first.witness)
        assert json.loads(json.dumps(first.to_dict())) == first.to_dict()
        assert first.certificate["kind"] != "none"
        assert first.holds in (True, False)

    holds()


@pytest.mark.parametrize("name", LINEAR)
def test_the_certificate_adds_up_to_the_margin(name):
    @checked
    @given(any_games, st.booleans())
    def holds(game, exact):
        verdict = gt.check(game, name, exact=exact)
        total = Fraction(0)
        for term in verdict.certificate["terms"]:
            assert Fraction(term["value"]) == Fraction(game.value(term["coalition"]))
            total += Fraction(term["weight"]) * Fraction(term["value"])
        assert total == Fraction(verdict.certificate["margin"])
        assert float(total) == verdict.margin

    holds()


@pytest.mark.parametrize("name", NAMES)
def test_relabelled_players_give_the_same_answer(name):
    @checked
    @given(any_games, st.randoms(use_true_random=False))
    def holds(game, random):
        order = list(range(game.n_players))
        random.shuffle(order)
        table = gt.TableGame(game.players, game.table())
        first, second = (gt.check(g, name, exact=True) for g in (table, relabelled(table, order)))
        assert first.holds == second.holds
        assert first.margin == pytest.approx(second.margin, rel=1e-9, abs=1e-12)
        assert bool(first.witness) == bool(second.witness)
        for term in second.certificate.get("terms", ()):
            assert Fraction(term["value"]) == Fraction(game.value(term["coalition"]))

    holds()


@pytest.mark.parametrize("name", LINEAR)
def test_multiples_and_additive_games_change_no_shape(name):
    covariant = properties.get(name).traits["covariant"]

    @checked
    @given(small_tables, st.fractions(Fraction(1, 9), 9), st.lists(st.fractions(-9, 9), min_size=4, max_size=4))
    def holds(game, factor, weights):
        added = gt.TableGame.from_function(game.players, lambda s: sum(weights[game.players.index(i)] for i in s))
        other = factor * game + added if covariant else factor * game
        before, after = gt.check(game, name, exact=True), gt.check(other, name, exact=True)
        assert before.holds == after.holds
        assert Fraction(after.certificate["margin"]) == factor * Fraction(before.certificate["margin"])

    holds()


@pytest.mark.parametrize("name", [entry.name for entry in properties if entry.traits["of"] == "allocation"])
def test_verdicts_about_allocations_are_complete_and_repeatable(name):
    @checked
    @given(table_games(min_players=2, max_players=4))
    def holds(game):
        split = gt.allocate(game, "equal_split")
        first, second = (gt.check(split, name) for _ in range(2))
        assert first.to_dict() == second.to_dict()
        assert (first.rule, first.property) == (split.rule, name)
        assert set(first.witness) <= set(game.players)
        assert json.loads(json.dumps(first.to_dict())) == first.to_dict()

    holds()


MARKET = [entry.name for entry in properties if "market" in np.atleast_1d(entry.traits["of"])]
CLEARED = ("uniform_price", "mcafee", "vickrey_clarke_groves", "continuous_double_auction")


@pytest.mark.parametrize("name", MARKET)
def test_verdicts_about_markets_are_complete_repeatable_and_leave_the_book_alone(name):
    @settings(max_examples=20, deadline=None, derandomize=True)
    @given(order_books(max_orders=4), st.sampled_from(CLEARED))
    def holds(book, mechanism):
        before = book.prices.tobytes(), book.energies.tobytes()
        outcome = gt.clear(book, mechanism)
        few = {"most": 300} if "most" in properties.get(name).options else {}
        first, second = (gt.check(outcome, name, **few) for _ in range(2))
        assert (book.prices.tobytes(), book.energies.tobytes()) == before
        assert first.to_dict() == second.to_dict()
        assert (first.rule, first.property) == (mechanism, name)
        assert np.isfinite(first.margin)
        assert first.witness == tuple(trader for trader in book.traders if trader in first.witness)
        assert json.loads(json.dumps(first.to_dict())) == first.to_dict()
        assert first.holds in (True, False, None)
        if first.holds is not None:
            assert first.certificate["kind"] in ("recompute", "lie", "enumeration", "bound", "theorem")

    holds()


@pytest.mark.parametrize("name", MARKET)
def test_other_units_of_money_and_energy_change_no_verdict_about_a_market(name):
    @settings(max_examples=15, deadline=None, derandomize=True)
    @given(order_books(max_orders=4, scales=(1.0,)), st.sampled_from([2.0**-20, 2.0**20]))
    def holds(book, factor):
        other = book.changed(prices=book.prices * factor, energies=book.energies * factor)
        few = {"most": 300} if "most" in properties.get(name).options else {}
        first, second = (gt.check(gt.clear(b, "uniform_price"), name, **few) for b in (book, other))
        assert first.holds == second.holds
        assert first.witness == second.witness
        size = factor if first.unit == "kWh" else factor**2
        assert second.margin == pytest.approx(first.margin * size, rel=1e-6, abs=1e-9 * size)

    holds()


def test_communities_allocations_functions_and_names_are_taken():
    street = gt.communities.fontana("flat")
    assert gt.check(street, "monotone")
    split = gt.allocate(gt.TableGame("ab", [0, 0, 0, 1]), "equal_split")
    assert gt.check(split, "convex").holds
    assert gt.check(split.game, gt.properties.get("convex").function).property == "convex"
    assert not gt.check(split.game, lambda game: gt.Verdict("game", "mine", "", False, 0.0, "money", (), {}))


def test_wrong_questions_are_refused():
    game = gt.TableGame("ab", [0, 0, 0, 1])
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'convex'"):
        gt.check(game, "konvex")
    with pytest.raises(gt.UnknownNameError, match="option of convex"):
        gt.check(game, "convex", exakt=True)
    with pytest.raises(gt.InvalidInputError, match=r"must return a Verdict\. Got bool"):
        gt.check(game, lambda game: True)
    assert gt.check(game, "convex:exact=true").statement.endswith("exactly")


def test_a_property_of_allocations_is_not_asked_of_a_game():
    mine = Registry("property")

    @mine.register(of="allocation")
    def efficient(allocation):
        """Everything is shared."""
        return gt.Verdict(allocation.rule, "efficient", "", True, 0.0, "money", (), {})

    game = gt.TableGame("ab", [0, 0, 0, 1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gametrade.analysis.checking.properties", mine)
        assert gt.check(gt.allocate(game, "equal_split"), "efficient").rule == "equal_split"
        with pytest.raises(gt.InvalidInputError, match=r"efficient is a property of an allocation\. Got TableGame"):
            gt.check(game, "efficient")


@pytest.mark.parametrize("entry", list(properties), ids=lambda entry: entry.name)
def test_entry_is_complete(entry):
    kinds = entry.traits["of"]
    assert kinds in ("game", "allocation", "strategic") or set(np.atleast_1d(kinds)) <= {"market", "agreement"}
    assert entry.summary.endswith(".")
    if kinds == "game":
        assert isinstance(entry.traits["covariant"], bool)
        assert entry.options[:1] == ("exact",)
    if kinds == "strategic":
        assert entry.traits["plays"]
    assert "Examples" in entry.function.__doc__
