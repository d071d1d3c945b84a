"""The answer of a mechanism: who trades how much, and who pays what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.mechanisms.continuous_market import Event
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.curves import plot_curves
from gametrade.mechanisms.grid_settlement import GridSettlement, settle_with_grid
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class MarketOutcome(Shown):
    """A cleared book.

    Parameters
    ----------
    book : OrderBook
        The orders.
    mechanism : str
        Name of the mechanism.
    fills : array_like of shape (m,)
        Energy that each order trades. [kWh]
    payments : array_like of shape (m,)
        What each order pays (positive) or receives (negative). [money]
    trades : Trades or None
        Who trades with whom, where the mechanism pairs orders.
    price : float or None
        The uniform price, where there is one and something trades. [money/kWh]
    interval : (float, float) or None
        Uniform prices that would clear the book. [money/kWh]
    events : tuple of Event
        Log of a continuous auction.
    notes : tuple of str
        Findings: ties, no crossing, trades left out on purpose.
    options : mapping
        Options with which the mechanism ran, to run it again on another book.
    """

    book: OrderBook
    mechanism: str
    fills: FloatArray
    payments: FloatArray
    trades: Trades | None = None
    price: float | None = None
    interval: tuple[float, float] | None = None
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("fills", "payments"):
            column = np.array(getattr(self, name), dtype=float)
            if column.shape != (self.book.n_orders,) or not np.isfinite(column).all():
                raise InvalidInputError(
                    f"{name} of MarketOutcome by {self.mechanism!r} must be {self.book.n_orders} finite numbers. "
                    f"Got shape {column.shape}."
                )
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    @classmethod
    def of_trades(cls, book: OrderBook, mechanism: str, trades: Trades, **told: Any) -> MarketOutcome:
        """The outcome whose fills and payments are those of its trades."""
        m = book.n_orders
        return cls(book, mechanism, trades.fills(m), trades.payments(m), trades, **told)

    @property
    def volume(self) -> float:
        """Energy traded. [kWh]"""
        return float(self.fills[self.book.buys].sum())

    @property
    def unserved(self) -> FloatArray:
        """What each order still buys from or sells to the grid, shape (m,). [kWh]"""
        return np.asarray(self.book.energies - self.fills)

    @property
    def gains(self) -> FloatArray:
        """What each order gains at the limit prices of the book, shape (m,). [money]"""
        return self.gains_at(self.book.prices)

    def gains_at(self, values: FloatArray) -> FloatArray:
        """What each order gains if a kWh is worth, or costs, this much, shape (m,). [money]"""
        return np.asarray(self.book.signs * values * self.fills - self.payments + 0.0)

    @property
    def welfare(self) -> float:
        """Value to buyers less cost to sellers of what is traded, at the prices of the book. [money]"""
        return float(self.book.signs * self.book.prices @ self.fills)

    @property
    def optimal_welfare(self) -> float:
        """The most that any trade between these orders could be worth. [money]"""
        return Crossing.of(self.book).welfare

    @property
    def surplus(self) -> float:
        """What the auctioneer keeps; negative if somebody has to add money. [money]"""
        return float(self.payments.sum())

    def by_trader(self, column: FloatArray) -> FloatArray:
        """Sum a column of the orders for each trader of the book."""
        return np.bincount(self.book.owner_positions, column, len(self.book.traders)).astype(float)

    def with_grid(self, import_price: float, export_price: float, *, network_charge: float = 0.0) -> GridSettlement:
        """Settle what is left over with the grid, see :func:`settle_with_grid`."""
        return settle_with_grid(self, import_price, export_price, network_charge=network_charge)

    def plot(self) -> go.Figure:
        """Demand and supply curves of the book, with what is traded."""
        figure = plot_curves(self.book, volume=self.volume, price=self.price)
        return figure.update_layout(title=f"{self.mechanism}: {self.volume:g} kWh traded")

    def to_frame(self) -> pd.DataFrame:
        """One row an order: the order, what it trades [kWh], pays and gains [money]."""
        frame = self.book.to_frame()
        frame["traded"], frame["unserved"] = self.fills, self.unserved
        frame["payment"], frame["gain"] = self.payments, self.gains
        return frame

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "mechanism": self.mechanism,
            "options": dict(self.options),
            "unit": self.book.unit,
            "price": self.price,
            "interval": None if self.interval is None else [_finite(end) for end in self.interval],
            "volume": self.volume,
            "welfare": self.welfare,
            "surplus": self.surplus,
            "orders": [
                {"id": label, "traded": traded, "unserved": left, "payment": paid}
                for label, traded, left, paid in zip(
                    self.book.ids, self.fills.tolist(), self.unserved.tolist(), self.payments.tolist(), strict=True
                )
            ],
            "trades": None if self.trades is None else self.trades.to_frame(self.book).to_dict("records"),
            "events": [told_event(self.book, event) for event in self.events],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        unit = self.book.unit
        at = "" if self.price is None else f" at {self.price:g} {unit}/kWh"
        head = f"{self.mechanism}: {self.volume:g} kWh traded{at}, welfare {self.welfare:g} {unit}"
        left = f", auctioneer {self.surplus:+g} {unit}" if abs(self.surplus) > 1e-12 * abs(self.welfare) else ""
        rows = [
            [label, "bid" if buys else "ask", f"{price:g}", f"{traded:g} of {energy:g}", f"{paid:+g}", f"{gain:+g}"]
            for label, buys, price, traded, energy, paid, gain in zip(
                self.book.ids,
                self.book.buys,
                self.book.prices,
                self.fills,
                self.book.energies,
                self.payments,
                self.gains,
                strict=True,
            )
        ]
        more = [f"... and {len(rows) - 20} more orders"] if len(rows) > 20 else []
        table = text_table(["order", "side", f"limit [{unit}/kWh]", "traded [kWh]", "pays", "gains"], rows[:20])
        return "\n".join([head + left, table, *more, *(f"[{i}] {note}" for i, note in enumerate(self.notes, 1))])


def _finite(number: float) -> float | None:
    """A bound of an interval, None where there is none."""
    return float(number) if np.isfinite(number) else None


def told_event(book: OrderBook, event: Event) -> dict[str, Any]:
    """An event of a continuous market with the ids of its orders, JSON-ready.

    Parameters
    ----------
    book : OrderBook
        The orders.
    event : Event
        What happened.

    Returns
    -------
    dict
        ``time``, ``kind``, ``order``, ``against``, ``price`` and ``energy``.
    """
    against, price = (book.ids[event.against], event.price) if event.kind == "trade" else (None, _finite(event.price))
    return {**event._asdict(), "order": book.ids[event.order], "against": against, "price": price}
