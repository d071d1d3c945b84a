"""Which split rules stay stable when the grid binds, and who pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community import Community
from gametrade.community.feeder import Feeder
from gametrade.display import Shown
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.games.coalitional.network import NetworkGame
from gametrade.registry import rules as registered
from gametrade.rules import allocate
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.network_plan import network_plan
from gametrade.solvers.network_prices import network_prices
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


def locational_price(game: CoalitionalGame) -> FloatArray:
    """Pay every home the energy price at its bus and the price of its grant, and share what is left equally.

    Parameters
    ----------
    game : NetworkGame or SharingGame
        n homes; without a feeder this is the competitive price.

    Returns
    -------
    ndarray of shape (n,)
        In the core if the grants exhaust every limit that has a price, see
        :func:`~gametrade.solvers.network_prices.network_prices`. [money]
    """
    if not isinstance(game, NetworkGame):
        return allocate(game, "competitive_price").payoffs
    prices = network_prices(game)
    return np.asarray(prices.gains + prices.rent / game.n_players)


RULES = (
    locational_price,
    "competitive_price",
    "mid_market_rate",
    "supply_demand_ratio",
    "bill_sharing",
    "equal_split",
)
"""Compared if no rules are named."""


@dataclass(frozen=True, eq=False)
class NetworkStability(Shown):
    """Split rules on a feeder, without and with its limits.

    Parameters
    ----------
    game : NetworkGame
        Homes on the feeder.
    rules : tuple of str
        Names.
    free, bound : tuple of BlockingCoalition
        Who gains most by leaving under each rule, if the feeder had no limits, and with them.
    plan : ndarray of shape (n, T)
        What each home exports under the joint plan. [kWh]
    """

    game: NetworkGame
    rules: tuple[str, ...]
    free: tuple[BlockingCoalition, ...]
    bound: tuple[BlockingCoalition, ...]
    plan: FloatArray = field(repr=False)

    @property
    def lost(self) -> FloatArray:
        """Surplus of each home that is not exported under the joint plan, shape (n,). [kWh]"""
        return np.asarray((self.game.community.surplus - self.plan).sum(axis=1))

    def to_frame(self) -> pd.DataFrame:
        """One row a rule: largest excess without and with limits, its bound, who leaves, the least payoff. [money]"""
        import pandas as pd

        rows = [
            {
                "excess_without_limits": wide.excess,
                "excess_with_limits": tight.excess,
                "at_most": tight.upper_bound,
                "leave": ", ".join(tight.coalition),
                "least_payoff": float(tight.payoffs.min()),
                "who_gets_least": self.game.players[int(tight.payoffs.argmin())],
            }
            for wide, tight in zip(self.free, self.bound, strict=True)
        ]
        return pd.DataFrame(rows, index=pd.Index(self.rules, name="rule"))

    def payoffs(self) -> pd.DataFrame:
        """What each home gains under each rule with limits, and the surplus it loses. [money, kWh]"""
        import pandas as pd

        columns = {rule: answer.payoffs for rule, answer in zip(self.rules, self.bound, strict=True)}
        frame = pd.DataFrame(columns, index=pd.Index(self.game.players, name="home"))
        return frame.assign(lost_kwh=self.lost)

    def __str__(self) -> str:
        game = self.game
        head = (
            f"{game.n_players} homes, {game.bound_steps.size} of {game.community.n_steps} steps bound, "
            f"{self.lost.sum():.1f} kWh not exported, gains {game.grand_value:.2f} {game.unit}"
        )
        return f"{head}\n{self.to_frame().round(4).to_string()}"


def network_stability(
    community: Community,
    feeder: Feeder,
    rules: Sequence[str | Callable[..., Any]] = RULES,
    *,
    outsiders: str = "granted",
    power_factor: float = 1.0,
) -> NetworkStability:
    """Test every split rule for coalitions that leave, on a feeder whose limits bind.

    Parameters
    ----------
    community : Community
        Homes.
    feeder : Feeder
        Lines, limits, and the bus of each home.
    rules : sequence of str or callable
        Split rules.
    outsiders, power_factor
        As in :class:`~gametrade.games.coalitional.network.NetworkGame`.

    Returns
    -------
    NetworkStability

    Notes
    -----
    The joint plan says who exports how much (:func:`~gametrade.solvers.network_plan.network_plan`). A rule that sets
    prices settles the energy of that plan: a home is paid for what it exports, and loses the rest, so it is the end of
    the feeder that pays. A rule that sets payoffs shares the value of the game with limits. Either way payoffs are
    money over the best that each home could do alone.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [4]], [[10], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b"}, capacity=5)
    >>> network_stability(street, feeder, ["mid_market_rate"]).payoffs().round(9).to_dict("list")
    {'mid_market_rate': [0.44, 0.44], 'lost_kwh': [1.0, 0.0]}
    """
    game, free = NetworkGame(community, feeder, outsiders=outsiders, power_factor=power_factor), SharingGame(community)
    plan = network_plan(game)
    names, wide, tight = [], [], []
    for rule in rules:
        entry, _ = registered.resolve(rule)
        names.append(rule if isinstance(rule, str) else entry.name)
        priced = entry.traits.get("kind") == "price"
        bound = settled_plan(game, rule, plan) if priced else allocate(game, rule).payoffs
        wide.append(blocking_coalition(free, allocate(free, rule).payoffs))
        tight.append(blocking_coalition(game, bound))
    return NetworkStability(game, tuple(names), tuple(wide), tuple(tight), plan)


def settled_plan(game: NetworkGame, rule: str | Callable[..., Any], plan: FloatArray) -> FloatArray:
    """What each home gains when a price rule settles the joint plan.

    Parameters
    ----------
    game : NetworkGame
        n homes, T steps.
    rule : str or callable
        Price rule.
    plan : ndarray of shape (n, T)
        What each home exports. [kWh]

    Returns
    -------
    ndarray of shape (n,)
        Money over the best that each home could do alone.
    """
    community, steps = game.community, game.bound_steps
    made = np.minimum(community.generation, community.demand) + plan
    planned = replace(community, generation=np.where(community.surplus > 0, made, community.generation))
    exported = plan[:, steps] @ community.export_price[steps]
    return np.asarray(allocate(planned, rule).payoffs + exported - game.plans_alone)
