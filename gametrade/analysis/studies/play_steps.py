"""A named system over a community: one game a step, a day or a month, and a year of answers in tables and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from gametrade.analysis.studies.played_steps import Answer, PlayedSteps
from gametrade.community import Community
from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.named_system import named_system
from gametrade.games.pricing.step_numbers import StepNumbers
from gametrade.registry import Entry, systems
from gametrade.solvers.solve import solve
from gametrade.typing import IntArray

UNITS = {"day": "datetime64[D]", "month": "datetime64[M]"}
"""Precision of a clock that tells one period from the next."""


def step_game(
    community: Community,
    system: str,
    step: int | Iterable[int],
    *,
    elasticity: float = 0.3,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """Build a named system from one step of a community, or from several where it plays days or months.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    system : str
        Registered name.
    step : int or iterable of int
        Position of the step, or positions of the steps of a day or a month.
    elasticity : float, default=0.3
        Of demand at the tariff: the utility that explains what homes import.
    options : mapping, optional
        Further keywords of the system's builder, which replace those from the community.

    Returns
    -------
    game or None
        None where there is nothing to play: nobody sells, or nobody buys.

    Raises
    ------
    InvalidInputError
        If the system cannot be built from a community, or the step is not in it.

    Notes
    -----
    What a system takes from meter data, and what is assumed where they say nothing, is the documentation of its
    ``of_step`` trait, shown by ``gametrade games NAME`` and in the reference.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> step_game(street, "usage_charge", 13)
    <UsageChargeGame: 1 followers, price from 0.08 to 0.3>
    """
    entry = _entry(system)
    steps = np.atleast_1d(np.array(step if isinstance(step, int) else list(step), dtype=int))
    if not steps.size or steps.min() < 0 or steps.max() >= community.n_steps:
        raise InvalidInputError(f"step of step_game must be from 0 to {community.n_steps - 1}. Got {step}.")
    if steps.size > 1 and "period" not in entry.traits:
        raise InvalidInputError(f"{system} is played step by step. Got {steps.size} steps.")
    numbers = entry.traits["of_step"](StepNumbers(community, steps, elasticity))
    return None if numbers is None else named_system(entry.name, {**numbers, **(options or {})})


def play_steps(
    community: Community,
    system: str,
    steps: Iterable[int] | None = None,
    *,
    elasticity: float = 0.3,
    solver: str | Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
) -> PlayedSteps:
    """Play a named system in every step of a community, or on every day or in every month where it plays those.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    system : str
        Registered name.
    steps : iterable of int, optional
        Positions of the steps; of a system that plays days or months, those that begin in them. All if not given.
    elasticity : float, default=0.3
        Of demand at the tariff.
    solver : str or callable, optional
        Registered name with options, or any function of the game; the first choice for the system or the kind of game
        if not given. Over a year shorter ways pay: ``"nested_prices:max_rounds=1:deviations=0"`` for sellers'
        competition, ``"nash_seeking:rounds=8000"`` for sellers who know no model.
    options : mapping, optional
        Further keywords of the system's builder.

    Returns
    -------
    PlayedSteps
        Answers with tables and a figure.

    Raises
    ------
    InvalidInputError
        If the system cannot be built from a community.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> play_steps(street, "capacity_sellers").counts()
    {'equilibrium': 9, 'nothing to play': 15}
    """
    entry = _entry(system)
    groups = _groups(community, entry.traits.get("period"), steps)
    answers = []
    for group in groups:
        at = [int(k) for k in group]
        game = step_game(community, system, at, elasticity=elasticity, options=options)
        answers.append(None if game is None else _answer(game, solver or entry.traits.get("answered_by")))
    times = community.times[[group[0] for group in groups]]
    return PlayedSteps(system, times, tuple(answers), community.tariff.currency)


def _answer(game: Any, solver: str | Callable[..., Any] | None) -> Answer:
    """The solution; a solver that fails in one game of a year does not take the others with it."""
    try:
        found: Answer = solve(game, solver)
    except SolverError as failure:
        return failure
    return found


def _entry(system: str) -> Entry:
    """The system, if it says what it takes from a community."""
    entry = systems.get(system)
    if "of_step" not in entry.traits:
        known = ", ".join(other.name for other in systems if "of_step" in other.traits)
        raise InvalidInputError(f"{entry.name} is built from numbers only. From a community: {known}.")
    return entry


def _groups(community: Community, period: str | None, steps: Iterable[int] | None) -> list[IntArray]:
    """Steps of each game: one, or those of a day or a month of the clock on the wall."""
    wanted = np.arange(community.n_steps) if steps is None else np.array(list(steps), dtype=int)
    if wanted.size and (wanted.min() < 0 or wanted.max() >= community.n_steps):
        raise InvalidInputError(f"steps of play_steps must be from 0 to {community.n_steps - 1}.")
    if period is None:
        return [np.array([k]) for k in wanted]
    when = community.local_times().astype(UNITS[period])
    firsts = np.unique(when, return_index=True)[1]
    return [np.flatnonzero(when == when[k]) for k in firsts if k in set(wanted.tolist())]
