"""Solve a strategic game and ask every property of it: the equilibrium-property report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gametrade.analysis.closed_forms import closed_form
from gametrade.analysis.comparative_statics import ComparativeStatics, comparative_statics, parameters_of
from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.verdict import Verdict
from gametrade.errors import GametradeError, InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.continuous import ContinuousGame
from gametrade.games.described import Described, described, described_game, description_of
from gametrade.games.equilibrium import Solution, StrategicGame
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties as registered
from gametrade.solvers.solve import plays, solve

MOST_VARIABLES = 24
"""Variables up to which an adjustment process and comparative statics are computed without being asked for."""

MOST_PARAMETERS = 8
"""Parameters that are moved without being asked for."""

Property = str | Callable[..., Verdict]


def analyse_equilibria(
    game: StrategicGame | Described | Mapping[str, Any],
    solver: str | Callable[..., Any] | None = None,
    *,
    properties: Sequence[Property] | None = None,
    parameters: Sequence[str] | None = None,
) -> EquilibriumStudy:
    """Find the equilibria of a game and decide every registered property that applies.

    Parameters
    ----------
    game : StrategicGame, Described or mapping
        A game, or its description as in a game file; comparative statics need the description.
    solver : str or callable, optional
        Solver with its options; the first choice for the kind of game if not given.
    properties : sequence of str or callable, optional
        Properties to decide; all that are registered for this kind of game if not given.
    parameters : sequence of str, optional
        Numbers of the description with which the first equilibrium is moved; the first eight if not given.

    Returns
    -------
    EquilibriumStudy
        A property or a parameter that cannot be asked of this game is left out with the reason.

    Raises
    ------
    InvalidInputError
        If this is no strategic game, or the solver refuses it.

    Examples
    --------
    >>> import gametrade as gt
    >>> study = gt.analyse_equilibria(gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    >>> len(study), study["exact_potential"].holds, study["price_of_anarchy"].certificate["ratio"]
    (1, True, 3.0)
    """
    given = _described(game)
    solution = solve(given.game, solver)
    decided, skipped = _decide(given.game, properties)
    name = solver if isinstance(solver, str) else None
    statics, unmoved = _statics(given, solution, name, parameters)
    dynamics = _dynamics(given.game)
    letters = closed_form(given.description, solution[0]) if len(solution) else None
    notes = _notes(given, solution, dynamics, statics)
    return EquilibriumStudy(
        given.game,
        solution,
        decided,
        {**skipped, **unmoved},
        statics,
        dynamics,
        dict(given.description) or None,
        notes,
        properties is None,
        name or "",
        letters,
    )


def _described(game: StrategicGame | Described | Mapping[str, Any]) -> Described:
    """The game beside its data; no data where they are not known."""
    if isinstance(game, Described):
        return game
    if isinstance(game, Mapping):
        return described(game)
    if isinstance(game, CoalitionalGame) or not hasattr(game, "components"):
        raise InvalidInputError(
            f"game of analyse_equilibria must have strategies. Got {type(game).__name__}; "
            "analyse_stability examines games of coalitions."
        )
    return Described(game, description_of(game) or {})


def _decide(game: StrategicGame, wanted: Sequence[Property] | None) -> tuple[tuple[Verdict, ...], dict[str, str]]:
    """Every property that applies, and why others do not."""
    asked: list[Property] = list(wanted) if wanted is not None else [e.name for e in registered if _applies(e, game)]
    decided, skipped = [], {}
    for name in asked:
        entry, options = registered.resolve(name)
        if wanted is not None and not _applies(entry, game) and "of" in entry.traits:
            raise UnknownNameError("property of this game", name, [e.name for e in registered if _applies(e, game)])
        try:
            decided.append(entry.function(game, **options))
        except GametradeError as reason:
            skipped[str(name) if isinstance(name, str) else entry.name] = str(reason)
    return tuple(decided), skipped


def _applies(entry: Any, game: StrategicGame) -> bool:
    return entry.traits.get("of") == "strategic" and plays(entry, game)


def _statics(
    given: Described, solution: Solution, solver: str | None, wanted: Sequence[str] | None
) -> tuple[tuple[ComparativeStatics, ...], dict[str, str]]:
    """How the first equilibrium moves with each parameter."""
    small = len(solution) > 0 and sum(map(len, solution[0].strategies)) <= MOST_VARIABLES
    known = parameters_of(given.description) if given.description and small else []
    moved, left = [], {}
    for parameter in known[:MOST_PARAMETERS] if wanted is None else wanted:
        try:
            moved.append(comparative_statics(described_game, given.description, parameter, solver=solver))
        except GametradeError as reason:
            if wanted is not None:
                raise
            left[f"comparative statics of {parameter}"] = str(reason)
    return tuple(moved), left


def _dynamics(game: StrategicGame) -> Solution | None:
    """Best replies in turn, or the replicator equation, from their usual start."""
    size = sum(game.shape) if isinstance(game, NormalFormGame | EvolutionaryGame) else getattr(game, "dimension", 0)
    if not 0 < size <= MOST_VARIABLES:
        return None
    try:
        if isinstance(game, ContinuousGame):
            return solve(game, "best_response", max_rounds=500)
        return solve(game, "replicator_dynamics")
    except GametradeError:
        return None


def _notes(
    given: Described, solution: Solution, dynamics: Solution | None, statics: tuple[ComparativeStatics, ...]
) -> tuple[str, ...]:
    """Assumptions, method and exactness."""
    notes = [
        f"Solver: {solution.solver}. Regret is the most that a player could gain by changing its strategy alone; every "
        "bound carries a certificate that gametrade verify checks without a solver."
    ]
    if solution.finding and len(solution) and not solution.finding.startswith("Nothing says"):
        notes.append(f"What the solver found: {solution.finding}")
    if solution.complete:
        notes.append("The list is complete for what the solver looks for: there are no other equilibria of that kind.")
    elif len(solution):
        notes.append("Nothing says that there are no other equilibria.")
    if given.description:
        data = given.description
        origin = f"system {data['system']}" if "system" in data else "payoffs given in full"
        notes.append(f"Game: {origin}; the report holds its data.")
    else:
        notes.append("The report holds no data of the game, so its claims cannot be verified from it alone.")
    if dynamics is not None:
        notes.append(
            f"Adjustment: {dynamics.solver}, {dynamics.finding or 'it settled'} A trajectory is evidence, no proof."
        )
    if statics:
        notes.append(
            "Comparative statics are central differences with their error, of the equilibrium listed first; numeric "
            "derivatives are evidence, no proof."
        )
    if any(not np.isfinite(equilibrium.regrets).all() for equilibrium in solution):
        notes.append("A regret without a number has no bound: what is shown is computed, not certified.")
    return tuple(notes)
