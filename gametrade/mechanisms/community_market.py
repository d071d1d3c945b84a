"""A mechanism run in every settlement step of a community."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.valuation import Valuation
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

FEW_HOMES, MANY_STEPS = 100, 8
"""Up to so many homes and from so many steps on all steps are cleared at once, which compares all pairs of homes."""


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
    net = valuation.community.net_load
    for step in np.flatnonzero((net < 0).any(axis=0) & (net > 0).any(axis=0)).tolist():
        yield step, *book_of_step(valuation, step)


def book_of_step(valuation: Valuation, step: int) -> tuple[OrderBook, np.ndarray]:
    """The book of one step, and the homes behind its orders; those without net load have none."""
    community = valuation.community
    net = community.net_load[:, step]
    homes = np.flatnonzero(net)
    energy, names = net[homes], [community.names[k] for k in homes.tolist()]
    limits = np.where(net > 0, valuation.buy[:, step], valuation.sell[:, step])[homes]
    times, unit = np.zeros(homes.size), community.tariff.currency
    return OrderBook(names, energy > 0, limits, np.abs(energy), times=times, unit=unit), homes


def run_market(
    valuation: Valuation,
    mechanism: str,
    clear: Callable[[OrderBook], MarketOutcome],
    together: Callable[[ManyBooks], ManyOutcomes | None] | None = None,
) -> CommunityMarket:
    """Clear the book of every step.

    Parameters
    ----------
    valuation : Valuation
        Limits that the homes bid.
    mechanism : str
        Name for the answer.
    clear : callable
        Clears one book.
    together : callable, optional
        Clears the books of all steps at once, where the mechanism can.

    Returns
    -------
    CommunityMarket
        Energy and money by home and step.
    """
    n, n_steps = shape = valuation.community.demand.shape
    if together is not None and n <= FEW_HOMES and n_steps >= MANY_STEPS:
        made = together(_all_books(valuation))
        if made is not None:
            return _of_all_steps(valuation, mechanism, made)
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


def _all_books(valuation: Valuation) -> ManyBooks:
    """The books of all steps, one order a home; homes that want nothing have orders without energy."""
    net = valuation.community.net_load.T
    n = net.shape[1]
    trade = (net < 0).any(axis=1, keepdims=True) & (net > 0).any(axis=1, keepdims=True)
    limits = np.where(net > 0, valuation.buy.T, valuation.sell.T)
    energies = np.where(trade, np.abs(net), 0.0)
    return ManyBooks(np.arange(n), np.zeros(n), net > 0, limits, energies, np.ones(net.shape, dtype=bool))


def _of_all_steps(valuation: Valuation, mechanism: str, made: ManyOutcomes) -> CommunityMarket:
    """The market from what every order of every step traded and paid."""
    buys = valuation.community.net_load > 0
    fills, payments = made.fills.T, made.payments.T
    bought, sold = (np.where(side, fills, 0.0) for side in (buys, ~buys))
    volume, paid = bought.sum(axis=0), np.where(buys, payments, 0.0).sum(axis=0)
    prices = np.where(volume > 0, paid / np.where(volume > 0, volume, 1.0), np.nan)
    return CommunityMarket(valuation, mechanism, bought, sold, payments, prices)
