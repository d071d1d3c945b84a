"""Pricing methods side by side: what they save, for whom, and what they do to the grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.analysis.fairness import gini
from gametrade.community import Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games import SharingGame
from gametrade.games.pricing.responsive_demand import ResponsiveDemand
from gametrade.mechanisms import CommunityMarket, clear
from gametrade.registry import mechanisms, rules
from gametrade.rules import allocate
from gametrade.rules.settlement import sharing_charge
from gametrade.solvers.joint_demand import joint_demand
from gametrade.solvers.price_response import PriceResponse, Pricing, price_response
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

METHODS = ("bill_sharing", "mid_market_rate", "supply_demand_ratio", "uniform_price:ties=pro_rata")
NO_ANSWER = "selling pays more than buying costs"
ECONOMIC = ("value_tapping", "participation", "equality")
TECHNICAL = ("energy_balance", "power_flatness", "self_sufficiency")


@dataclass(frozen=True, eq=False)
class PricingResult:
    """One method.

    Parameters
    ----------
    method : str
        Rule or mechanism.
    community : Community
        Homes with the demand that they end up with.
    costs : ndarray of shape (n,)
        Bill and discomfort of each home. [money]
    status : str
        How the response ended, "as metered" without one.
    """

    method: str
    community: Community
    costs: FloatArray
    status: str


@dataclass(frozen=True, eq=False)
class PricingComparison(Shown):
    r"""Methods of pricing compared by an index system.

    Parameters
    ----------
    community : Community
        Homes as metered.
    results : tuple of PricingResult
        One a method.
    ideal : float
        Least joint cost, or a bound below it where homes respond. [money]

    Notes
    -----
    The indices are those of Zhou, Wu and Long (2018) by name; the formulas are our interpretation. With
    reference costs :math:`c^0_i` (alone, as metered), costs :math:`c_i` and gains :math:`c^0_i - c_i`:

    - value tapping: :math:`(C^0 - C) / (C^0 - C_{ideal})`;
    - participation willingness: share of homes that are not worse off;
    - equality: one less the Gini coefficient of the gains;
    - energy balance: one less the community's exchange with the grid over the sum of its members' own;
    - power flatness: one less the standard deviation of the community's net load over that as metered;
    - self-sufficiency: share of demand that is served locally, in the home or by neighbours.

    ``economic`` and ``technical`` are means of three, ``overall`` is their mean.
    """

    community: Community
    results: tuple[PricingResult, ...]
    ideal: float

    def to_frame(self) -> pd.DataFrame:
        """One row a method with its indices, total cost [money], and how the response ended."""
        import pandas as pd

        frame = pd.DataFrame(
            [self._indices(result) for result in self.results],
            index=pd.Index([result.method for result in self.results], name="method"),
        )
        frame["economic"] = frame[list(ECONOMIC)].mean(axis=1, skipna=False)
        frame["technical"] = frame[list(TECHNICAL)].mean(axis=1, skipna=False)
        frame["overall"] = (frame["economic"] + frame["technical"]) / 2
        frame["cost"] = [float(result.costs.sum()) for result in self.results]
        frame["status"] = [result.status for result in self.results]
        return frame

    def _indices(self, result: PricingResult) -> dict[str, float]:
        """The six indices of a method."""
        reference = self.community.stand_alone_bills()
        gains = reference - result.costs
        slack = RELATIVE_TOLERANCE * float(np.abs(reference).sum())
        own, net = np.abs(self.community.net_load).sum(), result.community.net_load.sum(axis=0)
        before = float(self.community.net_load.sum(axis=0).std())
        demand = float(result.community.demand.sum())
        return {
            "value_tapping": _share(float(gains.sum()), float(reference.sum()) - self.ideal, slack),
            "participation": float((gains >= -slack).mean()),
            "equality": 1 - gini(gains),
            "energy_balance": 1 - _share(float(np.abs(net).sum()), float(own), 0.0),
            "power_flatness": 1 - _share(float(net.std()), before, 0.0),
            "self_sufficiency": 1 - _share(float(np.maximum(net, 0.0).sum()), demand, 0.0),
        }

    def __str__(self) -> str:
        numbers = self.to_frame()
        return f"{len(numbers)} pricing methods, ideal cost {self.ideal:.2f}\n{numbers.round(3).to_string()}"


def _share(part: float, whole: float, slack: float) -> float:
    """A ratio, not a number where there is nothing to share."""
    return part / whole if whole > slack else float("nan")


def compare_pricing(
    community: Community,
    methods: Iterable[str] = METHODS,
    *,
    response: ResponsiveDemand | None = None,
    max_rounds: int = 300,
) -> PricingComparison:
    """Compare ways of setting local prices on one community.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    methods : iterable of str
        Names of price rules and of mechanisms, with options as in ``"supply_demand_ratio:compensation=0.02"``.
    response : ResponsiveDemand, optional
        Lets homes answer the prices until these settle; demand stays as metered without it.
    max_rounds : int, default=300
        Most rounds of a response.

    Returns
    -------
    PricingComparison
        Indices by method.

    Raises
    ------
    UnknownNameError
        If a method is neither a rule nor a mechanism.
    InvalidInputError
        If there is no method.

    Notes
    -----
    Under bill sharing a kWh sold can pay more than one bought costs; the answer of a home is then no convex
    problem, and the method is shown as metered, with that status.

    References
    ----------
    .. [1] Y. Zhou, J. Wu and C. Long, "Evaluation of peer-to-peer energy sharing mechanisms based on a
       multiagent simulation framework", Applied Energy 222 (2018) 993-1022.
    .. [2] C. Long, J. Wu, C. Zhang, L. Thomas, M. Cheng and N. Jenkins, "Peer-to-peer energy trading in a
       community microgrid", IEEE PES General Meeting, 2017.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-03")
    >>> compare_pricing(street).to_frame()["value_tapping"].round(6).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    if response is None:
        ideal = float(community.stand_alone_bills().sum()) - SharingGame(community).grand_value
    else:
        ideal = joint_demand(response).bound
    named = (methods,) if isinstance(methods, str) else tuple(methods)
    if not named:
        raise InvalidInputError("methods of compare_pricing must name one rule or mechanism at least. Got none.")
    results = tuple(_result(community, method, response, max_rounds) for method in named)
    return PricingComparison(community, results, ideal)


def _result(community: Community, method: str, response: ResponsiveDemand | None, max_rounds: int) -> PricingResult:
    """What one method ends in."""
    status, demand = "as metered", community.demand
    if response is not None:
        answer = _answer(response, prices_of(method), max_rounds)
        status = NO_ANSWER if answer is None else answer.status
        demand = community.demand if answer is None else answer.demand
        community = response.consuming(demand)
    costs = community.stand_alone_bills() - _gains(community, method)
    if response is not None:
        costs = costs + response.discomforts(demand)
    return PricingResult(method, community, costs, status)


def _answer(response: ResponsiveDemand, pricing: Pricing, max_rounds: int) -> PriceResponse | None:
    """How homes respond, None where their problem is not convex."""
    buy, sell = _ordered(*pricing(response.community))
    if (sell > buy).any():
        return None
    return price_response(response, lambda community: _ordered(*pricing(community)), max_rounds=max_rounds)


def _ordered(buy: FloatArray, sell: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Prices whose rounding errors do not make selling dearer than buying."""
    slack = RELATIVE_TOLERANCE * float(np.abs(buy).max(initial=0.0))
    return buy, np.where(sell <= buy + slack, np.minimum(sell, buy), sell)


def _gains(community: Community, method: str) -> FloatArray:
    """What each home gains over being alone. [money]"""
    if method.partition(":")[0] in rules:
        return allocate(SharingGame(community), method).payoffs
    return np.asarray(clear(community, method).bill_gains.sum(axis=1))


def prices_of(method: str) -> Pricing:
    """Average buying and selling prices that a method sets, the grid's part and the network charge included.

    Parameters
    ----------
    method : str
        Price rule or mechanism.

    Returns
    -------
    callable
        From a community to its prices, each of shape (T,). [money/kWh]

    Raises
    ------
    UnknownNameError
        If the method is neither a rule nor a mechanism, or a rule that sets no prices.
    """
    name = method.partition(":")[0]
    if name in mechanisms:
        return lambda community: _market_prices(clear(community, method))
    if name not in rules or rules.get(name).traits.get("kind") != "price":
        priced = [entry.name for entry in rules if entry.traits.get("kind") == "price"]
        raise UnknownNameError("pricing method", name, [*priced, *(entry.name for entry in mechanisms)])
    return lambda community: _rule_prices(SharingGame(community), method)


def _rule_prices(game: SharingGame, method: str) -> tuple[FloatArray, FloatArray]:
    """Prices of a rule."""
    split = allocate(game, method)
    assert split.buy_price is not None
    assert split.sell_price is not None
    return split.buy_price + sharing_charge(game), split.sell_price


def _market_prices(market: CommunityMarket) -> tuple[FloatArray, FloatArray]:
    """Average prices after an auction, those of the grid where nobody buys or sells."""
    community = market.valuation.community
    need, supply = community.deficit.sum(axis=0), community.surplus.sum(axis=0)
    bought, sold = market.bought.sum(axis=0), market.sold.sum(axis=0)
    paid = np.maximum(market.payments, 0.0).sum(axis=0) + community.network_charge * bought
    earned = np.maximum(-market.payments, 0.0).sum(axis=0)
    buy = np.divide(paid + community.import_price * (need - bought), need, where=need > 0, out=np.zeros_like(need))
    sell = np.divide(
        earned + community.export_price * (supply - sold), supply, where=supply > 0, out=np.zeros_like(need)
    )
    return (
        np.where(need > 0, buy, community.import_price),
        np.where(supply > 0, sell, community.export_price),
    )
