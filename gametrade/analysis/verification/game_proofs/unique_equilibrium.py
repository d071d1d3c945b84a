"""There is at most one equilibrium: the argument of the certificate again, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import MOST, is_p_matrix, positive_definite
from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.games.sparse_quadratic import dense_jacobian, is_quadratic
from gametrade.registry import game_checks


@game_checks.register()
def unique_equilibrium(case: GameCase, claim: Claim, certificate: Mapping[str, Any]) -> str:
    """Rosen's weights make the Jacobian positive definite, or all of its principal minors are positive, exactly."""
    game: Any = case.game
    if not claim["holds"]:
        raise NotCertified("no argument is claimed")
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
