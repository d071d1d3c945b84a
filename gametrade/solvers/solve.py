"""The verb of every game that is played rather than shared: find equilibria, or an agreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from gametrade.errors import InvalidInputError
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.games.equilibrium import Solution, StrategicGame
from gametrade.registry import Entry, bargains, solvers


@overload
def solve(game: BargainingProblem, solver: str | Callable[..., Any] | None = ..., **options: Any) -> Agreement: ...
@overload
def solve(game: StrategicGame, solver: str | Callable[..., Any] | None = ..., **options: Any) -> Solution: ...
def solve(
    game: StrategicGame | BargainingProblem, solver: str | Callable[..., Any] | None = None, **options: Any
) -> Solution | Agreement:
    """Answer a game by one solver.

    Parameters
    ----------
    game : StrategicGame or BargainingProblem
        A finite, continuous, Stackelberg or population game, or a bargaining problem.
    solver : str or callable, optional
        Registered name, optionally with options as in ``"nash_bargaining:weights=..."``, or any function of
        the game. The first choice for the kind of game if not given.
    **options
        Options of the solver; a misspelled one is an error that names the solver.

    Returns
    -------
    Solution or Agreement
        Equilibria with regrets bounded, or why there are none; of a bargaining problem the agreement.

    Raises
    ------
    UnknownNameError
        If there is no such solver or option.
    InvalidInputError
        If the solver is for another kind of game.

    Examples
    --------
    >>> import gametrade as gt
    >>> dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> gt.solve(dilemma, "pure_equilibria")[0].payoffs
    array([1., 1.])
    """
    registry = bargains if isinstance(game, BargainingProblem) else solvers
    name = _first_choice(game) if solver is None else solver
    entry, written = registry.resolve(name)
    if not plays(entry, game):
        kinds = ", ".join(entry.traits["plays"])
        raise InvalidInputError(f"{entry.name} solves {kinds}. Got a {type(game).__name__}.")
    answer: Solution | Agreement = entry.function(game, **{**written, **options})
    return answer


def plays(entry: Entry, game: object) -> bool:
    """Whether a solver is for games of this kind, or of a kind that this one is a special case of."""
    kinds = entry.traits.get("plays")
    return kinds is None or any(kind.__name__ in kinds for kind in type(game).__mro__)


def _first_choice(game: StrategicGame | BargainingProblem) -> str:
    """The solver that declares itself the first choice for this kind of game, the most special kind first."""
    if isinstance(game, BargainingProblem):
        return "nash_bargaining"
    for kind in type(game).__mro__:
        fitting = [
            e for e in solvers if kind.__name__ in e.traits.get("first_choice_for", ()) and _small_enough(e, game)
        ]
        if fitting:
            return max(fitting, key=lambda entry: len({"players", "most_actions"} & set(entry.traits))).name
    raise InvalidInputError(f"solve knows no first choice for a {type(game).__name__}; name a solver.")


def _small_enough(entry: Entry, game: StrategicGame) -> bool:
    """Whether a game has the number of players, and few enough actions, for which a solver is the first choice."""
    shape = getattr(game, "shape", ())
    return entry.traits.get("players", len(game.players)) == len(game.players) and max(shape, default=0) <= (
        entry.traits.get("most_actions") or max(shape, default=0)
    )
