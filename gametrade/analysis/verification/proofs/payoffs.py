"""Payoffs and prices are those of the rule."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.encoding import allocation_prices
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import equal, expect_nobody, expect_verdict, same
from gametrade.analysis.verification.kohlberg import (
    check_kohlberg,
    check_least_core,
    expect_bound_if_possible,
    expect_concept,
)
from gametrade.registry import checks, rules


@checks.register()
def payoffs(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Run the rule again, or check what determines its payoffs."""
    rule = claim["rule"]
    expect_verdict(claim, {True})
    expect_nobody(claim)
    equal("margin", claim["margin"], 0.0)
    if certificate["kind"] != "recompute":
        return _determined(case, rule, certificate)
    stated, again = case.answers[rule], case.recomputed(rule)
    scale = max(abs(case.game.grand_value), float(np.abs(again.payoffs).max()))
    for player, payoff in zip(case.game.players, again.payoffs, strict=True):
        same(f"payoff of {player}", stated["payoffs"][player], payoff, scale)
    for name, path in allocation_prices(again).items():
        given = stated[name]
        if (path is None) != (given is None):
            raise Refuted(f"{name} of the rule and of the report differ")
        if path is not None:
            off = np.abs(np.array(path) - np.array(given, dtype=float))
            if len(path) != len(given) or not off.max() <= 1e-9 * np.abs(path).max():
                raise Refuted(f"{name} differs from the rule's in step {int(off.argmax())}")
    return "payoffs and prices recomputed to 1e-9"


def _determined(case: Case, rule: str, certificate: Certificate) -> str:
    """Check a certificate from which the payoffs follow; such rules set no prices."""
    entry, options = rules.resolve(rule)
    expect_concept(certificate, entry.name, options)
    expect_bound_if_possible(case.game, certificate, entry.name)
    for name in ("buy_price", "sell_price"):
        equal(name, case.answers[rule][name], None)
    check = check_least_core if certificate["kind"] == "least_core" else check_kohlberg
    gap = check(case.game, case.payoffs(rule), certificate)
    return f"{certificate['kind']} certificate checked, exact for values within {float(gap):.2g}"
