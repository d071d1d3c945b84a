"""What is left of a game when dominated actions are struck out, and then those dominated in what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified
from gametrade.solvers.dominance import dominated_actions

KINDS = ("strict", "weak")


@dataclass(frozen=True)
class Elimination:
    """Actions that survive, and how the others went.

    Parameters
    ----------
    kept : tuple of tuple of int
        Positions of the actions of each player that are left.
    rounds : tuple of mappings
        JSON-ready: round, player, action, and the mixture by which it is dominated.
    """

    kept: tuple[tuple[int, ...], ...]
    rounds: tuple[Mapping[str, Any], ...]


@solvers.register(
    plays=("NormalFormGame",),
    source="Bernheim 1984, 10.2307/1911196; Pearce 1984",
    variants=({"dominance": "weak"},),
)
def iterated_elimination(game: NormalFormGame, *, dominance: str = "strict", mixed: bool = True) -> Solution:
    """Strike out dominated actions of all players, round by round, until none is left.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    dominance : {"strict", "weak"}
        Strict: beaten against everything the others do. Weak: never better and sometimes worse.
    mixed : bool, default=True
        Whether mixtures of actions may dominate, or single actions only.

    Returns
    -------
    Solution
        The equilibrium, if one profile is left; `trace` holds every action that went with the mixture that beats it.
        Strict: the equilibrium is the only one. Weak: it is an equilibrium, but others may have been struck out, and
        which are left can depend on the order; here all weakly dominated actions of all players go at once.

    Raises
    ------
    InvalidInputError
        If `dominance` is neither.

    Notes
    -----
    What survives strict elimination does not depend on the order, and holds every equilibrium, also every correlated
    one. Decided by linear programs in whole numbers, one for each action that is a best reply to no profile.

    References
    ----------
    .. [1] B. D. Bernheim, "Rationalizable strategic behavior", Econometrica 52 (1984) 1007-1028.
       :doi:`10.2307/1911196`
    .. [2] D. G. Pearce, "Rationalizable strategic behavior and the problem of perfection", Econometrica 52 (1984)
       1029-1050.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.NormalFormGame.bimatrix([[3, 0], [0, 3], [1, 1]], [[1, 0], [1, 0], [0, 9]])
    >>> answer = iterated_elimination(game)
    >>> answer.complete, [step["action"] for step in answer.trace]
    (True, ['3', '2', '2'])
    """
    left = eliminate(game, dominance=dominance, mixed=mixed)
    if any(len(row) > 1 for row in left.kept):
        sizes = " x ".join(str(len(row)) for row in left.kept)
        return Solution(game, "iterated_elimination", (), finding=f"{sizes} actions are left.", trace=left.rounds)
    profile = [[Fraction(k == row[0]) for k in range(size)] for row, size in zip(left.kept, game.shape, strict=True)]
    equilibrium = certified(game, profile)
    if equilibrium is None:
        raise SolverError("iterated_elimination left a profile that is no equilibrium.", "regret above zero")
    strict = dominance == "strict"
    finding = "One profile is left." if strict else "One profile is left; other equilibria may have been struck out."
    return Solution(game, "iterated_elimination", (equilibrium,), strict, finding, left.rounds)


def eliminate(game: NormalFormGame, *, dominance: str = "strict", mixed: bool = True) -> Elimination:
    """Strike out dominated actions of all players, round by round.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    dominance : {"strict", "weak"}
        As in :func:`iterated_elimination`.
    mixed : bool, default=True
        Whether mixtures of actions may dominate.

    Returns
    -------
    Elimination
        What is left, and how the rest went.

    Raises
    ------
    InvalidInputError
        If `dominance` is neither.
    """
    if dominance not in KINDS:
        raise InvalidInputError(f"dominance of iterated_elimination must be one of {KINDS}. Got {dominance!r}.")
    kept = [list(range(size)) for size in game.shape]
    rounds: list[dict[str, Any]] = []
    while True:
        gone = [
            dominated
            for player in range(game.n_players)
            for dominated in dominated_actions(game, player, kept, weak=dominance == "weak", mixed=mixed)
        ]
        if not gone:
            return Elimination(tuple(map(tuple, kept)), tuple(rounds))
        step = 1 + (rounds[-1]["round"] if rounds else 0)
        rounds += [{"round": step, **dominated.told(game)} for dominated in gone]
        for dominated in gone:
            kept[dominated.player].remove(dominated.action)
