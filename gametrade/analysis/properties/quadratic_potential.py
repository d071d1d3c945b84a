"""Exact potentials of quadratic games: whether the Jacobian is symmetric."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.games.sparse_quadratic import AnyQuadratic, dense_jacobian
from gametrade.tolerance import RELATIVE_TOLERANCE


def quadratic_potential(game: AnyQuadratic, *, exact: bool) -> Verdict:
    r"""Compare the cross-derivatives :math:`\partial_i \partial_j` of the payoffs of every two players.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        The game.
    exact : bool
        Without tolerance.

    Returns
    -------
    Verdict
        As `exact_potential`.
    """
    matrix = dense_jacobian(game)
    gap = np.abs(matrix - matrix.T)
    i, j = (int(k) for k in np.unravel_index(int(gap.argmax()), gap.shape))
    off = float(gap[i, j])
    allowed = 0.0 if exact else RELATIVE_TOLERANCE * float(np.abs(matrix).max(initial=0.0))
    names = [name for own in game.variables for name in own]
    statement = "cross-derivatives of every two players agree" + (" exactly" if exact else f" (to {allowed:.3g})")
    if off > allowed:
        who = tuple(dict.fromkeys(game.players[int(game.owner[k])] for k in (i, j)))
        certificate = {
            "kind": "derivatives",
            "variables": [names[i], names[j]],
            "derivatives": [-float(matrix[i, j]), -float(matrix[j, i])],
        }
        return Verdict("game", "exact_potential", statement, False, -off, "", who, certificate)
    shown = {
        "kind": "potential",
        "matrix": matrix.tolist() if len(matrix) <= 60 else None,
        "offset": game.offset.tolist(),
    }
    return Verdict("game", "exact_potential", statement, True, -off, "", (), shown)
