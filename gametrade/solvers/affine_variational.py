"""Affine variational inequalities over polyhedra, by an interior point or a semismooth Newton method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import BoolArray, FloatArray

SHARP = 1e-13

SETTLED = 1e-12
ROUNDS = 4
"""Corrections of the set of active inequalities."""

SHRINKING = 0.1
"""Share of the residual to which a Newton method smooths."""

LARGE, FEW = 100, 30
"""Variables from which the Newton method gets few steps only: where it is slow, the interior point method is not."""


@dataclass(frozen=True, eq=False)
class AffineProblem:
    r"""Find x in the polyhedron with :math:`(Jx + c)^T (y - x) \ge 0` for all y in it; J positive semidefinite.

    A convex quadratic program if J is symmetric. Residuals are relative to `scale`, the size of the derivatives; that
    of the offset if it is not given.
    """

    jacobian: FloatArray
    offset: FloatArray
    points: Polyhedron
    scale: float | None = None

    @cached_property
    def inequalities(self) -> FloatArray:
        """Matrix of all inequalities: rows, upper bounds, lower bounds."""
        unit_rows = np.eye(self.offset.size)
        return np.vstack([self.points.rows, unit_rows[self.above], -unit_rows[self.below]])

    @cached_property
    def above(self) -> BoolArray:
        """Which upper bounds are finite."""
        return np.isfinite(self.points.upper)

    @cached_property
    def below(self) -> BoolArray:
        """Which lower bounds are finite."""
        return np.isfinite(self.points.lower)

    @cached_property
    def limits(self) -> FloatArray:
        """Right sides of all inequalities: rows, upper bounds, lower bounds."""
        points = self.points
        return np.concatenate([points.limits, points.upper[self.above], -points.lower[self.below]])

    def left(self, x: FloatArray) -> FloatArray:
        """Left sides of all inequalities."""
        return np.concatenate([self.points.rows @ x, x[self.above], -x[self.below]])

    def pull(self, prices: FloatArray) -> FloatArray:
        """Transpose of `left`, applied to one multiplier an inequality."""
        m, k = len(self.points.rows), int(self.above.sum())
        total: FloatArray = self.points.rows.T @ prices[:m]
        total[self.above] += prices[m : m + k]
        total[self.below] -= prices[m + k :]
        return total

    def solve_reduced(
        self, weights: FloatArray, rhs: FloatArray, equal_rhs: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Step of a Newton method: (J + G' W G) dx + E' dm = rhs, E dx = equal_rhs."""
        points, d = self.points, self.offset.size
        m, k = len(points.rows), int(self.above.sum())
        matrix = self.jacobian + points.rows.T @ (weights[:m, None] * points.rows)
        diagonal = np.zeros(d)
        diagonal[self.above] += weights[m : m + k]
        diagonal[self.below] += weights[m + k :]
        matrix[np.diag_indices(d)] += diagonal
        matrix[np.diag_indices(d)] += SHARP * max(1e-300, np.abs(self.jacobian).max(initial=0.0))
        if not len(points.equal_rows):
            return np.asarray(np.linalg.solve(matrix, rhs)), np.zeros(0)
        e = len(points.equal_rows)
        whole = np.block([[matrix, points.equal_rows.T], [points.equal_rows, -SHARP * np.eye(e)]])
        both = np.asarray(np.linalg.solve(whole, np.concatenate([rhs, equal_rhs])))
        return both[:d], both[d:]

    def residuals(self, x: FloatArray, prices: FloatArray, equal: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Stationarity, and equations that hold."""
        stationary = self.jacobian @ x + self.offset + self.pull(prices) + self.points.equal_rows.T @ equal
        return stationary, self.points.equal_rows @ x - self.points.equal_limits

    def error(self, x: FloatArray, prices: FloatArray, equal: FloatArray) -> float:
        """Largest residual of the Karush-Kuhn-Tucker conditions, each relative to its size."""
        stationary, balance = self.residuals(x, prices, equal)
        slack = self.limits - self.left(x)
        with np.errstate(over="ignore"):
            gap = np.minimum(slack / self.span, prices / self.steepness)
            return float(
                max(
                    np.abs(stationary).max(initial=0.0) / self.steepness,
                    np.abs(balance).max(initial=0.0) / self.span,
                    np.abs(gap).max(initial=0.0),
                )
            )

    @cached_property
    def span(self) -> float:
        """Size of the variables: the largest finite bound or limit."""
        points = self.points
        parts = [points.limits, points.equal_limits, points.upper[self.above], points.lower[self.below]]
        sizes = np.abs(np.concatenate([part[np.isfinite(part)] for part in parts]))
        return float(sizes.max(initial=0.0)) or 1.0

    @cached_property
    def steepness(self) -> float:
        """Size of the derivatives."""
        if self.scale is not None:
            return self.scale
        return float(np.abs(self.offset).max(initial=0.0)) or float(np.abs(self.jacobian).max(initial=0.0)) or 1.0


@dataclass(frozen=True, eq=False)
class AffineAnswer:
    """A solution with its multipliers.

    Parameters
    ----------
    x : ndarray of shape (d,)
        The solution.
    rows, equal : ndarray
        Multipliers of the inequalities (not negative) and of the equations.
    error : float
        Largest relative residual of the optimality conditions.
    steps : tuple of float
        Residual after each step.
    """

    x: FloatArray
    rows: FloatArray
    equal: FloatArray
    error: float
    steps: tuple[float, ...] = ()


def solve_affine(problem: AffineProblem, tolerance: float = 1e-11) -> AffineAnswer:
    """Solve by the semismooth Newton method, in few steps if the problem is large; by the interior point one if not."""
    large = problem.offset.size >= LARGE
    answer = semismooth_newton(problem, tolerance, FEW if large else 100)
    if answer.error <= tolerance:
        return answer
    return min(answer, interior_point(problem, tolerance), key=lambda a: a.error)


def interior_point(problem: AffineProblem, tolerance: float = 1e-11, max_steps: int = 100) -> AffineAnswer:
    """Follow the central path with predictor and corrector steps, then settle on the active constraints."""
    points, limits = problem.points, problem.limits
    x = _middle(points)
    slack = np.maximum(limits - problem.left(x), 0.1 * problem.span)
    prices = np.full(slack.size, problem.steepness)
    equal, steps = np.zeros(len(points.equal_rows)), []
    for _ in range(max_steps):
        steps.append(problem.error(x, prices, equal))
        if steps[-1] <= tolerance or (len(steps) > 20 and steps[-1] > 0.5 * min(steps[:-8])):
            break
        if steps[-1] < 1e-4 and (len(steps) % 2 == 0 or steps[-1] > 0.5 * min(steps[:-1])):
            early = _settled(problem, x, prices, equal, _binding(problem, slack, prices), tuple(steps))
            if early.error <= tolerance:
                return early
        at = (x, prices, slack, equal)
        try:
            _, dp, ds, _ = _central_step(problem, at, np.zeros(slack.size))
            ahead = min(_largest(slack, ds), _largest(prices, dp))
            mean = float(slack @ prices) / max(1, slack.size)
            then = float((slack + ahead * ds) @ (prices + ahead * dp)) / max(1, slack.size)
            aim = mean * (then / mean) ** 3 if mean > 0 else 0.0
            dx, dp, ds, de = _central_step(problem, at, aim - ds * dp)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(dx).all():
            break
        size = 0.995 * min(_largest(slack, ds), _largest(prices, dp))
        size = min(1.0, size if slack.size else 1.0)
        x, prices, slack, equal = x + size * dx, prices + size * dp, slack + size * ds, equal + size * de
        if not np.isfinite(x).all() or np.abs(x).max(initial=0.0) > 1e12 * problem.span:
            break
    return _settled(problem, x, prices, equal, _binding(problem, slack, prices), tuple(steps))


def _central_step(
    problem: AffineProblem, at: tuple[FloatArray, ...], target: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Newton step towards products of slack and price equal to a target."""
    x, prices, slack, equal = at
    stationary, balance = problem.residuals(x, prices, equal)
    short = problem.left(x) + slack - problem.limits
    centre = slack * prices - target
    rhs = -stationary - problem.pull((-centre + prices * short) / slack)
    dx, de = problem.solve_reduced(prices / slack, rhs, -balance)
    ds = -short - problem.left(dx)
    return dx, (-centre - prices * ds) / slack, ds, de


def semismooth_newton(problem: AffineProblem, tolerance: float = 1e-11, max_steps: int = 100) -> AffineAnswer:
    r"""Newton's method on the Fischer-Burmeister form of the optimality conditions, smoothed on the way.

    Each price p and slack s solve :math:`p + s - \sqrt{p^2 + s^2 + 2 m^2} = 0`, that is :math:`p s = m^2`, and m
    falls with the residual; where the active set has settled its equations are solved at once.
    """
    points, unit = problem.points, problem.steepness / problem.span
    x, smooth = _middle(points), problem.steepness
    prices, equal = np.full(problem.limits.size, problem.steepness), np.zeros(len(points.equal_rows))
    steps: list[float] = []

    def merit(x: FloatArray, prices: FloatArray, equal: FloatArray) -> tuple[float, FloatArray]:
        slack = (problem.limits - problem.left(x)) * unit
        short = prices + slack - np.sqrt(prices**2 + slack**2 + 2 * smooth**2)
        stationary, balance = problem.residuals(x, prices, equal)
        return float(stationary @ stationary + short @ short + unit**2 * balance @ balance), slack

    for _ in range(max_steps):
        value, slack = merit(x, prices, equal)
        steps.append(problem.error(x, np.maximum(prices, 0.0), equal))
        if steps[-1] <= tolerance:
            break
        if steps[-1] < 1e-3 and len(steps) % 2 == 0:
            early = _settled(problem, x, prices, equal, slack < prices, tuple(steps))
            if early.error <= tolerance:
                return early
        mean = float(np.sqrt(value / (prices.size + x.size)))
        smooth = SHRINKING * mean if mean < smooth else smooth
        step = _newton_step(problem, (x, prices, equal), smooth)
        if step is None:
            break
        value, dx, dp, de = merit(x, prices, equal)[0], *step
        size = 1.0
        while size > 1e-8 and np.abs(dx).max() < 1e15 * problem.span:
            with np.errstate(over="ignore", invalid="ignore"):
                trial = merit(x + size * dx, prices + size * dp, equal + size * de)[0]
            if trial <= (1 - 1e-4 * size) * value:
                break
            size /= 2
        else:
            break
        x, prices, equal = x + size * dx, prices + size * dp, equal + size * de
    return _settled(problem, x, prices, equal, merit(x, prices, equal)[1] < prices, tuple(steps))


def _newton_step(
    problem: AffineProblem, at: tuple[FloatArray, FloatArray, FloatArray], smooth: float
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Newton step of the smoothed conditions; None if there is none."""
    x, prices, equal = at
    unit = problem.steepness / problem.span
    slack = (problem.limits - problem.left(x)) * unit
    radius = np.maximum(np.sqrt(prices**2 + slack**2 + 2 * smooth**2), 1e-300)
    by_price = np.maximum(1 - prices / radius, 1e-12)
    miss, weights = (prices + slack - radius) / by_price, (1 - slack / radius) / by_price * unit
    stationary, balance = problem.residuals(x, prices, equal)
    try:
        dx, de = problem.solve_reduced(weights, -stationary + problem.pull(miss), -balance)
    except np.linalg.LinAlgError:
        return None
    return (dx, -miss + weights * problem.left(dx), de) if np.isfinite(dx).all() else None


def _settled(
    problem: AffineProblem,
    x: FloatArray,
    prices: FloatArray,
    equal: FloatArray,
    active: BoolArray,
    steps: tuple[float, ...],
) -> AffineAnswer:
    """Solve the equations of the active constraints, and keep the better of the two points."""
    m = len(problem.points.rows)
    kept = np.clip(prices, 0.0, None)
    candidates = [(problem.error(x, kept, equal), x, kept, equal)]
    if np.isfinite(x).all() and problem.offset.size + int(active.sum()) <= 1500:
        for _ in range(ROUNDS):
            candidates.append(_on_active(problem, active))
            error, point, multipliers, _ = candidates[-1]
            again = _binding(problem, problem.limits - problem.left(point), multipliers)
            if error <= SETTLED or not np.isfinite(error) or (again == active).all():
                break
            active = again
    error, x, prices, equal = min(candidates, key=lambda candidate: candidate[0])
    return AffineAnswer(np.clip(x, problem.points.lower, problem.points.upper), prices[:m], equal, error, steps)


def _on_active(problem: AffineProblem, active: BoolArray) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    """Point where the active inequalities hold with equality."""
    points, d = problem.points, problem.offset.size
    held = np.vstack([problem.inequalities[active], points.equal_rows])
    whole = np.zeros((d + len(held), d + len(held)))
    whole[:d, :d], whole[:d, d:], whole[d:, :d] = problem.jacobian, held.T, held
    right = np.concatenate([-problem.offset, problem.limits[active], points.equal_limits])
    try:
        both = np.linalg.solve(whole, right)
    except np.linalg.LinAlgError:
        both = np.linalg.lstsq(whole, right, rcond=None)[0]
    prices = np.zeros(active.size)
    prices[active] = both[d : d + int(active.sum())]
    if not np.isfinite(both).all():
        return np.inf, both[:d], prices, both[d + int(active.sum()) :]
    # A multiplier that is negative only by rounding must not lose against the unsettled point.
    prices[(prices < 0) & (prices > -1e-12 * problem.steepness)] = 0.0
    equal = both[d + int(active.sum()) :]
    return problem.error(both[:d], prices, equal), both[:d], prices, equal


def _binding(problem: AffineProblem, slack: FloatArray, prices: FloatArray) -> BoolArray:
    """Inequalities whose price is large against their slack."""
    return np.asarray(slack * problem.steepness < prices * problem.span)


def _middle(points: Polyhedron) -> FloatArray:
    """Middle of the bounds, the nearest bound to 0 where one is infinite."""
    low, high = points.lower, points.upper
    both = np.isfinite(low) & np.isfinite(high)
    with np.errstate(invalid="ignore"):
        return np.where(both, (low + high) / 2, np.clip(0.0, low, high))


def _largest(values: FloatArray, changes: FloatArray) -> float:
    """Largest step at most 1 that keeps values positive."""
    falling = changes < 0
    with np.errstate(over="ignore"):
        return float(min(1.0, (-values[falling] / changes[falling]).min(initial=np.inf)))
