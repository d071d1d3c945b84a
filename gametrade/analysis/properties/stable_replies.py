"""Whether best replies return to an interior equilibrium after a small push."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.uniqueness import monotonicity
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.potential import cross_derivatives
from gametrade.games.sparse_quadratic import dense_jacobian, is_quadratic
from gametrade.registry import properties
from gametrade.solvers.solve import solve
from gametrade.typing import FloatArray, IntArray


@properties.register(of="strategic", plays=("ContinuousGame",), source="Theocharis 1960, 10.2307/2296135")
def stable_replies(game: ContinuousGame, *, simultaneous: bool = True) -> Verdict:
    r"""Best replies of all players, round after round, return to an equilibrium inside the bounds.

    Parameters
    ----------
    game : ContinuousGame
        Strictly concave in each player's own variables; where it is not quadratic, at its first equilibrium, with
        derivatives by differences.
    simultaneous : bool, default=True
        All reply at once; otherwise one after the other.

    Returns
    -------
    Verdict
        Margin: 1 less the spectral radius of the reply map. The certificate holds the eigenvalues and the largest
        damping with which simultaneous replies are stable, None if there is none.

    Raises
    ------
    InvalidInputError
        If a payoff is not strictly concave: there is no reply map.

    Notes
    -----
    With D the own blocks of the Jacobian and J = D + R the map is :math:`-D^{-1} R`, in turn
    :math:`-(D + L)^{-1} U`. Damped by a, eigenvalues m become :math:`1 - a + a m`: stable for
    :math:`a < 2 (1 - \mathrm{Re}\, m) / |1 - m|^2` while all :math:`\mathrm{Re}\, m < 1`. Linear Cournot competition
    of n firms has the eigenvalue -(n - 1)/2 [1]_.

    References
    ----------
    .. [1] R. D. Theocharis, "On the stability of the Cournot solution on the oligopoly problem", Rev. Econ. Stud.
       27 (1960) 133-134. :doi:`10.2307/2296135`

    Examples
    --------
    >>> import gametrade as gt
    >>> names = "xyz"
    >>> cournot = gt.ContinuousGame.from_expressions({p: f"{p}*(90-x-y-z)" for p in names},
    ...     {p: {p: (0, 90)} for p in names})
    >>> verdict = gt.check(cournot, "stable_replies")
    >>> verdict.holds, round(verdict.certificate["radius"], 9), round(verdict.certificate["damping_below"], 9)
    (False, 1.0, 1.0)
    >>> gt.check(cournot, "stable_replies:simultaneous=false").holds
    True
    """
    matrix, owner = _jacobian(game), game.owner
    for player, name in enumerate(game.players):
        mine = owner == player
        if monotonicity(matrix[np.ix_(mine, mine)]) <= 0:
            raise InvalidInputError(f"stable_replies needs strictly concave payoffs. Got that of {name}.")
    values = np.linalg.eigvals(reply_map(matrix, owner, simultaneous=simultaneous))
    radius = float(np.abs(values).max())
    gaps = 1 - values
    damping = float((2 * gaps.real / np.abs(gaps) ** 2).min()) if (gaps.real > 0).all() else None
    certificate = {
        "kind": "none",
        "why": "eigenvalues in floating point",
        "radius": radius,
        "eigenvalues": [[float(v.real), float(v.imag)] for v in values],
        "damping_below": damping if simultaneous else None,
    }
    order = "at once" if simultaneous else "in turn"
    statement = f"best replies {order} return to an interior equilibrium (spectral radius below 1)"
    return Verdict("game", "stable_replies", statement, radius < 1 - 1e-12, 1 - radius, "", (), certificate)


def _jacobian(game: ContinuousGame) -> FloatArray:
    """Derivative of the pseudo-gradient, at the equilibrium where it is not the same everywhere."""
    if is_quadratic(game):
        return dense_jacobian(game)
    found = solve(game)
    if not len(found):
        raise InvalidInputError(f"stable_replies needs an equilibrium. Got none: {found.finding}")
    return cross_derivatives(game, np.concatenate(found[0].strategies))


def reply_map(jacobian: FloatArray, owner: IntArray, *, simultaneous: bool) -> FloatArray:
    """Matrix that takes a deviation of the profile to that of the next round."""
    own = np.equal.outer(owner, owner)
    earlier = np.greater.outer(owner, owner)
    kept = jacobian * (own if simultaneous else own | earlier)
    return np.asarray(-np.linalg.solve(kept, jacobian - kept))
