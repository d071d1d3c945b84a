"""The best action of a leader in a finite game, by looking at what the others answer to each."""

from __future__ import annotations

import numpy as np

from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg.led_table import LedTable
from gametrade.registry import solvers
from gametrade.solvers.pure_equilibria import pure_strategies
from gametrade.typing import FloatArray, IntArray


@solvers.register(plays=("LedTable",), first_choice_for=("LedTable",), source="von Stackelberg 1934")
def leader_enumeration(game: LedTable) -> Solution:
    r"""Find the leader's best action, for followers who favour it where they are indifferent and for those who do not.

    Parameters
    ----------
    game : LedTable
        A finite game and its leader.

    Returns
    -------
    Solution
        Every best action with the followers' answer; where ties of the followers matter first those of the optimistic,
        then those of the pessimistic leader. Complete with one follower. With several, who may randomise among
        themselves, equilibria without randomising only; an action after which there is none is left out and named.

    Notes
    -----
    For each action a of the leader all pure equilibria E(a) of the game that is left; then
    :math:`\max_a \max_{e \in E(a)} u(a, e)` and :math:`\max_a \min_{e \in E(a)} u(a, e)`. Payoffs are compared as they
    are, without rounding, so regrets are exactly 0. Cost :math:`n \prod_i a_i`.

    Examples
    --------
    The follower is indifferent after the second action:

    >>> import gametrade as gt
    >>> tied = LedTable(gt.NormalFormGame.bimatrix([[2, 0], [3, 1]], [[1, 0], [1, 1]]), "player 1")
    >>> [(one.concept, one.payoffs.tolist()) for one in leader_enumeration(tied)]
    [('Stackelberg, optimistic', [3.0, 1.0]), ('Stackelberg, pessimistic', [2.0, 1.0])]
    """
    answers = [_answers(game, action) for action in range(game.game.shape[game.place])]
    own = [np.array([game.game.at(where.tolist())[game.place] for where in found]) for found in answers]
    names = game.components(game.place)
    silent = [name for name, found in zip(names, answers, strict=True) if not len(found)]
    told = [f"After {name} the others have no equilibrium without randomising." for name in silent]
    if len(silent) == len(names):
        return Solution(game, "leader_enumeration", (), finding=" ".join(told))
    best = max(float(row.max()) for row in own if row.size)
    sure = max(float(row.min()) for row in own if row.size)
    hoped = [(where, best) for found, row in zip(answers, own, strict=True) for where in found[row == best]]
    feared = [
        (where, sure)
        for found, row in zip(answers, own, strict=True)
        for where in found[row == sure]
        if row.min() == sure
    ]
    one = best == sure and len(hoped) == len(feared)
    kinds = (
        [("Stackelberg", hoped)] if one else [("Stackelberg, optimistic", hoped), ("Stackelberg, pessimistic", feared)]
    )
    if game.game.n_players > 2:
        told.append("Followers who randomise among themselves are not looked at.")
    equilibria = tuple(_told(game, where, kind, value, own) for kind, found in kinds for where, value in found)
    return Solution(game, "leader_enumeration", equilibria, complete=game.game.n_players == 2, finding=" ".join(told))


def _answers(game: LedTable, action: int) -> IntArray:
    """Profiles of actions at which no follower gains by another one after the leader's, shape (k, n)."""
    left = game.after(action).payoffs
    followers = [i for i in range(game.game.n_players) if i != game.place]
    gains = np.stack([left[i].max(axis=i, keepdims=True) - left[i] for i in followers])
    found = np.argwhere((gains <= 0).all(axis=0))
    found[:, game.place] = action
    return found


def _told(game: LedTable, where: IntArray, concept: str, value: float, own: list[FloatArray]) -> Equilibrium:
    """One answer; the certificate lists what the leader gets at least and at most after each of its actions."""
    evidence = {
        "kind": "leader_enumeration",
        "actions": where.tolist(),
        "bound": value,
        "after": [[float(row.min()), float(row.max())] if row.size else None for row in own],
    }
    n = game.game.n_players
    strategies = pure_strategies(game.game, where.tolist())
    return Equilibrium(game, strategies, game.game.at(where.tolist()), np.zeros(n), concept, evidence)
