"""Lies that a mechanism's definition rules out, whatever the numbers of the book."""

from __future__ import annotations

from gametrade.mechanisms import OrderBook
from gametrade.registry import mechanisms

OWN_TRADES = (
    "no price depends on one's energy, every kWh traded gains at least 0, and one more never undoes an earlier one"
)
ANOTHER_PRICE = (
    "the price and the turn of a trader depend on the others alone, and at that price its honest wish is best"
)

ARGUMENTS = {
    ("continuous_double_auction", "energy"): OWN_TRADES,
    ("random_matching", "energy"): OWN_TRADES,
    ("muda", "energy"): ANOTHER_PRICE,
    ("muda", "price"): ANOTHER_PRICE,
    ("muda", "both"): ANOTHER_PRICE,
}
"""By mechanism and what the lie is about."""


def argument_against(mechanism: str, book: OrderBook, about: str) -> str | None:
    r"""Why no lie of one trader can pay, where the definition of a mechanism tells.

    Parameters
    ----------
    mechanism : str
        Name with options.
    book : OrderBook
        The honest orders.
    about : {"price", "energy", "both", "accounts", "pair"}
        What the lie is about.

    Returns
    -------
    str or None
        None where no argument is known, or a trader has several orders.

    Notes
    -----
    *Continuous auction, random matching.* An order trades with others one after the other, at prices that limits set.
    The energy that it states only says where this row of trades stops: a smaller one cuts off trades that gain at
    least 0, a larger one adds energy that a buyer has no use for, or that a seller has to buy at the highest limit.
    *MUDA.* A trader's half trades at the price of the other half, and its turn is drawn; at a given price and turn it
    gets the smaller of its wish and what the turns before left, or its whole wish, so its honest wish is best [1]_.

    References
    ----------
    .. [1] E. Segal-Halevi, A. Hassidim and Y. Aumann, "MUDA: a truthful multi-unit double-auction mechanism",
       AAAI Conference on Artificial Intelligence 32 (2018). :doi:`10.1609/aaai.v32i1.11450`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1)], asks=[(2, 1)])
    >>> argument_against("uniform_price", book, "energy") is None, argument_against("muda:rng=1", book, "both")[:9]
    (True, 'the price')
    """
    base = mechanism.partition(":")[0]
    if base not in mechanisms or len(set(book.owners)) < book.n_orders:
        return None
    return ARGUMENTS.get((base, about))
