"""Everything that was found out about one allocation rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.out_of_sample import OutOfSample
from gametrade.analysis.verdict import Verdict
from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.exit_cost import ExitCost
from gametrade.solvers.least_subsidy import LeastSubsidy
from gametrade.typing import Coalition, FloatArray

MONEY = (
    "imbalance",
    "smallest_gain",
    "largest_excess",
    "upper_bound",
    "per_member",
    "exit_cost",
    "exit_cost_per_member",
    "least_subsidy",
    "least_subsidy_lower",
    "price_shortfall",
    "other_weeks",
    "period_gains",
    "period_bill",
)
"""Headline numbers in money."""
COLUMNS = (
    "status",
    *MONEY[:2],
    "worse_off",
    *MONEY[2:5],
    "share_of_bill",
    "members",
    "n_blocking",
    "blocking_share",
    *MONEY[5:10],
    "period",
    "period_gains",
    "period_bill",
    "gini",
    "jain",
    "correlation",
    "other_weeks",
)
"""Headline numbers, in the order of the comparison."""

STATUS = {True: "core", False: "blocked", None: "not proved"}


@dataclass(frozen=True, eq=False)
class RuleStability(Shown):
    """Everything that was found out about one allocation rule.

    Parameters
    ----------
    rule : str
        Name, with the options that differ from the defaults.
    contract : str
        Length that coalitions commit to; for anything but "whole" the headline numbers describe the period
        in which most is gained by leaving.
    allocation : Allocation
        Payoffs of the whole period. [money]
    verdicts : mapping of str to Verdict
        By property: payoffs, budget_balance, individual_rationality, core, exit_cost, least_subsidy, ...
    blocking : BlockingCoalition
        The most profitable proper coalition and the bracket of the largest excess. [money]
    most_profitable : tuple of (coalition, excess)
        The most profitable coalitions known, the best first. [money]
    exit_cost : ExitCost
        Cost per member at which nobody leaves. [money]
    subsidy : LeastSubsidy
        Least total subsidy at which nobody leaves. [money]
    n_blocking : int or None
        How many coalitions gain by leaving, or None where they were not counted.
    blocking_share : float
        Their share of all proper coalitions, estimated by `blocking_error` > 0 where sampled.
    blocking_error : float
        Standard error of the share: 0 where counted.
    excess_by_size : ndarray of shape (n - 1,) or None
        Largest excess of the coalitions with 1, 2, ... members, where tabulated. [money]
    price_position : ndarray of shape (T',) or None
        The price path that best supports the payoffs, from export price (0) to import price (1).
    price_shortfall : float
        By how much all homes together would gain more at those prices than under the rule: 0 if the prices
        support the payoffs, and never less than the largest excess. [money]
    alternatives : mapping of str to (coalition, excess)
        For each home the best coalition that contains it, where computed. [money]
    gini, jain, correlation : float
        Evenness of the gains, and their correlation with marginal contributions.
    contracts : tuple of ContractStability
        The same question for shorter commitments.
    out_of_sample : OutOfSample or None
        Whether the best coalition of odd weeks gains on even weeks.
    """

    rule: str
    contract: str
    allocation: Allocation
    verdicts: Mapping[str, Verdict]
    blocking: BlockingCoalition
    most_profitable: tuple[tuple[Coalition, float], ...]
    exit_cost: ExitCost
    subsidy: LeastSubsidy
    n_blocking: int | None
    blocking_share: float
    blocking_error: float
    excess_by_size: FloatArray | None
    price_position: FloatArray | None
    price_shortfall: float
    alternatives: Mapping[str, tuple[Coalition, float]]
    gini: float
    jain: float
    correlation: float
    contracts: tuple[ContractStability, ...]
    out_of_sample: OutOfSample | None

    @property
    def status(self) -> str:
        """Word for the core verdict: core, blocked or not proved."""
        claim = "core" if self.contract == "whole" else f"core_{self.contract}"
        return STATUS[self.verdicts.get(claim, self.verdicts["core"]).holds]

    @property
    def focus(self) -> ContractStability | None:
        """Contract period that the headline numbers describe: the one in which most is gained; None for the whole."""
        entry = next((entry for entry in self.contracts if entry.contract == self.contract), None)
        return entry if entry is not None and entry.periods else None

    @property
    def focus_period(self) -> str:
        """Start of that period, as in "2017-06" or "2017-06-03"; empty for the whole."""
        return "" if self.focus is None else self.focus.period

    @property
    def focus_gains(self) -> float:
        """Gains from trade of all homes in that period, or in the whole. [money]"""
        return float(self.blocking.game.grand_value)

    @property
    def focus_bill(self) -> float:
        """What all homes pay alone in that period, or in the whole; NaN for table games. [money]"""
        game = self.blocking.game
        return float(game.community.stand_alone_bills().sum()) if isinstance(game, SharingGame) else float("nan")

    @property
    def focus_payoffs(self) -> dict[str, float]:
        """What each home gains under the rule in that period, or in the whole. [money]"""
        return dict(zip(self.blocking.game.players, self.blocking.payoffs.tolist(), strict=True))

    @property
    def supported(self) -> bool | None:
        """Whether the supporting price path proves that nobody gains by leaving: no home earns more at it.

        None for table games, which have no prices.
        """
        return None if self.price_position is None else self.price_shortfall <= self.blocking.tolerance

    def supporting_prices(self) -> FloatArray:
        r"""Local price at which the homes' own gains come closest to what the rule pays them.

        Returns
        -------
        ndarray of shape (T,)
            One price for each settlement step of the period that the headline numbers describe, the network
            charge excluded; NaN in steps in which nothing is shared. [money/kWh]

        Raises
        ------
        InvalidInputError
            For table games, which have no prices.

        Notes
        -----
        The price is :math:`q_t + \lambda_t \delta_t` for the export price :math:`q_t`, the spread
        :math:`\delta_t` (import price less export price and network charge) and `price_position`
        :math:`\lambda_t`. If it supports the payoffs (`supported`), no coalition gains by leaving;
        otherwise all homes together would gain `price_shortfall` more at these prices than under the rule.

        Examples
        --------
        >>> import gametrade as gt
        >>> week = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
        >>> result = gt.analyse_stability(week, ["competitive_price"], contracts=[])["competitive_price"]
        >>> prices = result.supporting_prices()
        >>> result.supported, prices.shape, sorted(set(prices[prices == prices].round(2).tolist()))
        (True, (168,), [0.08, 0.3])
        """
        game = self.blocking.game
        if self.price_position is None or not isinstance(game, SharingGame):
            raise InvalidInputError(f"supporting prices need a SharingGame. Got a {type(game).__name__}.")
        prices = np.full(game.community.n_steps, np.nan)
        prices[game.trade_steps] = game.local_price(self.price_position)[game.trade_steps]
        return prices

    @property
    def largest_excess(self) -> float:
        """What the most profitable proper coalition gains by leaving. [money]"""
        return self.blocking.excess

    @property
    def excess_per_member(self) -> float:
        """That gain for each of its members. [money]"""
        return self.blocking.excess / max(1, int(self.blocking.members.sum()))

    @property
    def excess_share_of_bill(self) -> float:
        """That gain as a share of what its members pay alone; NaN for table games and for net sellers."""
        game = self.blocking.game
        if not isinstance(game, SharingGame):
            return float("nan")
        bill = float(game.community.stand_alone_bills()[self.blocking.members].sum())
        return self.blocking.excess / bill if bill > 0 else float("nan")

    @property
    def smallest_gain(self) -> float:
        """Gain over being alone of the home that gains least. [money]"""
        return float((self.allocation.payoffs - self.allocation.game.single_values).min())

    @property
    def worse_off(self) -> Coalition:
        """Homes that are worse off than alone by more than the tolerance."""
        game = self.allocation.game
        return game.labels(self.allocation.payoffs - game.single_values < -self.allocation.tolerance)

    def member_gains(self) -> dict[str, float]:
        """One way to split the excess of the blocking coalition: each member gains an equal part of it. [money]"""
        return dict.fromkeys(self.blocking.coalition, self.excess_per_member)

    def alternative(self, home: str) -> tuple[Coalition, float]:
        """Find the best coalition that contains a home, and what it gains together. [money]"""
        if home in self.alternatives:
            return self.alternatives[home]
        best = blocking_coalition(self.allocation.game, self.allocation.payoffs, containing=[home])
        return best.coalition, best.excess

    def __str__(self) -> str:
        return "\n".join([f"{self.rule}: {self.status}", str(self.blocking), *map(str, self.verdicts.values())])

    def row(self) -> dict[str, Any]:
        """Headline numbers as one row of the comparison."""
        return {
            "rule": self.rule,
            "status": self.status,
            "imbalance": self.allocation.imbalance,
            "smallest_gain": self.smallest_gain,
            "worse_off": len(self.worse_off),
            "largest_excess": self.blocking.excess,
            "upper_bound": self.blocking.upper_bound,
            "per_member": self.excess_per_member,
            "share_of_bill": self.excess_share_of_bill,
            "members": len(self.blocking.coalition),
            "n_blocking": self.n_blocking,
            "blocking_share": self.blocking_share,
            "exit_cost": max(0.0, self.blocking.excess),
            "exit_cost_per_member": self.exit_cost.lower_bound,
            "least_subsidy": self.subsidy.upper_bound,
            "least_subsidy_lower": self.subsidy.lower_bound,
            "price_shortfall": self.price_shortfall,
            "period": self.focus_period,
            "period_gains": self.focus_gains,
            "period_bill": self.focus_bill,
            "gini": self.gini,
            "jain": self.jain,
            "correlation": self.correlation,
            "other_weeks": None if self.out_of_sample is None else self.out_of_sample.evaluated_on,
        }
