"""The game has an equilibrium: the conditions of the argument again, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.interval_jacobian import IntervalJacobian, concave_over
from gametrade.analysis.uniqueness import positive_definite
from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.leader import MOST_FOLLOWERS
from gametrade.analysis.verification.leaders import ExactLeader
from gametrade.games.continuous import ContinuousGame
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.intervals import NoBounds
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.registry import game_checks


@game_checks.register()
def existence(case: GameCase, claim: Claim, certificate: Mapping[str, Any]) -> str:
    """Finite games have mixed equilibria; concave payoffs on compact sets that are not empty have equilibria."""
    game: Any = case.game
    if not claim["holds"]:
        raise NotCertified("no argument is claimed")
    arguments = [row["argument"] for row in certificate["arguments"]]
    if isinstance(game, NormalFormGame | EvolutionaryGame) and "finite" in arguments:
        return "players and actions are finitely many (Nash)"
    if isinstance(game, PriceLeaderGame) and game.n_followers <= MOST_FOLLOWERS:
        if not any(ExactLeader.of(part).maximisers() for part in game.parts()):
            raise Refuted("no price is allowed")
        return "some price attains the best payoff over all pieces, exactly"
    if "concave" in arguments and is_quadratic(game):
        for player, name in enumerate(game.players):
            if not positive_definite(game.own_block(player), strict=False):
                raise Refuted(f"the payoff of {name} is not concave in its own variables")
        low, high = game.bounds
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise Refuted("a strategy set is not bounded")
        if case.document["equilibria"]:
            return "payoffs are concave, exactly, and sets bounded and not empty (Rosen)"
    if "concave" in arguments and game.formulas is not None:
        return _formulas(case, game)
    raise NotCertified("the conditions of the argument are decided in floating point or by symbols")


def _formulas(case: GameCase, game: ContinuousGame) -> str:
    """Second derivatives over boxes that cover all profiles."""
    try:
        jacobian = IntervalJacobian(game)
    except NoBounds as reason:
        raise NotCertified(str(reason)) from None
    if not case.document["equilibria"] or not concave_over(game, jacobian, jacobian.box):
        raise NotCertified("concavity is not proved on every box, or no profile is known to be allowed")
    return "payoffs are concave on boxes that cover all profiles, in interval arithmetic, and sets bounded (Rosen)"
