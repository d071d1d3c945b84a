"""Any registered mechanism as a game of bids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.bidding import bidding_game
from gametrade.games.normal_form import NormalFormGame
from gametrade.mechanisms import OrderBook, clear


def auction_game(
    book: OrderBook,
    mechanism: str | Callable[..., Any] = "uniform_price",
    bids: Mapping[str, Sequence[float]] | Sequence[float] | None = None,
) -> NormalFormGame:
    """Tabulate what traders gain under a mechanism when each may state any of some prices.

    Parameters
    ----------
    book : OrderBook
        Orders at their true prices.
    mechanism : str or callable
        Registered name, optionally with options as in ``"uniform_price:k=1"``, or any mechanism.
    bids : mapping or sequence of float, optional
        Prices that each trader may state; all prices of the book for everybody if not given. [money/kWh]

    Returns
    -------
    NormalFormGame
        Payoffs are gains at true prices. [money]

    Raises
    ------
    InvalidInputError
        If the game would have more than a million profiles.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1)], asks=[(2, 1), (4, 1)])
    >>> game = auction_game(book, "vickrey_clarke_groves")
    >>> gt.check(game, "price_of_stability").holds
    True
    """
    chosen = sorted(set(book.prices.tolist())) if bids is None else bids
    sizes = [len(row) for row in chosen.values()] if isinstance(chosen, Mapping) else [len(chosen)] * len(book.traders)
    if np.prod(sizes, dtype=float) > 1e6:
        raise InvalidInputError(
            f"auction_game clears the book at most a million times; give fewer prices. Got {'x'.join(map(str, sizes))}."
        )
    return bidding_game(book, lambda orders: clear(orders, mechanism), chosen)
