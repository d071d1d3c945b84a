"""A thin front to the HiGHS solver: linear and mixed-integer programs in, primal, dual and status out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.errors import SolverError
from gametrade.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

INFINITY = np.inf

SHARPEST = 1e-10
"""Least feasibility tolerance that HiGHS accepts, below the tolerance of every verdict; its default is 1e-7."""


TIME_LIMIT = "Time limit reached"
"""Status of a program whose time was too short."""


@dataclass(frozen=True, eq=False, slots=True)
class Program:
    r"""Maximise :math:`c^T x` subject to :math:`l \le A x \le u` and :math:`x_{lo} \le x \le x_{hi}`.

    Parameters
    ----------
    gain : ndarray of shape (n,)
        Objective c.
    matrix : scipy sparse array of shape (m, n)
        Constraints A.
    row_lower, row_upper : ndarray of shape (m,)
        Bounds of the rows.
    lower, upper : ndarray of shape (n,)
        Bounds of the variables.
    integer : ndarray of bool, shape (n,), optional
        Which variables are whole numbers.
    """

    gain: FloatArray
    matrix: csr_matrix
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Solution:
    """Optimum of a program: variables, objective, dual bound and, for linear programs, row duals."""

    variables: FloatArray
    objective: float
    bound: float
    row_duals: FloatArray
    status: str


def silent_highs() -> Any:
    """Make a HiGHS solver that prints nothing, not even its name while it is made, as highspy 1.16 does.

    Returns
    -------
    highspy.Highs
        With ``output_flag`` off.
    """
    solver = _quiet_kind()()
    solver.setOptionValue("output_flag", False)
    return solver


@cache
def _quiet_kind() -> Any:
    import highspy

    class Quiet(highspy.Highs):  # type: ignore[misc]
        def enableCallbacks(self) -> Any:
            self.setOptionValue("output_flag", False)
            return super().enableCallbacks()

    return Quiet


def maximise(program: Program, *, seconds: float = 600.0, relative_gap: float = 0.0) -> Solution:
    """Solve a program with HiGHS.

    Parameters
    ----------
    program : Program
        What to maximise.
    seconds : float
        Time limit; a feasible point found by then is returned with its bound.
    relative_gap : float
        Mixed-integer gap at which to stop.

    Returns
    -------
    Solution
        Row duals are zero for mixed-integer programs.

    Raises
    ------
    SolverError
        If no feasible point was found, or the objective has no largest value.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.sparse import csr_matrix
    >>> rows = csr_matrix(np.array([[1.0, 2.0]]))
    >>> zero, one = np.zeros(2), np.ones(2)
    >>> answer = maximise(Program(one, rows, np.array([-np.inf]), np.array([2.0]), zero, one))
    >>> float(answer.objective), float(answer.row_duals[0])
    (1.5, 0.5)
    """
    import highspy

    solver = silent_highs()
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("mip_rel_gap", relative_gap)
    solver.setOptionValue("mip_abs_gap", 0.0)
    if program.integer is None:
        solver.setOptionValue("primal_feasibility_tolerance", SHARPEST)
        solver.setOptionValue("dual_feasibility_tolerance", SHARPEST)
    solver.passModel(_model(program))
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kNotset:
        solver.setOptionValue("presolve", "off")
        solver.clearSolver()
        solver.run()
    status = solver.modelStatusToString(solver.getModelStatus())
    answer, info = solver.getSolution(), solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise SolverError("maximise found no feasible point.", status)
    if solver.getModelStatus() == highspy.HighsModelStatus.kUnbounded:
        raise SolverError("maximise found no largest objective.", status)
    duals = np.array(answer.row_dual) if answer.dual_valid else np.zeros(program.matrix.shape[0])
    bound = info.objective_function_value if program.integer is None else info.mip_dual_bound
    return Solution(np.array(answer.col_value), info.objective_function_value, bound, duals, status)


def in_time(program: Program, seconds: float) -> Solution | None:
    """Solve a program, unless the time is too short to find a feasible point.

    Parameters
    ----------
    program : Program
        What to maximise.
    seconds : float
        Time limit.

    Returns
    -------
    Solution or None
        None if nothing was found in time.

    Raises
    ------
    SolverError
        If there is no feasible point, or the objective has no largest value.
    """
    try:
        return maximise(program, seconds=seconds)
    except SolverError as failure:
        if failure.status != TIME_LIMIT:
            raise
        return None


def _model(program: Program):  # type: ignore[no-untyped-def]
    """Build the HiGHS model; its infinity is the float infinity."""
    import highspy

    lp = highspy.HighsLp()
    rows, columns = program.matrix.shape
    lp.num_col_, lp.num_row_ = columns, rows
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.gain, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    matrix = program.matrix.tocsr()
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = columns, rows
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if program.integer is not None:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.integer]
    return lp
