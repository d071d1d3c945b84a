"""Whether a quadratic game has one equilibrium only, and by which argument."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import (
    MOST,
    contraction,
    is_p_matrix,
    monotonicity,
    positive_definite,
    rosen_weights,
)
from gametrade.analysis.verdict import Verdict
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import dense_jacobian
from gametrade.registry import properties

EXACT = 60
"""Variables up to which definiteness is decided in exact arithmetic."""


@properties.register(
    of="strategic", plays=("QuadraticGame", "SparseQuadraticGame"), source="Rosen 1965, 10.2307/1911749"
)
def unique_equilibrium(game: QuadraticGame) -> Verdict:
    r"""The game has at most one equilibrium; with shared constraints, one normalised equilibrium for its weights.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        The game.

    Returns
    -------
    Verdict
        Holds if Rosen's diagonal strict concavity does for some weights, or without shared constraints best replies
        contract, or over boxes the Jacobian is a P-matrix; the certificate lists the number of each. Not decided
        otherwise. Margin: smallest eigenvalue of the symmetric part of the Jacobian scaled to a unit diagonal, for
        the best weights found.

    Notes
    -----
    Weights r with :math:`\mathrm{diag}(r) J + J^T \mathrm{diag}(r)` positive definite are found by a search and
    checked in exact arithmetic up to 60 variables [1]_. A search that finds none proves nothing.

    References
    ----------
    .. [1] J. B. Rosen, "Existence and uniqueness of equilibrium points for concave n-person games",
       Econometrica 33 (1965) 520-534. :doi:`10.2307/1911749`

    Examples
    --------
    >>> import gametrade as gt
    >>> skewed = gt.ContinuousGame.from_expressions({"a": "-x**2 - 5*x*y", "b": "-y**2 - x*y/5"},
    ...     {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}})
    >>> verdict = gt.check(skewed, "unique_equilibrium")
    >>> verdict.holds, [row["argument"] for row in verdict.certificate["arguments"]]
    (True, ['diagonal strict concavity', 'contraction of best replies', 'P-matrix'])
    """
    matrix, owner = dense_jacobian(game), game.owner
    weights, margin = rosen_weights(matrix, owner)
    alone = game.shared is None
    boxes = alone and all(points.is_box for points in game.sets)
    arguments: list[dict[str, Any]] = []
    weighted = weights[owner][:, None] * matrix
    definite = positive_definite(weighted) if len(matrix) <= EXACT else margin > 1e-9
    if margin > 0 and definite:
        arguments.append({"argument": "diagonal strict concavity", "weights": weights.tolist(), "eigenvalue": margin})
    radius = contraction(matrix, owner)
    if alone and radius < 1 - 1e-9:
        arguments.append({"argument": "contraction of best replies", "radius": radius})
    if boxes and len(matrix) <= MOST and is_p_matrix(matrix):
        arguments.append({"argument": "P-matrix"})
    certificate = {
        "kind": "argument" if arguments else "none",
        "why": "" if arguments else "no sufficient condition holds",
        "arguments": arguments,
        "equal_weights_eigenvalue": monotonicity(matrix),
        "reply_radius": radius if np.isfinite(radius) else None,
    }
    kind = "equilibrium" if alone else "normalised equilibrium for each choice of weights that proves it"
    told = ", ".join(row["argument"] for row in arguments) or "no argument known"
    statement = f"the game has at most one {kind} ({told})"
    holds = True if arguments else None
    return Verdict("game", "unique_equilibrium", statement, holds, margin, "", (), certificate)
