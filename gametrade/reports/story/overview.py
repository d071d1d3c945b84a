"""The tables at the front: assumptions, rules side by side."""

from __future__ import annotations

import math

import numpy as np

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame
from gametrade.reports.story.answer import clock, focus, hypothetical_prices
from gametrade.reports.story.numbers import NOTHING, SPACE, Writer, count, fixed, percent
from gametrade.reports.story.table import Column, Table, words
from gametrade.reports.story.words import SHAPES, listed, rule_label, status_kind, status_words
from gametrade.typing import FloatArray


def assumptions_table(study: StabilityStudy) -> Table:
    """Data, tariff, settlement step, contract, size and gains of what was analysed (T1)."""
    game, write = study.game, Writer.of(study)
    rows = _community_rows(game, write) if isinstance(game, SharingGame) else _table_rows(game, write)
    rows += [
        ("contract", _contract_words(study.contract)),
        ("tolerance", f"{game.tolerance:.2g} {game.unit}: a gain up to this counts as none"),
    ]
    return Table("What was analysed, under which assumptions", words("assumption", "value"), tuple(rows))


def _community_rows(game: SharingGame, write: Writer) -> list[tuple[str, str]]:
    """Meter data and tariff in figures."""
    summary = game.community.summary()
    share = "" if summary.gains_share is None else f" ({percent(summary.gains_share)}{SPACE}% of the bill)"
    zone = f" {summary.time_zone}" if summary.time_zone else ""
    own = _alone_together(summary.self_consumption_alone, summary.self_consumption)
    met = _alone_together(summary.self_sufficiency_alone, summary.self_sufficiency)
    return [
        ("source", summary.label),
        (
            "homes",
            f"{summary.n_prosumers:,} ({summary.n_sellers:,} with a surplus, {summary.n_buyers:,} with a deficit)",
        ),
        ("settlement", f"{count(summary.n_steps)} steps of {summary.step_hours:g} h"),
        ("period", f"{summary.start} to {summary.end}{zone}"),
        ("tariff", tariff_words(game)),
        ("demand", f"{fixed(summary.demand_kwh, 1)} kWh"),
        ("generation", f"{fixed(summary.generation_kwh, 1)} kWh"),
        ("shared between homes", f"{fixed(summary.shared_kwh, 1)} kWh"),
        ("self-consumption: generation not fed into the grid", own),
        ("self-sufficiency: demand not met by the grid", met),
        ("bill without sharing", write.money(summary.bill)),
        ("gains from trade", write.money(summary.gains) + share),
        ("steps with trade", f"{count(len(game.trade_steps))} of {count(summary.n_steps)}"),
    ]


def _alone_together(alone: float | None, together: float | None) -> str:
    if alone is None or together is None:
        return "none"
    return f"{percent(alone, 1)}{SPACE}% alone, {percent(together, 1)}{SPACE}% together"


def _table_rows(game: CoalitionalGame, write: Writer) -> list[tuple[str, str]]:
    """A game without meter data."""
    return [
        ("players", f"{game.n_players}: {', '.join(game.players)}"),
        ("game", _game_words(game)),
        ("gains of all players", write.money(game.grand_value)),
    ]


def tariff_words(game: SharingGame) -> str:
    """Prices with two decimals at least, and whether they are hypothetical."""
    tariff = game.community.tariff
    parts = [f"import {_price_words(tariff.import_price)}", f"export {_price_words(tariff.export_price)}"]
    if tariff.network_charge.any():
        parts.append(f"network charge {_price_words(tariff.network_charge)}")
    origin = hypothetical_prices(game)
    return f"{', '.join(parts)} {tariff.currency}/kWh" + (f" ({origin})" if origin else "")


def _price_words(price: FloatArray) -> str:
    """One price, or the range of several, with two decimals at least."""
    levels = np.unique(price)
    low, high = (_two_decimals(f"{level:.4g}") for level in (levels[0], levels[-1]))
    return low if len(levels) == 1 else f"{low} to {high} ({count(len(levels))} levels)"


def _two_decimals(number: str) -> str:
    """Pad the digits after the point.

    Examples
    --------
    >>> _two_decimals("0.3"), _two_decimals("1"), _two_decimals("0.0875")
    ('0.30', '1.00', '0.0875')
    """
    whole, _, part = number.partition(".")
    return number if "e" in number else f"{whole}.{part:0<2}"


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
    write = Writer.of(study)
    columns = _rule_columns(study)
    rows = [_rule_row(result, write) for result in study]
    keep = [name for name, column in columns.items() if column is not None]
    return Table(
        "Allocation rules side by side, by their largest excess, the most stable first",
        tuple(column for column in columns.values() if column is not None),
        tuple(tuple(row[name] for name in keep) for row in rows),
        rules_note(study),
        tuple(status_kind(result) for result in study),
    )


def _rule_columns(study: StabilityStudy) -> dict[str, Column | None]:
    """Heads by the name of what stands below; None where it does not apply."""
    unit, short = study.game.unit, study.contract != "whole"
    homes = isinstance(study.game, SharingGame)
    all_of_it, worst = (", whole period", f", worst {study.contract}") if short else ("", "")
    priced = any(result.price_shortfall == result.price_shortfall for result in study)
    return {
        "rule": Column("rule", numeric=False),
        "status": Column("status", numeric=False, status=True),
        "imbalance": Column("imbalance", unit),
        "gain": Column("amount", unit, f"smallest gain{all_of_it}"),
        "home": Column("home" if homes else "player", "", f"smallest gain{all_of_it}", numeric=False, whole=True),
        "period": Column(study.contract, "", f"largest excess{worst}", numeric=False, whole=True) if short else None,
        "excess": Column("in all", unit, f"largest excess{worst}"),
        "each": Column("per member", unit, f"largest excess{worst}"),
        "bill": Column("of bill", "%", f"largest excess{worst}") if homes else None,
        "short": Column("short of supporting prices", unit) if priced else None,
        "number": Column("number", "", f"blocking coalitions{worst}"),
        "share": Column("share", "%", f"blocking coalitions{worst}"),
        "exit": Column("exit cost per member", unit),
        "subsidy": Column("least subsidy", unit),
        "gini": Column("Gini", "", f"fairness{all_of_it}"),
        "jain": Column("Jain", "", f"fairness{all_of_it}"),
        "correlation": Column("correlation", "", f"fairness{all_of_it}"),
    }


def _rule_row(result: RuleStability, write: Writer) -> dict[str, str]:
    game, period = result.allocation.game, focus(result)
    most = max(result.largest_excess, result.blocking.upper_bound)
    low, high = result.exit_cost.lower_bound, result.exit_cost.upper_bound
    undecided = status_kind(result) == "open"
    return {
        "rule": rule_label(result.rule),
        "status": status_words(result),
        "imbalance": write.number(result.allocation.imbalance),
        "gain": write.number(result.smallest_gain),
        "home": game.players[int((result.allocation.payoffs - game.single_values).argmin())],
        "period": clock(period.contract, period.period) if period else "whole period",
        "excess": " to ".join(write.ends(result.largest_excess, most)) if undecided
        else write.bracket(result.largest_excess, most),
        "each": write.number(result.excess_per_member),
        "bill": percent(result.excess_share_of_bill) if abs(result.largest_excess) > game.tolerance else percent(0.0),
        "short": write.number(result.price_shortfall),
        "number": NOTHING if result.n_blocking is None else count(result.n_blocking),
        "share": _share(result),
        "exit": write.bracket(low, high) if math.isfinite(high) else f"at least {write.number(low)}",
        "subsidy": write.bracket(result.subsidy.lower_bound, result.subsidy.upper_bound),
        "gini": fixed(result.gini, 2),
        "jain": fixed(result.jain, 2),
        "correlation": fixed(result.correlation, 2),
    }  # fmt: skip


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
    noun = "home" if isinstance(study.game, SharingGame) else "player"
    priced = any(result.price_shortfall == result.price_shortfall for result in study)
    losing = any(result.gini > 1 for result in study)
    parts = [
        shapes,
        "Imbalance: payoffs paid out beyond the gains over the whole period; negative: money that nobody receives.",
        f"Smallest gain: of the {noun} that gains least over being alone.",
        "Largest excess: what the most profitable coalition gains by leaving; negative: even the coalition closest "
        "to leaving loses that much. It is also the exit cost per coalition at which nobody leaves, where above 0.",
        "Short of supporting prices: what some homes would gain more than under the rule at the local prices that come "
        "closest to supporting it; no coalition gains more than this, and 0 proves that nobody gains."
        if priced
        else "",
        "Blocking coalitions: those that gain by leaving, and their share of all proper coalitions.",
        "Exit cost per member, least subsidy: what each leaver must pay, or what must be paid to the homes in all, "
        "so that nobody gains by leaving.",
        "Two numbers with “to” between them bracket the truth.",
        "Gini: 0 if all gain alike" + (", above 1 only where some lose" if losing else "") + "; Jain: 1 if all gain "
        "alike; correlation: of gains with marginal contributions.",
    ]
    if study.contract != "whole":
        parts.append(
            f"Excess, blocking coalitions, exit cost and subsidy are those of the one {study.contract} in which most "
            "is gained by leaving; imbalance, smallest gain and fairness are those of the whole period."
        )
    parts += same_payoffs(study)
    if any(result.blocking_error for result in study):
        parts.append("Shares with ± are sampled, with their standard error.")
    return "\n".join(part for part in parts if part)


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
