"""The least money from outside with which the core is not empty."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.balance import check_bracket, expect_heaviest, reached_by, slack, weighted_gains
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import close, expect_verdict
from gametrade.registry import checks


@checks.register()
def cost_of_stability(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Balancing weights bound the sum from below; with it, payoffs leave nobody a gain."""
    margin, _, _ = weighted_gains(case.exact, certificate)
    least = max(Fraction(0), margin)
    stated = Fraction(float(certificate["bracket"][0]))
    total = case.exact.value(np.ones(case.game.n_players, dtype=bool)) + stated
    left = max(Fraction(0), reached_by(case, certificate, total))
    if left > slack(case):
        raise Refuted(f"with that sum a coalition may still gain {float(left):.9g}")
    low, high = check_bracket(case, certificate, least, stated)
    expect_verdict(claim, {True})
    expect_heaviest(case, claim, certificate)
    close("margin", claim["margin"], low, slack(case))
    return f"cost of stability in [{float(low):.9g}, {float(high):.9g}]"
