"""Numbers that prove a continuous game to have one equilibrium, from the Jacobian of its pseudo-gradient."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.definite import is_definite
from gametrade.typing import FloatArray, IntArray

MOST = 12
"""Variables up to which all principal minors are looked at."""


def monotonicity(jacobian: FloatArray) -> float:
    """Smallest eigenvalue of the symmetric part: positive proves strict monotonicity.

    Examples
    --------
    >>> monotonicity(np.array([[2.0, 1.0], [1.0, 2.0]]))
    1.0
    """
    return float(np.linalg.eigvalsh((jacobian + jacobian.T) / 2)[0])


def is_p_matrix(matrix: FloatArray) -> bool:
    """Whether all principal minors are positive, in exact arithmetic.

    Parameters
    ----------
    matrix : ndarray of shape (d, d)
        At most 12 rows: there are 2^d minors.

    Returns
    -------
    bool
        The equilibrium of a quadratic game over boxes is unique if so, for every linear part.

    Raises
    ------
    InvalidInputError
        If there are more rows.
    """
    d = len(matrix)
    if d > MOST:
        raise InvalidInputError(f"matrix of is_p_matrix must have at most {MOST} rows. Got {d}.")
    exact = [[Fraction(float(value)) for value in row] for row in matrix]
    chosen = (rows for size in range(1, d + 1) for rows in itertools.combinations(range(d), size))
    return all(determinant([[exact[i][j] for j in rows] for i in rows]) > 0 for rows in chosen)


def determinant(matrix: list[list[Fraction]]) -> Fraction:
    """Determinant by elimination, without rounding."""
    rows, value = [list(row) for row in matrix], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], value = rows[pivot], rows[k], -value
        value *= rows[k][k]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return value


def positive_definite(matrix: FloatArray, shift: Fraction | None = None, *, strict: bool = True) -> bool:
    """Whether the symmetric part less a multiple of the identity is positive definite, in exact arithmetic.

    Parameters
    ----------
    matrix : ndarray of shape (d, d)
        Any square matrix.
    shift : Fraction, optional
        How much is taken from every eigenvalue; nothing if not given.
    strict : bool, default=True
        Definite; otherwise semidefinite is enough.

    Returns
    -------
    bool
        Decided by elimination without rounding.
    """
    d, less = len(matrix), shift or Fraction(0)
    exact = [
        [(Fraction(float(matrix[i, j])) + Fraction(float(matrix[j, i]))) / 2 - less * (i == j) for j in range(d)]
        for i in range(d)
    ]
    return is_definite(exact, strict=strict)


def contraction(jacobian: FloatArray, owner: IntArray) -> float:
    r"""Spectral radius of :math:`\Gamma_{ij} = \|H_{ij}\| / \lambda_{\min}(H_{ii})` between players.

    Below 1 it proves that there is one equilibrium without shared constraints and that best replies, in turn or
    all at once, converge to it.

    Parameters
    ----------
    jacobian : ndarray of shape (d, d)
        Derivative of the pseudo-gradient.
    owner : ndarray of shape (d,)
        Player of each variable.

    Returns
    -------
    float
        Infinite if a payoff is not strictly concave.

    Examples
    --------
    >>> round(contraction(np.array([[2.0, 1.0], [1.0, 2.0]]), np.arange(2)), 9)
    0.5
    """
    n = int(owner.max()) + 1
    where = [np.flatnonzero(owner == i) for i in range(n)]
    own = np.array([monotonicity(jacobian[np.ix_(k, k)]) for k in where])
    if (own <= 0).any():
        return float("inf")
    norms = np.array(
        [
            [np.linalg.norm(jacobian[np.ix_(a, b)], 2) * (i != j) for j, b in enumerate(where)]
            for i, a in enumerate(where)
        ]
    )
    return float(np.abs(np.linalg.eigvals(norms / own[:, None])).max())


def rosen_weights(jacobian: FloatArray, owner: IntArray, steps: int = 400) -> tuple[FloatArray, float]:
    """Weights r with diag(r) J + J' diag(r) positive definite, and the smallest eigenvalue that they reach.

    Parameters
    ----------
    jacobian : ndarray of shape (d, d)
        Derivative of the pseudo-gradient.
    owner : ndarray of shape (d,)
        Player of each variable.
    steps : int, default=400
        Steps of the search.

    Returns
    -------
    tuple of ndarray of shape (n,) and float
        The smallest eigenvalue of the symmetric part of the matrix scaled to a unit diagonal; weights prove their
        claim, but a search that finds none proves nothing.

    Examples
    --------
    >>> weights, margin = rosen_weights(np.array([[2.0, 5.0], [0.2, 2.0]]), np.arange(2))
    >>> bool(margin > 0.3), bool(weights[1] > 10 * weights[0])
    (True, True)
    """
    n = int(owner.max()) + 1
    log, best, margin = np.zeros(n), np.zeros(n), -np.inf
    diagonal = np.diag(jacobian)
    if (diagonal <= 0).any():
        return np.ones(n), monotonicity(jacobian)
    for k in range(steps):
        r = np.exp(log)[owner]
        size = np.sqrt(r * diagonal)
        matrix = r[:, None] * jacobian / np.outer(size, size)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        if values[0] > margin:
            best, margin = log.copy(), float(values[0])
        # Slope of the smallest eigenvalue of the scaled matrix by the logarithms of the weights.
        v = vectors[:, 0]
        pull = v * (matrix @ v) - values[0] * v * v
        slope = np.bincount(owner, pull - (pull.sum() / pull.size), n)
        length = np.linalg.norm(slope)
        if length < 1e-14:
            break
        log = log + slope / length * 2.0 / (1 + k) ** 0.7
    weights = np.exp(best - best.min())
    return weights, margin
