"""The most profitable blocking coalition as a mixed-integer program, solved by HiGHS."""

from __future__ import annotations

import numpy as np

from gametrade.errors import SolverError
from gametrade.optimise import Program, in_time
from gametrade.solvers.coalition_search import INSIDE, OUTSIDE, CoalitionSearch
from gametrade.typing import BoolArray, IntArray


def solve_blocking_milp(search: CoalitionSearch, state: IntArray, *, seconds: float = 600.0) -> BoolArray | None:
    r"""Find the coalition with the largest excess by a mixed-integer program.

    .. math:: \max_{z \in \{0,1\}^n,\ y}\ \sum_t y_t - x^T z, \qquad
              y_t \le \sum_i z_i s_{it}, \quad y_t \le \sum_i z_i d_{it}, \quad k \le \sum_i z_i \le K

    Parameters
    ----------
    search : CoalitionSearch
        n homes, T' trade steps, allowed sizes k and K.
    state : ndarray of int, shape (n,)
        1 for homes that must be inside, -1 for homes that must stay outside, 0 for the rest.
    seconds : float
        Time limit of the solver.

    Returns
    -------
    ndarray of bool, shape (n,), or None
        Members of the best coalition found; None if the time was up before that. That there is no better one is for a
        price tree to prove.

    Raises
    ------
    SolverError
        If the solver fails.
    """
    found = bound_blocking_milp(search, state, seconds=seconds)
    return None if found is None else found[0]


def bound_blocking_milp(search: CoalitionSearch, state: IntArray, *, seconds: float) -> tuple[BoolArray, float] | None:
    """The coalition of :func:`solve_blocking_milp`, and the bound on all others that the solver states.

    Parameters
    ----------
    search : CoalitionSearch
        n homes, T' trade steps, allowed sizes.
    state : ndarray of int, shape (n,)
        1 for homes that must be inside, -1 for homes that must stay outside, 0 for the rest.
    seconds : float
        Time limit of the solver.

    Returns
    -------
    members : ndarray of bool, shape (n,)
        The best coalition found; None instead of the pair if the time was up before that.
    bound : float
        What the solver says no coalition exceeds, to its tolerances: stated, not proved. [money]

    Raises
    ------
    SolverError
        If the solver fails.
    """
    from scipy.sparse import csr_matrix, hstack, identity, vstack

    n, steps = search.position.shape
    surplus, deficit = np.maximum(search.position, 0), np.maximum(-search.position, 0)
    take = identity(steps, format="csr")
    shares = vstack([csr_matrix(-surplus.T), csr_matrix(-deficit.T), csr_matrix(np.ones((1, n)))])
    matrix = csr_matrix(hstack([shares, vstack([take, take, csr_matrix((1, steps))])]))
    program = Program(
        gain=np.concatenate([-search.payoffs, np.ones(steps)]),
        matrix=matrix,
        row_lower=np.concatenate([np.full(2 * steps, -np.inf), [search.smallest]]),
        row_upper=np.concatenate([np.zeros(2 * steps), [search.largest]]),
        lower=np.concatenate([(state == INSIDE).astype(float), np.zeros(steps)]),
        upper=np.concatenate([(state != OUTSIDE).astype(float), np.full(steps, np.inf)]),
        integer=np.arange(n + steps) < n,
    )
    solution = in_time(program, seconds)
    if solution is None:
        return None
    members = solution.variables[:n] > 0.5
    if not search.allows(members):
        raise SolverError("solve_blocking_milp got a coalition of a size that is not allowed.", "rounded")
    return np.asarray(members), float(solution.bound)
