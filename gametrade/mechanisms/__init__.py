"""How prices are formed: one auction or other market mechanism per file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, overload

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.mechanisms.community_market import CommunityMarket, run_market
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.curves import curves, plot_curves
from gametrade.mechanisms.grid_settlement import GridSettlement, settle_with_grid
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.simulated_market import TradingRun, simulate_traders
from gametrade.mechanisms.valuation import Valuation, drawn_preference, flexible, local_preference, retail, storing
from gametrade.registry import Entry, mechanisms
from gametrade.typing import BoolArray, FloatArray

__all__ = [
    "CommunityMarket",
    "GridSettlement",
    "ManyOutcomes",
    "MarketOutcome",
    "OrderBook",
    "TradingRun",
    "Valuation",
    "clear",
    "clear_many",
    "curves",
    "drawn_preference",
    "flexible",
    "local_preference",
    "mechanisms",
    "plot_curves",
    "retail",
    "settle_with_grid",
    "simulate_traders",
    "storing",
]

AT_ONCE = 1_000_000
"""Most comparisons of a bid with an ask that are held in memory at once."""


@overload
def clear(book: OrderBook, mechanism: str | Callable[..., Any] = ..., **options: Any) -> MarketOutcome: ...
@overload
def clear(
    book: Community | Valuation, mechanism: str | Callable[..., Any] = ..., **options: Any
) -> CommunityMarket: ...
def clear(
    book: OrderBook | Community | Valuation, mechanism: str | Callable[..., Any] = "uniform_price", **options: Any
) -> MarketOutcome | CommunityMarket:
    """Clear a book of orders, or every settlement step of a community, by one mechanism.

    Parameters
    ----------
    book : OrderBook, Community or Valuation
        Bids and asks. Homes of a community bid their net load at the retail tariff, or at the reservation
        prices of a valuation.
    mechanism : str or callable
        Registered name, optionally with options as in ``"uniform_price:k=1"``, or any function
        ``mechanism(book) -> MarketOutcome``.
    **options
        Options of the mechanism; a misspelled one is an error that names the mechanism. A mechanism that draws
        lots needs ``rng``; for a community one generator serves all its steps.

    Returns
    -------
    MarketOutcome or CommunityMarket
        Energy traded and money paid, by order or by home and step.

    Raises
    ------
    UnknownNameError
        If there is no such mechanism or option.
    InvalidInputError
        If the mechanism does not return an outcome.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1), (6, 1)], asks=[(4, 1), (7, 1), (15, 1)])
    >>> gt.clear(book, "uniform_price").price
    11.0
    """
    entry, written = mechanisms.resolve(mechanism)
    chosen = {**written, **options}
    if isinstance(book, OrderBook):
        return _clear_book(book, entry, chosen)
    if not isinstance(book, Community | Valuation):
        raise InvalidInputError(f"clear needs an OrderBook, a Community or a Valuation. Got {type(book).__name__}.")
    written_out = {name: value for name, value in chosen.items() if not isinstance(value, np.random.Generator)}
    label = entry.name + "".join(f":{name}={value}" for name, value in written_out.items())
    if isinstance(chosen.get("rng"), int):
        chosen["rng"] = np.random.default_rng(chosen["rng"])
    valuation = retail(book) if isinstance(book, Community) else book
    many = None if entry.traits.get("draws") else _many_of(entry, chosen)
    together = None if many is None else lambda books: _in_parts(books, many, chosen)
    return run_market(valuation, label, lambda orders: _clear_book(orders, entry, chosen), together)


def clear_many(
    book: OrderBook,
    mechanism: str | Callable[..., Any],
    prices: FloatArray,
    energies: FloatArray,
    *,
    watched: BoolArray | None = None,
    options: Mapping[str, Any] | None = None,
) -> ManyOutcomes:
    """Clear many books that differ from one in limits and energies only, e.g. lies beside the truth.

    Parameters
    ----------
    book : OrderBook
        Sides, times and owners of the m orders.
    mechanism : str or callable
        As of :func:`clear`.
    prices, energies : ndarray of shape (B, m)
        Limits [money/kWh] and energies [kWh] in each book, at least 0.
    watched : ndarray of bool, shape (m,) or (B, m), optional
        Orders whose payments are asked for, all if not given; the others' may be left at 0.
    options : mapping, optional
        Options of the mechanism beside those in its name.

    Returns
    -------
    ManyOutcomes
        Fills and payments of every order in every book, equal to those of :func:`clear` but for rounding.

    Notes
    -----
    Where a mechanism has a form for many books, its trait ``many``, a book of a dozen orders takes some
    microseconds, else as long as one by itself.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> lies = np.array([[20.0, 17, 4, 7], [20.0, 17, 4, 16]])
    >>> clear_many(book, "uniform_price", lies, np.ones((2, 4))).payments[:, 0]
    array([12. , 16.5])
    """
    entry, written = mechanisms.resolve(mechanism)
    chosen = {**written, **(options or {})}
    many = _many_of(entry, chosen)
    if many is not None:
        made = _in_parts(ManyBooks.beside(book, prices, energies, watched), many, chosen)
        if made is not None:
            return made
    told = [
        _clear_book(book.changed(prices=p, energies=e), entry, chosen) for p, e in zip(prices, energies, strict=True)
    ]
    shape = prices.shape
    return ManyOutcomes(*(np.array([getattr(o, n) for o in told]).reshape(shape) for n in ManyOutcomes._fields))


def _many_of(entry: Entry, options: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The form of a mechanism for many books, its options checked by the mechanism itself on a book of nobody."""
    many = entry.traits.get("many")
    if many is None or (entry.traits.get("draws") and not isinstance(options.get("rng"), int)):
        return None
    _clear_book(OrderBook([], [], [], []), entry, options)
    return many if set(options) <= set(inspect.signature(many).parameters) else None


def _in_parts(books: ManyBooks, many: Callable[..., Any], options: Mapping[str, Any]) -> ManyOutcomes | None:
    """As many books at a time as fit into some memory; None where the mechanism cannot clear them at once."""
    n_books, m = books.prices.shape
    size = max(1, AT_ONCE // max(1, m * m))
    parts = [many(books.part(slice(k, k + size)), **options) for k in range(0, max(1, n_books), size)]
    if any(part is None for part in parts):
        return None
    return ManyOutcomes(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _clear_book(book: OrderBook, entry: Entry, options: Mapping[str, Any]) -> MarketOutcome:
    """One book, and an outcome for sure."""
    outcome = entry.function(book, **options)
    if not isinstance(outcome, MarketOutcome):
        raise InvalidInputError(f"{entry.name} must return a MarketOutcome. Got {type(outcome).__name__}.")
    if outcome.fills.any():
        return outcome
    return replace(outcome, notes=(Crossing.of(book).why_nothing_trades, *outcome.notes))
