"""Stable choices of providers, all of them, in markets of few homes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import all_coalitions
from gametrade.games.competition import ProviderMarket, ProviderOutcome
from gametrade.games.competition.market import MOST_HOMES, Choice
from gametrade.typing import BoolArray, Coalition, FloatArray, IntArray

MOST_PROFILES = 2**20


@dataclass(frozen=True)
class JointMove:
    """Homes that all gain by moving to one option together.

    Parameters
    ----------
    movers : tuple of str
        The homes, in player order.
    option : str
        Where they move.
    gain : float
        What they gain together, switching costs paid. [money]
    """

    movers: Coalition
    option: str
    gain: float


def all_choices(market: ProviderMarket) -> IntArray:
    """Every profile of choices, the first home's changing slowest, shape ((m + 1)**n, n).

    Raises
    ------
    TooManyPlayersError
        If there are more than 2**20 profiles or 12 homes.
    """
    n, options = market.n_players, len(market.options)
    if n > MOST_HOMES or options**n > MOST_PROFILES:
        raise TooManyPlayersError(
            f"All {options}^{n} profiles of choices are too many to list; best_provider_dynamics scales, and "
            "joint_move_search asks of one choice whether homes gain by moving together. "
            f"At most {MOST_HOMES} homes and {MOST_PROFILES} profiles."
        )
    return np.array(np.unravel_index(np.arange(options**n), (options,) * n), dtype=np.int64).T


def nash_stable_choices(market: ProviderMarket) -> tuple[ProviderOutcome, ...]:
    """List every profile in which no home gains by another provider or by staying alone.

    Parameters
    ----------
    market : ProviderMarket
        At most 12 homes and 2**20 profiles.

    Returns
    -------
    tuple of ProviderOutcome
        All of them; empty is the proof that there is none.

    Raises
    ------
    TooManyPlayersError
        If there are too many profiles.

    Notes
    -----
    A home may join any provider; members cannot refuse it. A move must gain more than the switching cost. Time
    and memory (m + 1)^n n, after one table of all pools.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.competition import Provider
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4))
    >>> half = lambda game: np.full(game.n_players, game.grand_value / game.n_players)
    >>> market = ProviderMarket(street, [Provider(half, 1.0, name="pool")])
    >>> [found.choices for found in nash_stable_choices(market)]
    [('pool', 'pool'), ('alone', 'alone')]
    """
    choices = all_choices(market)
    stable = _stable(market, choices)
    return tuple(ProviderOutcome(market, row, "Nash-stable") for row in choices[stable])


def _stable(market: ProviderMarket, choices: IntArray) -> BoolArray:
    """Which profiles are Nash-stable, from the table of all pools."""
    table, masks = market.table, _masks(market, choices)
    rows, stable = np.arange(len(choices)), np.ones(len(choices), dtype=bool)
    for home in range(market.n_players):
        now = table[choices[:, home], masks[rows, choices[:, home]], home]
        cost = market.switching_cost[home] + market.tolerance
        for option in range(len(market.options)):
            moved = table[option, masks[:, option] | (1 << home), home]
            stable &= (choices[:, home] == option) | (moved - now <= cost)
    return stable


def _masks(market: ProviderMarket, choices: IntArray) -> IntArray:
    """Members of each option in bitmask order, shape (k, m + 1)."""
    bits = 1 << np.arange(market.n_players)
    return np.stack([(choices == a) @ bits for a in range(len(market.options))], axis=1)


def joint_move(market: ProviderMarket, choice: Choice) -> JointMove | None:
    """Find the homes with the most to gain, each of them, by moving together to one option.

    Parameters
    ----------
    market : ProviderMarket
        At most 12 homes.
    choice : mapping or sequence
        Present option of each home.

    Returns
    -------
    JointMove or None
        The move of largest total gain; None proves that there is none.

    Notes
    -----
    The members of the provider that they join need not agree and stay. Time m 2^n n.
    """
    positions = market.positions(choice)
    table, members = market.table, all_coalitions(market.n_players)
    now = market.payoffs_of(positions[None])[0]
    best: JointMove | None = None
    for option in range(len(market.options)):
        there = positions == option
        moving = members & ~there
        gain = np.where(moving, table[option] - now - market.switching_cost, 0.0)
        willing = (gain > market.tolerance) | ~moving
        able = members[:, there].all(axis=1) & moving.any(axis=1) & willing.all(axis=1)
        total = np.where(able, gain.sum(axis=1), -np.inf)
        row = int(total.argmax())
        if able[row] and (best is None or total[row] > best.gain):
            movers = tuple(home for home, inside in zip(market.players, moving[row], strict=True) if inside)
            best = JointMove(movers, market.options[option], float(total[row]))
    return best


def core_stable_choices(market: ProviderMarket) -> tuple[ProviderOutcome, ...]:
    """List every profile from which no set of homes gains, each of them, by moving together to one option.

    Parameters
    ----------
    market : ProviderMarket
        At most 12 homes and 2**20 profiles.

    Returns
    -------
    tuple of ProviderOutcome
        All of them, a subset of the Nash-stable ones; empty is the proof that there is none.

    Raises
    ------
    TooManyPlayersError
        If there are too many profiles.

    Notes
    -----
    Time m 2^n n for each Nash-stable profile.
    """
    found = [outcome.positions for outcome in nash_stable_choices(market)]
    return tuple(ProviderOutcome(market, row, "core-stable") for row in found if joint_move(market, row) is None)


def foresighted_entry(market: ProviderMarket, order: Sequence[str] | None = None) -> ProviderOutcome:
    """Let homes choose once and for all in turn, each foreseeing what those after it will do.

    Parameters
    ----------
    market : ProviderMarket
        At most 12 homes and 2**20 profiles.
    order : sequence of str, optional
        Homes in the order of their choice; player order if not given.

    Returns
    -------
    ProviderOutcome
        The subgame-perfect outcome; of equally good options a home takes the first. It need not be Nash-stable,
        because early homes cannot move again.

    Raises
    ------
    TooManyPlayersError
        If there are too many profiles.

    Notes
    -----
    Backward induction over all profiles, time (m + 1)^n n. Entry is free of switching costs.
    """
    turns = entry_order(market, order)
    choices = all_choices(market)
    shape = (len(market.options),) * market.n_players
    table, masks, rows = market.table, _masks(market, choices), np.arange(len(choices))
    pays = [table[choices[:, i], masks[rows, choices[:, i]], i] for i in range(market.n_players)]
    values = np.stack(pays, axis=1).reshape(*shape, market.n_players)
    ends = rows.reshape(shape)
    values, ends = values.transpose(*turns, market.n_players), ends.transpose(*turns)
    for home in reversed(turns):
        pick = _first_best(values[..., home], market.tolerance)
        values = np.take_along_axis(values, pick[..., None, None], axis=-2)[..., 0, :]
        ends = np.take_along_axis(ends, pick[..., None], axis=-1)[..., 0]
    return ProviderOutcome(market, choices[int(ends)], "sequential entry with foresight")


def _first_best(values: FloatArray, tolerance: float) -> IntArray:
    """Position of the first value on the last axis that no other exceeds."""
    return np.asarray((values >= values.max(axis=-1, keepdims=True) - tolerance).argmax(axis=-1))


def entry_order(market: ProviderMarket, order: Sequence[str] | None) -> list[int]:
    """Positions of the homes in the order given, all of them once.

    Raises
    ------
    InvalidInputError
        If a home is missing or named twice.
    """
    names = list(market.players if order is None else order)
    if sorted(names) != sorted(market.players):
        raise InvalidInputError(f"order must name each of the {market.n_players} homes once. Got {names}.")
    return [market.players.index(name) for name in names]
