"""Convex quadratic programs by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.polyhedron import Polyhedron
from gametrade.optimise import silent_highs
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class QuadraticOptimum:
    """Least point of a convex quadratic function with the multipliers of rows and equations."""

    x: FloatArray
    rows: FloatArray
    equal: FloatArray


def minimise_quadratic(
    hessian: Any, offset: FloatArray, points: Polyhedron, *, seconds: float = 60.0
) -> QuadraticOptimum:
    r"""Minimise :math:`\tfrac12 x^T H x + c^T x` over a polyhedron.

    Parameters
    ----------
    hessian : sparse matrix or ndarray of shape (d, d)
        Symmetric and positive semidefinite.
    offset : ndarray of shape (d,)
        Vector c.
    points : Polyhedron
        The constraints.
    seconds : float, default=60.0
        Time limit: its active-set method can go round in degenerate programs.

    Returns
    -------
    QuadraticOptimum
        Multipliers fit :math:`Hx + c + A^T\lambda + E^T\mu = 0` inside the bounds.

    Raises
    ------
    SolverError
        If HiGHS reports anything but an optimum.
    """
    import highspy
    from scipy.sparse import csc_matrix, csr_matrix, tril, vstack

    solver = silent_highs()
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("qp_iteration_limit", 100 * (offset.size + len(points.limits) + len(points.equal_limits)))
    lp, d = highspy.HighsLp(), offset.size
    rows = csr_matrix(vstack([csr_matrix(points.rows), csr_matrix(points.equal_rows)]))
    lp.num_col_, lp.num_row_ = d, rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = offset, points.lower, points.upper
    lp.row_lower_ = np.concatenate([np.full(len(points.limits), -np.inf), points.equal_limits])
    lp.row_upper_ = np.concatenate([points.limits, points.equal_limits])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = d, rows.shape[0]
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver.passModel(lp)
    lower = csc_matrix(tril(csc_matrix(hessian)))
    if lower.nnz:
        bend = highspy.HighsHessian()
        bend.dim_, bend.format_ = d, highspy.HessianFormat.kTriangular
        bend.start_, bend.index_, bend.value_ = lower.indptr, lower.indices, lower.data
        solver.passHessian(bend)
    _run(solver)
    if lower.nnz:
        pulled = float(solver.getOptionValue("qp_regularization_value")[1])
        near = np.array(solver.getSolution().col_value)
        solver.changeColsCost(d, np.arange(d, dtype=np.int32), offset - pulled * near)
        _run(solver)
    answer = solver.getSolution()
    duals, m = -np.array(answer.row_dual), len(points.limits)
    return QuadraticOptimum(np.array(answer.col_value), np.clip(duals[:m], 0.0, None), duals[m:])


def _run(solver: Any) -> None:
    """Solve, or say what HiGHS said."""
    import highspy

    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        status = solver.modelStatusToString(solver.getModelStatus())
        raise SolverError("minimise_quadratic found no optimum.", status)
