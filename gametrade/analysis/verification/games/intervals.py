"""Interval arithmetic as proofs use it: where a formula has no bounds, nothing is certified."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gametrade.analysis.verification.games.case import NotCertified
from gametrade.games import intervals
from gametrade.games.intervals import NoBounds


class Intervals(intervals.Intervals):
    """As in the solvers; what they call `NoBounds` is `NotCertified` here."""

    def __call__(self, formula: Any, values: Mapping[Any, Any]) -> Any:
        """Interval that holds every value of a formula.

        Raises
        ------
        NotCertified
            If the formula has no bounds there.
        """
        try:
            return super().__call__(formula, values)
        except NoBounds as reason:
            raise NotCertified(str(reason)) from None
