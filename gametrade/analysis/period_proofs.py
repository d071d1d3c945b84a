"""Proofs that nobody gains by leaving in any period of a contract, each as light as will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gametrade.games.coalitional import SharingGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.price_tree import PriceTree, clearing_price
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import FloatArray, IntArray

ENUMERATED_PLAYERS = 16
ENUMERATED = 200_000_000
"""Most coalitions times trade steps that verification looks at for one claim: about ten seconds."""
AT_ONCE = 1_000_000
"""So few that no price path is sought first."""
SADDLE_PERIODS = 400
"""Most periods whose own best price path is sought."""
TREES = 64
"""Most periods for which a tree is grown."""
TREE_NODES = 200
TREE_EFFORT = 5_000_000
"""Most nodes times homes times trade steps for all trees of one claim: some seconds."""


@dataclass(frozen=True, eq=False, slots=True)
class PeriodProofs:
    """How each period is settled: by the price path, by a tree, or by looking at all coalitions.

    Parameters
    ----------
    path : ndarray of uint8, shape (T',)
        Price position of each trade step of the whole, in 128ths. It settles a period in which all homes
        together gain no more at these prices than the rule pays them, to the tolerance.
    shortfalls : ndarray of shape (P,)
        By how much they would gain more in each period. [money]
    trees : mapping of int to PriceTree
        Trees of periods that the path leaves open.
    enumerated : tuple of int
        Periods that the path leaves open and whose coalitions are few enough to look at all of them.
    open : tuple of int
        Periods that nothing settles.
    gaining : mapping of int to BlockingCoalition
        Coalitions that gain after all, found on the way, by period.
    """

    path: np.ndarray
    shortfalls: FloatArray
    trees: Mapping[int, PriceTree] = field(default_factory=dict)
    enumerated: tuple[int, ...] = ()
    open: tuple[int, ...] = ()
    gaining: Mapping[int, BlockingCoalition] = field(default_factory=dict)


def prove_periods(
    whole: SharingGame,
    steps: Sequence[IntArray],
    games: Sequence[SharingGame],
    *,
    payoffs: FloatArray,
    tolerance: float,
    root: BlockingCoalition,
) -> PeriodProofs:
    """Settle every period of a contract in which nobody is known to gain by leaving.

    Parameters
    ----------
    whole : SharingGame
        n homes, T' trade steps.
    steps, games : sequences of length P
        Settlement steps and game of each period.
    payoffs : ndarray of shape (P, n)
        What each home is paid in each period. [money]
    tolerance : float
        Gain that does not count. [money]
    root : BlockingCoalition
        Answer for the whole, whose proof serves where there is one period.

    Returns
    -------
    PeriodProofs

    Notes
    -----
    In this order: the competitive prices; the best price path of each period; the tree of the whole where
    it is the only period; enumeration up to 16 homes and 2e8 coalitions times steps; a price tree.
    """
    columns = [
        np.searchsorted(whole.trade_steps, own[game.trade_steps]) for own, game in zip(steps, games, strict=True)
    ]
    path = np.round(clearing_price(whole.position) * PRICE_GRID).astype(np.uint8)
    shortfalls = np.array([_shortfall(g, x, path[own]) for g, x, own in zip(games, payoffs, columns, strict=True)])

    def try_path(p: int, positions: np.ndarray) -> None:
        gap = _shortfall(games[p], payoffs[p], positions)
        if gap < shortfalls[p]:
            path[columns[p]], shortfalls[p] = positions, gap

    if root.price_tree is not None:
        for p in np.flatnonzero(shortfalls > tolerance):
            try_path(int(p), root.price_tree.paths[0][columns[p]])
    for p in _worth_a_path(np.flatnonzero(shortfalls > tolerance), games):
        try_path(int(p), _best_path(games[p], payoffs[p]))
    left = [int(p) for p in np.flatnonzero(shortfalls > tolerance)]
    return _settle(PeriodProofs(path, shortfalls), left, games, payoffs, tolerance, root)


def _worth_a_path(periods: IntArray, games: Sequence[SharingGame]) -> IntArray:
    """Open periods whose best price path is sought: not if all their coalitions are few, nor if they are many."""
    lengths = [len(games[p].trade_steps) for p in periods]
    if max(lengths, default=0) <= 1:
        return periods
    few = 2 ** min(games[0].n_players, ENUMERATED_PLAYERS) * sum(lengths) <= AT_ONCE
    return periods[:0] if few and countable(games[0].n_players, lengths) else periods[:SADDLE_PERIODS]


def _settle(
    known: PeriodProofs,
    left: list[int],
    games: Sequence[SharingGame],
    payoffs: FloatArray,
    tolerance: float,
    root: BlockingCoalition,
) -> PeriodProofs:
    """Settle the periods that no price path supports."""
    if not left:
        return known
    n, lengths = games[0].n_players, {p: len(games[p].trade_steps) for p in left}
    if len(games) == 1 and root.price_tree is not None and root.price_tree.limit <= tolerance:
        return replace(known, trees={0: root.price_tree})
    if countable(n, list(lengths.values())):
        return replace(known, enumerated=tuple(left))
    tried = left[:TREES]
    nodes = int(np.clip(TREE_EFFORT / (1 + n * sum(lengths[p] for p in tried)), 1, TREE_NODES))
    answers = {p: _tree(games[p], payoffs[p], nodes) for p in tried}
    gaining = {p: answer for p, answer in answers.items() if answer.excess > tolerance}
    trees = {
        p: a.price_tree for p, a in answers.items() if a.price_tree is not None and a.price_tree.limit <= tolerance
    }
    rest = tuple(p for p in left if p not in trees)
    few = countable(n, [lengths[p] for p in rest])
    return replace(
        known, trees=trees, gaining=gaining, enumerated=rest if few else (), open=() if few or gaining else rest
    )


def countable(n_players: int, steps: Sequence[int]) -> bool:
    """Whether verification may look at every coalition of periods with so many trade steps each."""
    return n_players <= ENUMERATED_PLAYERS and 2**n_players * sum(steps) <= ENUMERATED


def _tree(game: SharingGame, payoffs: FloatArray, nodes: int) -> BlockingCoalition:
    """Search one period for a coalition that gains anything; the tree proves it if there is none."""
    return blocking_coalition(game, payoffs, engine="tree", floor=0.0, nodes=nodes)


def _best_path(game: SharingGame, payoffs: FloatArray) -> np.ndarray:
    """Price path in 128ths that comes closest to supporting the payoffs of a period."""
    if len(game.trade_steps) == 1:
        grid = np.arange(PRICE_GRID + 1) / PRICE_GRID
        gains = np.maximum(-game.position, 0) + game.position * grid
        gaps = np.maximum(0, gains - payoffs[:, None]).sum(axis=0)
        return np.array([int(gaps.argmin())], dtype=np.uint8)
    tree = blocking_coalition(game, payoffs, engine="bracket").price_tree
    assert tree is not None
    return np.asarray(tree.paths[0])


def _shortfall(game: SharingGame, payoffs: FloatArray, positions: np.ndarray) -> float:
    """By how much all homes would gain more at a price path than they are paid. [money]"""
    return float(np.maximum(0, game.price_values(positions / PRICE_GRID) - payoffs).sum())
