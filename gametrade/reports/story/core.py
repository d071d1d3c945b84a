"""The core itself in tables: its ends, its numbers, the way into it, who gains by whom, and what it bears."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.core_section import CoreNumbers
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import DispatchGame, SharingGame
from gametrade.reports.story.numbers import NOTHING, Writer, fixed
from gametrade.reports.story.table import Column, Table, words
from gametrade.reports.story.words import base_name, rule_label, sentence
from gametrade.solvers.core_intervals import CoreIntervals
from gametrade.solvers.fee_limits import FeeLimits
from gametrade.solvers.nearest_core_allocation import NearestCoreAllocation
from gametrade.solvers.population_monotonicity import PopulationMonotonicity

MOST_ROWS = 60
"""Most homes with a row of their own."""

NAMES = {
    "intervals": "core intervals",
    "numbers": "three numbers",
    "projection": "projection on the core",
    "joining": "what changes when a home joins or leaves",
    "fees": "largest fees",
    "picture": "picture of the core",
}
"""Names of the parts for people."""


def core_tables(study: StabilityStudy) -> list[Table]:
    """Tables about the core that were made, then which parts were not, and why."""
    core = study.core
    if core is None or study.nothing_shared:
        return []
    tables = []
    if core.intervals is not None:
        tables.append(intervals_table(study, core.intervals))
    if core.numbers is not None:
        tables.append(numbers_table(study, core.rule, core.numbers))
    if core.projection is not None and core.fee_projection is not None:
        tables.append(projection_table(study, core.rule, core.projection, core.fee_projection))
    if core.joining:
        tables.append(joining_table(study, core.joining))
    if core.fees is not None:
        tables.append(fees_table(study, core.rule, core.fees))
    if core.left_out:
        rows = tuple((NAMES[part], reason) for part, reason in core.left_out.items())
        tables.append(Table("Parts that were left out", words("part", "why"), rows))
    return tables


def noun_of(study: StabilityStudy) -> str:
    """What players are called."""
    return "home" if isinstance(study.game, SharingGame | DispatchGame) else "player"


def core_name(study: StabilityStudy, epsilon: float) -> str:
    """The core, or the least core if that is empty."""
    return "core" if epsilon <= study.game.tolerance else "least core (the core is empty)"


def intervals_table(study: StabilityStudy, found: CoreIntervals) -> Table:
    """Least and most of each home in the core, and which rules pay it less or more."""
    write, noun, alone = Writer.of(study), noun_of(study), study.game.single_values
    outside = {
        result.rule: found.outside(result.allocation.payoffs)
        for result in study
        if base_name(result.rule) != "stand_alone"
    }
    slack = 10 * study.game.tolerance
    rows = [
        (
            player,
            write.bracket(float(found.low_bound[i] - alone[i]), float(found.low[i] - alone[i])),
            write.bracket(float(found.high[i] - alone[i]), float(found.high_bound[i] - alone[i])),
            str(sum(gap[i] < -slack for gap in outside.values())),
            str(sum(gap[i] > slack for gap in outside.values())),
        )
        for i, player in enumerate(study.game.players[:MOST_ROWS])
    ]
    unit = study.game.unit
    return Table(
        f"The least and the most that each {noun} can gain in the {core_name(study, found.epsilon)}",
        (Column(noun, numeric=False), Column("least", unit), Column("most", unit), Column("rules that pay less"),
         Column("rules that pay more")),
        tuple(rows),
        f"Ends are proved by weights on coalitions. A rule that pays some {noun} less or more than this is blocked; "
        f"one that pays everybody within may still be. {len(outside)} rules are counted.",
    )  # fmt: skip


def numbers_table(study: StabilityStudy, rule: str, found: CoreNumbers) -> Table:
    """Three numbers that are often taken for one another."""
    write = Writer.of(study)
    rows = (
        (
            "least-core value",
            write.number(found.least_core),
            "Largest gain from leaving under the payoffs that make it smallest. Negative: the core is not empty, and "
            "every coalition can be made to lose that much by leaving. Positive: the exit cost per coalition that even "
            "the best payoffs need.",
        ),
        (
            "cost of stability",
            write.number(found.cost_of_stability),
            "Least money from outside with which some payoffs are stable, whatever the rule. 0 if the core is not "
            "empty.",
        ),
        (
            f"least subsidy of the {rule_label(rule)}",
            write.bracket(found.least_subsidy_lower, found.least_subsidy),
            "Least money from outside on top of what this rule pays, nobody giving anything back.",
        ),
    )
    columns = (Column("number", numeric=False), Column("amount", study.game.unit), Column("what it is", numeric=False))
    return Table("Three different numbers", columns, rows)


def projection_table(
    study: StabilityStudy, rule: str, near: NearestCoreAllocation, fair: NearestCoreAllocation
) -> Table:
    """What each home gives or gets to make the headline rule stable, by two measures."""
    write, noun, unit = Writer.of(study), noun_of(study), study.game.unit
    tolerance, alone = 10 * study.game.tolerance, study.game.single_values
    order = np.argsort(-np.abs(near.transfers), kind="stable")[:MOST_ROWS]
    rows = [
        (
            study.game.players[i],
            write.number(float(near.start[i] - alone[i])),
            _signed(write, float(near.transfers[i]), tolerance),
            _signed(write, float(fair.transfers[i]), tolerance),
        )
        for i in sorted(order)
    ]
    columns = (
        Column(noun, numeric=False), Column(f"gain under the {rule_label(rule)}", unit),
        Column("least money moved", unit, "gets (+) or gives (\N{MINUS SIGN})"),
        Column("least largest loss", unit, "gets (+) or gives (\N{MINUS SIGN})"),
    )  # fmt: skip
    return Table(
        f"{sentence(rule_label(rule))}: the way into the {core_name(study, near.epsilon)}",
        columns,
        tuple(rows),
        _projection_note(study, near, fair),
    )


def _projection_note(study: StabilityStudy, near: NearestCoreAllocation, fair: NearestCoreAllocation) -> str:
    """How much moves, who pays most, and whether prices do it."""
    write, tolerance = Writer.of(study), 10 * study.game.tolerance
    if near.distance <= tolerance:
        return "Nothing needs to move: the payoffs are there already."
    imbalance = float(near.start.sum()) - study.game.grand_value
    exact = "" if near.exact else f" (no less than {write.money(near.lower_bound / 2)} is proved to do)"
    money = write.money(near.distance / 2) if abs(imbalance) <= tolerance else write.money(near.distance)
    what = "in transfers between homes" if abs(imbalance) <= tolerance else "of changes in all, the imbalance included"
    prices = (
        "A path of local prices pays exactly these amounts."
        if near.price_position is not None
        else "No single path of local prices was found that pays these amounts, so they are transfers."
    )
    return "\n".join(
        [
            f"Least money moved: {money} {what.replace('homes', noun_of(study) + 's')}{exact}. {prices}",
            f"Least largest loss: nobody gives more than {write.money(fair.common_fee)}. A common fee of that amount "
            "from each, paid out again as the column says, is the smallest that makes the rule stable.",
        ]
    )


def _signed(write: Writer, amount: float, tolerance: float) -> str:
    """An amount with its sign; 0 where nothing moves."""
    if abs(amount) <= tolerance:
        return write.number(0.0)
    return f"{'+' if amount > 0 else ''}{write.number(amount)}"


def joining_table(study: StabilityStudy, found: tuple[PopulationMonotonicity, ...]) -> Table:
    """For each main rule and home: what all others have because it is there."""
    noun, write = noun_of(study), Writer.of(study)
    rows = []
    for k, player in enumerate(study.game.players[:MOST_ROWS]):
        row = [player]
        for each in found:
            gains = np.delete(each.gains[k], k)
            losing = int((gains < -10 * study.game.tolerance).sum())
            row += [f"{losing} of {gains.size}", write.number(float(gains.min()))]
        rows.append(tuple(row))
    columns = [Column(noun, numeric=False)]
    for each in found:
        columns += [
            Column(f"{noun}s worse off", "", rule_label(each.rule), numeric=False, whole=True),
            Column("worst change", study.game.unit, rule_label(each.rule)),
        ]
    told = [_worst(study, each) for each in found]
    lead = (
        f"Each row: what the other {noun}s have because this one is there, the rule applied to all and to all without "
        f"it. When it leaves, the signs turn round."
    )
    return Table(f"What changes when one {noun} joins", tuple(columns), tuple(rows), "\n".join([lead, *told]))


def _worst(study: StabilityStudy, found: PopulationMonotonicity) -> str:
    """Who suffers most from whom."""
    there, loser, least = found.worst
    label, write = sentence(rule_label(found.rule)), Writer.of(study)
    if found.holds:
        return f"{label}: nobody loses when anybody joins."
    return f"{label}: {loser} loses most, {write.money(-least)}, because {there} is there."


def fees_table(study: StabilityStudy, rule: str, found: FeeLimits) -> Table:
    """The largest fees that the community bears."""
    write, unit, noun = Writer.of(study), study.game.unit, noun_of(study)
    rows = [
        (
            f"per {noun}, payoffs free",
            write.bracket(found.per_member, found.per_member_bound),
            unit,
            f"Above it every way to pay leaves some coalition, or a {noun} alone, better off outside: the core with "
            "the fee is empty.",
        )
    ]
    if found.rule_per_member is not None:
        amount = found.rule_per_member
        rows.append(
            (
                f"per {noun}, {rule_label(rule)}",
                write.number(amount) if amount > 0 else write.number(0.0),
                unit,
                f"Above it some {noun} is worse off than alone under this rule. Larger coalitions pay the fee as well, "
                "so what they gain by leaving does not change.",
            )
        )
    if found.per_kwh is not None:
        digits = fixed(found.per_kwh, 4)
        rows.append(
            (
                "per shared kWh",
                digits,
                f"{unit}/kWh",
                "From it on nothing is worth sharing. Below it the core is never empty and nobody need be worse off "
                "than alone: a charge per kWh lowers the gains of every coalition alike.",
            )
        )
    columns = (
        Column("fee", numeric=False), Column("largest"), Column("unit", numeric=False, whole=True),
        Column("what happens above it", numeric=False),
    )  # fmt: skip
    note = "" if found.nearest is not None else f"The core is empty without any fee ({NOTHING})."
    return Table("The largest fees that the community bears", columns, tuple(rows), note)
