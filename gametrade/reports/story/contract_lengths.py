"""How long do coalitions commit? Every rule at every contract length, and how its payoffs are split over time."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.reports.story.answer import clock
from gametrade.reports.story.numbers import NOTHING, SPACE, Writer, count
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import SHAPES, rule_label, status_kind

KINDS = {True: "core", False: "blocked", None: "open"}
WORDS = {"core": "core", "blocked": "blocked", "open": "not proved", "unbalanced": "not balanced"}

BY_PRICES, ANEW, ONCE = "prices [a]", "anew [b]", "once [c]"
"""How the payoffs of a row are split over time; the footnotes explain the letters."""


def contracts_table(study: StabilityStudy) -> Table | None:
    """Every rule at every contract length (T3); None without meter data or shorter contracts."""
    if not any(result.contracts for result in study):
        return None
    unit, write = study.game.unit, Writer.of(study)
    columns = (
        Column("rule", numeric=False),
        Column("contract", numeric=False, whole=True),
        Column("status", numeric=False, whole=True, status=True),
        Column("periods blocked", "", "who gains by leaving"),
        Column("largest excess", unit, "who gains by leaving"),
        Column("when", "", "who gains by leaving", numeric=False, whole=True),
        Column("worst loss of a home", unit, "who is worse off than alone"),
        Column("who", "", "who is worse off than alone", numeric=False, whole=True),
        Column("payoffs by", "", "how payoffs are split over time", numeric=False, whole=True),
        Column("largest imbalance of a period", unit, "how payoffs are split over time"),
        Column("sum of periods off the whole", unit, "how payoffs are split over time"),
    )
    rows, marks = [], []
    for result in study:
        if study.contract == "whole":
            rows.append(_whole_row(result, write))
            marks.append(status_kind(result))
        for entry in result.contracts:
            rows.append(_period_row(result, entry, write))
            marks.append(KINDS[entry.holds])
    return Table(
        "How long do coalitions commit? Every rule at every contract length",
        columns,
        tuple(rows),
        contracts_note(study),
        tuple(marks),
        joined=True,
    )


def _whole_row(result: RuleStability, write: Writer) -> tuple[str, ...]:
    """The whole period as one contract."""
    kind = status_kind(result)
    game, payoffs = result.allocation.game, result.allocation.payoffs
    return (
        rule_label(result.rule),
        "whole period",
        f"{SHAPES[kind]} {WORDS[kind]}",
        f"{int(kind == 'blocked')}{SPACE}of{SPACE}1",
        write.bracket(result.largest_excess, max(result.largest_excess, result.blocking.upper_bound)),
        "",
        *_loss(result.smallest_gain, game.players[int((payoffs - game.single_values).argmin())], "", result, write),
        how_split(result, whole=True),
        write.number(result.allocation.imbalance),
        NOTHING,
    )


def _period_row(result: RuleStability, entry: ContractStability, write: Writer) -> tuple[str, ...]:
    """One shorter contract length."""
    kind = KINDS[entry.holds]
    exact = entry.exact or entry.holds is True
    some = "" if exact or entry.blocked == entry.periods else f"\N{GREATER-THAN OR EQUAL TO}{SPACE}"
    high = entry.largest_excess if exact else max(entry.largest_excess, entry.upper_bound)
    return (
        rule_label(result.rule),
        entry.contract,
        f"{SHAPES[kind]} {WORDS[kind]}",
        f"{some}{count(entry.blocked)}{SPACE}of{SPACE}{count(entry.periods)}",
        " to ".join(write.ends(entry.largest_excess, high)) if kind == "open"
        else write.bracket(entry.largest_excess, high),
        clock(entry.contract, entry.period) if entry.blocked else "",
        *_loss(entry.smallest_gain, entry.loser, clock(entry.contract, entry.loser_period), result, write),
        how_split(result),
        write.number(entry.largest_imbalance),
        _off_the_whole(result, entry, write),
    )  # fmt: skip


def _loss(gain: float, home: str, period: str, result: RuleStability, write: Writer) -> tuple[str, str]:
    """What the home that fares worst loses over being alone, and which it is."""
    if gain >= -result.allocation.tolerance:
        return write.number(0.0), "nobody"
    return write.number(-gain), f"{home}, {period}" if period else home


def how_split(result: RuleStability, *, whole: bool = False) -> str:
    """Say how the payoffs of a rule are split over time: by its prices, settled anew, or not at all."""
    if result.allocation.sell_price is not None:
        return BY_PRICES
    return ONCE if whole else ANEW


def _off_the_whole(result: RuleStability, entry: ContractStability, write: Writer) -> str:
    """By how much the payoffs of all periods differ from the payoff of the whole for the home with the largest gap."""
    if entry.total_payoffs is None:
        return NOTHING
    return write.number(float(np.abs(entry.total_payoffs - result.allocation.payoffs).max()))


def contracts_note(study: StabilityStudy) -> str:
    """How to read the table, with a footnote for each way of splitting payoffs over time."""
    priced = any(result.allocation.sell_price is not None for result in study)
    others = any(result.allocation.sell_price is None for result in study)
    parts = [
        "Periods blocked: those in which some coalition gains by leaving, of all periods with any trade (others are "
        "left out); "
        "\N{LEFT DOUBLE QUOTATION MARK}\N{GREATER-THAN OR EQUAL TO}\N{RIGHT DOUBLE QUOTATION MARK} where not every "
        "coalition of every period was examined.",
        "Largest excess: over all periods and coalitions, and the period in which it arises, by the local clock.",
        "Worst loss: what a home loses over being alone in its worst period, and when; 0 if nobody ever loses.",
        "Largest imbalance: payoffs less gains of the period in which they differ most; negative: money that nobody "
        "receives in that period.",
        "Sum of periods off the whole: payoffs of all periods together less those of the whole, of the home for "
        "which they differ most.",
    ]
    if priced:
        parts.append(
            "[a] The rule has prices: every settlement step is paid at them, and the periods of a home add up to its "
            "payoff of the whole. Prices made for the whole period need not balance the money of a shorter one, and "
            "where they differ from the grid's in periods without any trade, those are missing from the sum."
        )
    if others:
        parts.append(
            "[b] The rule has no prices: it is settled anew on the data of each period alone, so the periods of a home "
            "need not add up to its payoff of the whole."
        )
    if others and study.contract == "whole":
        parts.append("[c] The payoffs of the whole period, settled once.")
    parts.append(
        "Where the periods do add up and balance, the core in every step implies the core in every day, month and "
        "the whole, not conversely."
    )
    if any(not result.contracts for result in study):
        parts.append("Rules whose payoffs are sampled have no row for shorter contracts.")
    return "\n".join(parts)
