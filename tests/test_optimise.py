"""The front to HiGHS: optimum, duals, bounds and failures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

import gametrade as gt
from gametrade.optimise import INFINITY, Program, maximise


def program(gain, matrix, row_upper, *, upper=1.0, integer=None):
    n, m = len(gain), len(row_upper)
    return Program(
        np.array(gain, dtype=float),
        csr_matrix(np.array(matrix, dtype=float)),
        np.full(m, -INFINITY),
        np.array(row_upper, dtype=float),
        np.zeros(n),
        np.full(n, upper),
        integer,
    )


@pytest.mark.parametrize("seed", range(5))
def test_linear_programs_agree_with_scipy(seed):
    rng = np.random.default_rng(seed)
    gain, matrix, limit = rng.normal(size=5), rng.random((3, 5)), rng.random(3)
    answer = maximise(program(gain, matrix, limit))
    other = linprog(-gain, A_ub=matrix, b_ub=limit, bounds=[(0, 1)] * 5)
    assert answer.objective == pytest.approx(-other.fun)
    assert answer.bound == answer.objective
    assert np.abs(answer.row_duals) == pytest.approx(np.abs(other.ineqlin.marginals), abs=1e-9)
    assert answer.status == "Optimal"


def test_whole_numbers():
    answer = maximise(program([1, 1], [[2, 2]], [3], integer=np.array([True, True])))
    assert answer.objective == pytest.approx(1)
    assert answer.bound == pytest.approx(1)
    assert (answer.row_duals == 0).all()


def test_no_feasible_point_and_no_bound():
    with pytest.raises(gt.SolverError, match="Infeasible"):
        maximise(program([1], [[1]], [-1]))
    with pytest.raises(gt.SolverError, match=r"(?i)unbounded"):
        maximise(program([1], [[0]], [1], upper=INFINITY))


def test_nothing_is_printed_while_a_program_is_solved(capfd):
    assert gt.allocate(gt.TableGame.from_values({("a", "b"): 6.0}), "nucleolus").payoffs.sum() == pytest.approx(6.0)
    maximise(program([1, 1], [[1, 2]], [2]))
    assert capfd.readouterr() == ("", "")


def test_programs_of_different_kinds_share_the_threads_of_the_solver():
    """HiGHS keeps one pool of threads a process and refuses a program that asks for another size."""
    import highspy

    first = highspy.Highs()
    first.setOptionValue("output_flag", False)
    first.addVar(0.0, 1.0)
    first.run()
    game = gt.TableGame.from_values({("a", "b"): 6.0, ("a", "b", "c"): 7.0})
    assert gt.allocate(game, "nucleolus").payoffs.sum() == pytest.approx(7.0)
    assert gt.nearest_core_allocation(game, "equal_split").payoffs.sum() == pytest.approx(7.0)


def test_a_program_that_the_solver_cannot_simplify_is_solved_as_it_is():
    """With its sharpest tolerances HiGHS 1.16 ends its presolve of these rows, nearly parallel, in an error."""
    rows = [
        [1, 2, -1, -2, 0], [1, 0, -1, 0, 0], [0, 1, 0, -1, 0], [2, 1, -2, -1, 0], [0, 1, 0, -1, 0], [1, 0, -1, 0, 0],
        [-1, 0, 1, 0, 2.5e-7], [0, -1, 0, 1, 2.5e-7], [-1, -1, 1, 1, 0],
    ]  # fmt: skip
    limits = [0.25, 0.25, 1.0, 0.25, 0.25, 1.0, 0.0, 0.0, -0.16666666565]
    answer = maximise(program([0, 0, 0, 0, 1.0], rows, limits, upper=INFINITY))
    assert answer.objective == pytest.approx(1e6 / 3, rel=1e-6)
