"""Equilibria of finite games and of populations that meet in pairs, in rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import ROUNDING
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.analysis.verification.regret import check_regret, judge
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame

SHARE = Fraction(1, 10**12)
"""By how much a probability in floating point may differ from the fraction that is proved."""


def _table(game: NormalFormGame | EvolutionaryGame) -> np.ndarray:
    """Payoffs of the finite game that is played."""
    if isinstance(game, NormalFormGame):
        return game.payoffs
    if game.pairwise is None:
        raise NotCertified("fitness is a function that is not evaluated without rounding")
    return game.pairwise.payoffs


@prove_strategies.register(NormalFormGame)
@prove_strategies.register(EvolutionaryGame)
def _strategies(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    table, certificate = _table(game), equilibrium.certificate
    sizes = table.shape[1:]
    if certificate.get("kind") == "correlated":
        shown = [[Fraction(0)] * size for size in sizes]
        for row in certificate["joint"]:
            for player, k in enumerate(row["actions"]):
                shown[player][k] += Fraction(row["probability"])
    elif "actions" in certificate:
        shown = [[Fraction(k == pick) for k in range(a)] for a, pick in zip(sizes, certificate["actions"], strict=True)]
    else:
        shown = [[Fraction(p) for p in row] for row in certificate["strategies"]]
    for name, stated, exact in zip(game.players, equilibrium.strategies, shown, strict=True):
        if len(exact) != stated.size or any(
            abs(Fraction(float(p)) - q) > SHARE for p, q in zip(stated, exact, strict=True)
        ):
            raise Refuted(f"the strategy of {name} is not the one that the certificate proves")
        if min(exact) < 0 or sum(exact) != 1:
            raise Refuted(f"the probabilities of {name} are negative or add up to {sum(exact)}")
    return "probabilities, not negative, that add up to 1 exactly"


@prove_payoffs.register(NormalFormGame)
@prove_payoffs.register(EvolutionaryGame)
def _payoffs(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    table = _table(game)
    got, _ = judge(table, equilibrium.certificate)
    size = Fraction(float(np.abs(table).max())) or Fraction(1)
    for name, stated, exact in zip(game.players, equilibrium.payoffs, got, strict=True):
        if not np.isfinite(stated) or abs(Fraction(float(stated)) - exact) > ROUNDING * size:
            raise Refuted(f"{name} gets {float(exact):.9g}, the report says {float(stated):.9g}")
    return "recomputed exactly"


@prove_regret.register(NormalFormGame)
@prove_regret.register(EvolutionaryGame)
def _regret(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    return check_regret(_table(game), equilibrium.certificate, equilibrium.regrets.tolist())
