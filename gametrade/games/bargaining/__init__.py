"""Bargaining: what a group can agree on, and what each member has without an agreement."""

from gametrade.games.bargaining.agreement import Agreement
from gametrade.games.bargaining.problem import BargainingProblem

__all__ = ["Agreement", "BargainingProblem"]
