"""The best lie of every trader about its orders: all that can matter where their number is finite, else some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from gametrade.analysis.properties.axes import Axis, energy_axis, first_in_line, prefix_marks, price_axis
from gametrade.analysis.properties.breakpoints import Breakpoints, breakpoints_of, price_marks
from gametrade.analysis.properties.cells import Cells
from gametrade.analysis.properties.lies import MOST_LIES, Found, better
from gametrade.analysis.properties.market import (
    ManyMechanism,
    Mechanism,
    Truth,
    many_of,
    mechanism_of,
    money_tolerance,
)
from gametrade.mechanisms import ManyOutcomes, MarketOutcome, OrderBook
from gametrade.typing import FloatArray, IntArray

AT_ONCE = 50_000
"""Books with lies that are cleared together."""

MOST_ORDERS = 3
"""Most orders of one trader about which all joint lies are tried."""


class Plan(NamedTuple):
    """Lies to try about some orders, and what to make of their gains.

    Parameters
    ----------
    prices, energies : ndarray of shape (B, m)
        Books with the lies. [money/kWh, kWh]
    sum_up : callable
        Takes the gain of each lie to the largest, the least upper bound and whether that is one of all lies.
    """

    prices: FloatArray
    energies: FloatArray
    sum_up: Callable[[FloatArray], tuple[float, bool]]


def best_lie(
    outcome: MarketOutcome, *, about: str, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Found:
    """Search the lies of every trader: about its order, or about all its orders at once.

    Parameters
    ----------
    outcome : MarketOutcome
        Of the honest book.
    about : {"price", "energy", "both"}
        What is misreported.
    mechanism : callable or str, optional
        Where it is not a registered one.
    most : int
        Lies to try at most, in all.

    Returns
    -------
    Found
        Exhaustive if the form of the outcome between breakpoints is known and all regions between them were tried.
    """
    book, form = outcome.book, breakpoints_of(outcome, mechanism)
    truth, owner = Truth(book), book.owner_positions
    honest = truth.gains(mechanism_of(outcome, mechanism)(book)).tolist()
    empty = book.traders[0] if book.traders else ""
    found = Found(0.0, 0.0, empty, book, 0.0, 0, bool(form.prices or about == "energy"))
    share = max(2, most // max(1, book.n_orders))
    tolerance = money_tolerance(book)
    for closer in (False, True):
        plans = [
            (place, plan)
            for place in range(len(book.traders))
            for plan in _plans(book, np.flatnonzero(owner == place), about, form, (share, closer))
        ]
        for place, plan, gains in _gains(plans, book, truth, many_of(outcome, mechanism)):
            grown = gains - honest[place]
            k = int(grown.argmax())
            supremum, whole = plan.sum_up(grown)
            lie = book.changed(prices=plan.prices[k], energies=plan.energies[k])
            here = Found(float(grown[k]), supremum, book.traders[place], lie, honest[place], grown.size, whole)
            found = better(found, here)
        if not found.exhaustive or found.gain > tolerance or found.supremum <= tolerance:
            break
    return found


def _gains(
    plans: list[tuple[int, Plan]], book: OrderBook, truth: Truth, run: ManyMechanism
) -> Iterator[tuple[int, Plan, FloatArray]]:
    """Clear the books of all plans, some plans at a time, and count what each liar gains."""
    owner = book.owner_positions
    while plans:
        sizes = np.cumsum([len(plan.prices) for _, plan in plans])
        cut = max(1, int(np.searchsorted(sizes, AT_ONCE, side="right")))
        now, plans = plans[:cut], plans[cut:]
        masks = np.repeat([owner == place for place, _ in now], [len(plan.prices) for _, plan in now], axis=0)
        prices, energies = (np.concatenate(c) for c in zip(*((p.prices, p.energies) for _, p in now), strict=True))
        made, start = run(book, prices, energies, masks), 0
        for place, plan in now:
            rows = slice(start, start + len(plan.prices))
            part = ManyOutcomes(made.fills[rows], made.payments[rows])
            yield place, plan, truth.gains_of(book.traders[place], book, part, owner == place)
            start = rows.stop


def _plans(book: OrderBook, rows: IntArray, about: str, form: Breakpoints, effort: tuple[int, bool]) -> list[Plan]:
    """Lies of one trader: all that can matter, or some if these are too many or unknown; also closer to limits."""
    most, closer = effort
    if rows.size == 1:
        return _of_one_order(book, int(rows[0]), about, form, effort)
    cells = _cells(book, rows, about, form, most * rows.size)
    if cells is not None:
        return [cells]
    return [
        Plan(plan.prices, plan.energies, lambda gains: (float(gains.max()), False))
        for order in rows.tolist()
        for plan in _of_one_order(book, order, about, form, (most, closer))
    ]


def _of_one_order(book: OrderBook, order: int, about: str, form: Breakpoints, effort: tuple[int, bool]) -> list[Plan]:
    """Lies about one order; both dimensions at once as far as the number of lies allows."""
    most, closer = effort
    prices = price_axis(book, order, form) if about != "energy" else Axis.single(book.prices[order])
    energies = Axis.single(book.energies[order])
    if about != "price":
        energies = energy_axis(book, order, anywhere=about == "both")
    sure = (about == "energy" or form.prices != "") and (about == "price" or form.energies)
    if len(prices.values) * len(energies.values) <= most:
        axes = [axis.closer() if closer and len(axis.values) > 1 else axis for axis in (prices, energies)]
        return [_on_grid(book, order, (axes[0], axes[1]), sure)]
    half = max(2, most // 3)
    parts = [
        (prices.thinned(half), Axis.single(book.energies[order])),
        (Axis.single(book.prices[order]), energies.thinned(half)),
        (prices.thinned(int(half**0.5)), energies.thinned(int(half**0.5))),
    ]
    return [_on_grid(book, order, part, False) for part in parts]


def _on_grid(book: OrderBook, order: int, grid: tuple[Axis, Axis], sure: bool) -> Plan:
    """Every pair of price and energy."""
    prices, energies = grid
    shape = len(prices.values), len(energies.values)
    books = [np.tile(column, (shape[0] * shape[1], 1)) for column in (book.prices, book.energies)]
    books[0][:, order] = np.repeat(prices.values, shape[1])
    books[1][:, order] = np.tile(energies.values, shape[0])

    def sum_up(gains: FloatArray) -> tuple[float, bool]:
        return float((prices.limits @ gains.reshape(shape) @ energies.limits.T).max()), sure

    return Plan(books[0], books[1], sum_up)


def _cells(book: OrderBook, rows: IntArray, about: str, form: Breakpoints, most: int) -> Plan | None:
    """Lies about all orders of a trader at once, where the regions between their breakpoints are known and few.

    Of energies the coordinates are sums of the first orders of the trader, in the order in which they trade.
    """
    if rows.size > MOST_ORDERS:
        return None
    if about == "price" and form.joint:
        others = np.setdiff1d(np.arange(book.n_orders), rows)
        marks = np.unique([*price_marks(book, others, True, form), *book.prices[rows]])
    elif about == "energy" and form.energies and np.unique(book.buys[rows]).size == 1:
        rows = first_in_line(book, rows)
        marks = prefix_marks(book, rows)
    else:
        return None
    if Cells.size(len(marks), rows.size) > most:
        return None
    cells = Cells.between(marks, 2 * float(marks[-1]) or 1.0, rows.size, rising=about == "energy")
    books = [np.tile(column, (len(cells.points), 1)) for column in (book.prices, book.energies)]
    if about == "price":
        books[0][:, rows] = cells.points
    else:
        books[1][:, rows] = np.diff(cells.points, axis=1, prepend=0.0)

    def sum_up(gains: FloatArray) -> tuple[float, bool]:
        limits = cells.limits(gains)
        return float(max(gains.max(), limits.max())), not cells.grows(limits, money_tolerance(book))

    return Plan(books[0], books[1], sum_up)
