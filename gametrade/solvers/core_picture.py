"""The core seen through three players: all others keep what they get, and three share the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, payoff_vector, subset_sums
from gametrade.tolerance import decision_tolerance
from gametrade.typing import ArrayLike, Coalition, FloatArray

SIDES = ((1, 2), (0, 2), (0, 1))
"""For each of three players the two others."""


@dataclass(frozen=True, eq=False, slots=True)
class CoreSlice(Shown):
    """What three players can get in the core if everybody else keeps given payoffs.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    players : tuple of str
        The three.
    payoffs : ndarray of shape (n,)
        Where the slice is laid: what the others keep, and where the three stand. [money]
    total : float
        What the three share. [money]
    low, high : ndarray of shape (3,)
        Least and most of each, as single coalitions demand with whomever of the others they take along; together
        they bound the slice. [money]
    corners : ndarray of shape (k, 3)
        Corners of the slice in order around it; none if it is empty. [money]
    """

    game: CoalitionalGame
    players: Coalition
    payoffs: FloatArray
    total: float
    low: FloatArray
    high: FloatArray
    corners: FloatArray

    def __str__(self) -> str:
        ends = ", ".join(f"{p} {a:.6g} to {b:.6g}" for p, a, b in zip(self.players, self.low, self.high, strict=True))
        return f"slice of the core with {len(self.corners)} corners: {ends} {self.game.unit}"


def core_slice(game: CoalitionalGame, payoffs: ArrayLike, players: Sequence[str]) -> CoreSlice:
    r"""Cut the core by the plane in which all but three players keep their payoffs.

    Parameters
    ----------
    game : CoalitionalGame
        At least 3 players, and a table.
    payoffs : array_like of shape (n,)
        What everybody gets; it must share out :math:`v(N)`. [money]
    players : sequence of str
        Three labels.

    Returns
    -------
    CoreSlice
        At most six corners; none if the others alone already gain by leaving, or no split suits the three.

    Raises
    ------
    InvalidInputError
        If these are not three different players, or the payoffs do not add up to v(N).

    Notes
    -----
    A split (a, b, c) of what the three share is in the core if and only if for every proper subset P of the three
    :math:`x(P) \ge w(P) = \max_{R} v(P \cup R) - x(R)` over sets R of the others, and :math:`w(\emptyset) \le 0`,
    and the three with R do not gain either. Sets of one bound a player from below, sets of two the third from
    above. One pass over the table. With three players it is the whole core.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 9})
    >>> core_slice(game, [3, 3, 3], ["s1", "s2", "b"]).corners
    array([[3., 3., 3.],
           [0., 3., 6.],
           [0., 0., 9.],
           [3., 0., 6.]])
    """
    x = payoff_vector(game, payoffs, "core_slice")
    three = [game.players.index(game.labels(game.members([name]))[0]) for name in players]
    if len(set(three)) != 3 or len(three) != 3:
        raise InvalidInputError(f"players of core_slice must be three different players. Got {list(players)!r:.80}.")
    tolerance = decision_tolerance(game.tolerance, x)
    if abs(float(x.sum()) - game.grand_value) > tolerance:
        raise InvalidInputError(
            f"payoffs of core_slice must share out {game.grand_value:g} {game.unit}. Got {x.sum():g} in all."
        )
    demand = _demands(game, x, three)
    total = float(x[three].sum())
    low = demand[[1, 2, 4]]
    high = total - demand[[6, 5, 3]]
    empty = max(demand[0], demand[7] - total) > tolerance
    corners = np.zeros((0, 3)) if empty else _corners(low, high, total, tolerance)
    return CoreSlice(game, tuple(game.players[i] for i in three), x, total, low, high, corners)


def _demands(game: CoalitionalGame, x: FloatArray, three: list[int]) -> FloatArray:
    """What each subset of the three can have with whomever of the others, shape (8,), bit k the k-th of them."""
    kept = x.copy()
    kept[three] = 0.0
    excess = game.table() - subset_sums(kept)
    masks = np.arange(excess.size)
    inside = sum(((masks >> i) & 1) << k for k, i in enumerate(three))
    excess[-1] = -np.inf
    demand = np.full(8, -np.inf)
    np.maximum.at(demand, inside, excess)
    return demand


def _corners(low: FloatArray, high: FloatArray, total: float, tolerance: float) -> FloatArray:
    """Corners of a triangle with its tips cut off, in order around it."""
    found: list[FloatArray] = []
    for i in range(3):
        for end in (low[i], high[i]):
            for j in SIDES[i]:
                for other in (low[j], high[j]):
                    point = np.zeros(3)
                    point[i], point[j] = end, other
                    k = 3 - i - j
                    point[k] = total - end - other
                    inside = (point >= low - tolerance).all() and (point <= high + tolerance).all()
                    if inside and not any(np.abs(point - known).max() <= 2 * tolerance for known in found):
                        found.append(point + 0.0)
    if not found:
        return np.zeros((0, 3))
    points = np.array(found)
    middle = points.mean(axis=0)
    across, up = (points - middle)[:, 1] - (points - middle)[:, 0], (points - middle)[:, 2] * np.sqrt(3)
    return np.asarray(points[np.argsort(np.arctan2(up, across), kind="stable")])
