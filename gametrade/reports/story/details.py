"""One rule in detail: who leaves with whom, why, at which hours, and what everybody could do instead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.reports.story.answer import clock, focus, when
from gametrade.reports.story.numbers import NOTHING, SPACE, Writer, fixed, percent
from gametrade.reports.story.stepwise import StepExcess, shared_by, step_excess
from gametrade.reports.story.supporting import has_supporting_prices
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import listed, plural, rule_label, rule_summary, sentence, status_kind, status_words
from gametrade.typing import FloatArray

ALL_HOMES = 60
"""Most homes for which every home has its row."""

FEW_HOMES = 20
"""Rows shown for larger communities: those with the smallest gains."""

BESIDE = {"clarke": "Clarke payoff"}
"""Names of payoffs that rules show beside their own."""

MOST = 0.6
"""Share of the gains that counts as most of them."""


SPREAD = (
    "The rule has no prices that date its payoffs: they are spread over the steps in proportion to the gains of all."
)


@dataclass(frozen=True, slots=True)
class RuleStory:
    """What is told about one rule.

    Parameters
    ----------
    rule, label, kind, status : str
        Registered name, name for people, kind of status, status in words.
    sentences : tuple of str
        Who leaves, why, when, and what supports the rule.
    homes : Table
        Gains and best alternatives of the homes.
    notes : tuple of str
        Findings of the rule itself.
    """

    rule: str
    label: str
    kind: str
    status: str
    sentences: tuple[str, ...]
    homes: Table
    notes: tuple[str, ...]


def rule_stories(study: StabilityStudy) -> list[RuleStory]:
    """Tell about every rule, in the order of the study."""
    return [
        RuleStory(
            result.rule,
            rule_label(result.rule),
            status_kind(result),
            status_words(result),
            tuple(_sentences(study, result)),
            homes_table(study, result),
            result.allocation.notes,
        )
        for result in study
    ]


def _sentences(study: StabilityStudy, result: RuleStability) -> list[str]:
    write = Writer.of(study)
    told = [rule_summary(result.rule), _who(study, result, write), _why(study, result, write)]
    steps = step_excess(result)
    if steps is not None and result.largest_excess > result.blocking.game.tolerance:
        told.append(hours_sentence(steps, write))
    told += [_worse_off(result, write), _supporting(result, write), _persistence(result, write)]
    return [text for text in told if text]


def _who(study: StabilityStudy, result: RuleStability, write: Writer) -> str:
    """The most profitable coalition and its gain."""
    coalition, excess = result.blocking.coalition, result.largest_excess
    who = f"{listed(coalition, 13)} ({len(coalition):,} of {study.game.n_players:,})"
    if excess > result.blocking.game.tolerance:
        share = result.excess_share_of_bill
        bill = f", {percent(share)}{SPACE}% of what they pay alone" if share == share else ""
        return (
            f"Who leaves{when(result)}: {who}. Together they gain {write.money(excess)} by leaving, "
            f"{write.money(result.excess_per_member)} a member{bill}."
        )
    outcome = f"lose {write.money(-excess)}" if excess < -result.blocking.game.tolerance else "gain nothing"
    return f"Closest to leaving{when(result)}: {who}. By leaving they would {outcome}."


def _why(study: StabilityStudy, result: RuleStability, write: Writer) -> str:
    """Compare what the coalition makes on its own with what it receives."""
    members, game = result.blocking.members, result.blocking.game
    received = float(result.blocking.payoffs[members].sum())
    if not isinstance(game, SharingGame):
        value = float(game.values(members[None])[0])
        return f"Why: on their own they gain {write.money(value)}; under the rule they receive {write.money(received)}."
    alone, together, value = shared_by(result)
    part = f", {percent(alone / together, 0)}{SPACE}% of what all share" if together > 0 else ""
    return (
        f"Why: on their own they share {fixed(alone, 0 if alone >= 100 else 1)} kWh{part}, which "
        f"saves them {write.money(value)}; "
        f"under the rule they receive {write.money(received)} of the {write.money(game.grand_value)} that all gain."
    )


def hours_sentence(steps: StepExcess, write: Writer) -> str:
    """Say at which hours and in which part of the year the coalition gains, and in which state of the community."""
    by_hour = np.maximum(steps.by_hour(), 0.0)
    told = []
    if (by_hour > 0).sum() > 1:
        first, length = shortest_window(by_hour, MOST * float(by_hour.sum()))
        part = float(np.take(by_hour, range(first, first + length), mode="wrap").sum() / by_hour.sum())
        last = (first + length) % 24
        told.append(
            f"from {first:02d}:00 to {last:02d}:00 ({percent(part, 0)}{SPACE}% of the gains by hour of the day)"
        )
    for unit, noun in (("M", "month"), ("D", "day")):
        starts, money = steps.by_period(unit)
        if len(starts) >= 3:
            money = np.maximum(money, 0.0)
            best = np.argsort(-money, kind="stable")[: max(1, len(starts) // 4)]
            named = listed([str(starts[k]) for k in sorted(best)])
            part = float(money[best].sum() / money.sum())
            many = noun if len(best) == 1 else f"{noun}s"
            told.append(f"in the {many} {named} ({percent(part, 0)}{SPACE}% of the gains by {noun})")
            break
    spare, short = steps.by_state()
    verbs = [f"{'gain' if money >= 0 else 'lose'} {write.money(abs(money))}" for money in (spare, short)]
    state = f"; they {verbs[0]} while the whole community has energy to spare and {verbs[1]} while it falls short"
    how = "" if steps.priced else f" {SPREAD}"
    return f"When: they gain most {' and '.join(told) or 'in a single hour'}{state}.{how}"


def shortest_window(by_hour: FloatArray, wanted: float) -> tuple[int, int]:
    """Find the shortest run of hours around the clock that brings a wanted sum; returns first hour and length.

    Examples
    --------
    >>> import numpy as np
    >>> shortest_window(np.array([0.0, 5.0, 4.0, 1.0]), 9.0)
    (1, 2)
    """
    n = len(by_hour)
    around = np.concatenate([[0.0], np.cumsum(np.concatenate([by_hour, by_hour]))])
    for length in range(1, n):
        sums = around[length : length + n] - around[:n]
        if sums.max() >= wanted:
            return int(sums.argmax()), length
    return 0, n


def _worse_off(result: RuleStability, write: Writer) -> str:
    """Who is worse off than alone, over the whole and in single periods."""
    losers, told = result.worse_off, []
    if losers:
        told.append(f"{listed(losers)} over the whole period, by up to {write.money(-result.smallest_gain)}")
    told += [
        f"{entry.loser} for the {entry.contract} of {clock(entry.contract, entry.loser_period)}, by "
        f"{write.money(-entry.smallest_gain)}"
        for entry in result.contracts
        if entry.smallest_gain < -result.allocation.tolerance
    ]
    return f"Worse off than alone: {'; '.join(told)}." if told else ""


def _supporting(result: RuleStability, write: Writer) -> str:
    """How near local prices come to supporting the payoffs."""
    if not has_supporting_prices(result) or result.price_position is None:
        return ""
    mean = percent(float(result.price_position.mean()), 0)
    where = (
        f"on average {mean}{SPACE}% of the way from the floor (export price) to the ceiling (import price less "
        "network charge)"
    )
    if result.price_shortfall <= result.blocking.game.tolerance:
        return (
            f"Supporting prices: at local prices {where} no home would gain more than the rule pays it, which proves "
            "that nobody gains by leaving."
        )
    return (
        f"Supporting prices: at the local prices that come closest, {where}, some homes would gain more than under the "
        f"rule, {write.money(result.price_shortfall)} in all, and no coalition gains more than that; with 0 these "
        "prices alone would prove the core."
    )


def _persistence(result: RuleStability, write: Writer) -> str:
    """Whether a coalition chosen on odd weeks gains on even weeks."""
    sample = result.out_of_sample
    if sample is None:
        return ""
    if sample.chosen_on <= result.allocation.game.tolerance:
        return "Out of sample: on the odd weeks alone no coalition gains, so none could have been chosen in advance."
    verb = "still gains" if sample.evaluated_on > 0 else "would lose"
    return (
        f"Out of sample: the best coalition of the odd weeks ({plural(len(sample.coalition), 'member')}) gains "
        f"{write.money(sample.chosen_on)} there and {verb} {write.money(abs(sample.evaluated_on))} on the even weeks."
    )


def homes_table(study: StabilityStudy, result: RuleStability) -> Table:
    """Every home's gain, whether it leaves, and its best alternative; for large communities the smallest gains."""
    game, write, payoffs = result.allocation.game, Writer.of(study), result.allocation.payoffs
    order = np.arange(game.n_players)
    few = game.n_players > ALL_HOMES
    if few:
        order = np.argsort(payoffs - game.single_values, kind="stable")[:FEW_HOMES]
    noun = "home" if isinstance(game, SharingGame) else "player"
    columns = [Column(noun, numeric=False), Column("gain under the rule", game.unit)]
    if focus(result):
        columns.append(Column(f"gain{when(result)}", game.unit))
    if isinstance(game, SharingGame):
        columns.append(Column("share of its bill alone", "%"))
    if result.allocation.standard_errors is not None:
        columns.append(Column("standard error", game.unit))
    columns.append(Column("leaves", numeric=False, whole=True))
    if result.alternatives:
        columns += [Column("best alternative", game.unit), Column("with", numeric=False)]
    for name in result.allocation.beside:
        columns.append(Column(BESIDE.get(name, name.replace("_", " ")), game.unit))
    shown = f"the {FEW_HOMES} {noun}s with the smallest gains" if few else f"every {noun}"
    period = when(result)
    bills = game.community.stand_alone_bills() if isinstance(game, SharingGame) else np.zeros(game.n_players)
    return Table(
        f"{sentence(rule_label(result.rule))}: gain and best alternative of {shown}",
        tuple(columns),
        tuple(_home_row(result, write, bills, int(i)) for i in order),
        "Best alternative: the largest gain from leaving of any coalition that contains the "
        f"{noun}{period}, for all its "
        "members together; negative: it would lose." if result.alternatives else "",
    )  # fmt: skip


def _home_row(result: RuleStability, write: Writer, bills: FloatArray, i: int) -> tuple[str, ...]:
    """One home; `bills` is what each pays alone."""
    allocation, game = result.allocation, result.allocation.game
    name = game.players[i]
    row = [name, write.number(float(allocation.payoffs[i] - game.single_values[i]))]
    if focus(result):
        row.append(write.number(float(result.blocking.payoffs[i])))
    if isinstance(game, SharingGame):
        row.append(percent(float(allocation.payoffs[i] / bills[i]), 1) if bills[i] > 0 else NOTHING)
    if allocation.standard_errors is not None:
        row.append(write.number(float(allocation.standard_errors[i])))
    row.append("yes" if result.blocking.members[i] and result.largest_excess > result.blocking.game.tolerance else "")
    if result.alternatives:
        coalition, excess = result.alternatives[name]
        row += [write.number(excess), listed([other for other in coalition if other != name], 4) or "nobody"]
    row += [write.number(float(extra[i])) for extra in allocation.beside.values()]
    return tuple(row)
