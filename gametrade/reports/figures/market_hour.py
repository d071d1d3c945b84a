"""Demand and supply of one hour, where they nearly meet."""

from __future__ import annotations

from gametrade.analysis.market_section import clearing_prices
from gametrade.analysis.study import StabilityStudy
from gametrade.mechanisms import plot_curves
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure, finish
from gametrade.reports.story.markets import clock_of
from gametrade.reports.story.numbers import SPACE, fixed


@figures.register(order=10)
def market_hour(study: StabilityStudy) -> Figure | None:
    """Draw demand and supply of the step in which they differ least.

    Parameters
    ----------
    study : StabilityStudy
        With a section on mechanisms.

    Returns
    -------
    Figure or None
        None where no step was looked at.
    """
    section = study.market
    if section is None or not section.hours:
        return None
    hour = next((h for h in section.hours if h.why == "supply closest to demand"), section.hours[0])
    unit, book = study.game.unit, hour.book
    low, high = clearing_prices(book)
    plot = plot_curves(book).update_layout(title=None)
    finish(plot, height=400, x="energy [kWh]", y=f"price [{unit}/kWh]")
    at = fixed(low, 4) if low == high else f"{fixed(low, 4)} to {fixed(high, 4)}"
    return Figure(
        "market-hour",
        "Where do demand and supply meet?",
        f"Orders of {clock_of(section, hour)}: among the half of the steps that trade most, the one in which supply "
        "and demand differ least. All bids are equal and all asks are, so both curves are flat; the market clears at "
        f"{at}{SPACE}{unit}/kWh. A home on the longer side that withholds the difference moves the price from one "
        "curve to the other.",
        plot,
    )
