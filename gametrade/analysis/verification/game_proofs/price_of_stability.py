"""The best equilibrium has, or has not, the largest sum of payoffs: both bounds again, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gametrade.analysis.verification.case import Claim
from gametrade.analysis.verification.games.case import GameCase
from gametrade.analysis.verification.games.welfare import check_welfare
from gametrade.registry import game_checks


@game_checks.register()
def price_of_stability(case: GameCase, claim: Claim, certificate: Mapping[str, Any]) -> str:
    """A better profile is admitted and evaluated exactly, or multipliers show by weak duality that there is none."""
    return check_welfare(case, claim, certificate, worst=False)
