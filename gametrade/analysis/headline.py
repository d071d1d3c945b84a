"""Which rule the summary of a study speaks about."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.analysis.rule_stability import RuleStability


def headline(results: Sequence[RuleStability]) -> RuleStability:
    """Choose the rule that the summary speaks about.

    The mid-market rate, else the first price rule; where there is none, the Shapley value, of which most is written
    and which need not be in the core, else the first.
    """
    by_name = {result.rule: result for result in reversed(results)}
    others = [r for r in results if base_name(r.rule) not in ("stand_alone", "competitive_price")]
    priced = [r for r in others if r.allocation.sell_price is not None]
    known = [by_name[name] for name in ("mid_market_rate",) if name in by_name]
    shapley = [by_name["shapley"]] if "shapley" in by_name else []
    return (known or priced or shapley or others or list(results))[0]


def base_name(rule: str) -> str:
    """Name of a rule without its options."""
    return rule.partition(":")[0]
