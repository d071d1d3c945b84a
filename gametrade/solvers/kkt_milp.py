"""A leader with linear cost over a follower's program as one mixed-integer program, its big-M certified."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Solution
from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.optimise import Program, maximise
from gametrade.registry import solvers
from gametrade.solvers.active_sets import bilevel_point
from gametrade.solvers.complementarity_tree import least_cost
from gametrade.typing import FloatArray

MOST_BASES = 200_000
"""Sets of independent rows that are looked at to bound the multipliers."""


@solvers.register(plays=("BilevelGame",), source="Fortuny-Amat and McCarl 1981, 10.1057/jors.1981.156")
def kkt_milp(game: BilevelGame, *, seconds: float = 60.0) -> Solution:
    r"""Replace the follower by its optimality conditions and solve one mixed-integer program.

    Parameters
    ----------
    game : BilevelGame
        The leader's cost is linear; the follower's linear or convex quadratic.
    seconds : float, default=60.0
        Time limit of the program.

    Returns
    -------
    Solution
        One optimistic global optimum; the leader's bound is proved in fractions by `least_cost`, or the solver's
        where its tree grows too large. The certificate holds the cost with a
        spiteful follower too. No equilibrium if no choice of the leader has a best answer.

    Raises
    ------
    InvalidInputError
        If the leader's cost is not linear, or slacks or multipliers have no bound that can be certified: then no
        big-M is right.

    Notes
    -----
    Slack :math:`b_i - B_i z \le M_i (1 - w_i)` and multiplier :math:`\lambda_i \le N_i w_i` with binary w [1]_.
    A big-M that is too small cuts off optima in silence, so :math:`M_i` is a linear program over all feasible z,
    and :math:`N_i` the largest value that the multiplier of any independent set of rows takes over the box of z:
    some optimal multipliers are of that form. At the end the binaries are fixed and a linear program gives the
    point to full precision.

    References
    ----------
    .. [1] J. Fortuny-Amat and B. McCarl, "A representation and economic interpretation of a two-level programming
       problem", J. Oper. Res. Soc. 32 (1981) 783-792. :doi:`10.1057/jors.1981.156`

    Examples
    --------
    >>> from gametrade.games.stackelberg import BilevelGame
    >>> game = BilevelGame.of({"linear": [1, 3]}, {"linear": [0, -1], "rows": [[1, 1], [-1, -4], [1, 2], [-7, 2]],
    ...     "limits": [8, -8, 13, 0]}, n_leader=1, n_follower=1, bounds=[(0, 8), (-100, 5)])
    >>> answer = kkt_milp(game)
    >>> [strategy.round(6).tolist() for strategy in answer[0].strategies]
    [[0.533333], [1.866667]]
    """
    if game.leader.hessian.any():
        raise InvalidInputError("kkt_milp needs a leader with linear cost; active_sets takes quadratic ones.")
    slacks, multipliers = certified_bounds(game)
    try:
        found = maximise(_program(game, slacks, multipliers, None), seconds=seconds)
    except SolverError as reason:
        if reason.status != "Infeasible":
            raise
        told = "No choice of the leader has a best answer of the follower that the leader's constraints allow."
        return Solution(game, "kkt_milp", (), complete=True, finding=told)
    d, m = game.dimension, len(game.follower_rows)
    binding = found.variables[d + m :] > 0.5
    sharp = maximise(_program(game, slacks, multipliers, binding))
    z = sharp.variables[:d]
    bound = min(-found.bound + game.leader.constant, game.leader(z))
    point = bilevel_point(game, z, bound, "milp", int(binding.sum()), proof=least_cost(game, z))
    told = f"Optimistic optimum; big-M up to {max(slacks.max(initial=0.0), multipliers.max(initial=0.0)):g} certified."
    return Solution(game, "kkt_milp", (point,), complete=False, finding=told)


def certified_bounds(game: BilevelGame) -> tuple[FloatArray, FloatArray]:
    """Largest slack and largest multiplier of every row of the follower, proved.

    Parameters
    ----------
    game : BilevelGame
        The game.

    Returns
    -------
    tuple of ndarray
        Bounds of the slacks and of the multipliers, shape (m,) each.

    Raises
    ------
    InvalidInputError
        If one of them has no bound or there are too many sets of rows.
    """
    slacks = np.array(
        [
            limit + _largest(game, -row, f"slack of follower row {k + 1}")
            for k, (row, limit) in enumerate(zip(game.follower_rows, game.follower_limits, strict=True))
        ]
    )
    return np.maximum(0.0, slacks) * (1 + 1e-9) + 1e-12, _multiplier_bounds(game)


def _multiplier_bounds(game: BilevelGame) -> FloatArray:
    """Over every independent set of rows, the multipliers as a function of the follower's gradient in its box."""
    square, slope, gradients = game.stationarity()
    q, m = gradients.shape
    if sum(comb(m, k) for k in range(q + 1)) > MOST_BASES:
        raise InvalidInputError(f"kkt_milp cannot certify multipliers over more than {MOST_BASES} sets of rows.")
    low, high = slope.copy(), slope.copy()
    for k in range(q):
        if square[k].any():
            high[k] += _largest(game, square[k], f"gradient of y{k + 1}")
            low[k] -= _largest(game, -square[k], f"gradient of y{k + 1}")
    bounds = np.zeros(m)
    for count in range(1, q + 1):
        for rows in combinations(range(m), count):
            part = gradients[:, rows]
            if np.linalg.matrix_rank(part) < count:
                continue
            inverse = -np.linalg.pinv(part)
            most = np.maximum(inverse, 0.0) @ high + np.minimum(inverse, 0.0) @ low
            bounds[list(rows)] = np.maximum(bounds[list(rows)], most)
    return bounds * (1 + 1e-9) + 1e-12


def _largest(game: BilevelGame, direction: FloatArray, what: str) -> float:
    """Largest value of a linear function over everything that satisfies both sides' constraints."""
    from scipy.sparse import csr_matrix

    rows = np.vstack([game.leader_rows, game.follower_rows])
    limits = np.concatenate([game.leader_limits, game.follower_limits])
    free = np.full(game.dimension, np.inf)
    try:
        found = maximise(Program(direction, csr_matrix(rows), np.full(limits.size, -np.inf), limits, -free, free))
    except SolverError as reason:
        if reason.status == "Infeasible":
            return 0.0
        raise InvalidInputError(
            f"{what} of BilevelGame must be bounded to certify a big-M; bound the variables."
        ) from reason
    return found.objective


def _program(game: BilevelGame, slacks: FloatArray, multipliers: FloatArray, binding: np.ndarray | None) -> Program:
    """Variables z, multipliers, and binaries that may be fixed."""
    from scipy.sparse import csr_matrix

    d, m, q, r = game.dimension, len(game.follower_rows), game.n_follower, len(game.leader_rows)
    square, slope, gradients = game.stationarity()
    rows = np.block(
        [
            [game.leader_rows, np.zeros((r, m)), np.zeros((r, m))],
            [game.follower_rows, np.zeros((m, m)), np.zeros((m, m))],
            [-game.follower_rows, np.zeros((m, m)), np.diag(slacks)],
            [np.zeros((m, d)), np.eye(m), -np.diag(multipliers)],
            [square, gradients, np.zeros((q, m))],
        ]
    )
    high = np.concatenate(
        [game.leader_limits, game.follower_limits, slacks - game.follower_limits, np.zeros(m), -slope]
    )
    low = np.concatenate([np.full(r + 3 * m, -np.inf), -slope])
    lower = np.concatenate([np.full(d, -np.inf), np.zeros(2 * m)])
    upper = np.concatenate([np.full(d, np.inf), multipliers, np.ones(m)])
    whole = np.arange(d + 2 * m) >= d + m
    if binding is not None:
        lower[d + m :] = upper[d + m :] = binding.astype(float)
        upper[d : d + m] = np.where(binding, multipliers, 0.0)
        high[r + m : r + 2 * m] = np.where(binding, -game.follower_limits + slacks, high[r + m : r + 2 * m])
        whole = whole & False
    gain = np.concatenate([-game.leader.linear, np.zeros(2 * m)])
    return Program(gain, csr_matrix(rows), low, high, lower, upper, whole if binding is None else None)
