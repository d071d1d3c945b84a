"""Which rule the summary of a study speaks about."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.analysis.rule_stability import RuleStability


def headline(results: Sequence[RuleStability]) -> RuleStability:
    """Choose the rule that the summary speaks about: the mid-market rate, else the first price rule, else the first."""
    for result in results:
        if result.rule == "mid_market_rate":
            return result
    others = [r for r in results if base_name(r.rule) not in ("stand_alone", "competitive_price")]
    priced = [r for r in others if r.allocation.sell_price is not None]
    return (priced or others or list(results))[0]


def base_name(rule: str) -> str:
    """Name of a rule without its options."""
    return rule.partition(":")[0]
