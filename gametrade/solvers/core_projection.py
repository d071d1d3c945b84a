"""The point of a polytope nearest to another one in least squares, with multipliers that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.typing import BoolArray, FloatArray

HALVINGS = 200
"""More than enough to find a shift to the last digit."""

ROOM = 1e-11
"""Share of the total by which bounds and rows give way: a polytope of one point stays feasible in floats."""

BOX_ONLY_PLAYERS = 400
"""More players than this are projected on their bounds alone: the proof is valid, and weaker."""


@dataclass(frozen=True, eq=False, slots=True)
class Projection:
    r"""Nearest point and multipliers with :math:`y - x^0 = \mu_{low} - \mu_{high} + \sum_S \mu_S 1_S + \nu`.

    Parameters
    ----------
    point : ndarray of shape (n,)
        The nearest point y.
    low, high : ndarray of shape (n,)
        Multipliers of the bounds, at least 0.
    rows : ndarray of shape (k,)
        Multipliers of the rows, at least 0.
    everyone : float
        Multiplier of the total.
    """

    point: FloatArray
    low: FloatArray
    high: FloatArray
    rows: FloatArray
    everyone: float


def project(
    start: FloatArray, bounds: tuple[FloatArray, FloatArray], total: float, rows: BoolArray, least: FloatArray
) -> Projection:
    r"""Find the y nearest to a start with y(N) = total, low <= y <= high, and y(S) at least a number for some S.

    Parameters
    ----------
    start : ndarray of shape (n,)
        Where to start from.
    bounds : tuple of two ndarray of shape (n,)
        Lowest and highest payoffs.
    total : float
        Sum of the payoffs.
    rows : ndarray of bool, shape (k, n)
        Coalitions S.
    least : ndarray of shape (k,)
        What each must get.

    Returns
    -------
    Projection
        Without rows, by shifting and cutting; with rows, by non-negative least squares. If those fail, as they do
        where rows leave less than a single point, the answer without rows: its proof is valid, and weaker.

    Notes
    -----
    Least distance programming [1]_: the smallest z with :math:`G z \ge h` is read off the residual of non-negative
    least squares with the matrix :math:`(G\ h)^T` and the target (0, 1), an active-set method that ends.

    References
    ----------
    .. [1] C. L. Lawson and R. J. Hanson, "Solving Least Squares Problems", SIAM (1995), chapter 23.
       :doi:`10.1137/1.9781611971217`

    Examples
    --------
    >>> box = np.zeros(3), np.ones(3)
    >>> found = project(np.zeros(3), box, 1.0, np.array([[True, True, False]]), np.array([0.9]))
    >>> found.point.round(9)
    array([0.45, 0.45, 0.1 ])
    """
    found = None
    if len(rows) and start.size <= BOX_ONLY_PLAYERS:
        found = _least_distance(start, bounds, total, rows, least)
    if found is None:
        point, low, high, everyone = _cut(start, *bounds, total)
        return Projection(point, low, high, np.zeros(len(rows)), everyone)
    return found


def _cut(
    start: FloatArray, low: FloatArray, high: FloatArray, total: float
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Shift all by one number and cut to the bounds so that the sum is right; point and multipliers."""
    left, right = float((low - start).min()), float((high - start).max())
    for _ in range(HALVINGS):
        shift = (left + right) / 2
        if np.clip(start + shift, low, high).sum() < total:
            left = shift
        else:
            right = shift
    point = np.clip(start + right, low, high)
    change = point - start - right
    return point, np.maximum(change, 0), np.maximum(-change, 0), right


def _least_distance(
    start: FloatArray, bounds: tuple[FloatArray, FloatArray], total: float, rows: BoolArray, least: FloatArray
) -> Projection | None:
    """Least squares with all bounds and rows as inequalities on the change; None if it finds no such point."""
    from scipy.optimize import nnls

    n = start.size
    shift = (total - float(start.sum())) / n
    x = start + shift
    every = np.vstack([np.eye(n), -np.eye(n), rows.astype(float)])
    asked = np.concatenate([bounds[0] - x, x - bounds[1], least - rows @ x]) - ROOM * max(1.0, abs(total))
    centred = every - every.mean(axis=1, keepdims=True)
    target = np.append(np.zeros(n), 1.0)
    found, _ = nnls(np.vstack([centred.T, asked]), target, maxiter=30 * len(every))
    scale = 1.0 - float(asked @ found)
    if scale <= 1e-13:
        return None
    weights = found / scale
    push = weights @ every
    point = x + push - push.mean()
    return Projection(point, weights[:n], weights[n : 2 * n], weights[2 * n :], shift - float(push.mean()))
