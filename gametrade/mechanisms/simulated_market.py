"""A continuous double auction among simulated traders, day after day."""

from __future__ import annotations

from collections.abc import Callable, MutableSequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.mechanisms.continuous_market import ContinuousMarket, Event
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import struck
from gametrade.mechanisms.zero_intelligence import Traders, ZeroIntelligence
from gametrade.mechanisms.zero_intelligence_plus import ZeroIntelligencePlus
from gametrade.typing import ArrayLike, BoolArray, FloatArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

Factory = Callable[[FloatArray, BoolArray, float, np.random.Generator], Traders]

TRADERS: dict[str, Factory] = {
    "zero_intelligence_constrained": ZeroIntelligence,
    "zero_intelligence_unconstrained": lambda limits, buys, highest, rng: ZeroIntelligence(
        limits, buys, highest, rng, constrained=False
    ),
    "zero_intelligence_plus": lambda limits, buys, _, rng: ZeroIntelligencePlus(limits, buys, rng),
}


@dataclass(frozen=True, eq=False)
class TradingRun(Shown):
    """What simulated traders did in each day of a continuous market.

    Parameters
    ----------
    book : OrderBook
        One order of one kWh a trader, at its true value or cost.
    trader : str
        Kind of trader.
    days : tuple of MarketOutcome
        Trades and event log of each day; the order of an event is the trader's position in the book and its
        time the number of quotes called out before it that day.
    """

    book: OrderBook
    trader: str
    days: tuple[MarketOutcome, ...]

    @property
    def competitive_price(self) -> float:
        """Middle of the interval of clearing prices. [money/kWh]"""
        return float(np.mean(Crossing.of(self.book).interval))

    @property
    def prices(self) -> tuple[FloatArray, ...]:
        """Prices of the trades of each day, in order. [money/kWh]"""
        return tuple(np.array([event.price for event in _trade_events(day)]) for day in self.days)

    @property
    def efficiency(self) -> FloatArray:
        """Welfare of each day as a share of the optimum, shape (days,); 1 where there is nothing to gain."""
        best = Crossing.of(self.book).welfare
        return np.array([day.welfare / best if best > 0 else float(day.welfare == 0) for day in self.days])

    @property
    def rms(self) -> FloatArray:
        """Root mean square distance of each day's prices from the competitive price, shape (days,).

        Not a number on a day without trade. [money/kWh]
        """
        off = [prices - self.competitive_price for prices in self.prices]
        return np.array([np.sqrt(np.mean(d**2)) if d.size else np.nan for d in off])

    def to_frame(self) -> pd.DataFrame:
        """One row a trade: day, quote number, buyer, seller, price [money/kWh], profits [money]."""
        import pandas as pd

        rows = []
        for number, day in enumerate(self.days):
            assert day.trades is not None
            for event, bid, ask in zip(_trade_events(day), day.trades.bids, day.trades.asks, strict=True):
                gained = self.book.prices[bid] - event.price, event.price - self.book.prices[ask]
                rows.append((number, event.time, self.book.ids[bid], self.book.ids[ask], event.price, *gained))
        names = ["day", "quote", "buyer", "seller", "price", "buyer_profit", "seller_profit"]
        return pd.DataFrame(rows, columns=names)

    def plot(self) -> go.Figure:
        """Price of every trade beside the competitive price."""
        import plotly.graph_objects as go

        figure = go.Figure()
        start = 0
        for number, prices in enumerate(self.prices):
            trades = list(range(start + 1, start + 1 + prices.size))
            figure.add_scatter(x=trades, y=prices.tolist(), mode="lines+markers", name=f"day {number + 1}")
            start += prices.size
        figure.add_hline(y=self.competitive_price, line_dash="dot", annotation_text="competitive price")
        figure.update_xaxes(title="trade")
        figure.update_yaxes(title=f"price [{self.book.unit}/kWh]")
        figure.update_layout(title=f"Prices among {self.trader.replace('_', ' ')} traders", template="plotly_white")
        return figure

    def __str__(self) -> str:
        return (
            f"{len(self.days)} days of {self.trader}: efficiency {self.efficiency.mean():.1%}, "
            f"{sum(day.volume for day in self.days):g} kWh traded, price off the competitive one by "
            f"{self.rms[0]:.4g} on the first day and {self.rms[-1]:.4g} on the last (root mean square)"
        )


def simulate_traders(
    values: ArrayLike,
    costs: ArrayLike,
    *,
    rng: np.random.Generator,
    trader: str | Factory = "zero_intelligence_constrained",
    days: int = 1,
    quotes: int = 4000,
    highest: float | None = None,
    log: MutableSequence[Event] | None = None,
) -> TradingRun:
    """Let simulated traders call out quotes in random order, each buying or selling one kWh a day.

    Parameters
    ----------
    values : array_like of shape (n,)
        What a kWh is worth to each buyer. [money/kWh]
    costs : array_like of shape (m,)
        What a kWh costs each seller. [money/kWh]
    rng : numpy.random.Generator
        Source of all chance.
    trader : str or callable
        ``"zero_intelligence_constrained"``, ``"zero_intelligence_unconstrained"``,
        ``"zero_intelligence_plus"``, or a function (limits, buys, highest quote, rng) that makes traders.
    days : int, default=1
        Days; stocks are renewed every day, and what traders have learned stays.
    quotes : int, default=4000
        Most quotes called out in a day.
    highest : float, optional
        Highest quote allowed; twice the highest limit if not given. [money/kWh]
    log : mutable sequence, optional
        Receives every event of all days as it happens; whoever passes a list still holds it if the run is
        interrupted.

    Returns
    -------
    TradingRun
        Trades, prices, efficiency.

    Raises
    ------
    UnknownNameError
        If there is no such kind of trader.
    InvalidInputError
        If a limit is negative or not finite, a number of days or quotes is below 1, or `rng` is no generator.

    Notes
    -----
    A trader drawn among those that have not traded calls out a price. If it reaches the best standing
    quote of the other side, they trade at that standing quote and all standing quotes lapse; otherwise it stands
    if it is the best of its side and lapses if not. A day ends when nobody left could trade.

    References
    ----------
    .. [1] D. K. Gode and S. Sunder, "Allocative efficiency of markets with zero-intelligence traders", J.
       Polit. Econ. 101 (1993) 119-137. :doi:`10.1086/261868`
    .. [2] D. Cliff, "Minimal-intelligence agents for bargaining behaviors in market-based environments",
       Hewlett-Packard Laboratories HPL-97-91, 1997.

    Examples
    --------
    >>> run = simulate_traders([20, 17, 14], [4, 7, 11], rng=np.random.default_rng(1))
    >>> bool(run.efficiency[0] > 0.9), run.competitive_price
    (True, 12.5)
    """
    if not isinstance(rng, np.random.Generator):
        raise InvalidInputError(f"rng of simulate_traders must be a numpy.random.Generator. Got {rng!r}.")
    for name, number in (("days", days), ("quotes", quotes)):
        if number < 1:
            raise InvalidInputError(f"{name} of simulate_traders must be at least 1. Got {number}.")
    value, cost = np.atleast_1d(np.asarray(values, float)), np.atleast_1d(np.asarray(costs, float))
    book = OrderBook.of([(p, 1.0) for p in value], [(p, 1.0) for p in cost])
    top = 2 * float(book.prices.max(initial=0.0)) if highest is None else highest
    label, make = _factory(trader)
    traders = make(book.prices, book.buys, top, rng)
    kept: MutableSequence[Event] = [] if log is None else log
    outcomes = tuple(_day(book, traders, quotes, rng, kept) for _ in range(days))
    return TradingRun(book, label, outcomes)


def _factory(trader: str | Factory) -> tuple[str, Factory]:
    """Name and maker of a kind of trader."""
    if callable(trader):
        return getattr(trader, "__name__", type(trader).__name__), trader
    if trader not in TRADERS:
        raise UnknownNameError("kind of trader", trader, sorted(TRADERS))
    return trader, TRADERS[trader]


def _day(
    book: OrderBook, traders: Traders, quotes: int, rng: np.random.Generator, log: MutableSequence[Event]
) -> MarketOutcome:
    """One day from full stocks until nobody can trade or the quotes are used up."""
    start, market = len(log), ContinuousMarket(log)
    active = np.ones(book.n_orders, dtype=bool)
    waiting = list(range(book.n_orders))
    buys = book.buys.tolist()
    for number, draw in enumerate(rng.random(quotes).tolist()):
        if not _can_trade(book, active, traders.within_limits):
            break
        trader = waiting[int(draw * len(waiting))]
        price = traders.quote(trader)
        best, other = (market.best_bid, market.best_ask) if buys[trader] else (market.best_ask, market.best_bid)
        sign = 1 if buys[trader] else -1
        traded = other is not None and sign * price >= sign * other
        if traded or best is None or sign * price > sign * best:
            market.submit(trader, buys=buys[trader], price=price, energy=1.0, time=float(number))
        if traded:
            _retire(market, active, waiting)
        traders.hear(other if traded and other is not None else price, bid=buys[trader], traded=traded, active=active)
    events = tuple(islice(log, start, None))
    return MarketOutcome.of_trades(book, "continuous_double_auction", struck(book, events), events=events)


def _retire(market: ContinuousMarket, active: BoolArray, waiting: list[int]) -> None:
    """Both sides of the last trade leave for the day and all standing quotes lapse."""
    last = market.log[-1]
    for trader in (last.order, last.against):
        active[trader] = False
        waiting.remove(trader)
    market.clear_standing()


def _can_trade(book: OrderBook, active: BoolArray, within_limits: bool) -> bool:
    """Whether some buyer and some seller are left who could come to terms."""
    bids, asks = book.prices[active & book.buys], book.prices[active & ~book.buys]
    if not bids.size or not asks.size:
        return False
    return not within_limits or bool(bids.max() >= asks.min())


def _trade_events(day: MarketOutcome) -> list[Event]:
    """Trades of a day's log."""
    return [event for event in day.events if event.kind == "trade"]
