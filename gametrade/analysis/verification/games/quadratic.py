"""Equilibria of quadratic games, shared constraints included, in rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import ROUNDING
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.analysis.verification.regrets import prove_regrets
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame

MOST_BROKEN = Fraction(1, 10**6)
"""Share of the numbers in a constraint by which a profile may break it at most: the residual that ADMM aims at."""


@prove_strategies.register(ContinuousGame)
def _strategies(game: ContinuousGame, case: GameCase, equilibrium: Equilibrium) -> str:
    """All constraints, own and shared, exactly."""
    x = np.concatenate(equilibrium.strategies)
    if not np.isfinite(x).all():
        raise Refuted("a strategy is not a finite number")
    worst, share = Fraction(0), Fraction(0)
    for points, point in [*zip(game.sets, game.split(x), strict=True), *([(game.shared, x)] if game.shared else [])]:
        broken, size = violation(points, [Fraction(float(value)) for value in point])
        worst, share = max(worst, broken), max(share, broken / size)
    if share > MOST_BROKEN:
        raise Refuted(f"a constraint is broken by {float(worst):.6g}")
    return "every constraint holds exactly" if not worst else f"no constraint is broken by more than {float(worst):.3g}"


def violation(points: Polyhedron, x: list[Fraction]) -> tuple[Fraction, Fraction]:
    """By how much a point breaks a constraint at worst, and the size of the numbers in play.

    Parameters
    ----------
    points : Polyhedron
        The set.
    x : list of Fraction
        The point.

    Returns
    -------
    tuple of Fraction
        Both without rounding; the size is at least 1.
    """
    worst, size = Fraction(0), max([Fraction(1), *map(abs, x)])
    for value, low, high in zip(x, points.lower.tolist(), points.upper.tolist(), strict=True):
        worst = max(worst, Fraction(low) - value) if np.isfinite(low) else worst
        worst = max(worst, value - Fraction(high)) if np.isfinite(high) else worst
    for rows, limits, equal in (
        (points.rows, points.limits, False),
        (points.equal_rows, points.equal_limits, True),
    ):
        for row, limit in zip(rows.tolist(), limits.tolist(), strict=True):
            over = sum((Fraction(a) * value for a, value in zip(row, x, strict=True) if a), -Fraction(limit))
            worst, size = max(worst, abs(over) if equal else over), max(size, abs(Fraction(limit)))
    return worst, size


@prove_payoffs.register(QuadraticGame)
@prove_payoffs.register(SparseQuadraticGame)
def _payoffs(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    x = np.concatenate(equilibrium.strategies)
    exact = isinstance(game, QuadraticGame)
    got = exact_payoffs(game, x) if exact else [Fraction(float(value)) for value in game.payoff(x)]
    size = max([Fraction(1), *map(abs, got)])
    for name, stated, value in zip(game.players, equilibrium.payoffs, got, strict=True):
        if not np.isfinite(stated) or abs(Fraction(float(stated)) - value) > ROUNDING * size:
            raise Refuted(f"{name} gets {float(value):.9g}, the report says {float(stated):.9g}")
    return "recomputed exactly" if exact else "recomputed in floating point, to 1e-9"


def exact_payoffs(game: QuadraticGame, x: Any) -> list[Fraction]:
    """Payoffs of all players at a profile without rounding. [unit of the game]"""
    point = [Fraction(float(value)) for value in x]
    got = []
    for hessian, linear, constant in zip(game.hessians, game.linear, game.constants, strict=True):
        value = Fraction(float(constant))
        for i, row in enumerate(hessian.tolist()):
            bent = sum((Fraction(h) * point[j] for j, h in enumerate(row) if h), Fraction(0))
            value += point[i] * (Fraction(float(linear[i])) + bent / 2)
        got.append(value)
    return got


@prove_regret.register(QuadraticGame)
@prove_regret.register(SparseQuadraticGame)
def _regret(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    certificate = equilibrium.certificate
    if certificate.get("kind") == "regret_bounds" and any(
        part.get("method") == "none" for part in certificate.get("players", {}).values()
    ):
        raise NotCertified("a player's regret has no bound in the report either")
    bounds = prove_regrets(equilibrium)
    worst = max(bounds.values())
    told = "price-taking gap" if certificate["kind"] == "price_taking_gap" else "regret"
    return f"largest {told} at most {float(worst):.3g}, by weak duality, exactly"
