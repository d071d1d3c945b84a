"""Check the most that any lie can gain: welfare without rounding, less what those who lie have when honest."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gametrade.analysis.properties.lie_bounds import bounded
from gametrade.analysis.properties.market import Truth
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import at_most, close, expect_verdict
from gametrade.analysis.verification.exact_crossing import ZERO, ExactCrossing, exact_orders
from gametrade.mechanisms import OrderBook, clear


def check_bound(book: OrderBook, mechanism: str, verdict: Mapping[str, Any], slack: Fraction) -> str:
    """Check the bound in a verdict about lies, where it has one.

    Parameters
    ----------
    book : OrderBook
        The honest orders.
    mechanism : str
        Registered mechanism with its options.
    verdict : mapping
        About lies, with its certificate.
    slack : Fraction
        Tolerance of money. [money]

    Returns
    -------
    str
        What is proved; empty without a bound.

    Raises
    ------
    Refuted
        If the bound is another, does not follow from what the mechanism promises, or is below a gain that was met.
    """
    certificate = verdict["certificate"]
    if "bound" not in certificate:
        if certificate["kind"] == "bound":
            raise Refuted("a certificate of kind 'bound' has no bound")
        return ""
    if not bounded(mechanism):
        raise Refuted(f"{mechanism} does not promise what a bound of all lies needs")
    honest = sorted(Fraction(gain) for gain in Truth(book).gains(clear(book, mechanism)).tolist())
    liars = 2 if certificate["about"] == "pair" else 1
    most = max(ZERO, ExactCrossing(exact_orders(book)).welfare - sum(honest[:liars], ZERO))
    close("bound of what a lie gains", certificate["bound"], most, slack)
    if at_most(-Fraction(verdict["margin"]), most + slack) == {False}:
        raise Refuted(f"a lie gains {-verdict['margin']:.9g}, more than the bound {float(most):.9g}")
    if certificate["kind"] == "bound":
        expect_verdict(verdict, {at_most(most, slack) == {True}})
        close("margin", verdict["margin"], ZERO, slack)
    return f"no lie gains more than {float(most):.3g} {book.unit}, by what the mechanism promises"
