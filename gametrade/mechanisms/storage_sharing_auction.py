"""The storage-sharing auction: a price between Vickrey's and the highest bid, excess capacity as a shared burden."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.crossing import SAME_ENERGY, Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import at_prices
from gametrade.registry import mechanisms
from gametrade.typing import FloatArray, IntArray


def _many(books: ManyBooks, *, burden: str = "proportional", reluctance: float = 0.0) -> ManyOutcomes:
    """As :func:`storage_sharing_auction`, of many books at once."""
    crossings = ManyCrossings.of(books)
    traded = crossings.fills() > 0
    bids, asks = traded & books.buys, traded & ~books.buys
    means = [(books.prices * side).sum(axis=1) / np.maximum(side.sum(axis=1), 1) for side in (bids, asks)]
    some = crossings.volume > 0
    floor = np.where(some, crossings.interval[1], 0.0)
    top = np.where(bids, books.prices, 0.0).max(axis=1, initial=0.0)
    price = np.minimum(np.maximum((means[0] + means[1]) / 2, floor), top)
    queue = crossings.bids
    limits = np.take_along_axis(books.prices, queue.rows, axis=1)
    use = some[:, None] & (limits >= (price * (1 - SAME_ENERGY))[:, None])
    need = np.where(use, queue.energies, 0.0)
    offers = np.where(asks, books.energies, 0.0)
    if reluctance > 0:
        offers = np.where(asks, np.minimum(offers, (price[:, None] - books.prices) / (2 * reluctance)), 0.0)
    excess = np.maximum(0.0, offers.sum(axis=1) - need.sum(axis=1))
    weights = np.where(asks, books.prices if burden == "proportional" else 1.0, 0.0)
    fills = np.where(asks, offers - _many_carried(excess, offers, weights), 0.0)
    used = np.clip(fills.sum(axis=1)[:, None] - (need.cumsum(axis=1) - need), 0.0, need)
    bought = np.zeros(fills.shape)
    np.put_along_axis(bought, queue.rows, used, axis=1)
    return books.at_prices(fills + bought, price, price)


def _many_carried(excess: FloatArray, offers: FloatArray, weights: FloatArray) -> FloatArray:
    """As :func:`carried`, of many books at once."""
    burden, rest, active = np.zeros(offers.shape), excess.copy(), (offers > 0) & (excess > 0)[:, None]
    for _ in range(offers.shape[1]):
        weight = np.where(active, weights, 0.0)
        weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, active)
        share = rest[:, None] * weight / np.maximum(weight.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        full = active & (share >= offers)
        done = ~full.any(axis=1, keepdims=True)
        burden = np.where(full, offers, np.where(active & done, share, burden))
        rest = rest - np.where(full, offers, 0.0).sum(axis=1)
        active = active & ~full & ~done & (rest > 0)[:, None]
        if not active.any():
            break
    return burden


@mechanisms.register(
    promises=("individual_rationality", "budget_balance"),
    many=_many,
    variants=({"burden": "equal"}, {"reluctance": 0.5}),
    source="Tushar et al. 2016, 10.1109/TSG.2015.2512267",
)
def storage_sharing_auction(book: OrderBook, *, burden: str = "proportional", reluctance: float = 0.0) -> MarketOutcome:
    r"""Let homes share storage with facilities at one price; if they offer too much, all cut back.

    Parameters
    ----------
    book : OrderBook
        Bids of the facilities that need storage, asks of the homes that share theirs; the energy of an order
        is a storage capacity.
    burden : {"proportional", "equal"}, default="proportional"
        How homes share what is offered in excess: in proportion to their reservation prices or in equal parts;
        none gives up more than it offers.
    reluctance : float, default=0.0
        Sharing x kWh costs a home :math:`\alpha x^2` of comfort, so it offers
        :math:`\min(e, (p - r) / (2 \alpha))`. With 0 it offers all it has. [money/kWh^2]

    Returns
    -------
    MarketOutcome
        One price; a note says how much was offered in excess.

    Raises
    ------
    InvalidInputError
        If there is no such burden or the reluctance is negative or not finite.

    Notes
    -----
    Our reading of [1]_, which leaves some of it open. *Determination*: bids in descending and reservation prices
    in ascending order; those up to their crossing take part. *Payment*: facilities lead and homes follow.
    Homes answer :math:`(p - r_i) / (2 \alpha)`, so :math:`(\bar a - p) \sum_i (p - r_i)` is largest at

    .. math:: p^* = \mathrm{clip}\big((\bar a + \bar r) / 2,\ p_V,\ \max a\big)

    with the mean bid and mean reservation price of those who take part; the Vickrey price :math:`p_V` is the lowest
    reservation price that does not trade in full, at most the last bid. Facilities that bid less than
    :math:`p^*` drop out. *Allocation*: an excess is a burden on the homes; a shortage rations the facilities
    by price and time. Nobody loses and the money balances. The price moves with each
    participant's own report, so truth is not a dominant strategy. Cost O(m log m).

    References
    ----------
    .. [1] W. Tushar et al., "Energy storage sharing in smart grid: a modified auction-based approach", IEEE
       Trans. Smart Grid 7 (2016) 1462-1475. :doi:`10.1109/TSG.2015.2512267`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(30, 40)], asks=[(10, 25), (20, 25), (26, 25)])
    >>> outcome = gt.clear(book, "storage_sharing_auction", burden="equal")
    >>> outcome.price, outcome.fills
    (22.5, array([40., 20., 20.,  0.]))
    """
    _refuse_bad_options(burden, reluctance)
    crossing = Crossing.of(book)
    if crossing.volume == 0:
        empty = at_prices(crossing.bids, crossing.asks, crossing.fills(0.0), 0.0, 0.0)
        return MarketOutcome.of_trades(book, "storage_sharing_auction", empty)
    price = _price(crossing)
    users = crossing.bids[book.prices[crossing.bids] >= price * (1 - SAME_ENERGY)]  # a mean is rounded, a bid is not
    homes = _taking_part(crossing, crossing.asks)
    offers = book.energies[homes]
    if reluctance > 0:
        offers = np.minimum(offers, (price - book.prices[homes]) / (2 * reluctance))
    excess = float(offers.sum() - book.energies[users].sum())
    excess = excess if excess > SAME_ENERGY * offers.sum() else 0.0
    weights = book.prices[homes] if burden == "proportional" else np.ones(homes.size)
    fills = np.zeros(book.n_orders)
    fills[homes] = offers - carried(excess, offers, weights)
    need = book.energies[users]
    fills[users] = np.clip(fills[homes].sum() - (need.cumsum() - need), 0.0, need)
    return MarketOutcome.of_trades(
        book,
        "storage_sharing_auction",
        at_prices(users, homes, fills, price, price),
        price=price,
        notes=(f"Homes offer {excess:g} kWh more than is needed and share that burden.",) if excess > 0 else (),
        options={"burden": burden, "reluctance": reluctance},
    )


def _refuse_bad_options(burden: str, reluctance: float) -> None:
    """Options that mean nothing."""
    if burden not in ("proportional", "equal"):
        raise InvalidInputError(f"burden of storage_sharing_auction must be 'proportional' or 'equal'. Got {burden!r}.")
    if not (np.isfinite(reluctance) and reluctance >= 0):
        raise InvalidInputError(f"reluctance of storage_sharing_auction must be at least 0. Got {reluctance}.")


def _taking_part(crossing: Crossing, queue: IntArray) -> IntArray:
    """Orders of a side that trade, at least in part, at the crossing."""
    return queue[crossing.fills()[queue] > 0]


def _price(crossing: Crossing) -> float:
    """Stackelberg price between the Vickrey price and the highest bid."""
    prices = crossing.book.prices
    bids, asks = (prices[_taking_part(crossing, queue)] for queue in (crossing.bids, crossing.asks))
    return float(np.clip((bids.mean() + asks.mean()) / 2, crossing.interval[1], bids.max()))


def carried(excess: float, offers: FloatArray, weights: FloatArray) -> FloatArray:
    r"""Burden of each home, :math:`\min(e_i, \lambda w_i)` with :math:`\lambda` such that they add up.

    Parameters
    ----------
    excess : float
        What is offered too much, at most the sum of the offers. [kWh]
    offers : ndarray of shape (h,)
        What each home offers and at most gives up. [kWh]
    weights : ndarray of shape (h,)
        Proportions, at least 0. Where only homes of weight 0 are left, they share equally.

    Returns
    -------
    ndarray of shape (h,)
        Burdens. [kWh]

    Examples
    --------
    >>> carried(9.0, np.array([1.0, 10.0, 10.0]), np.array([1.0, 1.0, 3.0]))
    array([1., 2., 6.])
    """
    burden = np.zeros(offers.size)
    if excess <= 0:
        return burden
    active = offers > 0
    rest = excess
    while active.any() and rest > 0:
        weight = np.where(active, weights, 0.0)
        weight = weight if weight.sum() > 0 else active.astype(float)
        share = rest * (weight / weight.sum())
        full = active & (share >= offers)
        if not full.any():
            burden[active] = share[active]
            break
        burden[full] = offers[full]
        rest -= offers[full].sum()
        active &= ~full
    return burden
