"""What the core itself looks like, beside the rules: its ends, its numbers, how to get into it, and what it bears."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gametrade.analysis.rule_stability import RuleStability
from gametrade.errors import InvalidInputError, SolverError, TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.solvers.core_body import PLAYERS as BODY_PLAYERS
from gametrade.solvers.core_body import CoreBody, core_body
from gametrade.solvers.core_intervals import CoreIntervals, core_intervals
from gametrade.solvers.core_picture import CoreSlice, core_slice
from gametrade.solvers.cost_of_stability import CostOfStability, cost_of_stability, stable_at_prices
from gametrade.solvers.fee_limits import FeeLimits, fee_limits
from gametrade.solvers.least_core_value import LeastCore, least_core_value
from gametrade.solvers.nearest_core_allocation import NearestCoreAllocation, nearest_core_allocation
from gametrade.solvers.population_monotonicity import PopulationMonotonicity, population_monotonicity
from gametrade.solvers.row_generation import LeastCoreBracket, least_core_by_rows

PARTS = ("intervals", "numbers", "projection", "joining", "fees", "picture")
"""Parts of the section, by name."""

WHOLE = ("core", "none", "market", "formation", "competition")
"""Other names of sections: all parts, nothing, and the sections on mechanisms and on who joins whom."""

CHEAP_PLAYERS = 16
"""Most players for which the section is made without being asked for."""

CHEAP_PROGRAM_PLAYERS = 6
"""Most players where each value is a linear program."""

CHEAP_HOME_STEPS = 2_000
"""Most settlement steps, times players, of such a game: six homes for 13 days of hours."""

PICTURE_PLAYERS = 16
"""Most players for which the values of all coalitions are read for a picture."""

PROGRAM_PICTURE_PLAYERS = 8
"""Fewer where each value is a linear program."""

MAIN_RULES = ("mid_market_rate", "competitive_price", "shapley", "nucleolus")
"""Rules for which every home is taken out once."""

PATIENCE = 60.0
"""Longest time of one program; what is not reached by then is a bracket. [s]"""


@dataclass(frozen=True, eq=False, slots=True)
class CoreNumbers:
    """Three numbers that are often taken for one another.

    Parameters
    ----------
    tightest : LeastCore
        Largest gain from leaving under the payoffs that make it smallest; negative if the core has room. [money]
    stability : CostOfStability
        Least money from outside with which some payoffs are stable: 0 if the core is not empty. [money]
    least_subsidy, least_subsidy_lower : float
        Least money on top of the headline rule's payoffs with which nobody leaves, and its bound. [money]
    """

    tightest: LeastCore | LeastCoreBracket
    stability: CostOfStability
    least_subsidy: float
    least_subsidy_lower: float

    @property
    def least_core(self) -> float:
        """Least-core value, or its lower bound where the search ran out of time. [money]"""
        return self.tightest.epsilon if isinstance(self.tightest, LeastCore) else self.tightest.lower_bound

    @property
    def cost_of_stability(self) -> float:
        """Cost of stability. [money]"""
        return self.stability.subsidy


@dataclass(frozen=True, eq=False, slots=True)
class CoreSection:
    """The core of a game, beside the rules of a study.

    Parameters
    ----------
    rule : str
        The headline rule, which the projection and the subsidy are about.
    intervals : CoreIntervals or None
        Least and most that each player gets in the core.
    numbers : CoreNumbers or None
        Least-core value, cost of stability and least subsidy.
    projection, fee_projection : NearestCoreAllocation or None
        The core allocation that moves least money, and the one that takes least from anybody.
    joining : tuple of PopulationMonotonicity
        For each main rule, what everybody has because each other one is there.
    fees : FeeLimits or None
        Largest fees that the community bears.
    picture : CoreSlice, CoreBody or None
        The core of three or four players, or its slice through three of them.
    left_out : mapping of str to str
        Parts that were not made, and why.
    """

    rule: str
    intervals: CoreIntervals | None = None
    numbers: CoreNumbers | None = None
    projection: NearestCoreAllocation | None = None
    fee_projection: NearestCoreAllocation | None = None
    joining: tuple[PopulationMonotonicity, ...] = ()
    fees: FeeLimits | None = None
    picture: CoreSlice | CoreBody | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)


def wanted_parts(sections: str | Iterable[str] | None, game: CoalitionalGame) -> tuple[str, ...]:
    """Which parts to make: those asked for, or all where they are cheap.

    Parameters
    ----------
    sections : str or iterable of str, optional
        "core" for all parts, names of parts, or nothing; None decides by the size of the game. The picture may name the
        three players that it looks at, as in ``"picture:Ada,Bob,Cy"``.
    game : CoalitionalGame
        n players.

    Returns
    -------
    tuple of str
        In reading order.

    Raises
    ------
    UnknownNameError
        If there is no such part.
    InvalidInputError
        If something is not a name.
    """
    if sections is None:
        return PARTS if _cheap(game) else ()
    if not isinstance(sections, str | Iterable):
        raise InvalidInputError(f"sections must be 'core' or names among {', '.join(PARTS)}. Got {sections!r:.60}.")
    asked: dict[str, str] = {}
    for name in [sections] if isinstance(sections, str) else sections:
        if not isinstance(name, str):
            raise InvalidInputError(f"sections must be names among {', '.join(PARTS)}. Got {name!r:.60}.")
        part, _, three = name.partition(":")
        if part not in (*WHOLE, *PARTS):
            raise UnknownNameError("section", name, (*WHOLE, *PARTS))
        if three:
            _check_three(part, three, game)
        asked[part] = name if three else asked.get(part, name)
    return tuple(asked.get(name, name) for name in PARTS if "core" in asked or name in asked)


def _cheap(game: CoalitionalGame) -> bool:
    if isinstance(game, DispatchGame):
        few = game.n_players <= CHEAP_PROGRAM_PLAYERS
        return few and game.n_players * game.community.n_steps <= CHEAP_HOME_STEPS
    return game.n_players <= CHEAP_PLAYERS


def _check_three(part: str, names: str, game: CoalitionalGame) -> None:
    """Only a picture is of somebody, and then of three different players."""
    if part != "picture":
        raise InvalidInputError(f"the section {part} takes no players. Got {names!r:.60}.")
    if game.members(names.split(",")).sum() != 3:
        raise InvalidInputError(f"players of the section picture must be three different ones. Got {names!r:.60}.")


def core_section(
    game: CoalitionalGame, main: RuleStability, rules: Iterable[str], parts: tuple[str, ...]
) -> CoreSection:
    """Make the parts of the section that can be made; the others say why not.

    Parameters
    ----------
    game : CoalitionalGame
        The game of the study.
    main : RuleStability
        The headline rule.
    rules : iterable of str
        Rules of the study.
    parts : tuple of str
        Names of parts.

    Returns
    -------
    CoreSection
        What was found.
    """
    payoffs = main.allocation.payoffs
    balanced = abs(main.allocation.imbalance) <= main.allocation.tolerance
    chosen = next((part.partition(":")[2] for part in parts if part.startswith("picture:")), "")
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "intervals": lambda: {"intervals": core_intervals(game, seconds=PATIENCE)},
        "numbers": lambda: {"numbers": core_numbers(game, main)},
        "projection": lambda: {
            "projection": nearest_core_allocation(game, payoffs, norm="l1", seconds=PATIENCE),
            "fee_projection": nearest_core_allocation(game, payoffs, norm="fee", seconds=PATIENCE),
        },
        "joining": lambda: {"joining": joining(game, rules)},
        "fees": lambda: {"fees": fee_limits(game, payoffs, seconds=PATIENCE)},
        "picture": lambda: {"picture": picture(game, payoffs if balanced else None, chosen)},
    }
    made: dict[str, Any] = {}
    left_out: dict[str, str] = {}
    for part in (name.partition(":")[0] for name in parts):
        try:
            made.update(makers[part]())
        except (InvalidInputError, SolverError, TooManyPlayersError) as reason:
            left_out[part] = str(reason)
    return CoreSection(main.rule, **made, left_out=left_out)


def core_numbers(game: CoalitionalGame, main: RuleStability) -> CoreNumbers:
    """Find the three numbers; the subsidy is that of the whole period."""
    if main.contract != "whole":
        raise InvalidInputError("the three numbers are about the whole period, and the headline numbers are not.")
    subsidy = main.subsidy.upper_bound, main.subsidy.lower_bound
    if isinstance(game, SharingGame | IndividualTariffGame) and game.n_players > CHEAP_PLAYERS:
        by_rows = least_core_by_rows(game, seconds=PATIENCE, stored=True)
        return CoreNumbers(by_rows, stable_at_prices(game), *subsidy)
    return CoreNumbers(least_core_value(game), cost_of_stability(game), *subsidy)


def joining(game: CoalitionalGame, rules: Iterable[str]) -> tuple[PopulationMonotonicity, ...]:
    """Take every player out once, under those main rules that the study examined."""
    asked = set(rules)
    fit = [rule for rule in MAIN_RULES if rule in asked]
    if game.n_players > (PROGRAM_PICTURE_PLAYERS if isinstance(game, DispatchGame) else CHEAP_PLAYERS):
        fit = [rule for rule in fit if rule not in ("shapley", "nucleolus")]
    if not fit:
        raise InvalidInputError(f"none of the rules {', '.join(MAIN_RULES)} was examined.")
    return tuple(population_monotonicity(game, rule) for rule in fit)


def picture(game: CoalitionalGame, payoffs: np.ndarray | None, chosen: str = "") -> CoreSlice | CoreBody:
    """All of the core of three or four players, else its slice through those chosen or whose payoffs vary most."""
    most = PROGRAM_PICTURE_PLAYERS if isinstance(game, DispatchGame) else PICTURE_PLAYERS
    if game.n_players > most:
        raise TooManyPlayersError(
            f"a picture reads the values of all coalitions and stops at {PICTURE_PLAYERS} players, with batteries at "
            f"{PROGRAM_PICTURE_PLAYERS}. Got {game.n_players}."
        )
    if game.n_players < 3:
        raise InvalidInputError("the core of two players is an interval, so there is nothing to draw.")
    start = np.asarray(game.single_values + (game.grand_value - game.single_values.sum()) / game.n_players)
    base = nearest_core_allocation(game, start if payoffs is None else payoffs, norm="l2", seconds=PATIENCE)
    if base.epsilon > game.tolerance:
        raise InvalidInputError("the core is empty, so there is nothing to draw.")
    if game.n_players == BODY_PLAYERS and not chosen:
        return core_body(game)
    if chosen:
        return core_slice(game, base.payoffs, game.labels(game.members(chosen.split(","))))
    widest = core_intervals(game, seconds=PATIENCE)
    order = np.argsort(-(widest.high - widest.low), kind="stable")[:3]
    return core_slice(game, base.payoffs, [game.players[i] for i in sorted(order)])
