"""Prices that depend on demand, and demand that depends on prices: do they settle?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from gametrade.community import Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.pricing.responsive_demand import ResponsiveDemand
from gametrade.typing import FloatArray

Pricing = Callable[[Community], tuple[FloatArray, FloatArray]]
"""Buying and selling prices, each of shape (T,), of a community that consumes as it does. [money/kWh]"""

SAME = 1e-9
"""Share of the largest demand below which two demands are one."""

LONGEST_CYCLE = 12
SLOWER, SMALLEST_STEP = 0.5, 1e-3


@dataclass(frozen=True, eq=False)
class PriceResponse(Shown):
    """Where prices and demand went.

    Parameters
    ----------
    problem : ResponsiveDemand
        The homes.
    demand : ndarray of shape (n, T)
        Last demand. [kWh]
    buy, sell : ndarray of shape (T,)
        Prices at that demand. [money/kWh]
    rounds : int
        Rounds played.
    residual : float
        Largest distance between demand and the best answer to its prices. [kWh]
    status : {"settled", "cycle", "unsettled"}
        Whether demand answers its own prices, returns to where it was, or neither in the rounds given.
    cycle : tuple of ndarray of shape (n, T)
        The demands that follow one another for ever, if it is a cycle. [kWh]
    steps : tuple of float
        Step lengths used, one a round.
    """

    problem: ResponsiveDemand
    demand: FloatArray
    buy: FloatArray
    sell: FloatArray
    rounds: int
    residual: float
    status: str
    cycle: tuple[FloatArray, ...] = ()
    steps: tuple[float, ...] = field(default=())

    @property
    def regret(self) -> FloatArray:
        """What each home could still save at the last prices, taken as given, shape (n,). [money]"""
        best = self.problem.best_demand(self.buy, self.sell)
        now = self.problem.costs(self.demand, self.buy, self.sell)
        return np.asarray(now - self.problem.costs(best, self.buy, self.sell))

    def __str__(self) -> str:
        words = {
            "settled": f"prices and demand settle in {self.rounds} rounds",
            "cycle": f"prices and demand go round in a cycle of {len(self.cycle)} after {self.rounds} rounds",
            "unsettled": f"prices and demand have not settled in {self.rounds} rounds",
        }
        return f"{words[self.status]}; demand is within {self.residual:.3g} kWh of the best answer to its prices"


def price_response(
    problem: ResponsiveDemand,
    pricing: Pricing,
    *,
    step: float = 1.0,
    adapt: bool = True,
    max_rounds: int = 300,
    tolerance: float = 1e-6,
) -> PriceResponse:
    r"""Let homes answer prices and prices follow demand, round by round.

    Parameters
    ----------
    problem : ResponsiveDemand
        The homes.
    pricing : callable
        Prices of a community, e.g. by the supply-demand ratio.
    step : float, default=1.0
        Share of the way from the present demand to the best answer that homes go in a round, above 0 and at
        most 1.
    adapt : bool, default=True
        Halve the step whenever a round brings demand no closer to its best answer, down to a thousandth.
    max_rounds : int, default=300
        Rounds after which to stop.
    tolerance : float, default=1e-06
        Share of the largest demand within which demand answers its own prices.

    Returns
    -------
    PriceResponse
        Demand, prices, and whether they settle; a cycle is reported with its members.

    Raises
    ------
    InvalidInputError
        If the step is not above 0 and at most 1.

    Notes
    -----
    Homes take prices as given: a settled answer is a fixed point of prices and best answers, not an
    equilibrium between homes that see through the rule. With a fixed step, a demand met before means the rest
    repeats: that is proved by the deterministic map, up to 1e-9 of the largest demand. Where the pricing jumps
    there may be no fixed point.

    References
    ----------
    .. [1] N. Liu, X. Yu, C. Wang, C. Li, L. Ma and J. Lei, "Energy-sharing model with price-based demand
       response for microgrids of peer-to-peer prosumers", IEEE Trans. Power Syst. 32 (2017) 3569-3583.
       :doi:`10.1109/TPWRS.2017.2649558`
    .. [2] Y. Zhou, J. Wu and C. Long, "Evaluation of peer-to-peer energy sharing mechanisms based on a
       multiagent simulation framework", Applied Energy 222 (2018) 993-1022 (the step length).
    """
    if not 0 < step <= 1:
        raise InvalidInputError(f"step of price_response must be above 0 and at most 1. Got {step}.")
    demand = problem.community.demand.copy()
    size = float(demand.max(initial=0.0))
    past: list[FloatArray] = []
    steps: list[float] = []
    cycle: tuple[FloatArray, ...] = ()
    before, status = np.inf, "unsettled"
    while True:
        buy, sell = pricing(problem.consuming(demand))
        answer = problem.best_demand(buy, sell)
        residual = float(np.abs(answer - demand).max(initial=0.0))
        if residual <= tolerance * size:
            status = "settled"
            break
        cycle = () if adapt and step > SMALLEST_STEP else _cycle(past, demand, SAME * size)
        if cycle or len(steps) == max_rounds:
            status = "cycle" if cycle else "unsettled"
            break
        if adapt and residual > 0.99 * before:
            step = max(step * SLOWER, SMALLEST_STEP)
        past = [*past[-LONGEST_CYCLE:], demand]
        steps.append(step)
        demand, before = demand + step * (answer - demand), residual
    return PriceResponse(problem, demand, buy, sell, len(steps), residual, status, cycle, tuple(steps))


def _cycle(past: list[FloatArray], demand: FloatArray, slack: float) -> tuple[FloatArray, ...]:
    """The demands since this one was last met, if it was."""
    for back in range(len(past) - 1, -1, -1):
        if np.abs(past[back] - demand).max() <= slack:
            return tuple(past[back:])
    return ()
