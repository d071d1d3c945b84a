"""Time the auctions, side by side with pymarket on the same books, in processor seconds.

Every benchmark asserts the result that it times: volumes and prices agree with an independent count, with
pymarket, or with the event log.

    python experiments/benchmarks/auctions.py            # about half a minute
    pip install pymarket                                 # for the comparison, left out without it
"""

from __future__ import annotations

import csv
import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import gametrade as gt
from gametrade.mechanisms.simulated_market import simulate_traders

HERE = Path(__file__).parent
Row = dict[str, object]
COLUMNS = ("task", "orders", "engine", "cpu_seconds", "per_second", "volume_kwh", "price")


def timed(function: Callable[[], Any]) -> tuple[Any, float]:
    """Result and processor seconds."""
    start = time.process_time()
    return function(), time.process_time() - start


def random_book(m: int, seed: int = 0) -> gt.OrderBook:
    """Uniform limits and energies, both sides alike."""
    rng = np.random.default_rng(seed)
    return gt.OrderBook([str(k) for k in range(m)], rng.random(m) < 0.5, rng.random(m), rng.random(m))


def row(task: str, m: int, engine: str, seconds: float, outcome: gt.MarketOutcome | None = None) -> Row:
    """One line of the table."""
    told = {} if outcome is None else {"volume_kwh": outcome.volume, "price": outcome.price}
    return {"task": task, "orders": m, "engine": engine, "cpu_seconds": seconds, "per_second": m / seconds, **told}


def uniform_price(m: int) -> Iterator[Row]:
    """One price for many orders; the count of orders beyond the price proves the answer."""
    book, seconds = timed(lambda: random_book(m))
    yield row("make the book", m, "gametrade", seconds)
    outcome, seconds = timed(lambda: gt.clear(book, "uniform_price"))
    assert outcome.price is not None
    slack = 1e-9 * m
    inside = book.energies[book.buys & (book.prices > outcome.price)].sum()
    below = book.energies[~book.buys & (book.prices < outcome.price)].sum()
    assert max(inside, below) <= outcome.volume + slack, "an order beyond the price does not trade"
    assert abs(outcome.surplus) <= 1e-9 * m
    yield row("uniform price", m, "gametrade", seconds, outcome)
    outcome, seconds = timed(lambda: gt.clear(book, "mcafee"))
    yield row("mcafee", m, "gametrade", seconds, outcome)


def continuous(m: int) -> Iterator[Row]:
    """A continuous auction with its log; what the log says was traded is what was filled."""
    book = random_book(m)
    outcome, seconds = timed(lambda: gt.clear(book, "continuous_double_auction"))
    traded = sum(event.energy for event in outcome.events if event.kind == "trade")
    assert abs(traded - outcome.volume) <= 1e-9 * m
    assert (outcome.gains >= -1e-12).all()
    yield row("continuous double auction with log", m, "gametrade", seconds, outcome)


def learning(days: int) -> Iterator[Row]:
    """Zero-intelligence-plus traders; they end within a few per cent of the competitive price."""
    values, costs = np.linspace(145, 55, 50), np.linspace(55, 145, 50)
    run, seconds = timed(
        lambda: simulate_traders(
            values, costs, trader="zero_intelligence_plus", days=days, rng=np.random.default_rng(0)
        )
    )
    assert run.rms[-1] < 0.05 * run.competitive_price
    quotes = sum(len(day.events) for day in run.days)
    yield row(f"100 learning traders, {days} days (logged events)", quotes, "gametrade", seconds)


def beside_pymarket(m: int) -> Iterator[Row]:
    """The crossing of the same book by both; the volumes must agree."""
    import pymarket

    book = random_book(m)
    outcome, seconds = timed(lambda: gt.clear(book, "uniform_price"))
    yield row("crossing", m, "gametrade", seconds, outcome)
    manager = pymarket.BidManager()
    for k in range(m):
        manager.add_bid(book.energies[k], book.prices[k], k, bool(book.buys[k]))
    frame = manager.get_df()

    def crossing() -> Any:
        demand, _ = pymarket.demand_curve_from_bids(frame)
        supply, _ = pymarket.supply_curve_from_bids(frame)
        return pymarket.intersect_stepwise(demand, supply)

    (volume, _, _, price), seconds = timed(crossing)
    assert abs(volume - outcome.volume) <= 1e-9 * m, "the volumes differ"
    low, high = outcome.interval
    assert low - 1e-12 <= price <= high + 1e-12, "the price of pymarket does not clear the book"
    yield {**row("crossing", m, "pymarket", seconds), "volume_kwh": volume, "price": price}
    ours, seconds = timed(lambda: gt.clear(book, "muda", rng=1))
    yield row("muda", m, "gametrade", seconds, ours)
    market = pymarket.Market()
    for k in range(m):
        market.accept_bid(book.energies[k], book.prices[k], k, bool(book.buys[k]))
    (trades, _), seconds = timed(lambda: market.run("muda", r=np.random.RandomState(1)))
    table = trades.get_df()
    theirs = float(table[table["bid"].isin(np.flatnonzero(book.buys))]["quantity"].sum())
    best = outcome.volume
    assert 0.5 * best < min(theirs, ours.volume), "a half of the market trades next to nothing"
    yield {**row("muda", m, "pymarket", seconds), "volume_kwh": theirs}


def equal_limits() -> Iterator[Row]:
    """A bid and an ask of one limit: they can trade, and a linear program says so too."""
    import pymarket
    from scipy.optimize import linprog

    book = gt.OrderBook.of(bids=[(5, 2), (4, 1)], asks=[(5, 3)])
    outcome = gt.clear(book, "uniform_price")
    most = linprog([-1, -1, 0], A_eq=[[1, 1, -1]], b_eq=[0], bounds=[(0, 2), (0, 0), (0, 3)])
    assert outcome.volume == -most.fun == 2
    manager = pymarket.BidManager()
    for k in range(book.n_orders):
        manager.add_bid(book.energies[k], book.prices[k], k, bool(book.buys[k]))
    demand, _ = pymarket.demand_curve_from_bids(manager.get_df())
    supply, _ = pymarket.supply_curve_from_bids(manager.get_df())
    volume, *_ = pymarket.intersect_stepwise(demand, supply)
    yield {"task": "equal limits", "orders": 3, "engine": "gametrade", "volume_kwh": outcome.volume}
    yield {"task": "equal limits", "orders": 3, "engine": "pymarket", "volume_kwh": volume or 0.0}


def rows() -> Iterator[Row]:
    """All benchmarks."""
    random_book(10)
    for m in (10_000, 1_000_000):
        yield from uniform_price(m)
    yield from continuous(100_000)
    yield from continuous(1_000_000)
    yield from learning(20)
    if importlib.util.find_spec("pymarket") is None:
        print("pymarket is not installed: no comparison")
        return
    for m in (100, 1_000, 4_000):
        yield from beside_pymarket(m)
    yield from equal_limits()


def main() -> None:
    """Run all, print a table and write it."""
    done = []
    for line in rows():
        done.append(line)
        shown = (f"{value:,.4g}" if isinstance(value, float) else str(value) for value in line.values())
        print(" | ".join(shown), flush=True)
    with (HERE / "auctions.csv").open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS)
        writer.writeheader()
        writer.writerows(done)


if __name__ == "__main__":
    main()
