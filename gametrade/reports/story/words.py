"""How rules, coalitions and verdicts are put into words."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.analysis.headline import base_name as base_name
from gametrade.analysis.headline import headline as headline
from gametrade.analysis.rule_stability import RuleStability
from gametrade.registry import rules

NAMED_MEMBERS = 6
"""Most homes that a sentence lists by name."""

LABELS = {
    "mid_market_rate": "mid-market rate",
    "stand_alone": "stand-alone",
    "supply_demand_ratio": "supply-demand ratio",
    "shapley": "Shapley value",
    "banzhaf": "Banzhaf value",
    "myerson": "Myerson value",
    "ensc": "equal shares of non-separable gains",
    "bill_sharing": "bill sharing (per step)",
    "bill_sharing_period": "bill sharing (whole period)",
    "mcafee": "McAfee",
    "muda": "MUDA",
    "pay_as_bid": "pay-as-bid",
    "multi_round_double_auction": "multi-round double auction",
    "storage_sharing_auction": "storage-sharing auction",
    "vickrey_clarke_groves": "Vickrey-Clarke-Groves",
    "game": "the game itself, whatever the rule",
}
"""Names of rules that are written otherwise than with spaces for underscores."""

PROPERTIES = {
    "payoffs": "payoffs are the rule's",
    "budget_balance": "the money balances",
    "individual_rationality": "nobody worse off than alone",
    "core": "core: nobody gains by leaving",
    "exit_cost": "exit cost per member",
    "least_subsidy": "least subsidy",
    "n_blocking": "number of blocking coalitions",
    "core_month": "nobody gains by leaving for a month",
    "core_day": "nobody gains by leaving for a day",
    "core_step": "nobody gains by leaving for a step",
    "balanced": "the core is not empty",
    "least_core_excess": "least-core value",
    "cost_of_stability": "cost of stability",
}
"""What a claim is about, in English."""

SHAPES = {"core": "\N{BLACK CIRCLE}", "blocked": "\N{BLACK UP-POINTING TRIANGLE}", "open": "\N{WHITE DIAMOND}",
          "unbalanced": "\N{BLACK SQUARE}"}  # fmt: skip
"""A shape for each status, so that colour is never the only sign."""


def rule_label(rule: str) -> str:
    """Write the name of a rule for people.

    Examples
    --------
    >>> rule_label("mid_market_rate"), rule_label("proportional:to=demand")
    ('mid-market rate', 'proportional (to: demand)')
    """
    name, *options = rule.split(":")
    words = LABELS.get(name, name.replace("_", " "))
    written = ", ".join(option.replace("=", ": ").replace("_", " ") for option in options)
    return f"{words} ({written})" if written else words


def property_label(name: str) -> str:
    """Write the property of a claim for people.

    Examples
    --------
    >>> property_label("n_blocking"), property_label("no_envy")
    ('number of blocking coalitions', 'no envy')
    """
    return PROPERTIES.get(name, name.replace("_", " "))


def subject(rule: str) -> str:
    """Write a rule as the subject of a sentence, e.g. ``the rule "equal split"``."""
    return f"the rule \N{LEFT DOUBLE QUOTATION MARK}{rule_label(rule)}\N{RIGHT DOUBLE QUOTATION MARK}"


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], limit: int = NAMED_MEMBERS) -> str:
    """Join names in a sentence, the first few by name.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], 2)
    ('a, b and c', 'a, b and 2 others')
    """
    shown = list(names[:limit])
    rest = len(names) - len(shown)
    if rest == 1:
        shown.append(names[limit])
        rest = 0
    if rest:
        return f"{', '.join(shown)} and {rest:,} others"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def plural(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def status_kind(result: RuleStability) -> str:
    """One of core, blocked, open (not proved) and unbalanced (nobody gains, but the money does not add up)."""
    if result.status == "core":
        return "core"
    if result.status == "not proved":
        return "open"
    tolerance = result.blocking.game.tolerance
    contract = result.contract == "whole" or not any(entry.blocked for entry in result.contracts)
    return "unbalanced" if contract and result.largest_excess <= tolerance else "blocked"


def status_words(result: RuleStability) -> str:
    """Write the verdict with its shape and how far it is proved."""
    kind = status_kind(result)
    exact = "proved" if result.blocking.proved else "bracketed"
    words = {
        "core": f"core, {'proved' if result.blocking.blocks is False else exact}",
        "blocked": f"blocked, {'size ' if not result.blocking.proved else ''}{exact}",
        "open": "not proved",
        "unbalanced": "not balanced",
    }
    return f"{SHAPES[kind]} {words[kind]}"


def chosen(results: Sequence[RuleStability], limit: int) -> list[RuleStability]:
    """Choose the rules worth a line in a crowded figure, in the order of the study."""
    wanted = ("mid_market_rate", "competitive_price", "bill_sharing", "shapley", "equal_split", "supply_demand_ratio")
    known = [r for r in results if base_name(r.rule) != "stand_alone"] or list(results)
    order = sorted(known, key=lambda r: wanted.index(r.rule) if r.rule in wanted else len(wanted))
    kept = {id(r) for r in order[:limit]}
    return [r for r in known if id(r) in kept]


def rule_summary(rule: str) -> str:
    """Return the first sentence of the rule's documentation, empty for a function of the caller."""
    name = base_name(rule)
    return rules.get(name).summary if name in rules else ""
