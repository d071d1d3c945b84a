"""How numbers are written: thousands separators, true minus signs, no negative zero, units said."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gametrade.analysis.study import StabilityStudy

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
"""Between a number and its unit."""

NOTHING = "\N{EN DASH}"
"""Shown where a number does not exist."""


MOST_DECIMALS = 16
"""Digits after the point that are tried to tell two numbers apart."""


@dataclass(frozen=True, slots=True)
class Writer:
    r"""Writes money with the same digits all through a report.

    Parameters
    ----------
    unit : str
        Currency.
    decimals : int
        Digits after the point.
    tolerance : float
        Amounts up to this count as zero. [money]

    Examples
    --------
    >>> write = Writer("EUR", 2, 1e-9)
    >>> write.number(-1234.5), write.number(-1e-12), write.money(0.001)
    ('−1,234.50', '0.00', '<0.01\xa0EUR')
    """

    unit: str
    decimals: int = 2
    tolerance: float = 0.0

    @classmethod
    def of(cls, study: StabilityStudy) -> Writer:
        """Two decimals, more where the gains of the whole community are below one unit of money."""
        gains = abs(study.game.grand_value)
        decimals = max(2, min(8, 2 - math.floor(math.log10(gains)))) if gains > 0 else 2
        return cls(study.game.unit, decimals, study.game.tolerance)

    def number(self, amount: float) -> str:
        """Money without its unit, for a column that states it."""
        if not math.isfinite(amount):
            return NOTHING
        step = 10.0**-self.decimals
        if self.tolerance < abs(amount) < step / 2:
            return f"{'<' if amount > 0 else '>' + MINUS}{step:.{self.decimals}f}"
        return fixed(amount, self.decimals)

    def money(self, amount: float) -> str:
        """Money with its unit."""
        return f"{self.number(amount)}{SPACE}{self.unit}"

    def bracket(self, low: float, high: float) -> str:
        """One number if both ends agree in the digits shown, else both ends."""
        if fixed(low, self.decimals) == fixed(high, self.decimals):
            return self.number(low)
        return f"{self.number(low)} to {self.number(high)}"

    def ends(self, low: float, high: float) -> tuple[str, str]:
        r"""Both ends of a bracket that leaves a question open, with as many digits as it takes to tell them apart.

        Examples
        --------
        >>> Writer("EUR").ends(-0.1512, -0.1508), Writer("EUR").ends(0.0, 2e-6)
        (('−0.1512', '−0.1508'), ('0.000000', '0.000002'))
        """
        for decimals in range(self.decimals, MOST_DECIMALS):
            texts = fixed(low, decimals), fixed(high, decimals)
            if texts[0] != texts[1]:
                break
        return texts


def fixed(value: float, decimals: int) -> str:
    """Write a number with thousands separators and a true minus sign, never as a negative zero.

    Examples
    --------
    >>> fixed(-0.001, 2), fixed(-12345.678, 1), fixed(float("nan"), 2)
    ('0.00', '−12,345.7', '–')
    """
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = text[1:] if not any(digit in text for digit in "123456789") else MINUS + text[1:]
    return text


def percent(share: float, decimals: int = 2) -> str:
    """Write a share as a number of percent, without the sign %.

    Examples
    --------
    >>> percent(0.01234), percent(0.000001)
    ('1.23', '<0.01')
    """
    value = 100 * share
    step = 10.0**-decimals
    if 0 < value < step / 2:
        return f"<{step:.{decimals}f}"
    return fixed(value, decimals)


def count(number: int) -> str:
    """Write a whole number with thousands separators."""
    return f"{number:,}"
