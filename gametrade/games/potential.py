"""Exact potentials of continuous games."""

from __future__ import annotations

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.typing import FloatArray

SAMPLES = 20


def potential(game: ContinuousGame, origin: FloatArray, x: FloatArray) -> float:
    """Potential of a profile over that of another: the line integral of the gradients, by 20 Gauss points."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    way = x - origin
    rates = [-game.pseudo_gradient(origin + (1 + node) / 2 * way) @ way for node in nodes]
    return float(weights @ np.array(rates)) / 2


def cross_derivatives(game: ContinuousGame, x: FloatArray) -> FloatArray:
    """Jacobian of the pseudo-gradient at a profile, shape (d, d): exact if quadratic, by differences if not."""
    if is_quadratic(game):
        matrix = game.jacobian
        return matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix.toarray())
    columns = []
    low, high = game.bounds
    for k in range(game.dimension):
        step = 1e-5 * max(1.0, abs(x[k]))
        ahead, behind = x.copy(), x.copy()
        ahead[k], behind[k] = min(high[k], x[k] + step), max(low[k], x[k] - step)
        columns.append((game.pseudo_gradient(ahead) - game.pseudo_gradient(behind)) / (ahead[k] - behind[k]))
    return np.stack(columns, axis=1)


def asymmetry(game: ContinuousGame) -> tuple[float, tuple[str, str]]:
    """Largest difference of cross-derivatives between players, relative to their size, and the two variables.

    For payoffs that are not quadratic, at 20 random profiles, and zero below the error of differences.
    """
    names = [f"{player}'s {name}" for player, own in zip(game.players, game.variables, strict=True) for name in own]
    if is_quadratic(game) and not isinstance(game.jacobian, np.ndarray):
        gap = abs(game.jacobian - game.jacobian.T).tocoo()
        size = float(np.abs(game.jacobian.data).max(initial=0.0)) or 1.0
        if not gap.nnz or gap.data.max() == 0:
            return 0.0, (names[0], names[0])
        k = int(gap.data.argmax())
        return float(gap.data[k]) / size, (names[gap.row[k]], names[gap.col[k]])
    worst, where = 0.0, (names[0], names[0])
    rng, (low, high) = np.random.default_rng(0), (np.clip(bound, -1e3, 1e3) for bound in game.bounds)
    for _ in range(1 if is_quadratic(game) else SAMPLES):
        matrix = cross_derivatives(game, rng.uniform(low, high))
        gap = np.abs(matrix - matrix.T)
        i, j = np.unravel_index(int(gap.argmax()), gap.shape)
        ratio = float(gap[i, j]) / (float(np.abs(matrix).max()) or 1.0)
        if ratio > worst and (is_quadratic(game) or ratio > 1e-6):
            worst, where = ratio, (names[i], names[j])
    return worst, where
