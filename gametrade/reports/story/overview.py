"""The tables at the front: assumptions, rules side by side, contract lengths."""

from __future__ import annotations

import math

import numpy as np

from gametrade.analysis.contracts import CONTRACTS, ContractStability
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame
from gametrade.reports.story.numbers import NOTHING, SPACE, Writer, count, fixed, percent
from gametrade.reports.story.table import Column, Table, words
from gametrade.reports.story.words import SHAPES, listed, rule_label, status_kind, status_words


def assumptions_table(study: StabilityStudy) -> Table:
    """Data, tariff, settlement step, contract, size and gains of what was analysed (T1)."""
    game, write = study.game, Writer.of(study)
    rows: list[tuple[str, str]]
    if isinstance(game, SharingGame):
        summary = game.community.summary()
        rows = [
            (row[0], row[1]) for row in summary.rows() if row[0] not in ("gains from trade", "bill without sharing")
        ]
        share = "" if summary.gains_share is None else f" ({percent(summary.gains_share, 1)}{SPACE}% of the bill)"
        rows += [
            ("bill without sharing", write.money(summary.bill)),
            ("gains from trade", write.money(summary.gains) + share),
            ("steps with trade", f"{count(len(game.trade_steps))} of {count(summary.n_steps)}"),
        ]
    else:
        rows = [
            ("players", f"{game.n_players}: {', '.join(game.players)}"),
            ("game", _game_words(game)),
            ("gains of all players", write.money(game.grand_value)),
        ]
    rows += [
        ("contract", _contract_words(study.contract)),
        ("tolerance", f"{game.tolerance:.1e} {game.unit}: a gain up to this counts as none"),
    ]
    return Table(
        "What was analysed, under which assumptions",
        words("assumption", "value"),
        tuple((name, value) for name, value in rows),
    )


def _game_words(game: CoalitionalGame) -> str:
    """What the players play."""
    if not isinstance(game, DispatchGame):
        return f"a table of {count(2**game.n_players)} coalition values"
    batteries, loads = game.community.batteries, len(game.flexibility)
    owners = 0 if batteries is None else int((batteries.energy_kwh > 0).sum())
    return (
        f"joint dispatch over {count(game.community.n_steps)} steps of {game.community.step_hours:g} h: "
        f"homes with a battery: {owners}; flexible loads: {loads}"
    )


def _contract_words(contract: str) -> str:
    if contract == "whole":
        return "whole period: who leaves, leaves for all of it"
    return (
        f"{contract}: who leaves, leaves for one {contract}; the numbers of a rule describe the "
        f"{contract} in which most is gained"
    )


def rules_table(study: StabilityStudy) -> Table:
    """All rules side by side (T2), in the order of the study, the most stable first."""
    unit = study.game.unit
    noun = "home" if isinstance(study.game, SharingGame) else "player"
    columns = (
        Column("rule", numeric=False),
        Column("status", numeric=False),
        Column("imbalance", unit),
        Column("amount", unit, "smallest gain"),
        Column(noun, "", "smallest gain", numeric=False, whole=True),
        Column("in all", unit, "largest excess"),
        Column("per member", unit, "largest excess"),
        Column("of bill", "%", "largest excess"),
        Column("number", "", "blocking coalitions"),
        Column("share", "%", "blocking coalitions"),
        Column("per coalition", unit, "exit cost"),
        Column("per member", unit, "exit cost"),
        Column("least subsidy", unit),
        Column("Gini", "", "fairness"),
        Column("Jain", "", "fairness"),
        Column("correlation", "", "fairness"),
    )
    write = Writer.of(study)
    keep = [
        i
        for i, column in enumerate(columns)
        if column.unit != "%" or column.name != "of bill" or isinstance(study.game, SharingGame)
    ]
    rows = [_rule_row(result, write) for result in study]
    return Table(
        "Allocation rules side by side, the most stable first",
        tuple(columns[i] for i in keep),
        tuple(tuple(row[i] for i in keep) for row in rows),
        rules_note(study),
        tuple(status_kind(result) for result in study),
    )


def _rule_row(result: RuleStability, write: Writer) -> tuple[str, ...]:
    game, payoffs = result.allocation.game, result.allocation.payoffs
    high = max(result.largest_excess, result.blocking.upper_bound)
    low_cost, high_cost = result.exit_cost.lower_bound, result.exit_cost.upper_bound
    return (
        rule_label(result.rule),
        status_words(result),
        write.number(result.allocation.imbalance),
        write.number(result.smallest_gain),
        game.players[int(payoffs.argmin())],
        write.bracket(result.largest_excess, high),
        write.number(result.excess_per_member),
        percent(result.excess_share_of_bill) if abs(result.largest_excess) > game.tolerance else percent(0.0),
        NOTHING if result.n_blocking is None else count(result.n_blocking),
        _share(result),
        write.bracket(max(0.0, result.largest_excess), max(0.0, high)),
        write.bracket(low_cost, high_cost) if math.isfinite(high_cost) else f"at least {write.number(low_cost)}",
        write.bracket(result.subsidy.lower_bound, result.subsidy.upper_bound),
        fixed(result.gini, 2),
        fixed(result.jain, 2),
        fixed(result.correlation, 2),
    )


def _share(result: RuleStability) -> str:
    share = percent(result.blocking_share, 1)
    return share if not result.blocking_error else f"{share}{SPACE}±{SPACE}{percent(result.blocking_error, 1)}"


def rules_note(study: StabilityStudy) -> str:
    """How to read the table of rules."""
    shapes = (
        f"{SHAPES['core']} core: nobody gains by leaving; {SHAPES['blocked']} blocked: some coalition gains; "
        f"{SHAPES['open']} not proved: the bracket leaves it open; {SHAPES['unbalanced']} not balanced: nobody gains "
        "by leaving, but the payoffs do not add up to the gains."
    )
    parts = [
        shapes,
        "Imbalance: payoffs paid out beyond the gains, positive for a deficit.",
        "Gains are over being alone.",
        "Largest excess: what the most profitable coalition gains by leaving; negative: even the coalition closest "
        "to leaving loses that much.",
        "Two numbers with “to” between them bracket the truth.",
        "Gini: 0 if all gain alike; Jain: 1 if all gain alike; correlation: of gains with marginal contributions.",
    ]
    parts += same_payoffs(study)
    if any(result.blocking_error for result in study):
        parts.append("Shares with ± are sampled, with their standard error.")
    return " ".join(parts)


def same_payoffs(study: StabilityStudy) -> list[str]:
    """Say which rules pay every home the same on these data."""
    groups: list[list[RuleStability]] = []
    for result in study:
        payoffs = result.allocation.payoffs
        limit = 1e-9 * max(1e-300, float(np.abs(payoffs).max()))
        alike = [g for g in groups if float(np.abs(g[0].allocation.payoffs - payoffs).max()) <= limit]
        alike[0].append(result) if alike else groups.append([result])
    noun = "home" if isinstance(study.game, SharingGame) else "player"
    return [
        f"On these data {listed([rule_label(r.rule) for r in group], 99)} pay every {noun} the same."
        for group in groups
        if len(group) > 1
    ]


def contracts_table(study: StabilityStudy) -> Table | None:
    """Every rule at every contract length (T3); None without meter data or shorter contracts."""
    present = [name for name in CONTRACTS if any(e.contract == name for r in study for e in r.contracts)]
    if not present:
        return None
    columns = [Column("rule", numeric=False)]
    if study.contract == "whole":
        columns += [
            Column("status", "", "whole period", numeric=False),
            Column("largest excess", study.game.unit, "whole period"),
        ]
    for name in present:
        columns += [
            Column("blocked", "", name),
            Column("largest excess", study.game.unit, name),
            Column("when", "", name, numeric=False, whole=True),
        ]
    write = Writer.of(study)
    return Table(
        "How long do coalitions commit? Every rule at every contract length",
        tuple(columns),
        tuple(_contract_row(study, result, present, write) for result in study),
        "Blocked: periods in which some coalition gains by leaving, of all periods with any trade; "
        "“≥” where not every coalition of every period was examined. Largest excess: over all periods and "
        "coalitions, and the period in which it arises, by the local clock. Rules with prices keep "
        "them in every period; the others are settled anew in each, so that their payoffs of the periods need "
        "not add up to those of the whole. Where they do add up, the core in every step implies the core in "
        "every day, month and the whole, not conversely.",
        tuple(status_kind(result) for result in study),
    )


def _contract_row(study: StabilityStudy, result: RuleStability, present: list[str], write: Writer) -> tuple[str, ...]:
    row = [rule_label(result.rule)]
    if study.contract == "whole":
        row += [SHAPES[status_kind(result)] + " " + result.status, write.number(result.largest_excess)]
    by_name = {entry.contract: entry for entry in result.contracts}
    for name in present:
        row += list(_contract_cells(by_name.get(name), write))
    return tuple(row)


def _contract_cells(entry: ContractStability | None, write: Writer) -> tuple[str, str, str]:
    if entry is None:
        return NOTHING, NOTHING, ""
    exact = entry.exact or entry.holds is True
    some = "" if exact or entry.blocked == entry.periods else f"≥{SPACE}"
    high = entry.largest_excess if exact else max(entry.largest_excess, entry.upper_bound)
    number = write.bracket(entry.largest_excess, high)
    period = entry.period.removesuffix(":00") if entry.contract == "step" else entry.period
    return (
        f"{some}{count(entry.blocked)}{SPACE}of{SPACE}{count(entry.periods)}",
        number,
        period if entry.blocked else "",
    )
