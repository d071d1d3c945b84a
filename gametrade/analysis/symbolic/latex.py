"""A derivation on paper: LaTeX for notebooks and reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gametrade.analysis.symbolic.equilibrium import SymbolicEquilibrium
from gametrade.analysis.symbolic.formulas import sign_of

Line = tuple[str, str]


def derivation_latex(answer: SymbolicEquilibrium) -> str:
    r"""Every step of a derivation as displayed, aligned formulas.

    Parameters
    ----------
    answer : SymbolicEquilibrium
        The derivation.

    Returns
    -------
    str
        One ``$$\begin{aligned} ... \end{aligned}$$`` block, which notebooks and MathJax render.
    """
    lines = [line for _, block in derivation_blocks(answer) for line in block]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(f"{left} &{right}" for left, right in lines) + "\n\\end{aligned}$$"


def derivation_blocks(answer: SymbolicEquilibrium) -> list[tuple[str, list[Line]]]:
    """Titles with their formulas, each as a left and a right side, for reports that set them one by one.

    Parameters
    ----------
    answer : SymbolicEquilibrium
        The derivation.

    Returns
    -------
    list of (str, list of (str, str))
        Payoffs, best responses, each case, second-order conditions, comparative statics.
    """
    import sympy

    tex = sympy.latex
    symbol = answer.symbols
    blocks: list[tuple[str, list[Line]]] = [
        ("payoffs", [(f"u_{{\\text{{{_plain(p)}}}}}", f"= {tex(u)}") for p, u in answer.payoffs.items()]),
        (
            "best responses",
            [(f"{tex(symbol[name])}^{{BR}}", f"= {tex(reply)}") for name, reply in answer.best_responses.items()],
        ),
    ]
    for case in answer.cases:
        title = "equilibrium" + (f" where {', '.join(case.binding)} bind" if case.binding else "")
        lines = [(f"{tex(symbol[name])}^*", f"= {tex(value)}") for name, value in case.equilibrium.items()]
        lines += [(tex(condition.lhs), f"\\ge 0 \\quad {_words('condition')}") for condition in case.conditions]
        blocks.append((title, lines))
    bends = [
        (f"{_words(p)}:\\ {tex(minor)}", f"> 0 \\quad {_words(_told(minor))}")
        for p, minors in answer.second_order.items()
        for minor in minors
    ]
    blocks.append(("second-order conditions", bends))
    blocks.append(("comparative statics", list(_statics(answer))))
    return blocks


def _statics(answer: SymbolicEquilibrium) -> Iterable[Line]:
    """Derivatives of the first case by every parameter, those that vanish left out."""
    import sympy

    for parameter in answer.parameters:
        by = sympy.latex(answer.symbols[parameter])
        for name, slope in answer.derivatives(parameter).items():
            if slope != 0:
                of = sympy.latex(answer.symbols[name])
                sign = {"+": "> 0", "-": "< 0"}.get(sign_of(slope), "")
                yield f"\\frac{{\\partial {of}^*}}{{\\partial {by}}}", f"= {sympy.latex(slope)} {sign}".rstrip()


def _told(minor: Any) -> str:
    return {"+": "holds", "-": "fails", "0": "fails"}.get(sign_of(minor), "to be checked")


def _words(text: str) -> str:
    return f"\\text{{{_plain(text)}}}"


def _plain(text: str) -> str:
    return text.replace("_", " ").replace("&", "and")
