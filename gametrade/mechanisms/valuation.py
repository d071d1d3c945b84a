"""What a kWh traded inside a community is really worth to each home: what an honest bid says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class Valuation:
    """Highest price at which each home prefers to buy inside, lowest at which it prefers to sell.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    buy, sell : array_like, broadcast to shape (n, T)
        Reservation prices at the seller's door: the network charge is already taken off what a buyer would
        pay. Negative ones count as zero. [money/kWh]
    told : str
        Where they come from, in words.

    Raises
    ------
    InvalidInputError
        If a price is not finite or the shape does not fit.
    """

    community: Community
    buy: FloatArray
    sell: FloatArray
    told: str

    def __post_init__(self) -> None:
        shape = self.community.demand.shape
        for name in ("buy", "sell"):
            try:
                prices = np.array(getattr(self, name), dtype=float)
            except (TypeError, ValueError):
                raise InvalidInputError(f"{name} of Valuation must be numbers.") from None
            if not np.isfinite(prices).all():
                raise InvalidInputError(f"{name} of Valuation must be finite. Got {prices[~np.isfinite(prices)][0]}.")
            try:
                full = np.maximum(np.broadcast_to(prices, shape), 0.0)
            except ValueError as reason:
                raise InvalidInputError(
                    f"{name} of Valuation must fit homes x steps {shape}. Got shape {prices.shape}."
                ) from reason
            full.setflags(write=False)
            object.__setattr__(self, name, full)


def retail(community: Community) -> Valuation:
    """What inelastic homes honestly bid: the grid is their alternative.

    Parameters
    ----------
    community : Community
        Homes and tariff.

    Returns
    -------
    Valuation
        Import price less network charge for every buyer, export price for every seller.

    Notes
    -----
    All bids of a step are equal and all asks are equal, so demand and supply cross along a flat: the
    interval of clearing prices is a single limit whenever one side is longer, and the whole band from export
    to import price where they balance.
    """
    ceiling = community.import_price - community.network_charge
    return Valuation(community, ceiling, community.export_price, "retail tariff: every crossing is flat")


def local_preference(community: Community, premium: ArrayLike) -> Valuation:
    """Homes that pay more, or accept less, for energy from their neighbours.

    Parameters
    ----------
    community : Community
        Homes and tariff.
    premium : float or array_like of shape (n,)
        What a kWh from a neighbour is worth beyond one from the grid, at least 0. [money/kWh]

    Returns
    -------
    Valuation
        Retail reservation prices, buyers' raised and sellers' lowered by the premium.

    Raises
    ------
    InvalidInputError
        If a premium is negative or there is not one for each home.
    """
    n = community.n_prosumers
    extra = np.broadcast_to(finite_numbers(premium, "premium", "local_preference", (), (n,), least=0), n)[:, None]
    base = retail(community)
    return Valuation(community, base.buy + extra, base.sell - extra, "retail tariff with a preference for local energy")


def flexible(community: Community, value: ArrayLike) -> Valuation:
    """Homes that would rather go without a kWh than pay more for it than it is worth to them.

    Parameters
    ----------
    community : Community
        Homes and tariff; the metered demand is what they use where it is worth its price.
    value : float or array_like of shape (n,) or (n, T)
        What a kWh is worth to each home, at least 0: given, or drawn from a distribution. [money/kWh]

    Returns
    -------
    Valuation
        A buyer bids the value less the network charge where that is below retail, and retail where it is not:
        the grid is its alternative. Sellers ask for the export price.

    Raises
    ------
    InvalidInputError
        If a value is negative or not finite, or there is not one for each home.

    Notes
    -----
    A home whose value is below the import price uses no energy of the grid. `gains` of a market count it so;
    `bill_gains` compare with a bill for the metered demand, which such a home would not pay alone.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cem"], [[2], [2], [0]], [[0], [0], [3]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(0.3, 0.1))
    >>> gt.OrderBook.from_community(flexible(street, [0.2, 0.5, 0.5]), 0).prices
    array([0.2, 0.3, 0.1])
    """
    n, n_steps = community.demand.shape
    worth = finite_numbers(value, "value", "flexible", (), (n,), (n, n_steps), least=0)
    base = retail(community)
    own = (worth[:, None] if worth.ndim == 1 else worth) - community.network_charge
    return Valuation(community, np.minimum(base.buy, own), base.sell, "demand that homes would rather go without")


def drawn_preference(community: Community, low: float, high: float, *, rng: np.random.Generator) -> Valuation:
    """Local preferences drawn uniformly, one for each home and all its hours.

    Parameters
    ----------
    community : Community
        Homes and tariff.
    low, high : float
        Ends of the uniform distribution of the premium. [money/kWh]
    rng : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    Valuation
        As :func:`local_preference`.

    Raises
    ------
    InvalidInputError
        If the ends are negative, not finite or in the wrong order, or `rng` is no generator.
    """
    if not 0 <= low <= high < np.inf:
        raise InvalidInputError(f"low and high of drawn_preference must satisfy 0 <= low <= high. Got {low}, {high}.")
    if not isinstance(rng, np.random.Generator):
        raise InvalidInputError(f"rng of drawn_preference must be a numpy.random.Generator. Got {rng!r}.")
    drawn = local_preference(community, rng.uniform(low, high, community.n_prosumers))
    return Valuation(community, drawn.buy, drawn.sell, f"preferences drawn from U[{low:g}, {high:g}] per home")


def storing(community: Community) -> Valuation:
    """Homes with a battery could keep a kWh and use it later: they ask for what that is worth.

    Parameters
    ----------
    community : Community
        Homes with batteries.

    Returns
    -------
    Valuation
        A seller with a battery asks for the efficiency times the highest import price of its local day less
        wear, if that is more than the export price; all else at retail.

    Raises
    ------
    InvalidInputError
        If the community has no batteries.
    """
    batteries = community.batteries
    if batteries is None:
        raise InvalidInputError("storing needs a community with batteries.")
    day = community.local_times().astype("datetime64[D]")
    _, of_day = np.unique(day, return_inverse=True)
    dearest = np.full(of_day.max() + 1, -np.inf)
    np.maximum.at(dearest, of_day, community.import_price)
    kept = batteries.efficiency[:, None] * dearest[of_day] - batteries.wear_cost[:, None]
    base = retail(community)
    owns = (batteries.energy_kwh > 0)[:, None]
    return Valuation(community, base.buy, np.where(owns, np.maximum(kept, base.sell), base.sell), "value of storing")
