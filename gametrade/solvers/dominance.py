"""Actions that another action, or a mixture of others, beats whatever the others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.integer_tableau import integer_program


@dataclass(frozen=True, slots=True)
class Dominated:
    """One action that is beaten.

    Parameters
    ----------
    player, action : int
        Positions.
    by : tuple of (int, Fraction)
        Actions of the same player that beat it, with their probabilities.
    """

    player: int
    action: int
    by: tuple[tuple[int, Fraction], ...]

    def told(self, game: NormalFormGame) -> dict[str, object]:
        """JSON-ready form by labels."""
        labels = game.actions[self.player]
        return {
            "player": game.players[self.player],
            "action": labels[self.action],
            "by": {labels[k]: str(p) for k, p in self.by},
        }


def reduced_table(game: NormalFormGame, player: int, kept: Sequence[Sequence[int]]) -> np.ndarray:
    """Whole-number payoffs of one player: its kept actions x the others' kept profiles."""
    whole = np.moveaxis(game.whole_payoffs[player][0][np.ix_(*kept)], player, 0)
    return whole.reshape(len(kept[player]), -1)


def dominated_actions(
    game: NormalFormGame, player: int, kept: Sequence[Sequence[int]], *, weak: bool, mixed: bool
) -> list[Dominated]:
    """All actions of one player that are dominated in a reduced game, with what dominates them.

    Parameters
    ----------
    game : NormalFormGame
        The game.
    player : int
        Whose actions.
    kept : sequence of sequences of int
        Actions of each player that are left.
    weak : bool
        Whether it is enough to be never better and sometimes worse.
    mixed : bool
        Whether mixtures of actions may dominate.

    Returns
    -------
    list of Dominated
        In order of actions.

    Notes
    -----
    Decided in whole numbers. An action that is a best reply to some profile (weak: the only one) is kept without
    further ado; for the others a linear program finds the mixture that beats them by most.
    """
    table = reduced_table(game, player, kept)
    own, best = kept[player], table.max(axis=0)
    at_best = table == best
    if weak:
        at_best &= at_best.sum(axis=0) == 1
    found = []
    for k in np.flatnonzero(~at_best.any(axis=1)).tolist():
        by = _pure(table, k, weak) or (_mixture(table, k, weak) if mixed else None)
        if by:
            found.append(Dominated(player, own[k], tuple((own[i], p) for i, p in by)))
    return found


def beats(game: NormalFormGame, dominated: Dominated, kept: Sequence[Sequence[int]], *, weak: bool) -> bool:
    """Check one domination by definition, without rounding.

    Parameters
    ----------
    game : NormalFormGame
        The game.
    dominated : Dominated
        The claim.
    kept : sequence of sequences of int
        Actions of each player that are left.
    weak : bool
        Whether it is enough to be never better and sometimes worse.

    Returns
    -------
    bool
        Whether the mixture beats the action.
    """
    table, own = reduced_table(game, dominated.player, kept), list(kept[dominated.player])
    legal = sum(p for _, p in dominated.by) == 1 and all(p > 0 for _, p in dominated.by)
    gain = sum(table[own.index(i)] * p for i, p in dominated.by) - table[own.index(dominated.action)]
    return bool(legal and ((gain >= 0).all() and (gain > 0).any() if weak else (gain > 0).all()))


def _pure(table: np.ndarray, k: int, weak: bool) -> list[tuple[int, Fraction]] | None:
    """The first single action that beats action k."""
    better = (
        (table >= table[k]).all(axis=1) & (table > table[k]).any(axis=1) if weak else (table > table[k]).all(axis=1)
    )
    return [(int(better.argmax()), Fraction(1))] if better.any() else None


def _mixture(table: np.ndarray, k: int, weak: bool) -> list[tuple[int, Fraction]] | None:
    """The mixture of the other actions that beats action k by most, None if none does."""
    others = [i for i in range(len(table)) if i != k]
    if len(others) < 2:
        return None
    ahead = table[others] - table[k]
    weights = _weakly(ahead) if weak else _strictly(ahead)
    if weights is None:
        return None
    total = sum(weights)
    return [(i, Fraction(w, total)) for i, w in zip(others, weights, strict=True) if w]


def _strictly(ahead: np.ndarray) -> list[int] | None:
    """Weights that make the least gain positive: the value of a matrix game."""
    shift = 1 - min(ahead.ravel().tolist())
    ones = [np.full(size, 1, dtype=object) for size in ahead.shape]
    best = integer_program(ahead + shift, ones[0], ones[1])
    if best is None or best.divisor <= shift * sum(best.numerators()):
        return None
    duals = dict(zip(best.outside, best.rows[-1, :-1].tolist(), strict=True))
    return [duals.get(ahead.shape[1] + i, 0) for i in range(len(ahead))]


def _weakly(ahead: np.ndarray) -> list[int] | None:
    """Weights with no negative gain whose gains add up to the most, with the rest of the weight on the action."""
    rows = np.concatenate([-ahead.T, np.full((1, len(ahead)), 1, dtype=object)])
    right = np.full(len(rows), 0, dtype=object)
    right[-1] = 1
    best = integer_program(rows, right, ahead.sum(axis=1))
    return None if best is None or best.rows[-1, -1] <= 0 else best.numerators()
