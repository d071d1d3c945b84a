"""Compare what a report states with what was found."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Claim, Refuted

ROUNDING = Fraction(1, 10**9)
"""Share of the gains by which recomputed payoffs may differ: floating point on another machine."""

BORDER = Fraction(1, 1000)
"""Share of a tolerance by which floats and exact numbers may disagree on whether it is exceeded."""


def plain(value: Any) -> Any:
    """A number of numpy's as Python writes it."""
    return value.item() if isinstance(value, np.generic) else value


def same(what: str, stated: float, found: float, scale: float) -> None:
    """Compare a stated number with a recomputed one, to 1e-9 of a scale."""
    if abs(Fraction(float(stated)) - Fraction(float(found))) > ROUNDING * abs(Fraction(float(scale))):
        raise Refuted(f"{what} is {plain(found)!r}, the report says {plain(stated)!r}")


def close(what: str, stated: float, found: Fraction, tolerance: Fraction) -> None:
    """Compare a stated number with an exact one, to a tolerance in money."""
    if abs(Fraction(float(stated)) - found) > tolerance + abs(found) * ROUNDING:
        raise Refuted(f"{what} is {float(found):.9g}, the report says {float(stated):.9g}")


def equal(what: str, stated: Any, found: Any) -> None:
    """Compare two statements of one report, or a word with what it must be."""
    if stated != found or isinstance(stated, bool) != isinstance(found, bool):
        raise Refuted(f"{what} must be {plain(found)!r}, the report says {plain(stated)!r}")


def same_or_missing(what: str, stated: float | None, found: float) -> None:
    """Compare a share or an index, to 1e-9; null stands for NaN."""
    if stated is None or np.isnan(found):
        equal(what, stated, None if np.isnan(found) else found)
    else:
        same(what, stated, found, max(1.0, abs(found)))


def expect(claim: Claim, allowed: set[bool | None], margin: Fraction, tolerance: Fraction) -> None:
    """Compare verdict and margin with what was found."""
    expect_verdict(claim, allowed)
    close("margin", claim["margin"], margin, 4 * tolerance)


def expect_verdict(claim: Claim, allowed: set[bool | None]) -> None:
    """The verdict is one of those that the proof allows."""
    if not any(claim["holds"] is holds for holds in allowed):
        found = " or ".join(str(holds) for holds in allowed)
        raise Refuted(f"holds is {found}, the report says {claim['holds']}")


def at_most(number: Fraction, tolerance: Fraction) -> set[bool]:
    """Whether a number is at most a tolerance: both answers right at the border."""
    border = BORDER * tolerance
    return {True} if number <= tolerance - border else {False} if number > tolerance + border else {True, False}


def expect_width(claim: Claim, width: Fraction, tolerance: Fraction) -> None:
    """A bracket within one tolerance is a proof, one wider than four is none; between, the report may choose."""
    expect_verdict(claim, {True} if width <= tolerance else {True, None} if width <= 4 * tolerance else {None})


def expect_nobody(claim: Claim) -> None:
    """A claim about a number or a total names no witness."""
    if list(claim["witness"]):
        raise Refuted("this claim has no witness")
