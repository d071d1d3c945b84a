"""What is known of a mechanism's form: where its outcome can change its form when orders change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import mechanisms
from gametrade.typing import FloatArray, IntArray


@dataclass(frozen=True)
class Breakpoints:
    """Where the outcome of a mechanism can change its form when one order changes.

    Parameters
    ----------
    prices : {"limits", "midpoints", "middles", "quotes", ""}
        Between the limits of the others, or between these and some more, fills do not depend on an order's price and
        money depends on it linearly. Midpoints: the middle of a bid and an ask is compared with a limit, an own one
        too; middles: the middle of any two limits of others with the own limit; quotes: limits are compared after
        they were scaled. Empty if that is not known.
    energies : bool
        Whether fills are linear and prices constant in an order's energy between the differences of the
        cumulative energies of the two sides.
    scales : tuple of float
        For quotes: a bid meets an ask that is this many times lower.
    """

    prices: str = ""
    energies: bool = False
    scales: tuple[float, ...] = ()

    @property
    def joint(self) -> bool:
        """Whether prices of several orders can be cut at the limits of the others and where two are equal."""
        return self.prices == "limits"


KNOWN = {
    "uniform_price": Breakpoints("limits", True),
    "pay_as_bid": Breakpoints("limits", True),
    "trade_reduction": Breakpoints("limits", True),
    "vickrey_clarke_groves": Breakpoints("limits", True),
    "mcafee": Breakpoints("midpoints", True),
    "continuous_double_auction": Breakpoints("limits", False),
    "periodic_double_auction": Breakpoints("limits", True),
    "random_matching": Breakpoints("limits", False),
    "muda": Breakpoints("middles", False),
    "multi_round_double_auction": Breakpoints("quotes", True),
}
"""Of mechanisms that are a function of the book alone, or of it and a lot; a trait `breakpoints` adds to them."""


def breakpoints_of(outcome: MarketOutcome, mechanism: object = None) -> Breakpoints:
    """What is known about the form of a mechanism's outcome."""
    if mechanism is not None or outcome.mechanism.partition(":")[0] not in mechanisms:
        return Breakpoints()
    entry, written = mechanisms.resolve(outcome.mechanism)
    declared = entry.traits.get("breakpoints")
    known = KNOWN.get(entry.name, Breakpoints()) if declared is None else Breakpoints(*declared)
    options = {**written, **outcome.options}
    scales = concessions(options) if known.prices == "quotes" else ()
    return Breakpoints(known.prices, known.energies and _one_queue(outcome.book, entry.name, options), scales)


def _one_queue(book: OrderBook, mechanism: str, options: Mapping[str, Any]) -> bool:
    """Whether orders of a side trade one after the other, in one order throughout.

    Not pro rata, in several periods, or in rounds of which one quotes the same for all; rounds with equal concessions
    go on where the one before stopped, so sums of the whole book matter.
    """
    if mechanism == "periodic_double_auction":
        return np.unique(np.floor(book.times / float(options.get("length", 1.0)))).size <= 1
    if mechanism == "multi_round_double_auction":
        return float(options.get("margin", 0.3)) < 1
    return options.get("ties") != "pro_rata"


def concessions(options: Mapping[str, Any]) -> tuple[float, ...]:
    r"""How far a bid is above an ask when their quotes meet, :math:`(1 + \mu_r) / (1 - \mu_r)`, round by round."""
    rounds, margin = int(options.get("rounds", 4)), float(options.get("margin", 0.3))
    shares = np.linspace(margin, 0.0, rounds) if rounds > 1 else np.zeros(1)
    return tuple(float((1 + share) / (1 - share)) for share in shares if share < 1)


def price_marks(book: OrderBook, rows: IntArray, buys: bool, form: Breakpoints) -> FloatArray:
    """Prices at which an order of a side changes its rank among some orders, or a mechanism's price one of its tests.

    McAfee's middle is that of a bid and an ask. An order that is one of the two at the price p, its partner at q,
    moves the middle past a limit L at p = 2 L - q; one that is such a limit itself meets the middle of two others.
    """
    limits, sides = np.unique(book.prices[rows]), book.buys[rows]
    points = [np.zeros(1), limits]
    bids, asks = (np.unique(book.prices[rows][sides == side]) for side in (True, False))
    if form.prices == "midpoints":
        points.append(((bids[:, None] + asks) / 2).ravel())
        points.append((2 * limits[:, None] - (asks if buys else bids)).ravel())
    elif form.prices == "middles":
        points.append(((limits[:, None] + limits) / 2).ravel())
    elif form.prices == "quotes":
        scales = np.array(form.scales)
        points.append(((asks[:, None] * scales) if buys else (bids[:, None] / scales)).ravel())
    marks = np.concatenate(points)
    return np.unique(marks[marks >= 0])
