"""Answers of leaders with one variable each: every piece of the payoff is bounded again, without the solver."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified, close
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.formula_bounds import BoundedFormula, largest
from gametrade.games.intervals import NoBounds
from gametrade.games.stackelberg import BudgetBuyersGame, StackelbergGame
from gametrade.typing import FloatArray

Function = Callable[[float], float]

SLACK = 1e-9
"""Share of the payoffs that floating point may add."""

MOST_SPLITS = 20_000
"""Intervals that are halved before a bound is given up."""


@prove_strategies.register
def _strategies(game: StackelbergGame, case: GameCase, equilibrium: Equilibrium) -> str:
    x, answer = _choices(game, equilibrium), equilibrium.strategies[-1]
    for leader, points, choice in zip(game.leaders, game.sets, equilibrium.strategies, strict=False):
        if (choice < points.lower).any() or (choice > points.upper).any() or not points.is_box:
            raise Refuted(f"the choice {choice.tolist()} of {leader} is not among its own")
    if not close(answer, game.response(x), SLACK):
        raise Refuted("followers do not answer these choices as the report says")
    return "choices are within bounds, and followers answer them as the game says, to 1e-9"


@prove_payoffs.register
def _payoffs(game: StackelbergGame, case: GameCase, equilibrium: Equilibrium) -> str:
    x, stated = _choices(game, equilibrium), equilibrium.payoffs
    found = np.array([game.payoff(x, k) for k in range(game.n_leaders)])
    if not close(stated[:-1], found, SLACK):
        raise Refuted(f"payoffs of the leaders are {found.tolist()}, the report says {stated[:-1].tolist()}")
    if isinstance(game, BudgetBuyersGame) and not np.isnan(stated[-1]):
        gained = float(np.log1p(game.purchases(x) / game.satiations[:, None]).sum())
        if not close(stated[-1:], np.array([gained]), SLACK):
            raise Refuted(f"utilities of the followers add up to {gained}, the report says {stated[-1]}")
    elif not np.isnan(stated[-1]):
        raise NotCertified("payoffs of the leaders are recomputed, that of the followers is not")
    return "recomputed in floating point, to 1e-9"


@prove_regret.register
def _regret(game: StackelbergGame, case: GameCase, equilibrium: Equilibrium) -> str:
    x, worst = _choices(game, equilibrium), 0.0
    gap = float(game.gaps(x, equilibrium.strategies[-1]).max())
    stated = float(equilibrium.regrets[-1])
    size = max(1e-300, float(np.abs(equilibrium.payoffs[: game.n_leaders]).max()))
    if gap > stated + SLACK * size:
        raise Refuted(f"a follower gains up to {gap:.6g}, the report says at most {stated:.6g}")
    for leader, label in enumerate(game.leaders):
        own = game.payoff(x, leader)
        allowed = own + float(equilibrium.regrets[leader])
        bound, found = _bound(game, leader, x, allowed)
        slack = SLACK * max(size, abs(bound))
        if found > allowed + slack:
            raise Refuted(f"{label} gains {found - own:.6g}, the report says at most {allowed - own:.6g}")
        if bound > allowed + slack:
            raise NotCertified(f"{label} is proved to gain at most {bound - own:.6g}, which is more than stated")
        worst = max(worst, bound - own)
    told = f"no choice on any piece brings a leader more than {max(worst, 0.0):.3g} more, in floating point to 1e-9"
    followers = f"no follower gains more than {gap:.3g}" if np.isfinite(gap) else "followers' answer is taken as given"
    return f"{told}; {followers}"


def _choices(game: StackelbergGame, equilibrium: Equilibrium) -> FloatArray:
    x = np.concatenate(equilibrium.strategies[:-1])
    if x.size != sum(points.dimension for points in game.sets):
        raise Refuted("a leader has another number of variables")
    return x


def _bound(game: StackelbergGame, leader: int, x: FloatArray, allowed: float) -> tuple[float, float]:
    """What no choice of a leader exceeds, and the most that a choice was found to bring."""
    part, points = game.slices[leader], game.sets[leader]
    label = game.leaders[leader]
    if not points.is_box or not np.isfinite([points.lower, points.upper]).all():
        raise NotCertified(f"the choices of {label} have no bounds")
    if points.dimension != 1:
        return _boxes(game, leader, x, allowed)

    def payoff(choice: float) -> float:
        moved = x.copy()
        moved[part] = choice
        return game.payoff(moved, leader)

    low, high, here = float(points.lower[0]), float(points.upper[0]), float(x[part][0])
    inner = np.zeros(0) if game.kinks is None else np.asarray(game.kinks(leader, x), dtype=float)
    ends = np.unique(np.concatenate([[low, high], inner[(inner > low) & (inner < high)]]))
    if isinstance(game, BudgetBuyersGame) and not game.fees.any():
        return _sold_out(game, leader, x)
    if game.between == "quadratic":
        most = max(_parabola(payoff, a, b) for a, b in pairwise(ends.tolist()))
        return most, most
    if game.between == "concave":
        found = [_concave(payoff, a, b, here, allowed) for a, b in pairwise(ends.tolist())]
        return max(bound for bound, _ in found), max(value for _, value in found)
    roof = game.roof(leader, x)
    if roof is None:
        raise NotCertified(f"nothing bounds the payoff of {label} between the points of a scan")
    return _halving(payoff, roof, ends, here, allowed)


def _boxes(game: StackelbergGame, leader: int, x: FloatArray, allowed: float) -> tuple[float, float]:
    """Boxes of several variables, in interval arithmetic; the most that is seen on the way beside what is allowed."""
    if game.formulas is None or game.n_leaders > 1:
        raise NotCertified(f"{game.leaders[leader]} has several variables and its payoff is no formula of them alone")
    bounded = BoundedFormula(game.formulas.payoffs[leader], game.formulas.symbols, game.sets[leader], x)
    room = max(0.0, allowed - game.payoff(x, leader)) + SLACK * max(1e-300, abs(allowed))
    try:
        roof = largest(bounded, gap=room, enough=allowed + SLACK * max(1e-300, abs(allowed)))
    except NoBounds as reason:
        raise NotCertified(str(reason)) from None
    return roof.bound, roof.best


def _sold_out(game: BudgetBuyersGame, leader: int, x: FloatArray) -> tuple[float, float]:
    r"""Below its price a seller earns at most that price for all it has; above, buyers spend less and less with it.

    A buyer's spending :math:`(B + \theta \sum_k p_k) / m - \theta p` at the m sellers it uses falls with p.
    """
    price = float(x[leader])
    spent = price * float(game.sales(x)[leader])
    return max(price * float(game.supplies[leader]), spent), game.payoff(x, leader)


def _parabola(payoff: Function, low: float, high: float) -> float:
    """Largest value of the parabola through both ends and the middle."""
    width, first, middle, last = high - low, payoff(low), payoff((low + high) / 2), payoff(high)
    best = max(first, middle, last)
    bend, rise = 2 * (first - 2 * middle + last), 4 * middle - 3 * first - last
    if width > 0 and bend < 0 and 0 < -rise / (2 * bend) < 1:
        best = max(best, first - rise * rise / (4 * bend))
    return best


def _concave(payoff: Function, low: float, high: float, here: float, allowed: float) -> tuple[float, float]:
    """Chords of neighbouring points, prolonged, bound what is between; the widest doubt is halved."""
    near = (high - low) * np.array([-1e-3, -1e-5, -1e-7, 0.0, 1e-7, 1e-5, 1e-3])
    inner = here + near if low <= here <= high else np.zeros(0)
    grid = np.unique(np.clip(np.concatenate([np.linspace(low, high, 9), inner]), low, high)).tolist()
    values = [payoff(t) for t in grid]
    for _ in range(200):
        doubts = [_between_chords(grid, values, k) for k in range(len(grid) - 1)]
        k = int(np.argmax(doubts))
        if doubts[k] <= allowed or not grid[k] < (grid[k] + grid[k + 1]) / 2 < grid[k + 1]:
            break
        middle = (grid[k] + grid[k + 1]) / 2
        grid.insert(k + 1, middle)
        values.insert(k + 1, payoff(middle))
    return max([*doubts, *values]), max(values)


def _between_chords(grid: list[float], values: list[float], k: int) -> float:
    """What a concave function cannot exceed between two of its points."""
    a, b = grid[k], grid[k + 1]
    rise = (values[k] - values[k - 1]) / (a - grid[k - 1]) if k > 0 else np.inf
    fall = (values[k + 2] - values[k + 1]) / (grid[k + 2] - b) if k + 2 < len(grid) else -np.inf
    ahead, behind = values[k] + rise * (b - a), values[k + 1] - fall * (b - a)
    if np.isfinite(rise) and np.isfinite(fall) and rise > fall:
        met = min(max((values[k + 1] - values[k] + rise * a - fall * b) / (rise - fall), a), b)
        return max(values[k], values[k + 1], values[k] + rise * (met - a))
    return max(values[k], values[k + 1], min(ahead, behind))


def _halving(
    payoff: Function, ceiling: Callable[[float, float], float], ends: FloatArray, here: float, allowed: float
) -> tuple[float, float]:
    """Halve the interval with the highest ceiling until none is above what the report allows."""
    grid = np.unique(np.concatenate([ends, np.linspace(ends[0], ends[-1], 65), [here]])).tolist()
    best = max(payoff(t) for t in grid)
    heap = [(-ceiling(a, b), a, b) for a, b in pairwise(grid)]
    heapq.heapify(heap)
    for _ in range(MOST_SPLITS):
        top, low, high = heap[0]
        middle = (low + high) / 2
        if -top <= allowed or not low < middle < high:
            break
        heapq.heapreplace(heap, (-min(-top, ceiling(low, middle)), low, middle))
        heapq.heappush(heap, (-min(-top, ceiling(middle, high)), middle, high))
        best = max(best, payoff(middle))
    return -heap[0][0], best
