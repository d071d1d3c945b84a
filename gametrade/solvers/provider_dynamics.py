"""Homes that choose or change their provider one after the other, in markets of any size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.competition import ProviderMarket, ProviderOutcome
from gametrade.games.competition.market import Choice
from gametrade.solvers.provider_choice import entry_order
from gametrade.typing import IntArray


def best_provider_dynamics(
    market: ProviderMarket,
    start: Choice | None = None,
    *,
    order: Sequence[str] | None = None,
    max_sweeps: int = 200,
) -> ProviderOutcome:
    """Let homes move in turn to the option that pays best, until nobody moves or a profile returns.

    Parameters
    ----------
    market : ProviderMarket
        Any number of homes.
    start : mapping or sequence, optional
        First profile; everybody at the first provider if not given.
    order : sequence of str, optional
        Turns of the homes in a sweep; player order if not given.
    max_sweeps : int, default=200
        Sweeps after which the search gives up, and says so.

    Returns
    -------
    ProviderOutcome
        Concept ``"Nash-stable"`` with a certificate, ``"cycle"`` with the profiles that repeat, or ``"not decided"``.

    Raises
    ------
    InvalidInputError
        If a home of the order or start is missing.

    Notes
    -----
    The sweeps are deterministic, so a profile that returns at the start of a sweep proves a cycle of these
    dynamics, not that no stable profile exists. The certificate holds the payoff of every home at every option in
    the last profile: no gain exceeds the switching cost by more than the tolerance. A sweep takes time n^2 m T.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.competition import Provider
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4))
    >>> half = lambda game: np.full(game.n_players, game.grand_value / game.n_players)
    >>> market = ProviderMarket(street, [Provider(half, 5.0, name="dear"), Provider(half, 1.0, name="cheap")])
    >>> best_provider_dynamics(market).choices
    ('alone', 'alone')
    """
    turns = entry_order(market, order)
    now = np.zeros(market.n_players, dtype=np.int64) if start is None else market.positions(start)
    seen: dict[bytes, int] = {}
    moves: list[tuple[str, str, str]] = []
    path = [now.copy()]
    for _ in range(max_sweeps):
        if now.tobytes() in seen:
            cycle = tuple(_named(market, row) for row in path[seen[now.tobytes()] : -1])
            return ProviderOutcome(market, now, "cycle", tuple(moves), cycle)
        seen[now.tobytes()] = len(path) - 1
        before = len(moves)
        for home in turns:
            best = _best_option(market, now, home)
            if best != now[home]:
                moves.append((market.players[home], market.options[now[home]], market.options[best]))
                now[home] = best
                path.append(now.copy())
        if len(moves) == before:
            return certified_choice(market, now, tuple(moves))
    return ProviderOutcome(market, now, "not decided", tuple(moves))


def _best_option(market: ProviderMarket, now: IntArray, home: int) -> int:
    """The option a home moves to; the present one unless another gains more than the cost of switching."""
    row = market.option_payoffs(now, [home])[0]
    best = int(row.argmax())
    return best if row[best] - row[now[home]] > market.switching_cost[home] + market.tolerance else int(now[home])


def _named(market: ProviderMarket, row: IntArray) -> tuple[str, ...]:
    return tuple(market.options[k] for k in row)


def certified_choice(
    market: ProviderMarket, choice: IntArray, trace: tuple[tuple[str, str, str], ...] = ()
) -> ProviderOutcome:
    """State whether a profile is Nash-stable, with the payoff of every home at every option.

    Parameters
    ----------
    market : ProviderMarket
        Any number of homes.
    choice : ndarray of shape (n,)
        Position of everybody's option.
    trace : tuple of tuples
        Moves that led here.

    Returns
    -------
    ProviderOutcome
        Concept ``"Nash-stable"`` or ``"not stable"``.
    """
    table = market.option_payoffs(choice)
    proof = {
        "kind": "provider_choice",
        "options": list(market.options),
        "choices": choice.tolist(),
        "option_payoffs": table.tolist(),
        "switching_cost": market.switching_cost.tolist(),
        "tolerance": market.tolerance,
    }
    moved = table - market.switching_cost[:, None]
    gain = moved.max(axis=1) - table[np.arange(len(choice)), choice]
    concept = "Nash-stable" if gain.max() <= market.tolerance else "not stable"
    return ProviderOutcome(market, choice, concept, trace, (), proof)


def sequential_entry(market: ProviderMarket, order: Sequence[str] | None = None) -> ProviderOutcome:
    """Let homes arrive one by one and take the option that pays best among those already there.

    Parameters
    ----------
    market : ProviderMarket
        Any number of homes.
    order : sequence of str, optional
        Arrivals; player order if not given.

    Returns
    -------
    ProviderOutcome
        Where everybody is after the last arrival; see its regrets for who would like to move again.

    Raises
    ------
    InvalidInputError
        If the order does not name every home once.

    Notes
    -----
    Homes that have not arrived trade with the grid. Of equally good options the first provider is taken, before
    staying alone. Entry is free of switching costs. Time n m T.
    """
    now = np.full(market.n_players, len(market.options) - 1, dtype=np.int64)
    moves = []
    for home in entry_order(market, order):
        row = market.option_payoffs(now, [home])[0]
        now[home] = int((row >= row.max() - market.tolerance).argmax())
        moves.append((market.players[home], market.options[-1], market.options[now[home]]))
    return ProviderOutcome(market, now, "sequential entry", tuple(moves))
