"""Linear programs without rounding: floats guess the optimal basis, whole numbers prove it or find their own."""

from __future__ import annotations

import numpy as np

from gametrade.errors import SolverError
from gametrade.optimise import INFINITY, Program, maximise
from gametrade.solvers.integer_tableau import IntegerTableau, integer_program

LIKELY = 1e-9
"""Variables above this are taken to be basic."""


def exact_program(matrix: np.ndarray, right: np.ndarray, gains: np.ndarray) -> IntegerTableau | None:
    r"""Solve :math:`\max c^T x` subject to :math:`M x \le b, x \ge 0` without rounding, faster than by pivots alone.

    Parameters
    ----------
    matrix : ndarray of Python integers, shape (k, d)
        M.
    right : ndarray of Python integers, shape (k,)
        b, none negative.
    gains : ndarray of Python integers, shape (d,)
        Objective c.

    Returns
    -------
    IntegerTableau or None
        The optimal basis; None if the objective has no largest value.

    Notes
    -----
    Integer pivots lead to the basis that HiGHS ends with, and on from there, by the rule of the least index [1]_, until
    no reduced cost is negative. If that basis has a negative value the program is solved by
    :func:`~gametrade.solvers.integer_tableau.integer_program`.

    References
    ----------
    .. [1] R. G. Bland, "New finite pivoting rules for the simplex method", Math. Oper. Res. 2 (1977) 103-107.
       :doi:`10.1287/moor.2.2.103`

    Examples
    --------
    >>> as_whole = lambda rows: np.array(rows, dtype=object)
    >>> best = exact_program(as_whole([[1, 2], [3, 1]]), as_whole([4, 6]), as_whole([1, 1]))
    >>> best.numerators(), best.divisor
    ([8, 6], 5)
    """
    guess = _likely_basis(matrix, right, gains)
    if guess is not None:
        tableau = IntegerTableau(matrix, right, gains)
        if tableau.drive(*guess):
            return tableau if tableau.improve() else None
    return integer_program(matrix, right, gains)


def _likely_basis(
    matrix: np.ndarray, right: np.ndarray, gains: np.ndarray
) -> tuple[frozenset[int], frozenset[int]] | None:
    """Variables and slacks that are not zero at the optimum in floats, and those with a reduced cost."""
    from scipy.sparse import csr_matrix

    scale = np.array([max(map(abs, [*row, below]), default=1) or 1 for row, below in zip(matrix, right, strict=True)])
    rows, upper = (matrix / scale[:, None]).astype(float), (right / scale).astype(float)
    gain = (gains / (max(map(abs, gains.tolist())) or 1)).astype(float)
    k, d = rows.shape
    free = np.full(k, -INFINITY), upper, np.zeros(d), np.full(d, INFINITY)
    try:
        answer = maximise(Program(gain, csr_matrix(rows), *free))
    except SolverError:
        return None
    values = np.append(answer.variables, upper - rows @ answer.variables)
    costs = np.append(rows.T @ answer.row_duals - gain, answer.row_duals)
    likely = frozenset(np.flatnonzero(values > LIKELY).tolist())
    return likely, frozenset(np.flatnonzero(costs > LIKELY).tolist()) - likely
