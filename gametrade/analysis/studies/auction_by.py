"""Any market mechanism as the double auction below a leading grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gametrade.games.stackelberg import Auction
from gametrade.mechanisms import OrderBook, clear
from gametrade.typing import FloatArray


def auction_by(mechanism: str | Callable[..., Any] = "uniform_price") -> Callable[..., Auction]:
    """A mechanism as the clearing function that a grid leader's game asks for.

    Parameters
    ----------
    mechanism : str or callable
        Registered name with options, as in ``"uniform_price:k=1"``, or any mechanism with one price.

    Returns
    -------
    callable
        ``clear(bid_prices, bid_energies, ask_prices, ask_energies)``, an :class:`Auction`.

    Examples
    --------
    >>> import numpy as np
    >>> auction_by()(np.array([9.0, 3.0]), np.ones(2), np.array([1.0]), np.ones(1)).price
    6.0
    """
    return partial(_cleared, mechanism)


def _cleared(
    mechanism: str | Callable[..., Any],
    bid_prices: FloatArray,
    bid_energies: FloatArray,
    ask_prices: FloatArray,
    ask_energies: FloatArray,
) -> Auction:
    n = bid_prices.size
    ids = [f"b{k}" for k in range(n)] + [f"a{k}" for k in range(ask_prices.size)]
    prices, energies = np.concatenate([bid_prices, ask_prices]), np.concatenate([bid_energies, ask_energies])
    outcome = clear(OrderBook(ids, np.arange(prices.size) < n, np.maximum(prices, 0.0), energies), mechanism)
    price = outcome.price
    if price is None and outcome.volume > 0:
        price = float(outcome.payments[:n].sum()) / outcome.volume
    return Auction(price, outcome.fills[:n], outcome.fills[n:])
