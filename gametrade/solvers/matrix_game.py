"""Optimal strategies of a matrix game in floats: a proposal."""

from __future__ import annotations

import numpy as np

from gametrade.errors import SolverError
from gametrade.optimise import INFINITY, Program, maximise
from gametrade.solvers.certified_profile import support
from gametrade.typing import FloatArray


def propose_matrix_game(payoffs: np.ndarray) -> tuple[list[int], list[int]] | None:
    """Supports of optimal strategies, None if HiGHS finds none.

    Parameters
    ----------
    payoffs : ndarray of positive numbers, shape (m, n)
        What the row player gets.

    Returns
    -------
    (list of int, list of int), or None
        Supports of the row and of the column player.
    """
    try:
        x, y = matrix_game(np.asarray(payoffs / payoffs.max(), dtype=float))
    except SolverError:
        return None
    return support(x), support(y)


def matrix_game(payoffs: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Strategies that secure the value of a matrix game, in floats.

    Parameters
    ----------
    payoffs : ndarray of shape (m, n)
        What the row player gets.

    Returns
    -------
    tuple of two ndarrays
        Of the row and of the column player.

    Raises
    ------
    SolverError
        If HiGHS ends without an answer.
    """
    from scipy.sparse import csr_matrix

    m, n = payoffs.shape
    rows = np.zeros((n + 1, m + 1))
    rows[:n, :m], rows[:n, m], rows[n, :m] = payoffs.T, -1.0, 1.0
    lower, upper = np.append(np.zeros(n), 1.0), np.append(np.full(n, INFINITY), 1.0)
    bounds = np.append(np.zeros(m), -INFINITY), np.append(np.ones(m), INFINITY)
    answer = maximise(Program(np.append(np.zeros(m), 1.0), csr_matrix(rows), lower, upper, *bounds))
    x, y = np.maximum(answer.variables[:m], 0), np.maximum(-answer.row_duals[:n], 0)
    if not x.sum() > 0 or not y.sum() > 0:
        raise SolverError("matrix_game found no strategies.", answer.status)
    return x / x.sum(), y / y.sum()
