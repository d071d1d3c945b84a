"""What is paid out is what is gained."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.verification.case import Case, Certificate, Claim, expect
from gametrade.registry import checks


@checks.register()
def budget_balance(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Add up the payoffs."""
    everyone = np.ones(case.game.n_players, dtype=bool)
    imbalance = -case.exact.excess(everyone, case.payoffs(claim["rule"]))
    expect(claim, abs(imbalance) <= case.tolerance, -abs(imbalance), case.tolerance)
    return f"imbalance {float(imbalance):+.3e}"
