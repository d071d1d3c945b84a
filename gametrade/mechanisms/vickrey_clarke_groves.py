"""Vickrey-Clarke-Groves: everybody is paid what its presence is worth to the others."""

from __future__ import annotations

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.registry import mechanisms

AT_ONCE = 2_000_000
"""Most numbers in a table of the orders that are left when each trader stays away."""


def _many(books: ManyBooks) -> ManyOutcomes:
    """As :func:`vickrey_clarke_groves`, of many books at once."""
    crossings = ManyCrossings.of(books)
    fills = crossings.fills()
    value = books.signs * books.prices * fills
    payments = np.zeros(fills.shape)
    for owner in np.unique(books.owners[books.watched.any(axis=0)]):
        mine = books.owners == owner
        rows = np.flatnonzero(books.watched[:, mine].any(axis=1))
        part = books.part(rows)
        others = ManyCrossings.of(part.told(energies=np.where(mine, 0.0, part.energies)))
        own = fills[np.ix_(rows, mine)]
        energy, worth = own.sum(axis=1), value[np.ix_(rows, mine)].sum(axis=1)
        money = worth - (crossings.welfare[rows] - others.welfare)
        payments[np.ix_(rows, mine)] = own * (money / np.where(energy > 0, energy, 1.0))[:, None]
    return ManyOutcomes(fills, payments)


@mechanisms.register(
    promises=("individual_rationality", "efficiency", "strategyproof"),
    many=_many,
    source="Vickrey 1961, 10.1111/j.1540-6261.1961.tb02789.x; Clarke 1971, 10.1007/bf01726210",
)
def vickrey_clarke_groves(book: OrderBook) -> MarketOutcome:
    r"""Trade efficiently and charge every trader what it takes from the others.

    Parameters
    ----------
    book : OrderBook
        Bids and asks; a trader with several orders is one trader.

    Returns
    -------
    MarketOutcome
        Payments; their negative sum is the deficit that somebody has to cover.

    Notes
    -----
    Trader i gains exactly :math:`W - W_{-i}`, the welfare that its presence adds, so it pays
    :math:`u_i - (W - W_{-i})`, where :math:`u_i` is the value of its trades at its own limits. A trader's
    money is split over its orders in proportion to their energy. Truth is a dominant strategy for
    any number of units. By the theorem of Myerson and Satterthwaite no mechanism is at once efficient,
    truthful, voluntary and balanced; this one gives up the balance. Cost O(traders x m).

    References
    ----------
    .. [1] W. Vickrey, "Counterspeculation, auctions, and competitive sealed tenders", J. Finance 16 (1961)
       8-37. :doi:`10.1111/j.1540-6261.1961.tb02789.x`
    .. [2] R. B. Myerson and M. A. Satterthwaite, "Efficient mechanisms for bilateral trading", J. Econ. Theory
       29 (1983) 265-281. :doi:`10.1016/0022-0531(83)90048-0`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1), (4, 1)], asks=[(2, 1), (4, 1), (6, 1), (7.5, 1)])
    >>> gt.clear(book, "vickrey_clarke_groves").surplus
    -3.0
    """
    crossing = Crossing.of(book)
    fills = crossing.fills()
    value = book.signs * book.prices * fills
    owner = book.owner_positions
    own_value = np.bincount(owner, value, len(book.traders))
    own_energy = np.bincount(owner, fills, len(book.traders))
    traders = np.flatnonzero(own_energy > 0)
    share = np.zeros(len(book.traders))
    welfare = crossing.welfare
    for some in np.array_split(traders, max(1, traders.size * book.n_orders // AT_ONCE)):
        added = welfare - crossing.welfare_without(owner, some)
        share[some] = (own_value[some] - added) / own_energy[some]
    payments = fills * share[owner]
    deficit = float(payments.sum())
    notes = (f"Somebody has to add {-deficit:.6g} {book.unit}.",) if deficit < 0 else ()
    return MarketOutcome(book, "vickrey_clarke_groves", fills, payments, interval=crossing.interval, notes=notes)
