"""How prices are formed: one auction or other market mechanism per file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.registry import mechanisms

__all__ = ["MarketOutcome", "OrderBook", "clear", "mechanisms"]


def clear(book: OrderBook, mechanism: str | Callable[..., Any] = "uniform_price", **options: Any) -> MarketOutcome:
    """Clear a book of orders by one mechanism.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.
    mechanism : str or callable
        Registered name, optionally with options as in ``"uniform_price:k=1"``, or any function
        ``mechanism(book) -> MarketOutcome``.
    **options
        Options of the mechanism; a misspelled one is an error that names the mechanism.

    Returns
    -------
    MarketOutcome
        Energy traded and money paid by each order.

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
    if not isinstance(book, OrderBook):
        raise InvalidInputError(f"book of clear must be an OrderBook. Got {type(book).__name__}.")
    entry, written = mechanisms.resolve(mechanism)
    outcome = entry.function(book, **{**written, **options})
    if not isinstance(outcome, MarketOutcome):
        raise InvalidInputError(f"{entry.name} must return a MarketOutcome. Got {type(outcome).__name__}.")
    return outcome
