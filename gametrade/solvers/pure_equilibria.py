"""Equilibria in which nobody randomises, by looking at every profile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.typing import FloatArray


@solvers.register(plays=("NormalFormGame",), source="Nash 1951, 10.2307/1969529", first_choice_for=("NormalFormGame",))
def pure_equilibria(game: NormalFormGame, *, epsilon: float = 0.0) -> Solution:
    r"""List every profile of actions from which nobody gains more than epsilon by changing its own.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    epsilon : float, default=0
        Gain that is not worth a change. [unit of the game]

    Returns
    -------
    Solution
        All of them, in order of actions; complete, because every profile was examined.

    Notes
    -----
    Payoffs are compared as they are, without rounding. Cost :math:`n \prod_i a_i`.

    References
    ----------
    .. [1] J. Nash, "Non-cooperative games", Ann. Math. 54 (1951) 286-295. :doi:`10.2307/1969529`

    Examples
    --------
    >>> import gametrade as gt
    >>> chicken = gt.NormalFormGame.bimatrix([[0, -1], [1, -9]], [[0, 1], [-1, -9]])
    >>> [equilibrium.payoffs.tolist() for equilibrium in pure_equilibria(chicken)]
    [[-1.0, 1.0], [1.0, -1.0]]
    """
    gain = np.stack([game.payoffs[i].max(axis=i, keepdims=True) - game.payoffs[i] for i in range(game.n_players)])
    found = np.argwhere((gain <= epsilon).all(axis=0))
    concept = "Nash" if epsilon == 0 else f"epsilon-Nash ({epsilon:g})"
    equilibria = tuple(
        Equilibrium(
            game,
            pure_strategies(game, where),
            game.at(where),
            np.array([table[tuple(where)] for table in gain]),
            concept,
            {"kind": "regret", "actions": where},
        )
        for where in found.tolist()
    )
    finding = "" if equilibria else "No profile of actions is an equilibrium; only mixed strategies can be."
    return Solution(game, "pure_equilibria", equilibria, complete=True, finding=finding)


def pure_strategies(game: NormalFormGame, where: Sequence[int]) -> tuple[FloatArray, ...]:
    """All probability on one action of each player."""
    return tuple(np.eye(size)[k] for size, k in zip(game.shape, where, strict=True))
