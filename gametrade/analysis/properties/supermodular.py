"""Whether a higher action of one player makes higher actions of the others pay more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.analysis.properties.finite_game import at, common_scale, slack, verdict
from gametrade.analysis.verdict import Verdict
from gametrade.errors import UnknownNameError
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties


@properties.register(
    of="strategic", plays=("NormalFormGame",), enumerates=("NormalFormGame",), source="Topkis 1979, 10.1137/0317054"
)
def supermodular(game: NormalFormGame, *, reversed_players: Sequence[str] = (), exact: bool = False) -> Verdict:
    r"""What a player gains by its next higher action rises with the actions of the others.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players; actions are ordered as they are listed, prices or quantities from low to high.
    reversed_players : sequence of str, optional
        Players whose actions count from high to low, as one of two sellers who compete in quantities.
    exact : bool, default=False
        Decide without tolerance.

    Returns
    -------
    Verdict
        Margin: least :math:`u_i(a_i^+, a_j^+) - u_i(a_i, a_j^+) - u_i(a_i^+, a_j) + u_i(a_i, a_j)` over neighbouring
        actions of all pairs. Witness: the player whose payoff it is, and the other. 0 and nobody if nobody has two
        actions.

    Raises
    ------
    UnknownNameError
        If a reversed player is none of the game.

    Notes
    -----
    Then a lowest and a highest pure equilibrium exist, best replies from the lowest and the highest actions lead to
    them, and they bracket every equilibrium [1]_. All second differences in whole numbers.

    References
    ----------
    .. [1] D. M. Topkis, "Equilibrium points in nonzero-sum n-person submodular games", SIAM J. Control Optim. 17 (1979)
       773-787. :doi:`10.1137/0317054`

    Examples
    --------
    >>> import gametrade as gt
    >>> profit = lambda p, q: (p - 1) * (6 - 2 * p + q)
    >>> prices = [1, 2, 3, 4]
    >>> table = [[profit(p, q) for q in prices] for p in prices]
    >>> bertrand = gt.NormalFormGame.bimatrix(table, [list(row) for row in zip(*table)])
    >>> gt.check(bertrand, "supermodular").margin
    1.0
    """
    for name in reversed_players:
        if name not in game.players:
            raise UnknownNameError("player in reversed_players", name, game.players)
    table, denominator = common_scale(game)
    flips = [player for player, name in enumerate(game.players) if name in reversed_players]
    if flips:
        table = np.flip(table, axis=tuple(player + 1 for player in flips))
    several = [player for player, size in enumerate(game.shape) if size > 1]
    found = [_least(table, i, j) for i, j in itertools.permutations(several, 2)]
    tolerance = slack(game, exact)
    statement = "gains by the next higher action rise with the others' actions"
    statement += " exactly" if exact else f" (least difference >= -{float(tolerance):.6g})"
    if not found:
        return verdict(game, "supermodular", statement, True, certificate={"kind": "differences", "count": 0})
    least, i, j, where = min(found)
    profile = [size - 1 - k if p in flips else k for p, (k, size) in enumerate(zip(where, game.shape, strict=True))]
    margin = Fraction(least, denominator)
    certificate = {"kind": "differences", "player": game.players[i], "other": game.players[j], "at": at(game, profile)}
    certificate["margin"] = str(margin)
    who = (game.players[i], game.players[j])
    return verdict(
        game, "supermodular", statement, margin >= -tolerance, margin=margin, witness=who, certificate=certificate
    )


def _least(table: np.ndarray, i: int, j: int) -> tuple[int, int, int, tuple[int, ...]]:
    """Least second difference of the payoffs of i along its own actions and those of j, and the lower profile."""
    second = np.diff(np.diff(table[i], axis=i), axis=j)
    flat = second.ravel().tolist()
    k = min(range(len(flat)), key=flat.__getitem__)
    return flat[k], i, j, tuple(int(p) for p in np.unravel_index(k, second.shape))
