"""The best choice of a single leader with up to three variables whose payoff is a formula, proved by boxes."""

from __future__ import annotations

import itertools

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Solution
from gametrade.games.formula_bounds import BoundedFormula, Roof, largest
from gametrade.games.stackelberg import StackelbergGame
from gametrade.registry import solvers
from gametrade.solvers.leader_reply import Reply
from gametrade.solvers.leader_scan import stackelberg_point
from gametrade.typing import FloatArray

MOST_VARIABLES = 3

POINTS = 3000
"""Points of the first grid, about."""

STARTS = 5


@solvers.register(plays=("StackelbergGame",), source="Hansen and Walster 2004, Marcel Dekker")
def leader_boxes(game: StackelbergGame, *, gap: float = 1e-8, boxes: int = 4000) -> Solution:
    r"""Find the best choice of a leader with several variables, with a bound on what any other choice could bring.

    Parameters
    ----------
    game : StackelbergGame
        One leader with one to three variables between finite bounds, of `leaders_of_formulas`.
    gap : float, default=1e-8
        Share of the payoffs seen by which the bound may exceed the best payoff.
    boxes : int, default=4000
        Boxes after which the bound is taken as it is.

    Returns
    -------
    Solution
        The best choice found; its regret is what the boxes leave open, proved in interval arithmetic. Other choices
        may be as good.

    Raises
    ------
    InvalidInputError
        If there are several leaders, more variables, no bounds or no formulas.

    Notes
    -----
    Local searches from the best points of a grid propose; then the box with the highest bound is halved until no bound
    is above the best payoff by more than the gap [1]_. Near a maximum on which the payoff is not concave, as along a
    kink, the number of boxes grows with the accuracy.

    References
    ----------
    .. [1] E. Hansen and G. W. Walster, "Global Optimization Using Interval Analysis", 2nd ed., Marcel Dekker (2004).

    Examples
    --------
    A retailer names a price by day and one by night:

    >>> import gametrade as gt
    >>> from gametrade.games.stackelberg import leaders_of_formulas
    >>> retailer = leaders_of_formulas({"retailer": "(p - 1)*x + (q - 2)*y"},
    ...     {"retailer": {"p": (0, 9), "q": (0, 9)}}, {"x": "8 - p + q/4", "y": "6 - q + p/4"})
    >>> [part.round(6).tolist() for part in leader_boxes(retailer)[0].strategies]
    [[5.566667, 5.266667], [3.75, 2.125]]
    """
    points = game.sets[0]
    if game.n_leaders != 1 or game.formulas is None or points.dimension > MOST_VARIABLES:
        raise InvalidInputError(
            f"leader_boxes is for one leader with formulas of at most {MOST_VARIABLES} variables. "
            f"Got {game.n_leaders} leaders, {points.dimension} variables."
        )
    if not points.is_box or not np.isfinite([points.lower, points.upper]).all():
        raise InvalidInputError(f"choices of {game.leaders[0]} must be between finite bounds.")
    x, spread = _proposed(game)
    roof = largest(
        BoundedFormula(game.formulas.payoffs[0], game.formulas.symbols, points, x), gap=gap * spread, most=boxes
    )
    best = x if game.payoff(x) >= roof.best else np.array(roof.at)
    equilibrium = stackelberg_point(game, best, (_reply(game, best, roof),))
    told = f"Best of all choices up to {float(equilibrium.regrets[0]):.3g}, by {roof.boxes} boxes."
    return Solution(game, "leader_boxes", (equilibrium,), finding=told)


def _reply(game: StackelbergGame, best: FloatArray, roof: Roof) -> Reply:
    """The bound as certificates of leaders hold it."""
    value = game.payoff(best)
    one = np.array([value])
    return Reply(one, one, np.array([True]), max(value, roof.bound), bool(np.isfinite(roof.bound)), "boxes", roof.boxes)


def _proposed(game: StackelbergGame) -> tuple[FloatArray, float]:
    """The best point of local searches from the best points of a grid, and how far payoffs are apart."""
    from scipy.optimize import minimize

    points = game.sets[0]
    steps = max(3, round(POINTS ** (1 / points.dimension)))
    sides = [np.linspace(low, high, steps) for low, high in zip(points.lower, points.upper, strict=True)]
    grid = np.array(list(itertools.product(*sides)))
    values = np.array([game.payoff(x) for x in grid])
    ends = list(zip(points.lower.tolist(), points.upper.tolist(), strict=True))
    found = [grid[values.argmax()]]
    for k in np.argsort(values)[::-1][:STARTS]:
        for method in ("L-BFGS-B", "Nelder-Mead"):
            options = {"fatol": 1e-14, "xatol": 1e-12} if method == "Nelder-Mead" else {"ftol": 1e-16, "gtol": 1e-12}
            end = minimize(lambda x: -game.payoff(x), found[-1] if method == "Nelder-Mead" else grid[k], bounds=ends,
                           method=method, options=options)  # fmt: skip
            found.append(np.clip(end.x, points.lower, points.upper))
    best = max(found, key=game.payoff)
    return best, max(float(np.ptp(values)), 1e-300)
