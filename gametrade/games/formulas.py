"""Formulas as text: only arithmetic is let through, so that a file from somebody else can run no code."""

from __future__ import annotations

import ast

from gametrade.errors import InvalidInputError

FUNCTIONS = ("Abs", "Max", "Min", "abs", "cos", "exp", "log", "sin", "sqrt", "tan", "tanh")
"""Functions that a formula may call."""

ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.BitXor, ast.USub, ast.UAdd,
    ast.LtE, ast.GtE, ast.Lt, ast.Gt, ast.Eq,
)  # fmt: skip
"""Parts of the syntax of Python that are arithmetic; ^ is a power."""

MOST_EXPONENT = 100
"""Largest power written as a number: more would only keep sympy busy."""

LONGEST = 10_000
"""Characters of a formula."""


def need_arithmetic(text: str) -> None:
    """Refuse a formula that is anything but arithmetic of names and numbers.

    Parameters
    ----------
    text : str
        As in ``"(100 - q1 - q2) * q1"`` or ``"x + y <= 15"``.

    Raises
    ------
    InvalidInputError
        If the text cannot be read, or holds anything but numbers, names, + - * / ** ^, comparisons and calls of
        Abs, Max, Min, abs, cos, exp, log, sin, sqrt, tan and tanh.

    Notes
    -----
    sympy evaluates text as Python; what passes here has neither attributes nor strings nor other calls.

    Examples
    --------
    >>> need_arithmetic("x*(10 - x - y)")
    >>> need_arithmetic("__import__('os')")
    Traceback (most recent call last):
    ...
    gametrade.errors.InvalidInputError: a formula must be arithmetic of names and numbers. Got a call in \
"__import__('os')".
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"a formula must have at most {LONGEST} characters. Got {len(text)}.")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InvalidInputError(f"a formula must be one that sympy reads. Got {text!r:.80}.") from None
    for node in ast.walk(tree):
        what = _foreign(node)
        if what:
            raise InvalidInputError(f"a formula must be arithmetic of names and numbers. Got {what} in {text!r:.80}.")


def _foreign(node: ast.AST) -> str:
    """What is no arithmetic about a part of a formula; empty if it is."""
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords
        return "" if known else "a call"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.BitXor):
        return "" if _moderate(node.right) else f"an exponent beyond {MOST_EXPONENT}"
    if isinstance(node, ast.Constant):
        number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
        return "" if number else f"{node.value!r:.40}"
    if isinstance(node, ast.Name):
        return f"the name {node.id!r}" if node.id.startswith("_") else ""
    return "" if isinstance(node, ALLOWED) else f"a {type(node).__name__.lower()}"


def _moderate(exponent: ast.expr) -> bool:
    """Whether an exponent has names in it, or is a number that is not huge."""
    if any(isinstance(node, ast.Name) for node in ast.walk(exponent)):
        return True
    numbers = [node.value for node in ast.walk(exponent) if isinstance(node, ast.Constant)]
    powers = [node for node in ast.walk(exponent) if isinstance(node, ast.Pow | ast.BitXor)]
    return not powers and all(isinstance(n, int | float) and abs(n) <= MOST_EXPONENT for n in numbers)
