"""The nucleolus without a table against the one from the table, its certificate against all coalitions."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers import nucleolus as nucleolus_file
from gametrade.solvers import row_levels
from gametrade.solvers.integer_span import IntegerSpan
from gametrade.solvers.nucleolus_by_rows import NOT_PROVED, nucleolus_by_rows
from gametrade.solvers.row_levels import settled_at_first, twin_homes
from gametrade.solvers.span_search import SpanSearch
from tests.strategies import make_community, one_step, sharing_games

checked = settings(max_examples=60, deadline=None, derandomize=True)


def room_of(game):
    return 2 * max(1e-9 * game.grand_value, game.tolerance)


def agrees(game):
    """Same payoffs as from the table, and a certificate that holds for all coalitions."""
    answer = nucleolus_by_rows(game)
    assert answer.rule == "nucleolus"
    table = gt.allocate(game, "nucleolus").payoffs
    assert np.abs(answer.payoffs - table).max() <= 4 * room_of(game)
    if answer.certificate is not None:
        holds(game, answer)
    return answer


def holds(game, answer):
    """Kohlberg's criterion by enumeration, with what homes without trade and twins get settled at first."""
    n, proof = game.n_players, answer.certificate
    span, position = IntegerSpan(n), {label: i for i, label in enumerate(game.players)}
    span.add([1] * n)
    for label in proof["without_trade"]:
        assert answer.payoffs[position[label]] == 0
        assert not game.position[position[label]].any()
        span.add(np.eye(n, dtype=int)[position[label]])
    for first, *others in proof["twins"]:
        for other in others:
            assert (game.position[position[first]] == game.position[position[other]]).all()
            span.add(np.eye(n, dtype=int)[position[first]] - np.eye(n, dtype=int)[position[other]])
    rows = all_coalitions(n)
    excess = game.table() - rows @ answer.payoffs
    for level in proof["levels"]:
        members = np.array([game.members(labels) for labels in level["coalitions"]])
        own = game.values(members) - members @ answer.payoffs
        assert np.abs(own - level["level"]).max() <= room_of(game)
        assert level["status"] == "proved"
        unsettled = ~span.contains(rows.astype(np.int64))
        assert excess[unsettled].max() <= level["level"] + room_of(game)
        assert min(level["weights"]) > 0
        assert not span.copy().add(np.array(level["weights"], dtype=object) @ members.astype(object))
        for row in members.astype(int):
            span.add(row)
    assert span.freedom == 0
    levels = [level["level"] for level in proof["levels"]]
    assert levels == sorted(levels, reverse=True) or np.diff(levels).max() <= room_of(game)


@checked
@given(sharing_games(max_homes=8))
def test_random_sharing_games(game):
    agrees(game)


@checked
@given(sharing_games(min_homes=2, max_homes=7, max_steps=1))
def test_one_step(game):
    agrees(game)


@pytest.mark.parametrize(("homes", "steps", "seed"), [(12, 24, 0), (12, 6, 1), (13, 3, 2), (14, 24, 3), (14, 2, 4)])
def test_more_homes(homes, steps, seed):
    net = np.random.default_rng(seed).normal(size=(homes, steps))
    agrees(gt.SharingGame(make_community(net, 0.3, 0.1)))


@pytest.mark.parametrize("copies", [2, 3])
def test_homes_of_few_types(copies):
    net = np.repeat(np.random.default_rng(5).normal(size=(4, 24)), copies, axis=0)
    answer = agrees(gt.SharingGame(make_community(net, 0.3, 0.1)))
    assert len(answer.certificate["twins"]) == 4
    assert np.ptp(answer.payoffs.reshape(4, copies), axis=1).max() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 1e6])
def test_scale(factor):
    net = np.random.default_rng(6).integers(-2, 3, size=(9, 5)).astype(float)
    game, scaled = (gt.SharingGame(make_community(f * net, 0.3, 0.1)) for f in (1.0, factor))
    agrees(scaled)
    found, expected = nucleolus_by_rows(scaled).payoffs, factor * nucleolus_by_rows(game).payoffs
    assert found == pytest.approx(expected, abs=1e-9 * scaled.grand_value)


def test_nobody_trades():
    answer = nucleolus_by_rows(one_step([1, 2, 3]))
    assert answer.payoffs.tolist() == [0, 0, 0]
    assert "no gains" in answer.notes[0]


def test_a_core_of_one_point_is_settled_at_the_first_level():
    game = one_step([3, 3, -1, -1, -1, -1])
    answer = agrees(game)
    assert len(answer.certificate["levels"]) == 1
    assert answer.certificate["levels"][0]["level"] == pytest.approx(0, abs=game.tolerance)
    assert answer.payoffs == pytest.approx([0, 0, 8, 8, 8, 8])


def test_when_the_time_is_up_the_answer_is_not_called_nucleolus():
    net = np.random.default_rng(0).normal(size=(12, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    answer = nucleolus_by_rows(game, seconds=0.0)
    assert answer.rule == NOT_PROVED
    assert "Not proved to be the nucleolus: no proof was found in time for level 1" in answer.notes[0]
    first = answer.certificate["levels"][0]
    assert first["status"] == "bracketed"
    truth = nucleolus_by_rows(game).certificate["levels"][0]["level"]
    assert first["level"] - room_of(game) <= truth <= first["upper_bound"] + room_of(game)
    assert first["level"] < first["upper_bound"]
    assert answer.payoffs.sum() == pytest.approx(game.grand_value)


def test_a_bound_that_a_solver_states_is_not_called_a_proof(monkeypatch):
    monkeypatch.setattr(row_levels, "MOST_REGIONS", 3)
    net = np.random.default_rng(0).normal(size=(12, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    answer = nucleolus_by_rows(game)
    first, *later = answer.certificate["levels"]
    assert answer.rule == NOT_PROVED
    assert first["status"] == "bracketed"
    assert first["upper_bound"] - first["level"] <= 1e-5 * game.grand_value
    assert {level["status"] for level in later} == {"proved"}
    assert np.abs(answer.payoffs - gt.allocate(game, "nucleolus").payoffs).max() <= 4 * room_of(game)


@checked
@given(st.integers(0, 10**6), st.integers(3, 8), st.integers(1, 6), st.booleans())
def test_search_outside_a_span(seed, homes, steps, twins):
    """The largest unsettled excess, by enumeration."""
    rng = np.random.default_rng(seed)
    position = rng.integers(-3, 4, size=(homes, steps)).astype(float)
    position[1] = position[0] if twins else position[1]
    groups = twin_homes(position)
    payoffs = rng.normal(size=homes) * 2
    for group in groups:
        payoffs[group] = payoffs[group[0]]
    span = settled_at_first(homes, groups)
    rows = all_coalitions(homes)
    for _ in range(rng.integers(0, homes)):
        if span.freedom > 1:
            span.add(rows[rng.integers(1, 2**homes)].astype(int))
    gains = np.minimum(rows @ np.maximum(position, 0), rows @ np.maximum(-position, 0)).sum(axis=1)
    excess = np.where(span.contains(rows.astype(np.int64)), -np.inf, gains - rows @ payoffs)
    if not span.freedom:
        return
    truth, until = float(excess.max()), time.monotonic() + 60
    above = SpanSearch(position, groups).above(payoffs, truth, 1e-9, span, until=until)
    assert above.complete
    assert not len(above.rows)
    below = SpanSearch(position, groups).above(payoffs, truth - 0.5, 1e-9, span, until=until)
    assert len(below.rows)
    weights = 1 << np.arange(homes)
    assert (excess[below.rows @ weights] > truth - 0.5).all()


def test_other_games_are_refused():
    with pytest.raises(InvalidInputError, match="needs a SharingGame"):
        nucleolus_by_rows(gt.TableGame(["a", "b"], [0, 0, 0, 1]))


def test_the_rule_goes_on_without_a_table(monkeypatch):
    net = np.random.default_rng(0).normal(size=(9, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    table = gt.allocate(game, "nucleolus")
    monkeypatch.setattr(nucleolus_file, "fits_a_table", lambda game: False)
    answer = gt.allocate(game, "nucleolus")
    assert answer.payoffs == pytest.approx(table.payoffs, abs=1e-9 * game.grand_value)
    assert "without a table" in answer.notes[0]
    monkeypatch.setattr(nucleolus_file, "ROW_SECONDS", 0.0)
    with pytest.raises(TooManyPlayersError, match="not proved within 0 s"):
        gt.allocate(game, "nucleolus")
    monkeypatch.setattr(nucleolus_file, "ROW_PLAYERS", 8)
    with pytest.raises(TooManyPlayersError, match="up to 8 homes"):
        gt.allocate(game, "nucleolus")


def test_a_report_with_it_is_verified(monkeypatch):
    net = np.random.default_rng(1).normal(size=(27, 2))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    study = gt.analyse_stability(game, ["nucleolus"], contracts=["whole"])
    assert study["nucleolus"].status == "core"
    outcomes = {one.id: one.outcome for one in verify_document(study.to_dict())}
    assert outcomes["nucleolus/payoffs"] == "proved"
    document = study.to_dict()
    monkeypatch.setattr(nucleolus_file, "ROW_SECONDS", 0.0)
    slow = {one.id: one for one in verify_document(document)}["nucleolus/payoffs"]
    assert slow.outcome == "not proved"
    assert "too large to be checked here" in slow.detail
