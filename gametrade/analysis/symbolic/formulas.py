"""Formulas with names: reading them, solving systems of them, and what is known of their signs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gametrade.errors import InvalidInputError

Names = Mapping[str, Any]


def symbols_of(variables: Mapping[str, Sequence[object]], parameters: Sequence[object]) -> dict[str, Any]:
    """Symbols by name: variables real, parameters positive, unless the caller brings symbols of its own."""
    import sympy

    named: dict[str, Any] = {}
    for each, known in [(v, "real") for own in variables.values() for v in own] + [(p, "positive") for p in parameters]:
        symbol = each if isinstance(each, sympy.Symbol) else sympy.Symbol(str(each), **{known: True})
        if symbol.name in named:
            raise InvalidInputError(f"names of symbolic_equilibrium must be different. Got {symbol.name} twice.")
        named[symbol.name] = symbol
    return named


def read_formula(text: object, names: Names, owner: str) -> Any:
    """One formula in known names.

    Raises
    ------
    InvalidInputError
        If it cannot be read or has a symbol that nobody declared.
    """
    import sympy

    try:
        formula = sympy.sympify(text, locals=dict(names))
    except (sympy.SympifyError, SyntaxError, TypeError) as reason:
        raise InvalidInputError(f"a formula of {owner} must be one that sympy reads. Got {text!r}.") from reason
    if not isinstance(formula, sympy.Basic):
        raise InvalidInputError(f"a formula of {owner} must be one that sympy reads. Got {text!r}.")
    formula = formula.subs({s: names[s.name] for s in formula.free_symbols if s.name in names})
    unknown = sorted(s.name for s in formula.free_symbols if s not in set(names.values()))
    if unknown:
        raise InvalidInputError(f"formulas of {owner} must use declared names {sorted(names)}. Got {unknown}.")
    return formula


def read_limit(text: object, names: Names, owner: str) -> Any:
    """A limit as the expression that must not be positive.

    Raises
    ------
    InvalidInputError
        If it is not an inequality.
    """
    import sympy

    relation = read_formula(text, names, owner)
    if isinstance(relation, sympy.Ge | sympy.Gt):
        return relation.rhs - relation.lhs
    if isinstance(relation, sympy.Le | sympy.Lt):
        return relation.lhs - relation.rhs
    raise InvalidInputError(f"a limit of {owner} must be an inequality. Got {text!r}.")


def short(formula: Any) -> Any:
    """The same formula as one fraction of factors, the shortest form that is cheap to find."""
    import sympy

    if formula.is_number:
        return sympy.nsimplify(formula) if not formula.has(sympy.Float) else formula
    return _sign_inside(sympy.factor(formula)) if rational(formula) else sympy.simplify(formula)


def _sign_inside(formula: Any) -> Any:
    """``-(b - a)`` as ``a - b``."""
    import sympy

    number, rest = formula.as_coeff_Mul()
    parts = list(sympy.Mul.make_args(rest))
    for k, part in enumerate(parts):
        if number.is_negative and part.is_Add and any(term.could_extract_minus_sign() for term in part.args):
            parts[k] = -part
            flipped = parts if number == -1 else [-number, *parts]
            return sympy.Mul(*flipped, evaluate=len(flipped) == 1)
    return formula


def rational(formula: Any) -> bool:
    """Whether a formula is a ratio of polynomials in its symbols."""
    return bool(formula.is_rational_function(*formula.free_symbols))


def solutions(equations: Sequence[Any], unknowns: Sequence[Any]) -> list[dict[Any, Any]]:
    """Isolated solutions of a system, the linear ones by elimination.

    Parameters
    ----------
    equations : sequence of sympy expressions
        Each is zero at a solution.
    unknowns : sequence of sympy symbols
        As many.

    Returns
    -------
    list of dict
        One formula an unknown; empty if there is no isolated solution.
    """
    import sympy
    from sympy.solvers.solveset import NonlinearError

    numerators = [sympy.fraction(sympy.together(equation))[0] for equation in equations]
    try:
        matrix, right = sympy.linear_eq_to_matrix(numerators, list(unknowns))
    except NonlinearError:
        found = sympy.solve(numerators, list(unknowns), dict=True)
        return [one for one in found if set(one) == set(unknowns) and not _depends(one, unknowns)]
    for found in sympy.linsolve((matrix, right), *unknowns):
        one = dict(zip(unknowns, found, strict=True))
        return [] if _depends(one, unknowns) else [{x: short(value) for x, value in one.items()}]
    return []


def _depends(solution: Mapping[Any, Any], unknowns: Sequence[Any]) -> bool:
    """Whether a solution leaves an unknown free."""
    return any(value.free_symbols & set(unknowns) for value in solution.values())


def sign_of(formula: Any) -> str:
    """Sign that the assumptions on the symbols prove: "+", "-", "0" or "?".

    Examples
    --------
    >>> import sympy
    >>> a, b = sympy.symbols("a b", positive=True)
    >>> sign_of(-a / (a + b)), sign_of(a - b)
    ('-', '?')
    """
    import sympy

    for form in (formula, sympy.factor(formula), sympy.expand(formula)):
        if form.is_zero:
            return "0"
        if form.is_positive:
            return "+"
        if form.is_negative:
            return "-"
    return "?"
