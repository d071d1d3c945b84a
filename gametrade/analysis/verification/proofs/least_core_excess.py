"""How small the largest excess can be made."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.verification.balance import check_bracket, expect_heaviest, reached_by, weighted_gains
from gametrade.analysis.verification.case import Case, Certificate, Claim
from gametrade.analysis.verification.comparing import equal, expect_verdict
from gametrade.registry import checks


@checks.register()
def least_core_excess(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Balancing weights bound the excess from below, payoffs from above."""
    margin, weight, _ = weighted_gains(case.exact, certificate)
    reached = reached_by(case, certificate, case.exact.value(np.ones(case.game.n_players, dtype=bool)))
    low, high = check_bracket(case, certificate, margin / weight, reached)
    expect_verdict(claim, {True})
    expect_heaviest(case, claim, certificate)
    equal("margin", claim["margin"], -float(low))
    return f"least largest excess in [{float(low):.9g}, {float(high):.9g}]"
