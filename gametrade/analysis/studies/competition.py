"""Providers with registered rules that compete for the homes of a community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame
from gametrade.games.competition import Provider, ProviderMarket, ProviderOutcome
from gametrade.games.step_prices import StepPrices, step_prices
from gametrade.rules import allocate
from gametrade.solvers.provider_dynamics import best_provider_dynamics
from gametrade.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class RegisteredSplit:
    """A registered rule as a function of a game, which says its name.

    Parameters
    ----------
    name : str
        Registered name, optionally with options.
    """

    name: str

    def __call__(self, game: SharingGame) -> FloatArray:
        """Payoffs of all players. [money]"""
        return allocate(game, self.name).payoffs


def registered_provider(
    rule: str,
    *,
    name: str | None = None,
    fee_per_member: float = 0.0,
    fee_per_kwh: float = 0.0,
    share_of_savings: float = 0.0,
    charged: str = "traded",
) -> Provider:
    """Make a provider of a registered rule.

    Parameters
    ----------
    rule : str
        Registered name, with options as in ``"supply_demand_ratio:compensation=0.01"``.
    name : str, optional
        Label of the provider; the rule if not given.
    fee_per_member : float, default=0.0
        Fee of each member. [money]
    fee_per_kwh : float, default=0.0
        Fee on each metered kWh. [money/kWh]
    share_of_savings : float, default=0.0
        Share of positive gains that the provider keeps.
    charged : str, default="traded"
        Which kWh pay, as in :class:`Provider`.

    Returns
    -------
    Provider
        Its rule is settled for many pools at once where prices follow from the totals of each step.

    Raises
    ------
    UnknownNameError
        If there is no such rule.
    InvalidInputError
        If a fee is negative.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.competition import ProviderMarket
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> market = ProviderMarket(street, [registered_provider("mid_market_rate", fee_per_member=1.0)])
    >>> market.payoffs(["mid_market_rate"] * 3)
    array([1., 1., 3.])
    """
    return Provider(split_of(rule), fee_per_member, fee_per_kwh, share_of_savings, name or rule, charged)


def split_of(rule: str) -> StepPrices | RegisteredSplit:
    """A registered rule in the form that providers take.

    Parameters
    ----------
    rule : str
        Registered name, optionally with options.

    Returns
    -------
    StepPrices or RegisteredSplit
        Prices for many pools at once if the rule sets prices and is additive over steps, else payoffs of one game.

    Raises
    ------
    UnknownNameError
        If there is no such rule.
    """
    return step_prices(rule) or RegisteredSplit(rule)


def compete(
    community: Community,
    offers: Sequence[str | Provider],
    *,
    rng: np.random.Generator,
    starts: int = 20,
    switching_cost: ArrayLike = 0.0,
) -> pd.DataFrame:
    """Let providers compete from random first choices of the homes, and count who ends up where.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    offers : sequence of str or Provider
        Registered rules without fees, or providers.
    rng : numpy.random.Generator
        Draws the first profiles, each home's provider uniformly, and the order of turns.
    starts : int, default=20
        Number of first profiles, at least 1.
    switching_cost : array_like of shape () or (n,), default=0
        As in :class:`ProviderMarket`. [money]

    Returns
    -------
    DataFrame
        One row a start: how it ended, moves made, members of each provider and alone, concentration, welfare loss and
        the least and largest gain of a home. [money]

    Raises
    ------
    InvalidInputError
        If there is no provider or no start.

    Notes
    -----
    A sample of the stable choices that best replies reach, not a list of all of them.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
    >>> table = compete(street, ["mid_market_rate", "competitive_price"], rng=np.random.default_rng(0), starts=3)
    >>> table["ending"].tolist()
    ['Nash-stable', 'Nash-stable', 'Nash-stable']
    """
    return table_of(sampled_ends(provider_market(community, offers, switching_cost), rng=rng, starts=starts))


def provider_market(
    community: Community, offers: Sequence[str | Provider], switching_cost: ArrayLike = 0.0
) -> ProviderMarket:
    """A market of providers, some of them given by the name of their rule."""
    providers = [offer if isinstance(offer, Provider) else registered_provider(offer) for offer in offers]
    return ProviderMarket(community, providers, switching_cost)


def sampled_ends(market: ProviderMarket, *, rng: np.random.Generator, starts: int) -> list[ProviderOutcome]:
    """Where best replies lead from random first choices, one outcome a start.

    Parameters
    ----------
    market : ProviderMarket
        Homes and providers.
    rng : numpy.random.Generator
        Draws first choices and the order of turns.
    starts : int
        Number of first choices, at least 1.

    Returns
    -------
    list of ProviderOutcome

    Raises
    ------
    InvalidInputError
        If there is no start.
    """
    if starts < 1:
        raise InvalidInputError(f"starts of compete must be at least 1. Got {starts}.")
    ends = []
    for _ in range(starts):
        first = rng.integers(len(market.providers), size=market.n_players)
        order = [market.players[i] for i in rng.permutation(market.n_players)]
        ends.append(best_provider_dynamics(market, first, order=order))
    return ends


def table_of(ends: Sequence[ProviderOutcome]) -> pd.DataFrame:
    """One row an outcome: how it ended, who is where, concentration, welfare loss, least and largest gain."""
    import pandas as pd

    rows = []
    for end in ends:
        counts = {f"members of {option}": len(end.members(option)) for option in end.market.options}
        rows.append(
            {
                "ending": end.concept,
                "moves": len(end.trace),
                **counts,
                "concentration": end.concentration,
                "welfare_loss": end.welfare_loss,
                "least_gain": float(end.payoffs.min()),
                "largest_gain": float(end.payoffs.max()),
            }
        )
    return pd.DataFrame(rows)
