"""What is paid out is what is gained."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.verification.case import Case, Certificate, Claim
from gametrade.analysis.verification.comparing import at_most, close, expect, expect_nobody
from gametrade.registry import checks


@checks.register()
def budget_balance(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Add up the payoffs."""
    everyone = np.ones(case.game.n_players, dtype=bool)
    payoffs = case.payoffs(claim["rule"])
    imbalance, tolerance = -case.exact.excess(everyone, payoffs), case.tolerance(payoffs)
    expect(claim, {*at_most(abs(imbalance), tolerance)}, -abs(imbalance), tolerance)
    expect_nobody(claim)
    close("imbalance", certificate["imbalance"], imbalance, tolerance)
    return f"imbalance {float(imbalance):+.3e}"
