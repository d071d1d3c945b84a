"""Equilibria in letters: best responses, closed forms, conditions and comparative statics, derived by sympy."""

from gametrade.analysis.symbolic.equilibrium import Case, SymbolicEquilibrium
from gametrade.analysis.symbolic.induction import symbolic_equilibrium

__all__ = ["Case", "SymbolicEquilibrium", "symbolic_equilibrium"]
