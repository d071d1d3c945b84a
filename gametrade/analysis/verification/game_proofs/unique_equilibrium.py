"""There is at most one equilibrium: the argument of the certificate again, in exact arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.interval_jacobian import (
    IntervalJacobian,
    definite_with,
    everywhere,
    p_matrices,
    where_equilibria_are,
)
from gametrade.analysis.properties.lattice import is_supermodular, lattice_ends
from gametrade.analysis.two_equilibria import Enclosure, holds_one
from gametrade.analysis.uniqueness import MOST, is_p_matrix, positive_definite
from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.leader import MOST_FOLLOWERS
from gametrade.analysis.verification.leaders import ExactLeader
from gametrade.analysis.verification.regret import judge
from gametrade.games.intervals import NoBounds
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.sparse_quadratic import dense_jacobian, is_quadratic
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.registry import game_checks


@game_checks.register()
def unique_equilibrium(case: GameCase, claim: Claim, certificate: Mapping[str, Any]) -> str:
    """Rosen's weights make the Jacobian positive definite, or all of its principal minors are positive, exactly."""
    game: Any = case.game
    if claim["holds"] is None:
        raise NotCertified("no argument is claimed")
    if isinstance(game, PriceLeaderGame):
        return _best_prices(game, claim)
    if isinstance(game, NormalFormGame):
        return _finite(case, game, claim)
    if not is_quadratic(game):
        return _boxes(game, claim, certificate)
    if not claim["holds"]:
        return _two_exact(game, certificate)
    matrix, owner = dense_jacobian(game), game.owner
    for row in certificate["arguments"]:
        if row["argument"] == "diagonal strict concavity":
            weights = np.array(row["weights"], dtype=float)
            if weights.shape != (len(game.players),) or not (weights > 0).all():
                raise Refuted("Rosen's weights are not one positive number a player")
            if not positive_definite(weights[owner][:, None] * matrix):
                raise Refuted("the weighted Jacobian is not positive definite")
            return "the Jacobian is positive definite with the weights stated, exactly"
        boxes = game.shared is None and all(points.is_box for points in game.sets)
        if row["argument"] == "P-matrix" and boxes and len(matrix) <= MOST:
            if not is_p_matrix(matrix):
                raise Refuted("a principal minor of the Jacobian is not positive")
            return "every principal minor of the Jacobian is positive, exactly"
    raise NotCertified("the argument is computed in floating point")


def _boxes(game: Any, claim: Claim, certificate: Mapping[str, Any]) -> str:
    """The Jacobian over boxes again, with the weights stated, or two small boxes that hold an equilibrium each."""
    try:
        jacobian = IntervalJacobian(game)
    except NoBounds as reason:
        raise NotCertified(str(reason)) from None
    boxes = game.shared is None and all(points.is_box for points in game.sets)
    for row in certificate["arguments"]:
        if row["argument"] == "diagonal strict concavity":
            weights = np.array(row["weights"], dtype=float)
            if weights.shape != (len(game.players),) or not (weights > 0).all():
                raise Refuted("Rosen's weights are not one positive number a player")
            return _covered(everywhere(jacobian, definite_with(weights[game.owner].tolist())), "definite with weights")
        if row["argument"] == "P-matrix" and boxes:
            return _covered(everywhere(jacobian, p_matrices), "a P-matrix")
        if row["argument"] == "P-matrix where equilibria can be" and boxes:
            within = tuple((float(low), float(high)) for low, high in row["within"])
            hulls = list(where_equilibria_are(jacobian, within))
            if not hulls or not all(a <= c and d <= b for (a, b), (c, d) in zip(within, hulls[-1], strict=True)):
                raise Refuted("equilibria are not shown to be within the box stated")
            return _covered(everywhere(jacobian, p_matrices, within), "a P-matrix where equilibria can be")
        if row["argument"] == "two equilibria" and boxes and not claim["holds"]:
            return _two_boxes(game, jacobian, row["equilibria"])
    raise NotCertified("the argument is computed in floating point")


def _covered(found: tuple[float, int] | None, what: str) -> str:
    if found is None:
        raise Refuted(f"the Jacobian is not {what} on every box")
    return f"the Jacobian is {what} on {found[1]} boxes that cover all, in interval arithmetic"


def _two_boxes(game: Any, jacobian: IntervalJacobian, rows: Any) -> str:
    """Boxes that do not meet, each with an equilibrium."""
    proved = [Enclosure(tuple(map(float, row["near"])), float(row["radius"])) for row in rows]
    proved = [one for one in proved if len(one.near) == game.dimension and holds_one(game, jacobian, one)]
    width = np.diff(np.array(jacobian.box), axis=1).ravel()
    for first, second in itertools.combinations(proved, 2):
        reach = 2 * (first.radius + second.radius) * width
        if (np.abs(np.array(first.near) - np.array(second.near)) > reach).any():
            return "each of two boxes that do not meet holds an equilibrium, in interval arithmetic"
    raise Refuted("two equilibria are not shown to exist")


def _two_exact(game: Any, certificate: Mapping[str, Any]) -> str:
    """Two profiles that meet the conditions of a concave game on a box, exactly."""
    row = certificate["arguments"][0]
    profiles = {tuple(Fraction(value) for value in profile) for profile in row["exact"]}
    if not all(positive_definite(game.own_block(player), strict=False) for player in range(game.n_players)):
        raise Refuted("a payoff is not concave")
    if len(profiles) < 2 or not all(_stationary(game, profile) for profile in profiles):
        raise Refuted("two different profiles that are equilibria are not listed")
    return "two different profiles are equilibria, exactly"


def _stationary(game: Any, x: tuple[Fraction, ...]) -> bool:
    """No slope leads into the box."""
    low, high = game.bounds
    for k, value in enumerate(x):
        rate = -Fraction(float(game.offset[k]))
        rate -= sum((Fraction(a) * v for a, v in zip(game.jacobian[k].tolist(), x, strict=True)), Fraction(0))
        inside = low[k] <= value <= high[k]
        if not inside or (rate > 0 and value != high[k]) or (rate < 0 and value != low[k]):
            return False
    return bool(len(x) == game.dimension)


def _best_prices(game: PriceLeaderGame, claim: Claim) -> str:
    """Prices that attain the largest payoff over all pieces, exactly."""
    if game.n_followers > MOST_FOLLOWERS:
        raise NotCertified(f"more than {MOST_FOLLOWERS} followers: every piece would have to be recomputed")
    found = [best for part in game.parts() if (best := ExactLeader.of(part).maximisers()) is not None]
    if not found:
        raise Refuted("no price is allowed")
    top = max(value for value, _ in found)
    prices = set().union(*(where for value, where in found if value == top))
    if (len(prices) == 1) != claim["holds"]:
        if not claim["holds"]:
            raise NotCertified(f"prices tie in floating point only; exactly, {len(prices)} is best")
        raise Refuted(f"{len(prices)} prices are best, exactly")
    told = "one price attains" if len(prices) == 1 else f"{len(prices)} prices attain"
    return f"{told} the best payoff, exactly"


def _finite(case: GameCase, game: NormalFormGame, claim: Claim) -> str:
    """Two different equilibria without regret, or a supermodular game whose lowest and highest equilibrium are one."""
    if not claim["holds"]:
        profiles = []
        for equilibrium in case.equilibria:
            if "strategies" in equilibrium.certificate and not any(judge(game.payoffs, equilibrium.certificate)[1]):
                profiles.append(equilibrium.certificate["strategies"])
        if any(profile != profiles[0] for profile in profiles[1:]):
            return "two different equilibria have no regret, exactly"
        raise NotCertified("the report does not list two exact equilibria")
    if is_supermodular(game):
        lowest, highest = lattice_ends(game)
        if lowest == highest:
            return "the game is supermodular, and its lowest and its highest equilibrium are one, exactly"
    raise NotCertified("the argument rests on a list of equilibria or on linear programs")
