"""Players of equal shape side by side, so that one step of all of them is one product of arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gametrade.games.sparse_quadratic import AnyQuadratic
from gametrade.typing import FloatArray, IntArray


@dataclass(eq=False)
class Block:
    r"""Players whose strategy sets have the same shape.

    The proximal problem of player i is to minimise :math:`\tfrac12 x^T P x + c^T x + \tfrac12 \|G x - t\|_R^2`
    subject to :math:`E x = h`, where G stacks the identity, its own rows and its share of the shared rows.

    Parameters
    ----------
    where : ndarray of shape (g, d)
        Positions of the players' variables in a profile.
    curve, cost : ndarray of shape (g, d, d) and (g, d)
        P and c.
    low, high : ndarray of shape (g, p)
        Bounds of Gx; shared rows have none.
    stack : ndarray of shape (g, p, d)
        G.
    equal, levels : ndarray of shape (g, e, d) and (g, e)
        E and h.
    """

    where: IntArray
    curve: FloatArray
    cost: FloatArray
    low: FloatArray
    high: FloatArray
    stack: FloatArray
    equal: FloatArray
    levels: FloatArray
    n_shared: int
    reach: FloatArray = field(init=False)
    fixed: FloatArray = field(init=False)
    force: FloatArray = field(init=False)

    def factor(self, penalty: FloatArray) -> None:
        """Prepare steps with a penalty for each row of G, shape (p,)."""
        g, d, e = self.where.shape[0], self.where.shape[1], self.equal.shape[1]
        weighted = self.stack.transpose(0, 2, 1) * penalty
        whole = np.zeros((g, d + e, d + e))
        whole[:, :d, :d] = self.curve + weighted @ self.stack
        whole[:, :d, d:], whole[:, d:, :d] = self.equal.transpose(0, 2, 1), self.equal
        whole[:, range(d, d + e), range(d, d + e)] = -1e-12
        inverse = np.linalg.inv(whole)
        self.reach = inverse[:, :, :d] @ weighted
        self.fixed = _times(inverse, np.concatenate([-self.cost, self.levels], axis=1))

    def reply(self, target: FloatArray) -> FloatArray:
        """Solutions of the proximal problems for targets t of shape (g, p); their forces of E x = h are kept."""
        both = self.fixed + _times(self.reach, target)
        d = self.where.shape[1]
        self.force = both[:, d:]
        return np.asarray(both[:, :d])

    def image(self, x: FloatArray) -> FloatArray:
        """Products Gx of shape (g, p)."""
        d, k = self.where.shape[1], self.n_shared
        return np.concatenate([x, _times(self.stack[:, d:], x)], axis=1) if self.stack.shape[1] > d or k else x

    def back(self, prices: FloatArray) -> FloatArray:
        """Products G'y of shape (g, d)."""
        d = self.where.shape[1]
        return np.asarray(prices[:, :d] + np.einsum("gpd,gp->gd", self.stack[:, d:], prices[:, d:]))


def blocks(game: AnyQuadratic) -> list[Block]:
    """The players of a game in groups of equal shape."""
    shapes: dict[tuple[int, int, int], list[int]] = {}
    for player, points in enumerate(game.sets):
        shape = (points.dimension, len(points.rows), len(points.equal_rows))
        shapes.setdefault(shape, []).append(player)
    return [_block(game, players) for players in shapes.values()]


def _block(game: AnyQuadratic, players: list[int]) -> Block:
    shared = game.shared
    low, high = game.bounds
    left = np.zeros((0, game.dimension)) if shared is None else np.vstack([shared.rows, shared.equal_rows])
    parts = [game.slices[i] for i in players]
    sets = [game.sets[i] for i in players]
    free = np.full((len(players), len(left)), np.inf)
    d = sets[0].dimension
    return Block(
        np.array([np.arange(part.start, part.stop) for part in parts]),
        np.stack([game.own_block(i) for i in players]),
        np.stack([game.offset[part] for part in parts]),
        np.hstack([np.stack([low[part] for part in parts]), [[-np.inf] * len(s.limits) for s in sets], -free]),
        np.hstack([np.stack([high[part] for part in parts]), np.stack([s.limits for s in sets]), free]),
        np.stack([np.vstack([np.eye(d), s.rows, left[:, part]]) for part, s in zip(parts, sets, strict=True)]),
        np.stack([s.equal_rows for s in sets]),
        np.stack([s.equal_limits for s in sets]),
        len(left),
    )


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """One product of matrix and vector for each player."""
    return np.asarray((matrices @ vectors[:, :, None])[:, :, 0])
