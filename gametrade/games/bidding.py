"""The game behind an auction: what each trader gets for each bid it could make."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.normal_form import NormalFormGame
from gametrade.typing import FloatArray


class Book(Protocol):
    """What an order book has to offer: a dataclass with a column of prices, and whose orders they are."""

    @property
    def prices(self) -> FloatArray:
        """Limit price of each order, shape (m,). [money/kWh]"""

    @property
    def owners(self) -> tuple[str, ...]:
        """Trader behind each order."""

    @property
    def unit(self) -> str:
        """Money in which prices are stated."""


class Outcome(Protocol):
    """What a cleared book has to offer."""

    def gains_at(self, values: FloatArray) -> FloatArray:
        """What each order gains if a kWh is worth, or costs, this much, shape (m,). [money]"""


def bidding_game(
    book: Book, clear: Callable[[Any], Outcome], bids: Mapping[str, Sequence[float]] | Sequence[float]
) -> NormalFormGame:
    """Tabulate what traders gain when each may state another price than its true one.

    Parameters
    ----------
    book : OrderBook
        Orders at their true prices: what a kWh is worth to the buyer or costs the seller.
    clear : callable
        ``clear(book)`` returns the outcome of the market.
    bids : mapping of str to sequence of float, or sequence of float
        Prices that each trader may state for all its orders; a trader that is left out states the truth and is no
        player. One list is for every trader. [money/kWh]

    Returns
    -------
    NormalFormGame
        Players are the traders that choose, actions their prices, payoffs their gains at true prices. [money]

    Raises
    ------
    UnknownNameError
        If a trader has no orders in the book.
    InvalidInputError
        If a trader has no price to choose, or one twice.

    Notes
    -----
    Clears the book once for every profile: the product of the numbers of prices. Arrival times stay as they are, so
    ties are broken as the mechanism breaks them.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(10, 1)], asks=[(4, 1)])
    >>> game = bidding_game(book, lambda orders: gt.clear(orders, "uniform_price"), {"b0": [6, 10], "a0": [4, 8]})
    >>> game.payoff({"b0": "6", "a0": "4"})
    {'b0': 5.0, 'a0': 1.0}
    """
    traders = tuple(dict.fromkeys(book.owners))
    chosen = dict(bids) if isinstance(bids, Mapping) else dict.fromkeys(traders, bids)
    for name in chosen:
        if name not in traders:
            raise UnknownNameError("trader in bids", name, traders)
    players = [name for name in traders if name in chosen]
    if not players:
        raise InvalidInputError("bids of bidding_game must name at least one trader. Got none.")
    grids = [[float(price) for price in chosen[name]] for name in players]
    actions = [[f"{price:.12g}" for price in grid] for grid in grids]
    owner = np.array([traders.index(name) for name in book.owners])
    places = [traders.index(name) for name in players]
    table = np.empty((len(players), *map(len, grids)))
    for where in itertools.product(*map(range, table.shape[1:])):
        prices = np.array(book.prices)
        for place, grid, k in zip(places, grids, where, strict=True):
            prices[owner == place] = grid[k]
        outcome = clear(replace(book, prices=prices))  # type: ignore[type-var]
        gains = np.bincount(owner, outcome.gains_at(book.prices), len(traders))
        for player, place in enumerate(places):
            table[player][where] = gains[place]
    return NormalFormGame(table, players, actions, unit=book.unit)
