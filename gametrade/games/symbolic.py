"""Continuous games from formulas: gradients derived, quadratic payoffs recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame, Formulas, Gradient, Payoff
from gametrade.games.formulas import need_arithmetic
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.typing import FloatArray

Bounds = Mapping[str, Mapping[str, tuple[float, float]]]


def from_expressions(
    payoffs: Mapping[str, object],
    variables: Bounds,
    constraints: Sequence[object],
    parameters: Mapping[str, float],
    unit: str,
) -> ContinuousGame:
    """Build what `ContinuousGame.from_expressions` documents."""
    if list(payoffs) != list(variables):
        raise InvalidInputError(f"variables must be given for {list(payoffs)}, in that order. Got {list(variables)}.")
    names = [name for own in variables.values() for name in own]
    if len(set(names)) < len(names):
        raise InvalidInputError(f"variables must have different names. Got {names}.")
    symbols, values = _names_and_numbers(names, parameters)
    formulas = [_formula(player, text, symbols, values) for player, text in payoffs.items()]
    ordered = [symbols[name] for name in names]
    rows = [_linear(text, symbols, values, ordered) for text in constraints]
    sets, shared = _sets(variables, rows)
    labels = tuple(tuple(own) for own in variables.values())
    quadratic = [_quadratic(formula, ordered) for formula in formulas]
    if all(part is not None for part in quadratic):
        hessians, linear, constants = zip(*(part for part in quadratic if part is not None), strict=True)
        return QuadraticGame.of(
            list(payoffs), hessians, linear, sets, constants=constants, variables=labels, shared=shared, unit=unit
        )
    slopes = _gradients(formulas, ordered, labels, symbols)
    functions = tuple(formula_function(formula, ordered) for formula in formulas)
    concave = _known_concave(formulas, labels, symbols, variables)
    kept = Formulas(tuple(formulas), tuple(ordered))
    return ContinuousGame(tuple(payoffs), labels, functions, slopes, tuple(sets), shared, concave, unit, formulas=kept)


def payoff_formulas(
    payoffs: Mapping[str, object], names: Sequence[str], parameters: Mapping[str, float]
) -> tuple[list[Any], list[Any]]:
    """Payoffs as sympy expressions with numbers for parameters, and the symbols of the variables, in order.

    Raises
    ------
    InvalidInputError
        If a formula has an unknown symbol or cannot be read.

    Examples
    --------
    >>> payoff_formulas({"a": "q*(p - q)"}, ["q"], {"p": 4.0})
    ([q*(4 - q)], [q])
    """
    symbols, values = _names_and_numbers(names, parameters)
    return [_formula(player, text, symbols, values) for player, text in payoffs.items()], [symbols[n] for n in names]


def _names_and_numbers(names: Sequence[str], parameters: Mapping[str, float]) -> tuple[dict[str, Any], dict[Any, Any]]:
    """Symbols by name, and the numbers of those that are parameters."""
    import sympy

    for name, value in parameters.items():
        if not np.isfinite(value):
            raise InvalidInputError(f"parameter {name} must be a finite number. Got {value}.")
    symbols = {name: sympy.Symbol(name, real=True) for name in [*names, *parameters]}
    return symbols, {symbols[name]: sympy.nsimplify(value, rational=True) for name, value in parameters.items()}


def _formula(player: str, text: object, symbols: Mapping[str, Any], values: Mapping[Any, Any]) -> Any:
    import sympy

    formula = _parsed(text, symbols)
    formula = formula.subs({s: symbols[s.name] for s in formula.free_symbols if s.name in symbols}).subs(values)
    unknown = sorted(s.name for s in formula.free_symbols if s not in set(symbols.values()))
    if unknown:
        raise InvalidInputError(
            f"payoff of {player} must use only its variables and parameters {sorted(symbols)}. Got {unknown}."
        )
    return sympy.sympify(formula)


def _parsed(text: object, symbols: Mapping[str, Any]) -> Any:
    import sympy

    if isinstance(text, str):
        need_arithmetic(text)
    try:
        return sympy.sympify(text, locals=dict(symbols))
    except (sympy.SympifyError, SyntaxError, TypeError) as reason:
        raise InvalidInputError(f"a formula must be one that sympy reads. Got {text!r}.") from reason


def _linear(text: object, symbols: Mapping[str, Any], values: Mapping[Any, Any], ordered: list[Any]) -> Any:
    """Coefficients, right side and whether it is an equation, of one constraint in the form left <= right."""
    import sympy

    if isinstance(text, str) and "==" in text:
        left, _, right = text.partition("==")
        relation: Any = sympy.Eq(_parsed(left, symbols), _parsed(right, symbols), evaluate=False)
    else:
        relation = _parsed(text, symbols)
    if not isinstance(relation, sympy.Le | sympy.Ge | sympy.Lt | sympy.Gt | sympy.Eq):
        raise InvalidInputError(f"a constraint must be an inequality or an equation of variables. Got {text!r}.")
    sign = -1 if isinstance(relation, sympy.Ge | sympy.Gt) else 1
    side = sympy.expand((relation.lhs - relation.rhs).subs(values)) * sign
    side = side.subs({s: symbols[s.name] for s in side.free_symbols if s.name in symbols})
    try:
        matrix, right = sympy.linear_eq_to_matrix([side], ordered)
        row, limit = np.array(matrix, dtype=float).ravel(), float(right[0])
    except (TypeError, ValueError) as reason:
        raise InvalidInputError(f"a constraint must be linear in the variables. Got {text!r}.") from reason
    return row, limit, isinstance(relation, sympy.Eq)


def _sets(variables: Bounds, rows: Sequence[Any]) -> tuple[list[Polyhedron], Polyhedron | None]:
    """Each player's own set, and the constraints on variables of several players."""
    sets, taken, start, d = [], set(), 0, sum(len(own) for own in variables.values())
    for own in variables.values():
        part = slice(start, start + len(own))
        mine = [k for k, (row, _, _) in enumerate(rows) if not np.delete(row, np.r_[part]).any()]
        taken |= set(mine)
        low, high = np.array([[float(b) for b in own[name]] for name in own]).T
        sets.append(_polyhedron(low, high, [(rows[k][0][part], *rows[k][1:]) for k in mine]))
        start = part.stop
    common = [row for k, row in enumerate(rows) if k not in taken]
    return sets, _polyhedron(np.full(d, -np.inf), np.full(d, np.inf), common) if common else None


def _polyhedron(low: FloatArray, high: FloatArray, rows: Sequence[Any]) -> Polyhedron:
    d = low.size
    less, same = [row for row in rows if not row[2]], [row for row in rows if row[2]]
    return Polyhedron.of(
        low,
        high,
        np.array([row for row, _, _ in less]).reshape(-1, d),
        [limit for _, limit, _ in less],
        (np.array([row for row, _, _ in same]).reshape(-1, d), [limit for _, limit, _ in same]),
    )


def _quadratic(formula: Any, ordered: list[Any]) -> tuple[FloatArray, FloatArray, float] | None:
    """Hessian, linear part and constant of a polynomial of degree two at most."""
    import sympy

    if not formula.is_polynomial(*ordered):
        return None
    polynomial = sympy.Poly(formula, *ordered)
    if polynomial.total_degree() > 2:
        return None
    d = len(ordered)
    hessian, linear, constant = np.zeros((d, d)), np.zeros(d), 0.0
    for powers, coefficient in polynomial.terms():
        where = [k for k, power in enumerate(powers) for _ in range(power)]
        value = float(coefficient)
        if len(where) == 2:
            hessian[where[0], where[1]] += value
            hessian[where[1], where[0]] += value
        elif where:
            linear[where[0]] += value
        else:
            constant = value
    return hessian, linear, constant


def _gradients(
    formulas: Sequence[Any], ordered: list[Any], labels: Sequence[Sequence[str]], symbols: Mapping[str, Any]
) -> tuple[Gradient, ...]:
    import sympy

    def slope(formula: Any, names: Sequence[str]) -> Gradient:
        parts = [sympy.lambdify(ordered, sympy.diff(formula, symbols[name]), "numpy") for name in names]
        return lambda x: np.array([float(part(*x)) for part in parts])

    return tuple(slope(formula, names) for formula, names in zip(formulas, labels, strict=True))


def formula_function(formula: Any, ordered: Sequence[Any]) -> Payoff:
    """A formula as a function of a vector; not a number where it has no real value."""
    import sympy

    compiled = sympy.lambdify(list(ordered), formula, "numpy")

    def payoff(x: FloatArray) -> float:
        with np.errstate(all="ignore"):
            value = compiled(*x)
        return float(value) if np.isrealobj(value) else float("nan")

    return payoff


def _known_concave(
    formulas: Sequence[Any], labels: Sequence[Sequence[str]], symbols: Mapping[str, Any], variables: Bounds
) -> bool | None:
    """True where every payoff has one own variable and sympy proves its second derivative not positive; else None."""
    import sympy

    known = {}
    for own in variables.values():
        for name, (low, _) in own.items():
            known[symbols[name]] = sympy.Symbol(name, real=True, **({"nonnegative": True} if low >= 0 else {}))
    for formula, names in zip(formulas, labels, strict=True):
        if len(names) > 1:
            return None
        bend = sympy.simplify(sympy.diff(formula, symbols[names[0]], 2)).subs(known)
        if not bend.is_nonpositive:
            return None
    return True
