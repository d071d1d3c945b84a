"""Quadratics over polyhedra face by face, and the pieces of a bilevel game's feasible set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gametrade.games.stackelberg.bilevel import BilevelGame, Quadratic
from gametrade.typing import FloatArray

NEAR = 1e-9
"""Share of the numbers in play by which a point may miss a constraint."""


@dataclass(frozen=True, eq=False)
class Piece:
    r"""Choices and answers for which some rows of the follower bind, the same multipliers for all: a polyhedron.

    Parameters
    ----------
    active : tuple of int
        Rows of the follower that bind, their gradients independent.
    equal, equal_limits : ndarray
        :math:`E z = h`.
    rows, limits : ndarray
        :math:`C z \le d`.
    """

    active: tuple[int, ...]
    equal: FloatArray
    equal_limits: FloatArray
    rows: FloatArray
    limits: FloatArray

    def contains(self, z: FloatArray) -> bool:
        """Whether a point is on the piece, up to rounding."""
        size = 1.0 + np.abs(z).max(initial=0.0)
        over = self.rows @ z - self.limits
        miss = np.abs(self.equal @ z - self.equal_limits)
        return bool(
            (over <= NEAR * size * _size(self.rows, self.limits)).all()
            and (miss <= NEAR * size * _size(self.equal, self.equal_limits)).all()
        )


def pieces(game: BilevelGame) -> Iterator[Piece]:
    r"""All pieces of the optimistic feasible set: points whose y is optimal for the follower.

    Parameters
    ----------
    game : BilevelGame
        The game.

    Yields
    ------
    Piece
        One for each set of at most q independent rows, q the follower's variables.

    Notes
    -----
    Multipliers of an optimal y can be chosen with independent gradients (Caratheodory), and they then are an
    affine function of z, so they need no variables of their own.
    """
    square, slope, gradients = game.stationarity()
    for count in range(game.n_follower + 1):
        for active in combinations(range(len(game.follower_rows)), count):
            part = gradients[:, active]
            if count and np.linalg.matrix_rank(part) < count:
                continue
            inverse = np.linalg.pinv(part)
            rest = np.eye(game.n_follower) - part @ inverse
            kept = _independent(rest)
            yield Piece(
                active,
                np.vstack([game.follower_rows[list(active)], kept @ square]),
                np.concatenate([game.follower_limits[list(active)], -kept @ slope]),
                np.vstack([game.leader_rows, game.follower_rows, inverse @ square]),
                np.concatenate([game.leader_limits, game.follower_limits, -inverse @ slope]),
            )


def face_minima(cost: Quadratic, piece: Piece) -> Iterator[FloatArray]:
    """Stationary points of a quadratic on every face of a polyhedron; its least value is at one of them, if any.

    Parameters
    ----------
    cost : Quadratic
        Any quadratic, convex or not.
    piece : Piece
        The polyhedron, without lines.

    Yields
    ------
    ndarray of shape (d,)
        Points of the polyhedron.
    """
    d = cost.linear.size
    free = d - (np.linalg.matrix_rank(piece.equal) if len(piece.equal) else 0)
    rows = np.flatnonzero(np.abs(piece.rows).sum(axis=1) > 0)
    for count in range(free + 1):
        for tight in combinations(rows.tolist(), count):
            binding = np.vstack([piece.equal, piece.rows[list(tight)]])
            right = np.concatenate([piece.equal_limits, piece.limits[list(tight)]])
            k = len(binding)
            system = np.block([[cost.hessian, binding.T], [binding, np.zeros((k, k))]])
            wanted = np.concatenate([-cost.linear, right])
            found = np.linalg.lstsq(system, wanted, rcond=None)[0]
            miss = np.abs(system @ found - wanted).max(initial=0.0)
            z = found[:d]
            if miss <= NEAR * (1 + np.abs(wanted).max(initial=0.0)) and piece.contains(z):
                yield z


def least(cost: Quadratic, piece: Piece) -> tuple[float, FloatArray] | None:
    """Least value over a polyhedron and where; None if it is empty.

    Parameters
    ----------
    cost : Quadratic
        What to minimise.
    piece : Piece
        The polyhedron; the cost must not fall for ever on it.
    """
    best: tuple[float, FloatArray] | None = None
    for z in face_minima(cost, piece):
        value = cost(z)
        if best is None or value < best[0]:
            best = (value, z)
    return best


def falls_for_ever(cost: Quadratic, piece: Piece) -> bool:
    """Whether a direction leads out of every bound while the cost falls along a line."""
    from scipy.optimize import linprog

    d = cost.linear.size
    rows, equal = piece.rows, np.vstack([piece.equal, cost.hessian])
    found = linprog(
        cost.linear,
        A_ub=rows if len(rows) else None,
        b_ub=np.zeros(len(rows)) if len(rows) else None,
        A_eq=equal,
        b_eq=np.zeros(len(equal)),
        bounds=[(-1, 1)] * d,
        method="highs",
    )
    return bool(found.status == 0 and found.fun < -1e-9 * np.abs(cost.linear).max(initial=0.0))


def answers(game: BilevelGame, z: FloatArray) -> Piece:
    """All best answers of the follower to the leader's choice in z, given one of them, as a polyhedron."""
    n = game.n_leader
    own = game.follower.hessian[n:, n:]
    terms = np.abs(game.follower.hessian) @ np.abs(z) + np.abs(game.follower.linear)
    slope = (game.follower.hessian @ z + game.follower.linear)[n:]
    slope = np.where(np.abs(slope) <= NEAR * terms[n:], 0.0, slope)
    wide = np.zeros((len(own) + 1, game.dimension))
    wide[:-1, n:], wide[-1, n:] = own, slope
    fixed = np.eye(game.dimension)[:n]
    equal = np.vstack([fixed, wide])
    return Piece((), equal, equal @ z, game.follower_rows, game.follower_limits)


def worst_answer(game: BilevelGame, z: FloatArray) -> tuple[float, FloatArray] | None:
    """The follower's best answer that costs the leader most; None if there is no end to it."""
    worst = Quadratic(-game.leader.hessian, -game.leader.linear, -game.leader.constant)
    piece = answers(game, z)
    if falls_for_ever(worst, piece):
        return None
    found = least(worst, piece)
    return (game.leader(z), z) if found is None else (-found[0], found[1])


def follower_gap(game: BilevelGame, z: FloatArray) -> float:
    r"""Bound on what the follower could still save at z: multipliers and slacks, :math:`\lambda^T (b - B z)`, and rest.

    Parameters
    ----------
    game : BilevelGame
        The game.
    z : ndarray of shape (d,)
        Choice and answer.

    Returns
    -------
    float
        Gap; the stationarity residual counts with the size of the answer. [unit]
    """
    from scipy.optimize import nnls

    square, slope, gradients = game.stationarity()
    wanted = -(square @ z + slope)
    slack = np.maximum(0.0, game.follower_limits - game.follower_rows @ z)
    size = 1.0 + np.abs(z).max()
    near = slack <= 1e-7 * size * _size(game.follower_rows, game.follower_limits)
    multipliers = np.zeros(slack.size)
    residual = float(np.linalg.norm(wanted))
    if near.any():
        multipliers[near], residual = nnls(gradients[:, near], wanted)
    return float(multipliers @ slack) + float(residual) * float(size)


def _size(rows: FloatArray, limits: FloatArray) -> FloatArray:
    return np.asarray(1e-300 + np.abs(limits) + np.abs(rows).sum(axis=1))


def _independent(square: FloatArray) -> FloatArray:
    """Orthonormal rows that span those of a projection."""
    values, vectors = np.linalg.eigh((square + square.T) / 2)
    return np.asarray(vectors[:, values > 0.5].T)
