"""Best replies of two players as two polytopes of whole numbers, and every vertex of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.integer_tableau import IntegerTableau


@dataclass(frozen=True, slots=True)
class Vertex:
    """A strategy at a corner: its weights before they are made to add up to one, and the labels it has."""

    weights: tuple[int, ...]
    labels: int

    def strategy(self) -> list[Fraction]:
        """Probabilities."""
        total = sum(self.weights)
        return [Fraction(weight, total) for weight in self.weights]


@dataclass(frozen=True)
class Vertices:
    """Corners of one polytope but the origin; whether all were found, and whether one has too many labels."""

    corners: tuple[Vertex, ...]
    complete: bool
    degenerate: bool


def positive_whole(table: np.ndarray) -> np.ndarray:
    """Shift and divide whole numbers so that the least is one; best replies stay what they are."""
    flat = table.ravel().tolist()
    least = min(flat)
    common = gcd(*(value - least for value in flat)) or 1
    answer = np.empty(len(flat), dtype=object)
    answer[:] = [(value - least) // common + 1 for value in flat]
    return answer.reshape(table.shape)


def two_player_payoffs(game: NormalFormGame, solver: str) -> tuple[np.ndarray, np.ndarray]:
    """Payoff matrices as positive whole numbers, shape (m, n) each.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    solver : str
        Who asks, for the message.

    Returns
    -------
    tuple of two ndarrays of Python integers
        An affine image of each player's payoffs, so that the game has the same best replies.

    Raises
    ------
    InvalidInputError
        If the game does not have two players.
    """
    if game.n_players != 2:
        raise InvalidInputError(f"{solver} takes games of two players. Got {game.n_players}.")
    first, second = (positive_whole(whole) for whole, _ in game.whole_payoffs)
    return first, second


def reply_tableaus(first: np.ndarray, second: np.ndarray) -> tuple[IntegerTableau, IntegerTableau]:
    r"""The polytopes :math:`\{x \ge 0: B^T x \le 1\}` and :math:`\{y \ge 0: A y \le 1\}` at the origin.

    Parameters
    ----------
    first, second : ndarray of Python integers, shape (m, n)
        A and B, positive.

    Returns
    -------
    tuple of two IntegerTableau
        In the first, variable i < m is the weight of action i and m + j the slack of reply j; in the second
        variable j < n is the weight of action j and n + i the slack of reply i.
    """
    ones = [np.full(size, 1, dtype=object) for size in first.shape]
    return IntegerTableau(second.T, ones[1]), IntegerTableau(first, ones[0])


def labels_of(mask: int, own: int, other: int, *, second: bool) -> int:
    """Bitmask of labels, actions of the row player first, from the mask of zero variables."""
    if not second:
        return mask
    return (mask >> own) | (mask & ((1 << own) - 1)) << other


def all_vertices(start: IntegerTableau, other: int, *, second: bool, limit: int) -> Vertices:
    """Walk along the edges of a perturbed polytope until no new vertex is met.

    Parameters
    ----------
    start : IntegerTableau
        The polytope at the origin.
    other : int
        Number of the other player's actions.
    second : bool
        Whether it is the polytope of the column player, whose labels are counted after the row player's.
    limit : int
        Bases at which to stop.

    Returns
    -------
    Vertices
        Each once; complete if the walk came to its end.

    Notes
    -----
    The perturbed polytope is simple and its graph connected, so the walk meets all its vertices; each vertex of the
    polytope itself is the limit of one of them. Cost: (bases) x d ratio tests and one pivot a basis.
    """
    d = start.dimension
    seen, found = {frozenset(start.outside)}, {start.tight(): tuple(start.numerators())}
    waiting = [start]
    while waiting:
        if len(seen) > limit:
            break
        here = waiting.pop()
        outside = frozenset(here.outside)
        for column in range(d):
            row = here.leaving(column)
            if row is None:
                continue
            key = (outside - {here.outside[column]}) | {here.inside[row]}
            if key in seen:
                continue
            seen.add(key)
            there = here.copy()
            there.pivot(row, column)
            waiting.append(there)
            found.setdefault(there.tight(), tuple(there.numerators()))
    corners = tuple(
        Vertex(weights, labels_of(mask, d, other, second=second)) for mask, weights in found.items() if any(weights)
    )
    return Vertices(corners, not waiting, any(mask.bit_count() > d for mask in found))


def complementary(first: Sequence[Vertex], second: Sequence[Vertex], size: int) -> list[tuple[int, int]]:
    """Positions of all pairs of vertices that together have every label.

    Parameters
    ----------
    first, second : sequence of Vertex
        Corners of the two polytopes.
    size : int
        Number of labels, m + n.

    Returns
    -------
    list of (int, int)
        The extreme equilibria, in order.
    """
    with_label = [0] * size
    for position, vertex in enumerate(second):
        for label in range(size):
            if vertex.labels >> label & 1:
                with_label[label] |= 1 << position
    everything, pairs = (1 << len(second)) - 1, []
    for position, vertex in enumerate(first):
        fitting = everything
        for label in range(size):
            if not vertex.labels >> label & 1:
                fitting &= with_label[label]
                if not fitting:
                    break
        while fitting:
            lowest = fitting & -fitting
            pairs.append((position, lowest.bit_length() - 1))
            fitting ^= lowest
    return pairs
