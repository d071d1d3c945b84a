"""Interval arithmetic for formulas: every value lies within what is returned, rounding included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gametrade.analysis.verification.games.case import NotCertified

DIGITS = 40
"""Decimal digits that the ends of intervals carry."""

MOST_BOXES = 4000
"""Intervals that are looked at before a proof gives up."""


class Intervals:
    """Evaluates formulas of sympy over intervals.

    Parameters
    ----------
    digits : int, default=40
        Decimal digits of the ends.

    Examples
    --------
    >>> import sympy
    >>> x = sympy.Symbol("x")
    >>> square = Intervals()(x * x, {x: Intervals().box(1, 2)})
    >>> float(square.a), float(square.b)
    (1.0, 4.0)
    """

    def __init__(self, digits: int = DIGITS) -> None:
        from mpmath import iv

        self.context: Any = iv
        self.context.dps = digits
        self._functions: dict[str, Callable[[Any], Any]] = {
            "exp": iv.exp, "log": iv.log, "sin": iv.sin, "cos": iv.cos, "tan": iv.tan
        }  # fmt: skip

    def exact(self, number: float) -> Any:
        """The interval of one float."""
        return self.context.mpf(number)

    def box(self, low: float, high: float) -> Any:
        """The interval between two floats."""
        return self.context.mpf([low, high])

    def __call__(self, formula: Any, values: Mapping[Any, Any]) -> Any:
        """Interval that holds every value of a formula.

        Raises
        ------
        NotCertified
            If the formula has a function that has no interval form here, or leaves its domain.
        """
        try:
            return self._value(formula, values)
        except (ValueError, ZeroDivisionError, NotImplementedError, TypeError) as problem:
            raise NotCertified(f"a formula has no bounds over an interval: {problem}") from None

    def _value(self, formula: Any, values: Mapping[Any, Any]) -> Any:
        if formula in values:
            return values[formula]
        if formula.is_Rational:
            return self.context.mpf(int(formula.p)) / self.context.mpf(int(formula.q))
        if formula.is_Float:
            ratio = formula._mpf_  # sign, mantissa, exponent: an exact power of two
            return self.context.mpf((-1) ** ratio[0] * int(ratio[1])) * self.context.mpf(2) ** int(ratio[2])
        parts = [self._value(part, values) for part in formula.args]
        if formula.is_Add:
            return sum(parts[1:], parts[0])
        if formula.is_Mul:
            product = parts[0]
            for part in parts[1:]:
                product = product * part
            return product
        if formula.is_Pow:
            return self._power(parts[0], formula.exp, parts[1])
        name = type(formula).__name__
        if name not in self._functions:
            raise NotCertified(f"{name} of a formula is not evaluated over intervals")
        return self._functions[name](parts[0])

    def _power(self, base: Any, exponent: Any, value: Any) -> Any:
        if exponent.is_Integer:
            return base ** int(exponent)
        if exponent.is_Rational and exponent.q == 2:
            return self.context.sqrt(base) ** int(exponent.p)
        return self.context.exp(value * self.context.log(base))


def proved_below(formula: Any, symbol: Any, ends: tuple[float, float], at: float, limit: float) -> bool:
    r"""Whether a formula of one variable nowhere exceeds its value at a point by more than a limit, proved.

    Parameters
    ----------
    formula : sympy expression
        In one symbol.
    symbol : sympy Symbol
        The variable.
    ends : tuple of float
        Finite interval of the variable.
    at : float
        The point.
    limit : float
        By how much the formula may exceed its value there.

    Returns
    -------
    bool
        True is a proof; False means that an interval stayed open.

    Raises
    ------
    NotCertified
        If the formula cannot be bounded over intervals.

    Notes
    -----
    Branch and bound on intervals. One is closed if the formula is below the limit on it, by its natural extension, by
    the mean value form :math:`f(c) + f'(Y)(Y - c)`, or, where :math:`f'' \le 0` on it, by the tangent at its point
    nearest to the given one: near a maximum the tangent closes an interval as wide as the payoff is concave.

    Examples
    --------
    >>> import sympy
    >>> y = sympy.Symbol("y")
    >>> proved_below(sympy.log(1 + y) - y / 2, y, (0.0, 50.0), 1.0, 1e-12)
    True
    >>> proved_below(sympy.log(1 + y) - y / 2, y, (0.0, 50.0), 1.1, 1e-12)
    False
    """
    import sympy

    intervals = Intervals()
    slope, bend = sympy.diff(formula, symbol), sympy.diff(formula, symbol, 2)
    here = intervals(formula, {symbol: intervals.exact(at)})
    roof = here.a + intervals.exact(limit)
    queue, looked = [ends], 0
    while queue:
        low, high = queue.pop()
        looked += 1
        if _closed(intervals, (formula, slope, bend), symbol, (low, high), min(max(at, low), high), roof):
            continue
        middle = low + (high - low) / 2
        if looked > MOST_BOXES or not low < middle < high:
            return False
        queue += [(low, middle), (middle, high)]
    return True


def _closed(
    intervals: Intervals, formulas: tuple[Any, Any, Any], symbol: Any, ends: tuple[float, float], near: float, roof: Any
) -> bool:
    """Whether one of the three bounds is below the roof on an interval."""
    formula, slope, bend = formulas
    box, point = {symbol: intervals.box(*ends)}, {symbol: intervals.exact(near)}
    reach = intervals.box(*ends) - intervals.exact(near)
    tries: tuple[Callable[[], Any], ...] = (
        lambda: intervals(formula, box),
        lambda: intervals(formula, point) + intervals(slope, box) * reach,
        lambda: (
            intervals(formula, point) + intervals(slope, point) * reach
            if intervals(bend, box).b <= 0
            else intervals.box(0.0, float("inf")) + roof
        ),
    )
    for bound in tries:
        try:
            if bound().b <= roof.a:
                return True
        except NotCertified:
            continue
    return False
