"""Whether a provider can cover its cost from a fee that its members still pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame
from gametrade.games.competition import ProviderMarket
from gametrade.games.competition.market import MOST_HOMES, Choice
from gametrade.solvers.fee_limits import fee_limits
from gametrade.solvers.provider_fees import FeeLimit, breakaway_fee, leaving_fee


@dataclass(frozen=True, eq=False, slots=True)
class CostCover(Shown):
    """The fee per member that covers a cost, beside the fees that members bear.

    Parameters
    ----------
    needed : float
        Fee per member that pays the cost. [money]
    alone : FeeLimit
        Largest fee with which no member leaves by itself.
    core : float
        Largest fee with which the members' game still has a core, if whoever shares anywhere pays it. [money]
    together : FeeLimit or None
        Largest fee with which no members leave to share among themselves without a fee; None for more than 12
        members.
    unit : str
        Currency.
    """

    needed: float
    alone: FeeLimit
    core: float
    together: FeeLimit | None
    unit: str

    @property
    def against_single_homes(self) -> bool:
        """Whether the cost can be covered while no member leaves by itself."""
        return self.needed <= self.alone.fee

    @property
    def against_groups(self) -> bool | None:
        """Whether the cost can be covered while no members leave together either; None if that is not known."""
        if not self.against_single_homes:
            return False
        return None if self.together is None else self.needed <= self.together.fee

    def __str__(self) -> str:
        limits = [f"one home leaves above {self.alone.fee:.6g}", f"the core empties above {self.core:.6g}"]
        if self.together is not None:
            limits.append(f"homes leave together above {self.together.fee:.6g}")
        return f"{self.needed:.6g} {self.unit} a member covers the cost; " + ", ".join(limits)


def cost_cover(
    market: ProviderMarket, choice: Choice, provider: str, *, cost_per_member: float = 0.0, fixed_cost: float = 0.0
) -> CostCover:
    r"""Compare the fee per member that pays a provider's cost with the fees at which it loses its members.

    Parameters
    ----------
    market : ProviderMarket
        Any number of homes; the other fees of the provider are kept, and are no part of what covers the cost.
    choice : mapping or sequence
        Present option of each home.
    provider : str
        Name of the provider, which must have members.
    cost_per_member, fixed_cost : float
        What serving each member, and all of them, costs; at least 0. [money]

    Returns
    -------
    CostCover
        The fee and its limits.

    Raises
    ------
    InvalidInputError, UnknownNameError
        If a cost is negative, or the provider has no members or does not exist.

    Notes
    -----
    With k members the fee is :math:`c_1 + c_0 / k`: it falls as members join, so a provider that loses some must
    charge the others more, which can start a run. The three limits are those of :func:`leaving_fee`,
    :func:`fee_limits` and :func:`breakaway_fee`.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.competition import Provider
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4))
    >>> half = lambda game: np.full(game.n_players, game.grand_value / game.n_players)
    >>> market = ProviderMarket(street, [Provider(half, name="pool")], switching_cost=1.0)
    >>> print(cost_cover(market, ["pool", "pool"], "pool", fixed_cost=1.0))
    0.5 EUR a member covers the cost; one home leaves above 5, the core empties above 4, homes leave together above 1
    """
    for name, cost in (("cost_per_member", cost_per_member), ("fixed_cost", fixed_cost)):
        if not (np.isfinite(cost) and cost >= 0):
            raise InvalidInputError(f"{name} of cost_cover must be at least 0. Got {cost!r}.")
    alone = leaving_fee(market, choice, provider)
    inside = [
        home for home, k in zip(market.players, market.positions(choice), strict=True) if market.options[k] == provider
    ]
    needed = cost_per_member + fixed_cost / len(inside)
    core = fee_limits(SharingGame(market.community.select(inside))).per_member if len(inside) > 1 else 0.0
    together = breakaway_fee(market, choice, provider) if len(inside) <= MOST_HOMES else None
    return CostCover(needed, alone, core, together, market.unit)
