"""Would a coalition that looked profitable on odd weeks still gain on even weeks?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.counting import table_is_cheap
from gametrade.analysis.studies.market_allocation import split
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.rules.settlement import step_payoffs
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.typing import Coalition, FloatArray, IntArray


@dataclass(frozen=True, eq=False, slots=True)
class OutOfSample:
    """A coalition chosen on the odd weeks and what it gains on the even ones.

    Parameters
    ----------
    coalition : tuple of str
        The most profitable coalition of the odd weeks.
    chosen_on, evaluated_on : float
        Its excess on the odd weeks and on the even weeks. [money]
    """

    coalition: Coalition
    chosen_on: float
    evaluated_on: float

    @property
    def persists(self) -> bool:
        """Whether it gains on both halves: an ex-post blockade that could have been foreseen."""
        return self.chosen_on > 0 and self.evaluated_on > 0


def out_of_sample(game: SharingGame, allocation: Allocation, rule: str | Callable[..., Any]) -> OutOfSample | None:
    """Choose the best blocking coalition on odd weeks of the data and evaluate it on even weeks.

    Parameters
    ----------
    game : SharingGame
        The whole period.
    allocation : Allocation
        Of the whole period, for its prices.
    rule : str or callable
        The rule; without prices it is settled on each half on its own.

    Returns
    -------
    OutOfSample or None
        None if the data cover less than two weeks or one half shares nothing.
    """
    week = (game.community.times - game.community.times[0]).astype("timedelta64[s]").astype(np.int64) // 604_800
    odd, even = np.flatnonzero(week % 2 == 0), np.flatnonzero(week % 2 == 1)
    if not len(even) or game.n_players < 2:
        return None
    first, second = game.during(odd), game.during(even)
    if min(first.grand_value, second.grand_value) <= 0:
        return None
    engine = "table" if table_is_cheap(first) else "auto"
    chosen = blocking_coalition(first, _payoffs(allocation, rule, first, odd), engine=engine, nodes=200, seconds=600.0)
    later = _payoffs(allocation, rule, second, even)
    return OutOfSample(
        chosen.coalition, chosen.excess, second.value(chosen.coalition) - float(later[chosen.members].sum())
    )


def _payoffs(allocation: Allocation, rule: str | Callable[..., Any], half: SharingGame, steps: IntArray) -> FloatArray:
    """Payoffs of one half: by the prices of the whole, or settled on the half alone."""
    if allocation.sell_price is None or allocation.buy_price is None:
        return split(half, rule).payoffs
    return np.asarray(step_payoffs(half, allocation.sell_price[steps], allocation.buy_price[steps]).sum(axis=1))
