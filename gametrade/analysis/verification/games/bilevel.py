"""Answers of a leader over a follower's program: optimality by multipliers, the worst reply in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified, close
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.stackelberg import BilevelGame
from gametrade.solvers.bilevel_faces import follower_gap
from gametrade.solvers.complementarity_tree import leaf_bounds
from gametrade.solvers.follower_conditions import FollowerConditions

ROUNDED = 1e-9
"""Share of the numbers that floating point may add."""


@prove_strategies.register
def _strategies(game: BilevelGame, case: GameCase, equilibrium: Equilibrium) -> str:
    z = np.concatenate(equilibrium.strategies)
    if z.shape != (game.dimension,):
        raise Refuted("choice and answer have another number of entries")
    size = 1.0 + float(np.abs(z).max())
    for rows, limits, who in (
        (game.leader_rows, game.leader_limits, "leader"),
        (game.follower_rows, game.follower_limits, "follower"),
    ):
        over = rows @ z - limits - ROUNDED * size * (np.abs(rows).sum(axis=1) + np.abs(limits))
        if over.max(initial=0.0) > 0:
            raise Refuted(f"a constraint of the {who} is broken by {over.max():.6g}")
    return "choice and answer satisfy all constraints, to 1e-9"


@prove_payoffs.register
def _payoffs(game: BilevelGame, case: GameCase, equilibrium: Equilibrium) -> str:
    z = np.concatenate(equilibrium.strategies)
    if not close(equilibrium.payoffs, np.array([-game.leader(z), -game.follower(z)]), ROUNDED):
        raise Refuted(f"costs are {game.leader(z)} and {game.follower(z)}, the report says others")
    return "recomputed in floating point, to 1e-9"


@prove_regret.register
def _regret(game: BilevelGame, case: GameCase, equilibrium: Equilibrium) -> str:
    z = np.concatenate(equilibrium.strategies)
    gap, size = follower_gap(game, z), max(1e-300, float(np.abs(equilibrium.payoffs).max()))
    if gap > float(equilibrium.regrets[1]) + 1e-7 * size:
        raise Refuted(f"the follower gains {gap:.6g}, the report says at most {float(equilibrium.regrets[1]):.6g}")
    kind = equilibrium.certificate.get("kind")
    if kind == "bilevel":
        return _optimistic(game, equilibrium, z)
    found = case.nearest(equilibrium)
    if kind != "bilevel_pessimistic" or found.certificate.get("kind") != kind:
        raise NotCertified("the report says nothing that bounds the leader's cost")
    bound, cost = Fraction(found.certificate["bound"]), Fraction(found.certificate["pessimistic"])
    if Fraction(equilibrium.certificate["bound"]) != bound:
        raise Refuted(f"the least worst cost is {float(bound):.9g}, the report says another")
    regret = max(Fraction(0), cost - bound)
    if regret > Fraction(float(equilibrium.regrets[0])) + Fraction(ROUNDED) * Fraction(size):
        raise Refuted(f"regret of the leader is {float(regret):.6g}, the report says less")
    return f"over all curves of worst answers no choice costs less than {float(bound):.9g}, in fractions again"


def _optimistic(game: BilevelGame, equilibrium: Equilibrium, z: np.ndarray) -> str:
    """Walk the tree: every leaf is bounded by its multipliers, and the leaves cover all choices with their answers."""
    tree, conditions = equilibrium.certificate["tree"], FollowerConditions.of(game)
    if tree is None:
        raise NotCertified("the follower's answer is proved by multipliers; the leader's optimum is computed again")
    if conditions is None:
        raise Refuted("no bound of this kind holds for a leader with such a cost")
    bounds = list(leaf_bounds(conditions, tree))
    if None in bounds:
        raise Refuted("multipliers of a leaf prove nothing")
    least = min(bound for bound in bounds if bound is not None)
    size = Fraction(max(1e-300, float(np.abs(equilibrium.payoffs).max())))
    regret = Fraction(game.leader(z)) - least
    if regret > Fraction(float(equilibrium.regrets[0])) + Fraction(ROUNDED) * size:
        raise Refuted(f"the leader may save {float(regret):.6g}, the report says less")
    told = f"no choice costs the leader less than {float(least):.9g}, by multipliers of {len(bounds)} leaves, exactly"
    return f"{told}; the follower gains at most {float(equilibrium.regrets[1]):.3g}"
