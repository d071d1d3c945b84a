"""What auctions between the homes would do: money over the period, and who gains by lying in a few hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gametrade.analysis.meter_section import MeterVerdicts, meter_game, meter_verdicts
from gametrade.analysis.studies.mechanism_table import FOUR, MechanismTable, mechanism_table
from gametrade.community import Community
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.mechanisms import CommunityMarket, OrderBook, clear, retail
from gametrade.mechanisms.community_market import books
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import mechanisms
from gametrade.typing import IntArray

CHEAP_PLAYERS = 16
"""Most players for which the section is made without being asked for."""

WORTHWHILE = 48
"""Fewest steps with trade for which the section is made without being asked for."""

STEPS = 1000
"""Steps with trade that are cleared at most, unless asked otherwise: of a longer period every k-th one."""

LIES = 4_000
"""Lies tried for each mechanism, property and hour: enough for all that can matter where that is known."""

PROPERTIES = (*FOUR, "quantity_truthfulness")
"""The four of the impossibility theorem, and what a false quantity gains."""

LOTS = 1
"""The lot that mechanisms draw which draw one."""


class Total(NamedTuple):
    """What a mechanism does over the steps that were cleared.

    Parameters
    ----------
    mechanism : str
        Name with options.
    volume : float
        Energy traded between homes. [kWh]
    welfare : float
        Value to buyers less cost to sellers. [money]
    surplus : float
        What the auctioneer keeps; negative if somebody has to add money. [money]
    buy_price, sell_price : float
        Averages per kWh traded, paid by buyers and received by sellers; not a number without trade. [money/kWh]
    """

    mechanism: str
    volume: float
    welfare: float
    surplus: float
    buy_price: float
    sell_price: float


class Hour(NamedTuple):
    """A settlement step that was looked at closely: why, which one, and its book."""

    why: str
    step: int
    book: OrderBook


@dataclass(frozen=True, eq=False, slots=True)
class MarketSection:
    """Every mechanism on the homes' honest orders.

    Parameters
    ----------
    community : Community
        Homes that bid their net load at the retail tariff.
    stride : int
        Every so many of the steps with trade were cleared; 1 is all.
    trading, counted : int
        Steps with a buyer and a seller, and those of them that were cleared.
    optimum : float
        Largest welfare of any trade in the steps that were cleared. [money]
    totals : tuple of Total
        One a mechanism.
    hours : tuple of Hour
        Steps that were looked at closely.
    table : MechanismTable or None
        Verdicts of every mechanism and property, one an hour; None where no hour has trade.
    meters : mapping of (str, str) to Verdict
        What homes gain at their meters in these hours, by split rule and way.
    """

    community: Community
    stride: int
    trading: int
    counted: int
    optimum: float
    totals: tuple[Total, ...]
    hours: tuple[Hour, ...]
    table: MechanismTable | None
    meters: MeterVerdicts


def market_wanted(sections: str | Iterable[str] | None, game: CoalitionalGame) -> bool:
    """Whether to make the section: where asked for, or for few homes with days of meter data and no batteries."""
    if not isinstance(game, SharingGame):
        return False
    if sections is None:
        return game.n_players <= CHEAP_PLAYERS and trading_steps(game.community).size >= WORTHWHILE
    return "market" in ({sections} if isinstance(sections, str) else set(sections))


def market_labels() -> list[str]:
    """Every registered mechanism at its usual options; those that draw lots with a stated lot."""
    return [f"{entry.name}:rng={LOTS}" if entry.traits.get("draws") else entry.name for entry in mechanisms]


def market_section(game: SharingGame, *, stride: int | None = None) -> MarketSection | None:
    """Clear the homes' net positions by every mechanism, and look for lies that pay in a few hours.

    Parameters
    ----------
    game : SharingGame
        Homes with meter data.
    stride : int, optional
        Clear every so many of the steps with trade; such that at most 1000 are cleared if not given.

    Returns
    -------
    MarketSection or None
        None where no step has a buyer and a seller.

    Notes
    -----
    Inelastic homes honestly bid the grid's prices, so all bids of a step are equal and all asks are: every crossing is
    flat, and the welfare of all trades that can be made is the gains of the sharing game.
    """
    community = game.community
    trading = trading_steps(community)
    if not trading.size:
        return None
    step = stride or -(-trading.size // STEPS)
    cleared = trading[::step]
    part = community.steps(cleared)
    labels = market_labels()
    totals = tuple(total(label, clear(part, label)) for label in labels)
    best = float(_spread(part) @ _shared(part))
    hours = market_hours(game)
    looked = tuple(hour.book for hour in hours)
    table = mechanism_table(looked, labels, PROPERTIES, most=LIES) if looked else None
    meters = meter_verdicts(meter_game(game, [hour.step for hour in hours])) if hours else {}
    return MarketSection(community, step, trading.size, cleared.size, best, totals, hours, table, meters)


def trading_steps(community: Community) -> IntArray:
    """Positions of the steps with a buyer and a seller."""
    net = community.net_load
    return np.flatnonzero((net < 0).any(axis=0) & (net > 0).any(axis=0))


def _shared(community: Community) -> np.ndarray:
    """Energy that can be shared in each step. [kWh]"""
    return np.asarray(np.minimum(community.surplus.sum(axis=0), community.deficit.sum(axis=0)))


def _spread(community: Community) -> np.ndarray:
    """What a shared kWh saves, network charge paid. [money/kWh]"""
    return np.asarray(np.maximum(community.import_price - community.network_charge - community.export_price, 0.0))


def total(label: str, market: CommunityMarket) -> Total:
    """Sums of one mechanism."""
    paid = float(np.maximum(market.payments, 0.0).sum())
    volume = market.volume
    average = [money / volume if volume > 0 else float("nan") for money in (paid, paid - market.surplus)]
    return Total(label, volume, market.welfare, market.surplus, *average)


def market_hours(game: SharingGame) -> tuple[Hour, ...]:
    """Hours to look at: most trade, supply closest to demand, an ordinary surplus and an ordinary shortage.

    Parameters
    ----------
    game : SharingGame
        Homes with meter data.

    Returns
    -------
    tuple of Hour
        At most four, each step once. Closest: least difference as a share of the larger side, among the half of the
        steps that trade most. Ordinary: the middle one by energy traded. The earliest where several are equal.
    """
    community = game.community
    supply, demand = community.surplus.sum(axis=0), community.deficit.sum(axis=0)
    shared = np.minimum(supply, demand)
    steps = np.flatnonzero((shared > 0) & (_spread(community) > 0))
    if not steps.size:
        return ()
    by_volume = steps[np.argsort(shared[steps], kind="stable")]
    busy = np.sort(by_volume[steps.size // 2 :])
    gap = np.abs(supply - demand) / np.maximum(supply, demand).clip(np.finfo(float).tiny)
    picked = {
        "most trade": busy[np.argmax(shared[busy])],
        "supply closest to demand": busy[np.argmin(gap[busy])],
    }
    for why, side in (("ordinary surplus", supply > demand), ("ordinary shortage", supply < demand)):
        rows = by_volume[side[by_volume]]
        if rows.size:
            picked[why] = rows[rows.size // 2]
    chosen: dict[int, str] = {}
    for why, step in picked.items():
        chosen.setdefault(int(step), why)
    return tuple(Hour(why, step, step_book(community, step)) for step, why in chosen.items())


def step_book(community: Community, step: int) -> OrderBook:
    """The honest orders of one step."""
    _, book, _ = next(books(retail(community.steps(np.array([step])))))
    return book


def clearing_prices(book: OrderBook) -> tuple[float, float]:
    """Uniform prices that would clear a book. [money/kWh]"""
    return Crossing.of(book).interval
