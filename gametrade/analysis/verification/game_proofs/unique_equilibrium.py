"""There is at most one equilibrium: the argument of the certificate again, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.properties.lattice import is_supermodular, lattice_ends
from gametrade.analysis.uniqueness import MOST, is_p_matrix, positive_definite
from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.leader import MOST_FOLLOWERS
from gametrade.analysis.verification.leaders import ExactLeader
from gametrade.analysis.verification.regret import judge
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
        raise NotCertified("the argument rests on a list of equilibria or on bounds in floating point")
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
