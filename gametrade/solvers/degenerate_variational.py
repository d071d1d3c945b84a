"""Affine variational inequalities without an inside, with too many binding constraints, or of mixed scales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.affine_variational import LARGE, AffineAnswer, AffineProblem, solve_affine

Attempt = Callable[[AffineProblem, float], AffineAnswer]

WEIGHT, STEPS = 0.1, 60
"""Pull towards the last point, as a share of the curvature, and how often it is renewed."""

NEAR = 1e-6
"""Share of the size of the variables up to which a constraint may bind at a degenerate point."""

NEARLY = 1e-4
"""Residual up to which a large problem is tried again: above it the trouble is not degeneracy."""


def solve_sturdy(problem: AffineProblem, tolerance: float = 1e-11) -> AffineAnswer:
    """Solve; a problem that stays unsolved is taken as degenerate, then at another scale of the derivatives.

    Large ones are tried again where little is missing, and without the proximal points, which take too long there.

    Parameters
    ----------
    problem : AffineProblem
        Monotone.
    tolerance : float
        Relative residual of the optimality conditions that is good enough.

    Returns
    -------
    AffineAnswer
        The answer of least residual.
    """
    answer = solve_affine(problem, tolerance)
    scaled = replace(problem, scale=max(problem.steepness, _curved(problem)))
    large = problem.offset.size > LARGE
    if answer.error <= tolerance or (large and not answer.error <= NEARLY) or not np.isfinite(scaled.steepness):
        return answer
    first = answer
    with np.errstate(all="ignore"):
        for attempt, one in _attempts(problem, scaled, large):
            point = first if one is problem and attempt is solve_affine else attempt(one, tolerance)
            for found in (point, _priced(one, point)) if np.isfinite(point.x).all() else ():
                answer = min(answer, found, key=lambda a: a.error)
                if answer.error <= tolerance:
                    return answer
    return answer


def _attempts(problem: AffineProblem, scaled: AffineProblem, large: bool) -> list[tuple[Attempt, AffineProblem]]:
    """What is tried, in order: a large problem at the other scale first, which costs least."""
    both = (problem, scaled)
    if large:
        return [(attempt, one) for attempt in (solve_affine, _inside) for one in both]
    return [(attempt, one) for one in both for attempt in (solve_affine, _inside, _by_steps)]


def _curved(problem: AffineProblem) -> float:
    """Size of the derivatives that curvature makes of variables as large as the right sides of the constraints."""
    sides = np.abs(np.concatenate([problem.points.limits, problem.points.equal_limits]))
    return float(np.abs(problem.jacobian).max(initial=0.0)) * (float(sides.max(initial=0.0)) or problem.span)


def _priced(problem: AffineProblem, point: AffineAnswer) -> AffineAnswer:
    """Multipliers by least squares with signs, where more constraints bind than there are variables."""
    from scipy.optimize import nnls

    points = problem.points
    near = problem.limits - problem.left(point.x) <= NEAR * problem.span
    held = problem.inequalities[near]
    sides = np.vstack([held, points.equal_rows])
    short = np.concatenate([problem.limits[near], points.equal_limits]) - sides @ point.x
    x = point.x + np.linalg.lstsq(sides, short, rcond=None)[0] if len(sides) else point.x
    wanted = -(problem.jacobian @ x + problem.offset) / problem.steepness
    if not len(sides) or not np.isfinite(wanted).all():
        return point
    found, _ = nnls(np.vstack([held, points.equal_rows, -points.equal_rows]).T, wanted)
    prices, e, k = np.zeros(near.size), len(points.equal_rows), int(near.sum())
    prices[near] = found[:k] * problem.steepness
    equal = (found[k : k + e] - found[k + e :]) * problem.steepness
    return AffineAnswer(x, prices[: len(points.rows)], equal, problem.error(x, prices, equal), point.steps)


def _inside(problem: AffineProblem, tolerance: float) -> AffineAnswer:
    r"""Solve with the inequalities that can only hold with equality as equations: the rest then has an inside.

    One linear program finds them: :math:`\max \sum t` with :math:`G x + t \le a h`, :math:`0 \le t \le 1`,
    :math:`a \ge 1`, leaves t = 0 where no point has any slack.
    """
    from scipy.optimize import linprog

    points, d, m = problem.points, problem.offset.size, problem.limits.size
    e = len(points.equal_rows)
    found = linprog(
        np.concatenate([np.zeros(d), -np.ones(m), [0.0]]),
        A_ub=np.hstack([problem.inequalities, np.eye(m), -problem.limits[:, None]]),
        b_ub=np.zeros(m),
        A_eq=np.hstack([points.equal_rows, np.zeros((e, m)), -points.equal_limits[:, None]]),
        b_eq=np.zeros(e),
        bounds=[(None, None)] * d + [(0, 1)] * m + [(1, None)],
    )
    nothing = np.zeros(len(points.rows)), np.zeros(e), np.inf
    if found.status != 0:
        return AffineAnswer(np.clip(0.0, points.lower, points.upper), *nothing)
    tight = found.x[d : d + m] < 0.5
    answer = solve_affine(
        AffineProblem(problem.jacobian, problem.offset, _equations(problem, tight), problem.steepness), tolerance
    )
    return AffineAnswer(np.clip(answer.x, points.lower, points.upper), *nothing, answer.steps)


def _by_steps(problem: AffineProblem, tolerance: float) -> AffineAnswer:
    """Proximal points: each a problem with one solution near the last one; polyhedra end them after a few."""
    size = float(np.abs(problem.jacobian).max(initial=0.0)) or problem.steepness / problem.span
    x = np.clip(0.0, problem.points.lower, problem.points.upper)
    near = problem.jacobian + WEIGHT * size * np.eye(x.size)
    for _ in range(STEPS):
        answer = solve_affine(AffineProblem(near, problem.offset - WEIGHT * size * x, problem.points), tolerance)
        if np.abs(answer.x - x).max(initial=0.0) <= 1e-14 * problem.span:
            break
        x = answer.x
    error = problem.error(
        x, np.concatenate([answer.rows, np.zeros(problem.limits.size - answer.rows.size)]), answer.equal
    )
    return replace(answer, error=error)


def _equations(problem: AffineProblem, tight: np.ndarray) -> Polyhedron:
    """The same points, written with independent equations and the other inequalities."""
    points, d = problem.points, problem.offset.size
    left, sizes, right = np.linalg.svd(np.vstack([problem.inequalities[tight], points.equal_rows]), full_matrices=False)
    kept = sizes > 1e-12 * sizes.max(initial=0.0)
    sides = (left.T @ np.concatenate([problem.limits[tight], points.equal_limits]))[kept] / sizes[kept]
    return Polyhedron.of(
        np.full(d, -np.inf),
        np.full(d, np.inf),
        problem.inequalities[~tight],
        problem.limits[~tight],
        (right[kept], sides),
    )
