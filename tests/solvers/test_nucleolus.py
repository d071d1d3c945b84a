"""The nucleolus and its kin against exact whole-number programs, on the games that make such codes fail."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers import exact_levels
from gametrade.solvers.alike_players import alike_players, turned
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.kohlberg import KohlbergCertificate, kohlberg_gap
from gametrade.solvers.whole_tableau import WholeTableau
from tests.solvers.degenerate_games import as_game, random_game
from tests.solvers.exact_maschler import solution
from tests.strategies import sharing_games, table_games

CONCEPTS = {
    "nucleolus": {"per_member": False, "bounded": True},
    "prenucleolus": {"per_member": False, "bounded": False},
    "per_capita_nucleolus": {"per_member": True, "bounded": True},
}
GAMES = 500
SEED = 20240607


def size_of(value):
    return max(1, *(abs(v) for v in value.values()))


@pytest.mark.parametrize("rule", CONCEPTS)
def test_random_degenerate_games(rule):
    """500 games of up to 6 players, floats to 1e-9 and fractions exactly."""
    rng = np.random.default_rng(SEED)
    for _ in range(GAMES):
        n, value = random_game(rng)
        truth, _ = solution(n, value, **CONCEPTS[rule])
        game = as_game(n, value)
        found = gt.allocate(game, rule)
        assert np.abs(found.payoffs - np.array(truth, dtype=float)).max() <= 1e-9 * size_of(value), value
        assert gt.allocate(game, rule, exact=True).fractions == truth, value
        assert found.certificate["kind"] == "kohlberg"


@pytest.mark.parametrize("factor", [1e-8, 1e-6, 1e-3, 1.0, 1e3, 1e8])
def test_scale_and_additive_games_change_nothing(factor):
    rng = np.random.default_rng(3)
    for _ in range(25):
        n, value = random_game(rng)
        truth = np.array(solution(n, value)[0], dtype=float)
        spread = size_of({c: v - sum(value[(i,)] for i in c) for c, v in value.items()})
        scaled = gt.allocate(as_game(n, value, factor), "nucleolus").payoffs
        assert np.abs(scaled - factor * truth).max() <= 1e-9 * factor * size_of(value)
        shift = factor * 1e4 * spread * rng.uniform(-1, 1, n)
        moved = gt.allocate(as_game(n, value, factor, shift), "nucleolus").payoffs
        assert np.abs(moved - factor * truth - shift).max() <= 1e-9 * max(np.abs(shift).max(), factor)


def test_exact_answers_do_not_care_about_size():
    rng = np.random.default_rng(4)
    for _ in range(25):
        n, value = random_game(rng)
        truth, _ = solution(n, value)
        factor, shift = Fraction(3, 10**30), [Fraction(10**25 * (i + 1), 7) for i in range(n)]
        game = as_game(n, {c: v * factor + sum(shift[i] for i in c) for c, v in value.items()})
        found = gt.allocate(game, "nucleolus", exact=True)
        assert found.fractions == tuple(factor * x + s for x, s in zip(truth, shift, strict=True))


def test_levels_that_floats_cannot_separate():
    """A difference of 1e-15 between two ties decides which coalition holds the level up."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        n, value = random_game(rng)
        close = {c: v * 10**15 + int(rng.integers(-3, 4)) for c, v in value.items()}
        truth, _ = solution(n, close)
        assert gt.allocate(as_game(n, close), "nucleolus", exact=True).fractions == truth


def test_whole_number_programs_alone_give_the_same(monkeypatch):
    certified = exact_levels._certified
    tried = []

    def only_the_second(table, levels, *concept):
        tried.append(levels)
        return None if len(tried) % 2 else certified(table, levels, *concept)

    monkeypatch.setattr(exact_levels, "_certified", only_the_second)
    rng = np.random.default_rng(6)
    for _ in range(60):
        n, value = random_game(rng)
        for rule, options in CONCEPTS.items():
            found = gt.allocate(as_game(n, value), rule, exact=True)
            assert found.fractions == solution(n, value, **options)[0]
    assert len(tried) == 2 * 60 * len(CONCEPTS)


@pytest.mark.parametrize("rule", ["nucleolus", "per_capita_nucleolus", "least_core"])
def test_ties_by_the_thousand_broken_by_rounding_have_an_exact_answer(rule):
    """A glove game of 14 players whose gloves of 0.1 are added up in floats: more than 2^13 excesses all but tie."""
    rows = all_coalitions(14) * 0.1
    game = gt.TableGame("abcdefghijklmn", np.minimum(rows[:, :7].sum(axis=1), rows[:, 7:].sum(axis=1)))
    found, floats = gt.allocate(game, rule, exact=True), gt.allocate(game, rule).payoffs
    assert sum(found.fractions) == Fraction(game.grand_value)
    assert found.payoffs == pytest.approx(floats, abs=1e-9)
    certificate = KohlbergCertificate.from_dict(found.certificate, game.players)
    if rule != "least_core":
        assert kohlberg_gap(ExactTable.of(game, rule), found.fractions, certificate, exact=True) == 0


def test_sums_of_floats_have_an_exact_nucleolus_above_twelve_players():
    """Ties of a game of 14 players are broken by the rounding of 0.1 and 0.3; the exact answer obeys that rounding."""
    rng = np.random.default_rng(7)
    sizes = np.bitwise_count(np.arange(2**14))
    shared = np.minimum(sizes & 3, 5) * 0.1 + (subset_sums(rng.integers(1, 6, 14)) >= 20) * 0.3
    game = gt.TableGame(tuple("abcdefghijklmn"), shared + subset_sums(rng.uniform(-9, 9, 14)) * (sizes > 0))
    found = gt.allocate(game, "nucleolus", exact=True)
    assert (
        kohlberg_gap(
            ExactTable.of(game, "test"),
            found.fractions,
            KohlbergCertificate.from_dict(found.certificate, game.players),
            exact=True,
        )
        == 0
    )
    assert np.abs(found.payoffs - gt.allocate(game, "nucleolus").payoffs).max() <= 1e-12 * np.abs(game.numbers).max()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sharing_games(min_homes=2, max_homes=6))
def test_the_nucleolus_of_a_sharing_game_is_in_its_core(game):
    payoffs = gt.allocate(game, "nucleolus").payoffs
    assert gt.blocking_coalition(game, payoffs).excess <= 2 * max(game.tolerance, 1e-12 * np.abs(payoffs).sum())
    both = gt.allocate(game, "prenucleolus").payoffs
    assert np.abs(payoffs - both).max() <= 1e-7 * max(game.grand_value, 1e-300) + 2 * game.tolerance


@settings(max_examples=60, deadline=None, derandomize=True)
@given(table_games())
def test_certificates_survive_json_and_reject_other_points(game):
    for rule in CONCEPTS:
        found = gt.allocate(game, rule, exact=True)
        written = json.loads(json.dumps(found.certificate))
        certificate = KohlbergCertificate.from_dict(written, game.players)
        table = ExactTable.of(game, "test")
        assert kohlberg_gap(table, found.fractions, certificate, exact=True) == 0
        if game.n_players == 1:
            continue
        other = list(found.fractions)
        step = Fraction(max(1e-300, float(np.abs(game.numbers).max()))) / 1000
        other[0], other[1] = other[0] + step, other[1] - step
        assert kohlberg_gap(table, other, certificate, exact=True) > step / 1000
        assert kohlberg_gap(table, other, certificate, exact=False) > step / 1000


def broken(document, how):
    document = json.loads(json.dumps(document))
    level = document["levels"][0]
    if how == "weight":
        level["weights"][0] += 1
    elif how == "sign":
        level["weights"][0] *= -1
    elif how == "missing":
        level["coalitions"].pop()
        level["weights"].pop()
    elif how == "short":
        document["levels"].pop()
    elif how == "label":
        level["coalitions"][0].append(level["coalitions"][0][0])
    return document


@pytest.mark.parametrize("how", ["weight", "sign", "missing", "short", "label"])
def test_a_broken_certificate_is_refused(how):
    game = gt.TableGame.from_values({("a", "b"): 4, ("b", "c"): 5, ("a", "c"): 2, ("a", "b", "c"): 9})
    found = gt.allocate(game, "nucleolus", exact=True)

    def check(document):
        certificate = KohlbergCertificate.from_dict(document, game.players)
        return kohlberg_gap(ExactTable.of(game, "test"), found.fractions, certificate, exact=True)

    assert check(found.certificate) == 0
    with pytest.raises(gt.InvalidInputError):
        check(broken(found.certificate, how))


def test_players_who_gain_more_alone_get_the_prenucleolus_with_a_sentence():
    game = gt.TableGame.from_values({("a",): 6, ("b",): 6, ("a", "b"): 8})
    for exact in (False, True):
        found = gt.allocate(game, "nucleolus", exact=exact)
        assert found.payoffs == pytest.approx([4, 4])
        assert "more alone than together" in found.notes[0]
        assert not found.certificate["individually_rational"]


@pytest.mark.parametrize("rule", CONCEPTS)
@pytest.mark.parametrize("exact", [False, True])
def test_one_and_two_players(rule, exact):
    alone = gt.allocate(gt.TableGame(("a",), np.array([0, 7])), rule, exact=exact)
    assert alone.payoffs.tolist() == [7.0]
    pair = gt.allocate(gt.TableGame(("a", "b"), np.array([0, 1, 2, 9])), rule, exact=exact)
    assert pair.payoffs == pytest.approx([4, 5], abs=1e-12)


def test_no_choice_when_nothing_is_gained():
    game = gt.TableGame.from_values({("a",): 1, ("b",): 2, ("a", "b"): 9, ("a", "b", "c"): 3})
    for exact in (False, True):
        assert gt.allocate(game, "nucleolus", exact=exact).payoffs == pytest.approx([1, 2, 0], abs=1e-12)


def test_the_exact_program_says_how_it_failed():
    with pytest.raises(gt.SolverError, match="infeasible"):
        WholeTableau(np.array([[0]]), [1])
    with pytest.raises(gt.SolverError, match="unbounded"):
        WholeTableau(np.array([[1, -1]]), [1]).maximise([1, 0])


@pytest.mark.parametrize("added", [0.0, 0.1])
def test_ties_between_alike_players_by_the_thousand_end(added):
    """The majority game of 17 players, with what they have alone added up in floats: 24 310 coalitions tie."""
    votes, own = (np.bitwise_count(np.arange(2**17)) >= 9).astype(float), added * np.arange(17)
    game = gt.TableGame(tuple("abcdefghijklmnopq"), votes + subset_sums(own))
    for rule in ("nucleolus", "per_capita_nucleolus", "least_core"):
        assert gt.allocate(game, rule).payoffs == pytest.approx(own + 1 / 17, abs=1e-9)


def test_turning_alike_players_weighs_them_alike():
    rng = np.random.default_rng(3)
    for _ in range(30):
        n = int(rng.integers(3, 9))
        kinds = rng.integers(0, 3, n)
        classes = tuple(np.flatnonzero(kinds == k) for k in range(3) if (kinds == k).sum() > 1)
        if not classes:
            continue
        row = rng.random(n) < 0.5
        rows = turned(row[None, :], classes)
        assert len(np.unique(rows, axis=0)) == len(rows)
        assert any((row == other).all() for other in rows)
        for members in classes:
            assert (rows[:, members].sum(axis=1) == row[members].sum()).all()


def test_players_are_alike_only_if_no_sampled_coalition_tells_them_apart():
    weights = np.array([3, 1, 3, 2, 2, 1])
    game = (subset_sums(weights) >= 7).astype(float) + subset_sums(np.arange(6) * 0.1)
    classes = {tuple(members) for members in alike_players(game)}
    assert classes == {(0, 2), (1, 5), (3, 4)}
