"""Of all optimal duals of a dispatch program those whose prices are nearest the middle price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.dispatch_program import JointProgram
from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.highs_quadratic import minimise_quadratic
from gametrade.typing import BoolArray, FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

AT_BOUND = 1e-9
"""Energy, in units of order one, within which a column or row of an optimal plan stands at its bound."""

DEPENDENT = 1e-11
"""Relative singular value below which equations on duals depend on each other."""

NOTHING = 1e-14
"""Entries of a direction that are rounding."""


def middle_duals(
    game: DispatchGame, columns: FloatArray, duals: FloatArray, *, seconds: float = 60.0
) -> FloatArray | None:
    r"""Choose among the optimal duals of all homes together.

    .. math:: \min_{\lambda} \sum_t e_t \bigl[(p_t(\lambda) - m_t)^2 + \mu_t(\lambda)^2\bigr]
              \quad\text{s.t. } \lambda \text{ is dual feasible and complementary to an optimal plan}

    with prices p, peak prices :math:`\mu`, the middle price :math:`m_t = (f_t + b_t - \varphi_t) / 2` and the energy
    :math:`e_t` that the homes need and have in a step, its mean over the steps added so that no step is free.

    Parameters
    ----------
    game : DispatchGame
        n homes, T steps, no joint connection.
    columns : ndarray
        An optimal plan of all homes, in scaled units.
    duals : ndarray of shape (r,)
        Its optimal row duals, in scaled units.
    seconds : float, default=60.0
        Time limit.

    Returns
    -------
    ndarray or None
        Row duals in scaled units; None if the quadratic program was not solved.

    Notes
    -----
    By complementary slackness the optimal duals are the same polyhedron whichever optimal plan is taken. The
    objective is strictly convex in p and in :math:`\mu`, so both are unique: they do not change when homes are
    relabelled, and homes that are alike are paid alike. The equations of the polyhedron are eliminated first (a null
    space for each block of duals that they tie together), which leaves HiGHS a program that starts from a feasible
    point. In steps whose price nothing ties to other steps it is the middle price, cut to the range that supports the
    plan.
    """
    program = game.program
    directions, inside = optimal_moves(program, columns, duals)
    if not directions.shape[1]:
        return duals
    bent, sloped = _objective(game, program)
    along = directions.T @ (bent @ duals + sloped)
    try:
        found = minimise_quadratic(directions.T @ bent @ directions, along, inside, seconds=seconds)
    except SolverError:
        return None
    return np.asarray(duals + directions @ found.x)


def optimal_moves(program: JointProgram, columns: FloatArray, duals: FloatArray) -> tuple[csr_matrix, Polyhedron]:
    """Steps from given optimal duals to all others.

    Parameters
    ----------
    program : JointProgram
        The program of r rows.
    columns, duals : ndarray
        An optimal plan and optimal row duals, in scaled units.

    Returns
    -------
    directions : csr_matrix of shape (r, k)
        What a step adds to the duals.
    inside : Polyhedron
        Steps after which the duals are feasible and complementary to the plan.
    """
    face = _optimal_face(program, columns)
    directions = _null_space(face.equal_rows, face.lower < face.upper)
    moves = directions.shape[1]
    rows, limits = _rows_along(face, directions, duals)
    unbounded = np.full(moves, np.inf)
    return directions, Polyhedron(-unbounded, unbounded, rows, limits, np.zeros((0, moves)), np.zeros(0))


def _rows_along(face: Polyhedron, directions: csr_matrix, duals: FloatArray) -> tuple[Any, FloatArray]:
    """Inequalities and sign limits of the duals, for steps along the directions from given duals."""
    from scipy.sparse import csr_matrix, vstack

    rows = csr_matrix(face.rows @ directions)
    moved = np.diff(rows.indptr) > 0
    signed = np.isfinite(face.upper) & (face.lower < face.upper)
    room = np.concatenate([(face.limits - face.rows @ duals)[moved], (face.upper - duals)[signed]])
    return vstack([rows[moved], directions[signed]], format="csr"), np.maximum(room, 0.0)


def _null_space(equations: Any, free: BoolArray) -> csr_matrix:
    """Directions that keep the equations, block by block of the duals that equations tie together, shape (r, k)."""
    from scipy.linalg import null_space
    from scipy.sparse import block_diag, csr_matrix
    from scipy.sparse.csgraph import connected_components

    tied = csr_matrix(equations)[:, free]
    tied = tied[np.diff(tied.indptr) > 0]
    _, block = connected_components(abs(tied).T @ abs(tied), directed=False)
    block_of_row = block[tied.indices[tied.indptr[:-1]]]
    by_row, by_column = np.argsort(block_of_row, kind="stable"), np.argsort(block, kind="stable")
    ordered, place = tied[by_row][:, by_column], np.flatnonzero(free)[by_column]
    last_row, last_column = (
        np.cumsum(np.bincount(block_of_row, minlength=block.max(initial=-1) + 1)),
        np.cumsum(np.bincount(block)),
    )
    bases, row, column = [], 0, 0
    for next_row, next_column in zip(last_row, last_column, strict=True):
        if next_row == row:
            bases.append(np.eye(next_column - column))
        else:
            basis = null_space(ordered[row:next_row, column:next_column].toarray(), rcond=DEPENDENT)
            bases.append(np.where(np.abs(basis) < NOTHING, 0.0, basis))
        row, column = next_row, next_column
    steps = csr_matrix(block_diag(bases)) if bases else csr_matrix((0, 0))
    spread = csr_matrix((np.ones(place.size), (place, np.arange(place.size))), shape=(free.size, place.size))
    return csr_matrix(spread @ steps)


def _optimal_face(program: JointProgram, columns: FloatArray) -> Polyhedron:
    """Duals that are feasible and complementary to a plan."""
    from scipy.sparse import vstack

    template = program.arrays
    _, high = template.limits(np.ones(len(program.homes), dtype=bool))
    columns_of = template.matrix.T.tocsr()
    zero, full = columns <= AT_BOUND, columns >= template.upper - AT_BOUND
    above, below, inside = zero & ~full, full & ~zero, ~zero & ~full
    slack = ~template.equal & (high - template.matrix @ columns > AT_BOUND)
    rows: Any = vstack([columns_of[above], -columns_of[below]], format="csr")
    return Polyhedron(
        lower=np.where(slack, 0.0, -np.inf),
        upper=np.where(template.equal, np.inf, 0.0),
        rows=rows,
        limits=np.concatenate([template.cost[above], -template.cost[below]]),
        equal_rows=columns_of[inside],
        equal_limits=template.cost[inside],
    )


def _objective(game: DispatchGame, program: JointProgram) -> tuple[Any, FloatArray]:
    """Hessian and linear part of the weighted squares: prices and peak prices are affine in the duals."""
    from scipy.sparse import diags

    terms = game.terms
    slopes, fixed = _prices(program)
    energy = np.abs([home.load for home in game.homes]).sum(axis=0)
    weight = energy + energy.mean() if energy.any() else np.ones(terms.n_steps)
    weight = np.tile(weight / weight.max(), 2)
    middle = (terms.export_price + terms.import_price - terms.network_charge) / 2 / program.price_unit
    wanted = np.concatenate([middle, np.zeros(terms.n_steps)])
    return slopes.T @ diags(weight) @ slopes, slopes.T @ (weight * (fixed - wanted))


def _prices(program: JointProgram) -> tuple[csr_matrix, FloatArray]:
    """Sell prices, then peak prices, as slopes in the scaled duals and a fixed part, shape (2T, r) and (2T,)."""
    from scipy.sparse import csr_matrix

    terms, rows = program.terms, program.joint_rows
    steps = {"pooled": np.flatnonzero(terms.pooled), "shared": np.flatnonzero(terms.shareable)}
    parts = [(steps["pooled"], rows["balance"], 1.0), (steps["shared"], rows["sold"], -1.0)]
    for kind, at in steps.items():
        if f"{kind}_peak" in rows:
            parts.append((terms.n_steps + at, rows[f"{kind}_peak"], -1.0))
    places, duals = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    signs = np.concatenate([np.full(at.size, sign) for at, _, sign in parts])
    slopes = csr_matrix((signs, (places, duals)), shape=(2 * terms.n_steps, program.first_row[-1]))
    fixed = np.zeros(2 * terms.n_steps)
    fixed[steps["shared"]] = terms.export_price[steps["shared"]] / program.price_unit
    return slopes, fixed
