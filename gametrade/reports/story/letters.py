"""Equilibria in letters of the systems that have them, for the equilibrium-property report."""

from __future__ import annotations

from dataclasses import dataclass

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.symbolic import SymbolicEquilibrium
from gametrade.analysis.symbolic.latex import Formula, derivation_blocks
from gametrade.registry import derivations


@dataclass(frozen=True, slots=True)
class Letters:
    """One derivation.

    Parameters
    ----------
    summary : str
        What is derived.
    answer : SymbolicEquilibrium
        The derivation.
    """

    summary: str
    answer: SymbolicEquilibrium

    @property
    def blocks(self) -> list[tuple[str, list[Formula]]]:
        """Titles with formulas."""
        return derivation_blocks(self.answer)


def letters(study: EquilibriumStudy) -> list[Letters]:
    """Derivations of the system that the game was made of, with few players and symbols instead of its numbers."""
    system = (study.description or {}).get("system")
    fitting = [entry for entry in derivations if system in entry.traits["systems"]]
    return [Letters(entry.summary, entry.function()) for entry in fitting]
