"""How prices are formed: one auction or other market mechanism per file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, overload

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.mechanisms.community_market import CommunityMarket, run_market
from gametrade.mechanisms.curves import curves, plot_curves
from gametrade.mechanisms.grid_settlement import GridSettlement, settle_with_grid
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.simulated_market import TradingRun, simulate_traders
from gametrade.mechanisms.valuation import Valuation, drawn_preference, local_preference, retail, storing
from gametrade.registry import Entry, mechanisms

__all__ = [
    "CommunityMarket",
    "GridSettlement",
    "MarketOutcome",
    "OrderBook",
    "TradingRun",
    "Valuation",
    "clear",
    "curves",
    "drawn_preference",
    "local_preference",
    "mechanisms",
    "plot_curves",
    "retail",
    "settle_with_grid",
    "simulate_traders",
    "storing",
]


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
    return run_market(valuation, label, lambda orders: _clear_book(orders, entry, chosen))


def _clear_book(book: OrderBook, entry: Entry, options: Mapping[str, Any]) -> MarketOutcome:
    """One book, and an outcome for sure."""
    outcome = entry.function(book, **options)
    if not isinstance(outcome, MarketOutcome):
        raise InvalidInputError(f"{entry.name} must return a MarketOutcome. Got {type(outcome).__name__}.")
    return outcome
