"""Whether weights and a quota decide who wins."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.properties.simple_table import SimpleTable
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame, all_coalitions, subset_sums
from gametrade.games.coalitional.integer_table import int64_or_object, over_one_denominator
from gametrade.optimise import Program, maximise
from gametrade.registry import properties
from gametrade.typing import FloatArray, IntArray

BATCH = 16
"""Coalitions added to the linear program at once, of either kind."""

LARGEST_DENOMINATOR = 10**6
"""Of weights read off a solver; what they prove is checked in whole numbers."""


@properties.register(of="game", covariant=False)
def weighted_voting(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""A simple game in which weights and a quota decide who wins.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance whether the game is simple.

    Returns
    -------
    Verdict
        If it holds: whole weights and a quota that give every coalition what it has; margin: distance between
        quota and heaviest loser; witness: the heaviest loser. If not: winning and losing coalitions in which
        everybody appears as often (the winners' side never more), so that no weights tell them apart; margin:
        the largest separation that normalised weights reach, zero or less; witness: one of those winners.
        [share of the total weight]

    Notes
    -----
    The largest t with :math:`w(S) \ge q + t` for winning S, :math:`w(T) \le q - t` for losing T, w >= 0 of sum
    1, by a linear program over the coalitions that matter, found by scanning the table. Either answer is
    checked in whole numbers over all coalitions [1]_; one that cannot be is "not proved".

    References
    ----------
    .. [1] A. D. Taylor and W. S. Zwicker, Simple Games, Princeton University Press (1999), theorem 2.4.2.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abc", lambda s: int(sum({"a": 3, "b": 2, "c": 1}[i] for i in s) >= 4))
    >>> verdict = gt.check(game, "weighted_voting")
    >>> verdict.holds, verdict.certificate["weights"], verdict.certificate["quota"]
    (True, {'a': 2, 'b': 1, 'c': 1}, 3)
    """
    shape = Shape.of(game, exact)
    table = SimpleTable.of(shape)
    if table.fault:
        return table.refusal(shape, "weighted_voting")
    statement = "weights and a quota decide who wins"
    holds, margin, witness, certificate = _decided(table, shape)
    return shape.verdict(
        "weighted_voting", statement, holds, margin, shape.labels(witness), certificate, unit="of the total weight"
    )


def _decided(table: SimpleTable, shape: Shape) -> tuple[bool | None, float, int, Mapping[str, Any]]:
    """Add the coalitions that the weights found so far get wrong until none is left, or no weights exist."""
    winners, losers = table.extreme(winning=True)[:BATCH], table.extreme(winning=False)[-BATCH:]
    while True:
        weights, separation, balance = _separated(winners, losers, shape.game.n_players)
        whole = int64_or_object(_whole(weights), terms=len(weights))
        sums = subset_sums(whole)
        total = int(sums[-1])
        quota = int(sums[table.wins].min())
        heaviest = int(np.where(table.wins, -1, sums).argmax())
        if int(sums[heaviest]) < quota:
            named = dict(zip(shape.game.players, map(int, whole), strict=True))
            certificate = {"kind": "weights", "weights": named, "quota": quota}
            return True, (quota - int(sums[heaviest])) / total, heaviest, certificate
        more = _misjudged(sums, table, winners, losers)
        if more is None:
            proof = _trade(balance, winners, losers, shape)
            kind = {"kind": "trade", **proof} if proof else {"kind": "none", "why": "the proof could not be made exact"}
            return (False if proof else None), 2 * separation, int(winners[0]), kind
        winners, losers = np.union1d(winners, more[0]), np.union1d(losers, more[1])


def _separated(winners: IntArray, losers: IntArray, n: int) -> tuple[FloatArray, float, FloatArray]:
    """Weights of sum 1 that hold winners and losers apart, by how much, and the balance that forbids more."""
    from scipy.sparse import csr_matrix

    rows = np.zeros((len(winners) + len(losers) + 1, n + 2))
    signs = np.concatenate([np.ones(len(winners)), -np.ones(len(losers))])
    rows[:-1, :n] = signs[:, None] * all_coalitions(n, np.concatenate([winners, losers]))
    rows[:-1, n], rows[:-1, n + 1] = -signs, -1.0
    rows[-1, :n] = 1.0
    lower = np.zeros(len(rows))
    lower[-1] = 1.0
    upper = np.full(len(rows), np.inf)
    upper[-1] = 1.0
    bounds = np.concatenate([np.zeros(n), [-np.inf, -np.inf]])
    gain = np.concatenate([np.zeros(n + 1), [1.0]])
    answer = maximise(Program(gain, csr_matrix(rows), lower, upper, bounds, np.full(n + 2, np.inf)))
    return np.maximum(0, answer.variables[:n]), answer.objective, np.abs(answer.row_duals[:-1])


def _whole(weights: FloatArray) -> list[int]:
    """Small whole numbers in the proportions of the weights."""
    ratios = weights / weights.max()
    numbers, _ = over_one_denominator([Fraction(float(w)).limit_denominator(LARGEST_DENOMINATOR) for w in ratios])
    return numbers


def _misjudged(
    sums: IntArray, table: SimpleTable, winners: IntArray, losers: IntArray
) -> tuple[IntArray, IntArray] | None:
    """The lightest winners and heaviest losers; None if the linear program knows them all."""
    light = np.flatnonzero(table.wins)
    heavy = np.flatnonzero(~table.wins)
    light = light[np.argsort(sums[light], kind="stable")[:BATCH]]
    heavy = heavy[np.argsort(-sums[heavy], kind="stable")[:BATCH]]
    known = np.isin(light, winners).all() and np.isin(heavy, losers).all()
    return None if known else (light, heavy)


def _trade(balance: FloatArray, winners: IntArray, losers: IntArray, shape: Shape) -> dict[str, Any] | None:
    """Numbers of winners and of losers, as many of each, whose winners contain nobody more often than the losers."""
    numbers, _ = over_one_denominator([Fraction(float(b)).limit_denominator(LARGEST_DENOMINATOR) for b in 2 * balance])
    won, lost = numbers[: len(winners)], numbers[len(winners) :]
    if not sum(won) or sum(won) != sum(lost):
        return None
    for i in range(shape.game.n_players):
        inside = sum(k for k, mask in zip(won, winners, strict=True) if mask >> i & 1)
        if inside > sum(k for k, mask in zip(lost, losers, strict=True) if mask >> i & 1):
            return None
    return {
        side: [{"coalition": list(shape.labels(int(m))), "times": k} for k, m in zip(times, masks, strict=True) if k]
        for side, times, masks in (("winning", won, winners), ("losing", lost, losers))
    }
