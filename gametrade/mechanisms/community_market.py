"""A mechanism run in every settlement step of a community."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.valuation import Valuation
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CommunityMarket(Shown):
    """What each home traded inside the community, and paid for it, in every settlement step.

    Parameters
    ----------
    valuation : Valuation
        Whose limits the homes bid.
    mechanism : str
        Name of the mechanism.
    bought, sold : ndarray of shape (n, T)
        Energy traded inside the community. [kWh]
    payments : ndarray of shape (n, T)
        Paid (positive) to or received (negative) from the mechanism. [money]
    prices : ndarray of shape (T,)
        Average price paid by buyers, not a number where nothing trades. [money/kWh]
    """

    valuation: Valuation
    mechanism: str
    bought: FloatArray
    sold: FloatArray
    payments: FloatArray
    prices: FloatArray

    @property
    def bill_gains(self) -> FloatArray:
        """What each home's bill falls by against the grid alone, network charge paid, shape (n, T). [money]"""
        community = self.valuation.community
        saved = self.bought * (community.import_price - community.network_charge)
        return np.asarray(saved - self.sold * community.export_price - self.payments)

    @property
    def gains(self) -> FloatArray:
        """What each home gains at its own reservation prices, shape (n, T). [money]"""
        return np.asarray(self.bought * self.valuation.buy - self.sold * self.valuation.sell - self.payments)

    @property
    def surplus(self) -> float:
        """What the auctioneer keeps over all steps; negative if it has to add money. [money]"""
        return float(self.payments.sum())

    @property
    def volume(self) -> float:
        """Energy traded inside the community. [kWh]"""
        return float(self.bought.sum())

    @property
    def welfare(self) -> float:
        """Value to buyers less cost to sellers, at reservation prices. [money]"""
        return float((self.bought * self.valuation.buy - self.sold * self.valuation.sell).sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a home: energy bought and sold inside [kWh], paid, gain on the bill and in all [money]."""
        import pandas as pd

        columns = {
            "bought": self.bought.sum(axis=1),
            "sold": self.sold.sum(axis=1),
            "paid": self.payments.sum(axis=1),
            "bill_gain": self.bill_gains.sum(axis=1),
            "gain": self.gains.sum(axis=1),
        }
        return pd.DataFrame(columns, index=pd.Index(self.valuation.community.names, name="home"))

    def __str__(self) -> str:
        unit = self.valuation.community.tariff.currency
        return (
            f"{self.mechanism}: {self.volume:.1f} kWh traded in {int(np.isfinite(self.prices).sum())} steps, welfare "
            f"{self.welfare:.2f} {unit}, auctioneer {self.surplus:+.2f} {unit} ({self.valuation.told})"
        )


def books(valuation: Valuation) -> Iterator[tuple[int, OrderBook, np.ndarray]]:
    """The book of each step that has a seller and a buyer, with the homes behind its orders.

    Parameters
    ----------
    valuation : Valuation
        Limits that the homes bid; buyers their deficit, sellers their surplus.

    Yields
    ------
    step : int
        Settlement step.
    book : OrderBook
        One order a home, in order of homes, all at the same time.
    homes : ndarray of int
        Position of the home behind each order.
    """
    community = valuation.community
    net = community.net_load
    limits = np.where(net > 0, valuation.buy, valuation.sell)
    names, unit = np.array(community.names), community.tariff.currency
    for step in np.flatnonzero((net < 0).any(axis=0) & (net > 0).any(axis=0)):
        homes = np.flatnonzero(net[:, step])
        energy = net[homes, step]
        prices = limits[homes, step]
        yield (
            int(step),
            OrderBook(names[homes].tolist(), energy > 0, prices, np.abs(energy), times=np.zeros(homes.size), unit=unit),
            homes,
        )


def run_market(valuation: Valuation, mechanism: str, clear: Callable[[OrderBook], MarketOutcome]) -> CommunityMarket:
    """Clear the book of every step.

    Parameters
    ----------
    valuation : Valuation
        Limits that the homes bid.
    mechanism : str
        Name for the answer.
    clear : callable
        Clears one book.

    Returns
    -------
    CommunityMarket
        Energy and money by home and step.
    """
    shape = valuation.community.demand.shape
    arrays: dict[str, Any] = {name: np.zeros(shape) for name in ("bought", "sold", "payments")}
    prices = np.full(shape[1], np.nan)
    for step, book, homes in books(valuation):
        outcome = clear(book)
        arrays["bought"][homes, step] = np.where(book.buys, outcome.fills, 0.0)
        arrays["sold"][homes, step] = np.where(book.buys, 0.0, outcome.fills)
        arrays["payments"][homes, step] = outcome.payments
        if outcome.volume > 0:
            prices[step] = outcome.payments[book.buys].sum() / outcome.volume
    return CommunityMarket(valuation, mechanism, **arrays, prices=prices)
