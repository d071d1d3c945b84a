"""A derivation on paper: its formulas one by one, as LaTeX for notebooks and Markdown, as MathML for pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from gametrade.analysis.symbolic.equilibrium import SymbolicEquilibrium
from gametrade.analysis.symbolic.formulas import sign_of


@dataclass(frozen=True)
class Formula:
    """One line of a derivation.

    Parameters
    ----------
    left : sympy expression or str
        What is told; words are set as words.
    relation : str
        "=", ">" or ">=".
    right : sympy expression
        What it is.
    remark : str
        Words after it.
    """

    left: Any
    relation: str
    right: Any
    remark: str = ""

    def to_latex(self) -> str:
        """The line with an alignment mark before the relation."""
        import sympy

        left = f"\\text{{{_plain(self.left)}}}" if isinstance(self.left, str) else sympy.latex(self.left)
        remark = f" \\quad \\text{{{_plain(self.remark)}}}" if self.remark else ""
        relation = self.relation.replace(">=", "\\ge")
        return f"{left} &{relation} {sympy.latex(self.right)}{remark}"

    def to_mathml(self) -> str:
        """The line as presentation MathML, which browsers show without a script."""
        from sympy.printing.mathml import mathml

        left = f"<mtext>{escape(self.left)}</mtext>" if isinstance(self.left, str) else _math(mathml, self.left)
        relation = {">=": "\N{GREATER-THAN OR EQUAL TO}", ">": "&gt;"}.get(self.relation, self.relation)
        remark = f"<mspace width='1em'/><mtext>{escape(self.remark)}</mtext>" if self.remark else ""
        right = _math(mathml, self.right)
        return f'<math display="block"><mrow>{left}<mo>{relation}</mo>{right}{remark}</mrow></math>'


def derivation_blocks(answer: SymbolicEquilibrium) -> list[tuple[str, list[Formula]]]:
    """Titles with their formulas: payoffs, best responses, each case, second-order conditions, comparative statics.

    Parameters
    ----------
    answer : SymbolicEquilibrium
        The derivation.

    Returns
    -------
    list of (str, list of Formula)
        In reading order.
    """
    blocks = [
        ("payoffs", [Formula(f"{player} gets ", "=", u) for player, u in answer.payoffs.items()]),
        (
            "best responses",
            [Formula(_marked(answer, name, "BR"), "=", reply) for name, reply in answer.best_responses.items()],
        ),
    ]
    for case in answer.cases:
        title = "equilibrium" + (f" where {', '.join(case.binding)} bind" if case.binding else "")
        lines = [Formula(_marked(answer, name, "*"), "=", value) for name, value in case.equilibrium.items()]
        lines += [Formula(condition.lhs, ">=", condition.rhs, "condition") for condition in case.conditions]
        blocks.append((title, lines))
    bends = [
        Formula(minor, ">", _zero(), f"{player}: {_told(minor)}")
        for player, minors in answer.second_order.items()
        for minor in minors
    ]
    return [*blocks, ("second-order conditions", bends), ("comparative statics", list(_statics(answer)))]


def derivation_latex(answer: SymbolicEquilibrium) -> str:
    r"""Every step of a derivation as one ``$$\begin{aligned} ... \end{aligned}$$`` block for notebooks and MathJax."""
    lines = [formula.to_latex() for _, block in derivation_blocks(answer) for formula in block]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}$$"


def _statics(answer: SymbolicEquilibrium) -> Iterator[Formula]:
    """Derivatives of the first case by every parameter, those that vanish left out."""
    import sympy

    for parameter in answer.parameters:
        for name, slope in answer.derivatives(parameter).items():
            if slope != 0:
                left = sympy.Derivative(_marked(answer, name, "*"), answer.symbols[parameter])
                yield Formula(left, "=", slope, {"+": "rises", "-": "falls"}.get(sign_of(slope), ""))


def _marked(answer: SymbolicEquilibrium, name: str, mark: str) -> Any:
    """The symbol of a variable with a mark above."""
    import sympy

    return sympy.Symbol(f"{answer.symbols[name].name}^{mark}")


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _math(printer: Any, formula: Any) -> str:
    return str(printer(formula, printer="presentation"))


def _told(minor: Any) -> str:
    return {"+": "holds", "-": "fails", "0": "fails"}.get(sign_of(minor), "where this is true")


def _plain(text: str) -> str:
    return text.replace("_", " ").replace("&", "and")
