"""The sum of payoffs in equilibrium beside the most that it could be, where strategies are numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.analysis.properties.uniqueness_arguments import uniqueness
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.feasibility import need_feasible
from gametrade.games.formula_bounds import BoundedFormula, largest
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.games.stackelberg import PriceLeaderGame, UsageChargeGame
from gametrade.games.stackelberg.price_pieces import price_pieces
from gametrade.solvers.affine_variational import AffineProblem, solve_affine
from gametrade.solvers.regret_bounds import dual_bound, linear_multipliers, safe_curvature
from gametrade.solvers.solve import solve
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

MOST_VARIABLES = 4

UNKNOWN = {
    "StackelbergGame": ": what followers get is no part of it",
    "BilevelGame": ": leader and follower state costs that need not be in one money",
    "EvolutionaryGame": ": fitness counts offspring, not money",
    "SparseQuadraticGame": ": it keeps how payoffs change with their owner's variables, not with those of others",
}
"""Why there is no price of anarchy for some kinds of games."""


@singledispatch
def largest_welfare(game: Any) -> tuple[float, float, dict[str, Any]]:
    """Largest sum of payoffs: its value where it is attained, an upper bound, and what proves it.

    Parameters
    ----------
    game : StrategicGame
        Quadratic with a concave sum of payoffs, formulas of up to four variables between finite bounds, or a price
        leader's without alternative.

    Returns
    -------
    tuple of float, float and dict
        Both in the unit of the game.

    Raises
    ------
    InvalidInputError
        If the largest sum is not known for this kind of game.
    """
    raise _unknown(game)


def _unknown(game: Any) -> InvalidInputError:
    """Why the largest sum is not known."""
    why = next((told for kind, told in UNKNOWN.items() if any(k.__name__ == kind for k in type(game).__mro__)), "")
    return InvalidInputError(f"the largest sum of payoffs is not known for a {type(game).__name__}{why}.")


@largest_welfare.register
def _sparse(game: SparseQuadraticGame) -> tuple[float, float, dict[str, Any]]:
    raise _unknown(game)


@largest_welfare.register
def _formulas(game: ContinuousGame) -> tuple[float, float, dict[str, Any]]:
    """The sum of formulas over boxes, in interval arithmetic."""
    points = game.feasible
    if game.formulas is None or game.dimension > MOST_VARIABLES or not np.isfinite([points.lower, points.upper]).all():
        raise InvalidInputError(
            f"the largest sum of payoffs is known for formulas of at most {MOST_VARIABLES} variables between finite "
            f"bounds. Got {game.dimension} variables{'' if game.formulas else ' of functions'}."
        )
    x, rows = _near(game)
    bounded = BoundedFormula(sum(game.formulas.payoffs), game.formulas.symbols, points, x, rows)
    roof = largest(bounded, gap=1e-9 * max(1.0, abs(float(game.payoff(x).sum()))))
    if not np.isfinite([roof.best, roof.bound]).all():
        raise InvalidInputError("the largest sum of payoffs is not bounded over boxes.")
    return roof.best, roof.bound, {"at": list(roof.at), "rows": rows.tolist(), "boxes": roof.boxes}


def _near(game: ContinuousGame) -> tuple[FloatArray, FloatArray]:
    """A profile of large welfare, by a local search, and multipliers of the constraints there."""
    from scipy.optimize import minimize

    points = game.feasible
    limits = [{"type": "ineq", "fun": lambda x: points.limits - points.rows @ x}] if len(points.rows) else []
    limits += [{"type": "eq", "fun": lambda x: points.equal_rows @ x - points.equal_limits}] * bool(
        points.equal_rows.size
    )
    bounds = list(zip(points.lower.tolist(), points.upper.tolist(), strict=True))

    def lost(x: FloatArray) -> float:
        return -float(sum(game.payoff_of(player, x) for player in range(game.n_players)))

    start = need_feasible(game)
    found: Any = minimize(lost, start, bounds=bounds, constraints=limits, method="SLSQP", options={"ftol": 1e-14})
    x = np.clip(found.x, points.lower, points.upper)
    x = x if np.isfinite(x).all() and lost(x) <= lost(start) and points.violation(x) <= 0 else start
    steps = 1e-6 * (points.upper - points.lower)
    ends = [
        (np.clip(x + e, points.lower, points.upper), np.clip(x - e, points.lower, points.upper)) for e in np.diag(steps)
    ]
    slope = np.array([(lost(b) - lost(a)) / max(1e-300, float((a - b).sum())) for a, b in ends])
    return x, linear_multipliers(slope, points)[0] if np.isfinite(slope).all() else np.zeros(len(points.rows))


@largest_welfare.register
def _quadratic(game: QuadraticGame) -> tuple[float, float, dict[str, Any]]:
    """One convex quadratic program over all constraints, with its multipliers."""
    bend, slope = -game.hessians.sum(axis=0), game.linear.sum(axis=0)
    values = np.linalg.eigvalsh(bend)
    if values[0] < -1e-12 * max(1e-300, float(np.abs(values).max())):
        raise InvalidInputError(
            "the sum of payoffs must be concave for its largest value to be known. "
            f"Got a curvature of {-float(values[0]):.6g} in some direction."
        )
    points = game.feasible
    answer = solve_affine(AffineProblem(bend, -slope, points))
    x = np.clip(answer.x, points.lower, points.upper)
    value = float(game.payoff(x).sum())
    gap = dual_bound(points, x, slope - bend @ x, (answer.rows, answer.equal), safe_curvature(bend))
    shown = {"at": x.tolist(), "rows": answer.rows.tolist(), "equal": answer.equal.tolist()}
    return value, value + max(0.0, gap), shown


@largest_welfare.register
def _leader(game: PriceLeaderGame) -> tuple[float, float, dict[str, Any]]:
    r"""Largest profit and consumer surplus together over all prices: the objective of weight one half, doubled.

    With convex costs and no binding bound on the price, one price supports the largest welfare of any allocation.
    """
    if isinstance(game, UsageChargeGame):
        raise InvalidInputError("the largest sum of payoffs is not known where followers have an alternative.")
    shared = PriceLeaderGame(
        game.intercepts,
        game.slopes,
        game.lower,
        game.upper,
        unit_cost=game.unit_cost,
        quadratic_cost=game.quadratic_cost,
        welfare_weight=0.5,
        usage_charge=game.usage_charge,
        capacity=game.capacity,
        floor=game.floor,
        cap=game.cap,
    )
    pieces = price_pieces(shared)
    maxima = None if pieces is None else pieces.maxima()
    if maxima is None or not maxima.bounded:
        raise InvalidInputError("the largest sum of payoffs is not known: no price is allowed, or it has no end.")
    best = int(np.argmax(maxima.values))
    return 2 * float(maxima.values[best]), 2 * float(maxima.bound), {"price": float(maxima.points[best])}


def continuous_welfare(game: Any, property: str, equilibria: str | None, *, worst: bool) -> Verdict:
    """Compare the worst or the best equilibrium that is found with the largest sum of payoffs.

    Parameters
    ----------
    game : QuadraticGame or PriceLeaderGame
        The game.
    property : str
        Name of the property.
    equilibria : str or None
        Solver that lists the equilibria.
    worst : bool
        The worst equilibrium; otherwise the best.

    Returns
    -------
    Verdict
        Margin: welfare of that equilibrium less the largest. Not decided where there is none, or the list is not
        complete and another one could change the answer.

    Raises
    ------
    InvalidInputError
        If the largest sum of payoffs is not known.
    """
    value, bound, shown = largest_welfare(game)
    solution = solve(game, equilibria)
    word = "worst" if worst else "best"
    statement = f"the {word} equilibrium of {solution.solver} has the largest welfare"
    welfare = [_welfare(game, equilibrium.payoffs) for equilibrium in solution]
    certificate: dict[str, Any] = {
        "kind": "none",
        "why": "the welfare optimum is bounded in floating point",
        "equilibria": solution.solver,
        "complete": solution.complete or (len(solution) == 1 and _only_one(game)),
        "optimum": value,
        "optimum_at_most": bound,
        **shown,
        "welfare": welfare,
    }
    if not welfare:
        return Verdict("game", property, f"{statement}: there is none", None, 0.0, game.unit, (), certificate)
    picked = min(welfare) if worst else max(welfare)
    efficient = picked >= bound - RELATIVE_TOLERANCE * max(1.0, abs(bound))
    lossy = picked < value - RELATIVE_TOLERANCE * max(1.0, abs(value))
    certificate |= {"picked": picked, "ratio": _ratio(value, picked)}
    holds = _decided(certificate["complete"], efficient, lossy, worst=worst)
    return Verdict("game", property, statement, holds, picked - value, game.unit, (), certificate)


def _welfare(game: Any, payoffs: Sequence[float] | np.ndarray) -> float:
    """Sum of payoffs; that of a leader who cares for consumers counts its profit alone."""
    if isinstance(game, PriceLeaderGame) and game.welfare_weight:
        leader, surplus = (float(value) for value in payoffs)
        weight = game.welfare_weight
        return surplus + (leader - weight * surplus) / (1 - weight) if weight < 1 else float("nan")
    return float(np.sum(payoffs))


def _only_one(game: Any) -> bool:
    """Whether a game of formulas is proved to have at most one equilibrium."""
    formulas = isinstance(game, ContinuousGame) and game.formulas is not None and game.shared is None
    return formulas and uniqueness(game).holds is True


def _decided(complete: bool, efficient: bool, lossy: bool, *, worst: bool) -> bool | None:
    """True or False where other equilibria could not change it."""
    if lossy and (worst or complete):
        return False
    if efficient and (complete or not worst):
        return True
    return None


def _ratio(best: float, picked: float) -> float | None:
    """Largest by reached welfare, or reached by least cost; none where signs differ or nothing is reached."""
    if picked > 0:
        return best / picked
    return picked / best if best < 0 else None
