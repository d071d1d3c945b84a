"""Payoffs and prices are those of the rule."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.encoding import allocation_prices
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import equal, expect_nobody, expect_verdict, same
from gametrade.registry import checks


@checks.register()
def payoffs(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Run the rule again."""
    rule = claim["rule"]
    expect_verdict(claim, {True})
    expect_nobody(claim)
    equal("margin", claim["margin"], 0.0)
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
