"""Interval arithmetic for formulas: every value lies within what is returned, rounding included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

DIGITS = 40
"""Decimal digits that the ends of intervals carry."""

Evaluated = Callable[[Mapping[Any, Any]], Any]


class NoBounds(Exception):
    """A formula has a function that has no interval form here, or leaves its domain."""


class Intervals:
    """Evaluates formulas of sympy over intervals.

    Parameters
    ----------
    digits : int, default=40
        Decimal digits of the ends.

    Notes
    -----
    Derivatives of Abs, Max and Min are sign and Heaviside, which become every slope on both sides where an interval
    crosses a kink: the mean value theorem holds for those, too. Where a second derivative has no number, at a kink,
    there are no bounds.

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
        self._known: dict[Any, Evaluated] = {}
        self._functions: dict[str, Callable[..., Any]] = {
            "exp": iv.exp, "log": iv.log, "sin": iv.sin, "cos": iv.cos, "tan": iv.tan, "tanh": self._tanh,
            "Abs": lambda x: self._hull(abs(x.a), abs(x.b), *([0] if x.a <= 0 <= x.b else [])),
            "Max": lambda *parts: self._ends(max(p.a for p in parts), max(p.b for p in parts)),
            "Min": lambda *parts: self._ends(min(p.a for p in parts), min(p.b for p in parts)),
            "sign": lambda x: self._step(x, -1), "Heaviside": lambda x, *half: self._step(x, 0),
            "DiracDelta": self._away,
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
        NoBounds
            If the formula has a function that has no interval form here, or leaves its domain.
        """
        try:
            return self._evaluated(formula)(values)
        except (ValueError, ZeroDivisionError, NotImplementedError, TypeError) as problem:
            raise NoBounds(f"a formula has no bounds over an interval: {problem}") from None

    def _evaluated(self, formula: Any) -> Evaluated:
        """The formula as a function of intervals, kept."""
        if formula not in self._known:
            self._known[formula] = self._compiled(formula)
        return self._known[formula]

    def _compiled(self, formula: Any) -> Evaluated:
        if formula.is_Symbol:
            return lambda values: values[formula]
        if formula.is_Number:
            number = self._number(formula)
            return lambda values: number
        parts = [self._evaluated(part) for part in formula.args]
        if formula.is_Add:
            return lambda values: reduce(lambda a, b: a + b, [part(values) for part in parts])
        if formula.is_Mul:
            return lambda values: reduce(lambda a, b: a * b, [part(values) for part in parts])
        if formula.is_Pow:
            return lambda values: self._power(parts[0](values), formula.exp, lambda: parts[1](values))
        name = type(formula).__name__
        if name not in self._functions:
            raise NoBounds(f"{name} of a formula is not evaluated over intervals")
        function = self._functions[name]
        return lambda values: function(*(part(values) for part in parts))

    def _number(self, formula: Any) -> Any:
        if formula.is_Rational:
            return self.context.mpf(int(formula.p)) / self.context.mpf(int(formula.q))
        if formula.is_Float:
            ratio = formula._mpf_  # sign, mantissa, exponent: an exact power of two
            return self.context.mpf((-1) ** ratio[0] * int(ratio[1])) * self.context.mpf(2) ** int(ratio[2])
        raise NoBounds(f"{formula} of a formula is not evaluated over intervals")

    def _power(self, base: Any, exponent: Any, value: Callable[[], Any]) -> Any:
        if exponent.is_Integer:
            return base ** int(exponent)
        if exponent.is_Rational and exponent.q == 2:
            return self.context.sqrt(base) ** int(exponent.p)
        return self.context.exp(value() * self.context.log(base))

    def _ends(self, low: Any, high: Any) -> Any:
        return self.context.mpf([low, high])

    def _hull(self, *points: Any) -> Any:
        return self._ends(min(points), max(points))

    def _tanh(self, x: Any) -> Any:
        """Rising, so its ends are those of the interval."""

        def at(end: Any) -> Any:
            double = self.context.exp(2 * self.context.mpf(end))
            return (double - 1) / (double + 1)

        return self._ends(at(x.a).a, at(x.b).b)

    def _step(self, x: Any, low: int) -> Any:
        """A value left of 0, 1 right of it, all between where both are possible."""
        return self._ends(1 if x.a > 0 else low, low if x.b < 0 else 1)

    def _away(self, x: Any, *order: Any) -> Any:
        """Nothing away from 0."""
        if x.a <= 0 <= x.b:
            raise NoBounds("a formula has a kink in the interval")
        return self.context.mpf(0)
