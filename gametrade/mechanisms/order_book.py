"""Bids and asks of a market, with what each is for and when it arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from gametrade.community import Community
    from gametrade.mechanisms.valuation import Valuation

COLUMNS = ("buys", "prices", "energies", "times")
"""Columns of numbers."""


@dataclass(frozen=True, eq=False)
class OrderBook:
    """Limit orders: buy or sell up to some energy at some price or better.

    Parameters
    ----------
    ids : sequence of str
        Names of the m orders, each once.
    buys : array_like of bool, shape (m,)
        True for a bid, False for an ask.
    prices : array_like of shape (m,)
        Highest price a bid pays, lowest price an ask takes. [money/kWh]
    energies : array_like of shape (m,)
        Energy wanted or offered; an order of zero energy is kept and never trades. [kWh]
    times : array_like of shape (m,), optional
        Arrival; at equal prices the earlier order trades first, and at equal times the one listed first.
        The order of listing if not given.
    owners : sequence of str, optional
        Whose order it is; a trader may have several. The order's own id if not given.
    unit : str
        Money in which prices are stated.

    Raises
    ------
    InvalidInputError
        If columns differ in length, an id repeats, a side is not true or false, a price or an energy is negative
        or not finite, or a time is not finite.

    Examples
    --------
    >>> book = OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (18, 1)])
    >>> print(book)
    4 orders: 2 bids of 2 kWh, 2 asks of 2 kWh
    """

    ids: tuple[str, ...]
    buys: BoolArray
    prices: FloatArray
    energies: FloatArray
    times: FloatArray
    owners: tuple[str, ...]
    unit: str = "money"

    def __init__(
        self,
        ids: Sequence[str],
        buys: ArrayLike,
        prices: ArrayLike,
        energies: ArrayLike,
        *,
        times: ArrayLike | None = None,
        owners: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        labels = tuple(map(str, ids))
        columns = {
            "buys": _sides(buys),
            "prices": _numbers("prices", prices),
            "energies": _numbers("energies", energies),
            "times": np.arange(len(labels), dtype=float) if times is None else _numbers("times", times),
        }
        holders = labels if owners is None else tuple(map(str, owners))
        _check(labels, columns, holders)
        for name, column in columns.items():
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        for name, value in (("ids", labels), ("owners", holders), ("unit", unit)):
            object.__setattr__(self, name, value)

    @classmethod
    def of(
        cls, bids: Iterable[tuple[float, float]], asks: Iterable[tuple[float, float]], *, unit: str = "money"
    ) -> OrderBook:
        """Make a book from pairs (price, energy); bids are called b0, b1, ... and asks a0, a1, ...

        Parameters
        ----------
        bids, asks : iterable of (price, energy)
            Orders in order of arrival, bids before asks. [money/kWh, kWh]
        unit : str
            Money in which prices are stated.

        Returns
        -------
        OrderBook
            The book.
        """
        buying, selling = list(bids), list(asks)
        for pair in buying + selling:
            if np.shape(pair) != (2,):
                raise InvalidInputError(f"orders of OrderBook.of must be pairs (price, energy). Got {pair!r}.")
        ids = [f"b{i}" for i in range(len(buying))] + [f"a{i}" for i in range(len(selling))]
        both = _numbers("orders", buying + selling).reshape(-1, 2)
        return cls(ids, np.arange(len(ids)) < len(buying), both[:, 0], both[:, 1], unit=unit)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, unit: str = "money") -> OrderBook:
        """Make a book from a table with one row an order.

        Parameters
        ----------
        frame : DataFrame
            Columns id, side ("bid" or "ask"), price [money/kWh], energy [kWh] and, if wanted, time and owner;
            the id may be the index. A time is a number or a date and time, then counted in hours after the
            first, whatever the time zone of the column.
        unit : str, default="money"
            Money in which prices are stated.

        Returns
        -------
        OrderBook
            The book.

        Raises
        ------
        InvalidInputError
            If a column is missing or unknown, or a row is bad; the message names the row.
        """
        from gametrade.mechanisms.order_tables import columns_of_frame, order_columns

        return cls(**order_columns(columns_of_frame(frame), lambda row: f"row {row}"), unit=unit)

    @classmethod
    def read_csv(cls, path: str | Path, *, unit: str = "money") -> OrderBook:
        """Read a book from a CSV file with one line an order.

        Parameters
        ----------
        path : str or Path
            File with the columns of :meth:`from_frame`.
        unit : str, default="money"
            Money in which prices are stated.

        Returns
        -------
        OrderBook
            The book.

        Raises
        ------
        InvalidInputError
            If a column is missing or unknown, or a line is bad; the message names the line.
        """
        from gametrade.mechanisms.order_tables import order_columns, table_of_file

        return cls(**order_columns(*table_of_file(path)), unit=unit)

    @classmethod
    def from_community(cls, homes: Community | Valuation, step: int) -> OrderBook:
        """Make the book of one settlement step: a deficit bids, a surplus asks, both for all their energy.

        Parameters
        ----------
        homes : Community or Valuation
            A community bids at the retail tariff, so all its bids are equal and all its asks are; a valuation
            states what a kWh is really worth to each home.
        step : int
            Position of the step, from 0.

        Returns
        -------
        OrderBook
            One order a home, in order of homes and all at one time; a home without net load has none.

        Raises
        ------
        InvalidInputError
            If it is no community or valuation, or has no such step.

        Examples
        --------
        >>> import gametrade as gt
        >>> pair = gt.Community(["Ada", "Bob"], [[2], [0]], [[0], [1]], ["2023-06-01T12:00"], 1.0, gt.Tariff(0.3, 0.1))
        >>> OrderBook.from_community(pair, 0).to_frame()[["side", "price", "energy"]].values.tolist()
        [['bid', 0.3, 2.0], ['ask', 0.1, 1.0]]
        """
        from gametrade.community import Community
        from gametrade.mechanisms.community_market import book_of_step
        from gametrade.mechanisms.valuation import Valuation, retail

        valuation = retail(homes) if isinstance(homes, Community) else homes
        if not isinstance(valuation, Valuation):
            raise InvalidInputError(
                f"homes of OrderBook.from_community must be a Community or a Valuation. Got {type(homes).__name__}."
            )
        n_steps = valuation.community.n_steps
        if isinstance(step, bool) or not isinstance(step, int | np.integer) or not 0 <= step < n_steps:
            raise InvalidInputError(
                f"step of OrderBook.from_community must be a whole number from 0 to {n_steps - 1}. Got {step!r}."
            )
        return book_of_step(valuation, int(step))[0]

    def to_csv(self, path: str | Path) -> None:
        """Write the book to a CSV file that :meth:`read_csv` reads back exactly."""
        self.to_frame().to_csv(path)

    @property
    def n_orders(self) -> int:
        """Number of orders m."""
        return len(self.ids)

    @property
    def traders(self) -> tuple[str, ...]:
        """Owners, each once, in order of their first order."""
        return tuple(dict.fromkeys(self.owners))

    @property
    def owner_positions(self) -> np.ndarray:
        """Position in :attr:`traders` of each order's owner, shape (m,)."""
        place = {owner: k for k, owner in enumerate(self.traders)}
        return np.array([place[owner] for owner in self.owners], dtype=np.int64)

    @property
    def signs(self) -> FloatArray:
        """+1 for a bid, -1 for an ask, shape (m,)."""
        return np.where(self.buys, 1.0, -1.0)

    def select(self, kept: ArrayLike) -> OrderBook:
        """The book with some orders only, given by positions or a mask, in their order."""
        rows = np.arange(self.n_orders)[np.asarray(kept)]
        columns = {name: getattr(self, name)[rows] for name in COLUMNS}
        listed = rows.tolist()
        return self._unchecked([self.ids[k] for k in listed], columns, [self.owners[k] for k in listed])

    def without(self, owner: str) -> OrderBook:
        """The book without the orders of one trader."""
        return self.select([holder != owner for holder in self.owners])

    def changed(self, *, prices: ArrayLike | None = None, energies: ArrayLike | None = None) -> OrderBook:
        """The same orders with other prices or energies, e.g. a lie beside the truth."""
        columns = {name: getattr(self, name) for name in COLUMNS}
        for name, given in (("prices", prices), ("energies", energies)):
            if given is not None:
                columns[name] = _numbers(name, given)
                _check_column(name, columns[name], self.ids)
        return self._unchecked(self.ids, columns, self.owners)

    def _unchecked(self, ids: Sequence[str], columns: dict[str, np.ndarray], owners: Sequence[str]) -> OrderBook:
        """A book made from parts of this one, which need no check again: searches for lies make thousands."""
        book = object.__new__(OrderBook)
        for name, column in columns.items():
            column.setflags(write=False)
            object.__setattr__(book, name, column)
        for name, value in (("ids", tuple(ids)), ("owners", tuple(owners)), ("unit", self.unit)):
            object.__setattr__(book, name, value)
        return book

    def to_frame(self) -> pd.DataFrame:
        """One row an order: owner, side, price [money/kWh], energy [kWh], time."""
        import pandas as pd

        side = np.where(self.buys, "bid", "ask")
        columns = {"owner": self.owners, "side": side, "price": self.prices, "energy": self.energies}
        return pd.DataFrame({**columns, "time": self.times}, index=pd.Index(self.ids, name="id"))

    def __str__(self) -> str:
        bid, ask = self.energies[self.buys], self.energies[~self.buys]
        sides = f"{bid.size} bids of {bid.sum():g} kWh, {ask.size} asks of {ask.sum():g} kWh"
        return f"{self.n_orders} orders: {sides}"

    def _repr_html_(self) -> str:
        table: str = self.to_frame().to_html()
        return table


def _numbers(name: str, given: ArrayLike) -> FloatArray:
    """A copy of a column as numbers."""
    try:
        return np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} of OrderBook must be numbers. Got {given!r:.80}.") from None


def _sides(given: ArrayLike) -> BoolArray:
    """A copy of the column of sides; only what can be nothing else counts as true or false."""
    listed = np.array(given, dtype=getattr(given, "dtype", object))
    for side in listed.flat if listed.dtype != bool else ():
        if not (isinstance(side, bool | int | float | np.generic) and side in (0, 1)):
            raise InvalidInputError(f"buys of OrderBook must be true (a bid) or false (an ask). Got {side!r}.")
    return listed.astype(bool)


def _check(ids: tuple[str, ...], columns: dict[str, np.ndarray], owners: tuple[str, ...]) -> None:
    """Refuse unequal columns, repeated ids and numbers that are no prices or energies."""
    lengths = {"ids": len(ids), "owners": len(owners), **{name: column.size for name, column in columns.items()}}
    if len(set(lengths.values())) > 1 or any(column.ndim != 1 for column in columns.values()):
        told = ", ".join(f"{name} {size}" for name, size in lengths.items())
        raise InvalidInputError(f"columns of OrderBook must have one entry an order. Got lengths {told}.")
    if len(set(ids)) < len(ids):
        label, times = Counter(ids).most_common(1)[0]
        raise InvalidInputError(f"ids of OrderBook must be unique. Got {label!r} {times} times.")
    for name in ("prices", "energies", "times"):
        _check_column(name, columns[name], ids)


def _check_column(name: str, column: np.ndarray, ids: tuple[str, ...]) -> None:
    """Refuse a column of another length, and numbers that are no prices, energies or times."""
    if column.shape != (len(ids),):
        raise InvalidInputError(f"{name} of OrderBook must have one entry an order. Got shape {column.shape}.")
    good = np.isfinite(column) if name == "times" else np.isfinite(column) & (column >= 0)
    if not good.all():
        wrong = int(np.argmin(good))
        floor = "finite" if name == "times" else "finite and not negative"
        raise InvalidInputError(f"{name} of OrderBook must be {floor}. Got {column[wrong]:g} for order {ids[wrong]!r}.")
