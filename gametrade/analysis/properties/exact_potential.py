"""Whether one function tells what every player gains by every change of its own."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np

from gametrade.analysis.properties.finite_game import at, common_scale, slack, verdict
from gametrade.analysis.properties.quadratic_potential import quadratic_potential
from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.sparse_quadratic import AnyQuadratic
from gametrade.registry import properties

Cycle = tuple[Fraction, int, int, tuple[int, ...]]
"""What going round is worth, the two players who move, and the profile that is opposite the first actions."""


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "QuadraticGame", "SparseQuadraticGame"),
    enumerates=("NormalFormGame", "QuadraticGame", "SparseQuadraticGame"),
    source="Monderer and Shapley 1996, 10.1006/game.1996.0044",
)
def exact_potential(game: NormalFormGame | AnyQuadratic, *, exact: bool = False) -> Verdict:
    r"""One function of the profile changes by exactly what the player who moves gains.

    Parameters
    ----------
    game : NormalFormGame, QuadraticGame or SparseQuadraticGame
        Any number of players.
    exact : bool, default=False
        Decide without tolerance; payoffs that were rounded to floats are then rarely a potential game.

    Returns
    -------
    Verdict
        Margin: minus the most that four moves of two players, back to where they began, are worth. Witness: those
        players. The certificate holds the potential, as fractions in the shape of the profiles, or the cycle. Of a
        quadratic game: minus the largest difference of cross-derivatives of two players; the potential is
        :math:`-\tfrac12 x^T J x - c^T x` with the Jacobian J and the offset c of the pseudo-gradient.

    Notes
    -----
    A potential exists if and only if the gains of the movers add up to zero on every cycle of four moves [1]_; cycles
    through the first actions suffice. Then best replies in turn never go round, and a maximum of the potential is a
    pure equilibrium. Computed in whole numbers: n^2 second differences of every payoff.

    References
    ----------
    .. [1] D. Monderer and L. S. Shapley, "Potential games", Games Econ. Behav. 14 (1996) 124-143.
       :doi:`10.1006/game.1996.0044`

    Examples
    --------
    >>> import gametrade as gt
    >>> dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> gt.check(dilemma, "exact_potential").certificate["potential"]
    [['0', '2'], ['2', '3']]
    >>> gt.check(gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]]), "exact_potential").margin
    -8.0
    """
    if not isinstance(game, NormalFormGame):
        return quadratic_potential(game, exact=exact)
    table, denominator = common_scale(game)
    worst = max(_cycles(game, table), key=lambda cycle: abs(cycle[0]), default=None)
    statement = "the gains of the movers add up to zero on every cycle of four moves"
    statement += " exactly" if exact else f" (|sum| <= {float(slack(game, exact)):.6g})"
    off = abs(Fraction(worst[0]) / denominator) if worst else Fraction(0)
    who = tuple(game.players[k] for k in worst[1:3]) if worst else game.players
    if off > slack(game, exact):
        _, i, j, where = worst  # type: ignore[misc]
        certificate = {"kind": "cycle", "profiles": _corners(game, i, j, where), "sum": str(off)}
        return verdict(game, "exact_potential", statement, False, margin=-off, witness=who, certificate=certificate)
    potential = potential_of(table)
    told = np.array([str(Fraction(value, denominator)) for value in potential.ravel().tolist()])
    certificate = {"kind": "potential", "potential": told.reshape(game.shape).tolist()}
    return verdict(game, "exact_potential", statement, True, margin=-off, witness=who, certificate=certificate)


def potential_of(table: np.ndarray) -> np.ndarray:
    """Add up the gains of the players who move one after the other from their first actions.

    Parameters
    ----------
    table : ndarray of shape (n, a_1, ..., a_n)
        Payoffs.

    Returns
    -------
    ndarray of shape (a_1, ..., a_n)
        The only candidate for a potential that is 0 at the first actions.
    """
    n = len(table)
    total = np.zeros(table.shape[1:], dtype=table.dtype)
    for player in range(n):
        still = (slice(None),) * (player + 1) + (slice(0, 1),) * (n - player - 1)
        lane = table[player][still]
        before = lane[(slice(None),) * player + (slice(0, 1),)]
        total = total + (lane - before)
    return total


def _cycles(game: NormalFormGame, table: np.ndarray) -> list[Cycle]:
    """For every two players the cycle through their first actions that is worth most."""
    found = []
    for i, j in itertools.combinations(range(game.n_players), 2):
        ahead = table[i] - table[j]
        for player in (i, j):
            ahead = ahead - np.take(ahead, [0], axis=player)
        flat = ahead.ravel().tolist()
        k = max(range(len(flat)), key=lambda position: abs(flat[position]))
        found.append((flat[k], i, j, tuple(int(p) for p in np.unravel_index(k, ahead.shape))))
    return found


def _corners(game: NormalFormGame, i: int, j: int, where: tuple[int, ...]) -> list[list[str]]:
    """The four profiles of a cycle in order."""
    corners = []
    for first, second in ((0, 0), (where[i], 0), (where[i], where[j]), (0, where[j])):
        profile = list(where)
        profile[i], profile[j] = first, second
        corners.append(at(game, profile))
    return corners
