"""What properties of finite games share: exact payoffs on one scale, and verdicts about a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.tolerance import RELATIVE_TOLERANCE


def common_scale(game: NormalFormGame) -> tuple[np.ndarray, int]:
    """Payoffs of all players as whole numbers over one denominator, shape (n, a_1, ..., a_n)."""
    common = max(denominator for _, denominator in game.whole_payoffs)
    return np.array([whole * (common // below) for whole, below in game.whole_payoffs], dtype=object), common


def slack(game: NormalFormGame, exact: bool) -> Fraction:
    """What counts as zero: a share of the largest range of payoffs, or nothing. [unit of the game]"""
    return Fraction(0) if exact else Fraction(RELATIVE_TOLERANCE) * Fraction(float(game.payoff_range.max()))


def at(game: NormalFormGame, where: Sequence[int]) -> list[str]:
    """Labels of the actions of a profile."""
    return [row[k] for row, k in zip(game.actions, where, strict=True)]


def verdict(
    game: NormalFormGame,
    property: str,
    statement: str,
    holds: bool | None,
    *,
    margin: Fraction | float = 0.0,
    witness: Sequence[str] = (),
    certificate: Mapping[str, Any],
) -> Verdict:
    """A verdict about a finite game."""
    return Verdict("game", property, statement, holds, float(margin), game.unit, tuple(witness), certificate)
