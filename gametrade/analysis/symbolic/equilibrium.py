"""An equilibrium in letters, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gametrade.analysis.symbolic.formulas import short, sign_of
from gametrade.display import text_table
from gametrade.errors import InvalidInputError


@dataclass(frozen=True, eq=False)
class Case:
    """One way in which limits bind, with the equilibrium that it leads to.

    Parameters
    ----------
    binding : tuple of str
        Limits that hold with equality, as written; empty for the interior.
    equilibrium : mapping of str to sympy expression
        Value of every variable in the parameters.
    conditions : tuple of sympy relations
        When it is this case: limits that do not bind are kept, prices of those that do are not negative.
    multipliers : mapping of str to sympy expression
        Price of each limit that binds. [payoff per unit of the limit]
    """

    binding: tuple[str, ...]
    equilibrium: Mapping[str, Any]
    conditions: tuple[Any, ...]
    multipliers: Mapping[str, Any]

    def holds(self, values: Mapping[Any, Any]) -> bool:
        """Whether all conditions are true for exact values of the parameters."""
        import sympy

        return all(condition.subs(values) == sympy.true for condition in self.conditions)


@dataclass(frozen=True, eq=False)
class SymbolicEquilibrium:
    """What players do in equilibrium, as formulas in the parameters.

    Parameters
    ----------
    players : tuple of str
        Labels.
    moves : tuple of tuples of str
        Who moves first, second, ...; one tuple if all move at once.
    symbols : mapping of str to sympy Symbol
        Variables and parameters by name.
    owner : mapping of str to str
        Player of each variable.
    payoffs : mapping of str to sympy expression
        As given. [unit of the game]
    best_responses : mapping of str to sympy expression
        Each variable in those of players who move earlier or at the same time, away from limits. Later movers have
        answered already.
    cases : tuple of Case
        All ways in which limits can bind, the interior first.
    second_order : mapping of str to tuple of sympy expressions
        Leading principal minors of minus the Hessian of each player in its own variables, once later movers have
        answered; all positive: a strict maximum.
    """

    players: tuple[str, ...]
    moves: tuple[tuple[str, ...], ...]
    symbols: Mapping[str, Any]
    owner: Mapping[str, str]
    payoffs: Mapping[str, Any]
    best_responses: Mapping[str, Any]
    cases: tuple[Case, ...]
    second_order: Mapping[str, tuple[Any, ...]]

    @property
    def equilibrium(self) -> Mapping[str, Any]:
        """Value of every variable in the first case, the interior one where it exists."""
        return self.cases[0].equilibrium

    @property
    def equilibrium_payoffs(self) -> dict[str, Any]:
        """What each player gets in the first case. [unit of the game]"""
        values = {self.symbols[name]: value for name, value in self.equilibrium.items()}
        return {player: short(payoff.subs(values, simultaneous=True)) for player, payoff in self.payoffs.items()}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(name for name in self.symbols if name not in self.owner)

    @property
    def strict(self) -> bool | None:
        """Whether the assumptions prove every player's second-order condition; None where they do not decide."""
        signs = {sign_of(minor) for minors in self.second_order.values() for minor in minors}
        if signs <= {"+"}:
            return True
        return False if signs & {"-"} else None

    def derivatives(self, parameter: str) -> dict[str, Any]:
        """How every variable moves with one parameter in the first case: comparative statics.

        Raises
        ------
        InvalidInputError
            If there is no such parameter.
        """
        by = self._parameter(parameter)
        return {name: short(value.diff(by)) for name, value in self.equilibrium.items()}

    def directions(self, parameter: str) -> dict[str, str]:
        """Proved signs of the derivatives: "+", "-", "0", or "?" where the assumptions do not decide."""
        return {name: sign_of(slope) for name, slope in self.derivatives(parameter).items()}

    def case_at(self, values: Mapping[str, Any]) -> Case:
        """The case whose conditions hold for exact values of all parameters.

        Parameters
        ----------
        values : mapping of str to number
            Whole numbers, fractions, or decimals, which are taken as the fractions they are written as.

        Returns
        -------
        Case
            The first one that fits.

        Raises
        ------
        InvalidInputError
            If a parameter has no value, or no case fits: the optimum is where an answer changes its form.
        """
        exact = self._exact(values)
        for case in self.cases:
            if case.holds(exact):
                return case
        raise InvalidInputError(f"values of SymbolicEquilibrium must lie in one of its cases. Got {dict(values)}.")

    def at(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Exact value of every variable for exact values of all parameters.

        Parameters
        ----------
        values : mapping of str to number
            As in :meth:`case_at`.

        Returns
        -------
        dict of str to sympy number
            Rational where the formulas are.
        """
        exact = self._exact(values)
        return {name: value.subs(exact) for name, value in self.case_at(values).equilibrium.items()}

    def to_latex(self) -> str:
        """Payoffs, best responses, equilibrium, second-order conditions and comparative statics in LaTeX."""
        from gametrade.analysis.symbolic.latex import derivation_latex

        return derivation_latex(self)

    def _repr_latex_(self) -> str:
        return self.to_latex()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form: formulas as text that sympy reads."""
        return {
            "moves": [list(stage) for stage in self.moves],
            "payoffs": _texts(self.payoffs),
            "best_responses": _texts(self.best_responses),
            "cases": [
                {
                    "binding": list(case.binding),
                    "equilibrium": _texts(case.equilibrium),
                    "conditions": [str(condition) for condition in case.conditions],
                }
                for case in self.cases
            ],
            "second_order": {player: [str(m) for m in minors] for player, minors in self.second_order.items()},
            "derivatives": {name: _texts(self.derivatives(name)) for name in self.parameters},
        }

    def __str__(self) -> str:
        rows = [
            [self.owner[name], name, str(self.best_responses.get(name, "")), str(value)]
            for name, value in self.equilibrium.items()
        ]
        return text_table(["player", "variable", "best response", "equilibrium"], rows)

    def _parameter(self, name: str) -> Any:
        if name not in self.parameters:
            raise InvalidInputError(f"parameter must be one of {list(self.parameters)}. Got {name!r}.")
        return self.symbols[name]

    def _exact(self, values: Mapping[str, Any]) -> dict[Any, Any]:
        import sympy

        missing = [name for name in self.parameters if name not in values]
        if missing:
            raise InvalidInputError(f"values of SymbolicEquilibrium must be given for {missing}.")
        return {self._parameter(name): sympy.Rational(str(value)) for name, value in values.items()}


def _texts(formulas: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(formula) for name, formula in formulas.items()}
