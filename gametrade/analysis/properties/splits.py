"""The pair of disjoint coalitions that gains least by joining."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.analysis.properties.shape import Term
from gametrade.errors import TooManyPlayersError
from gametrade.typing import IntArray

SPLIT_PLAYERS = 20
"""Most players for which all 3^n pairs are looked at."""

LOW_PLAYERS = 11
"""Players whose 3^11 pairs are looked at in one stroke."""


def worst_split(values: NDArray[Any], n_players: int, what: str) -> tuple[list[Term], int]:
    """Find disjoint coalitions S and T with the least v(S and T) - v(S) - v(T).

    Parameters
    ----------
    values : ndarray of shape (2**n,)
        A table in bitmask order.
    n_players : int
        Number of players n.
    what : str
        Name of the property, for the message.

    Returns
    -------
    terms : list of (int, int)
        Masks of the union, S and T with weights 1, -1, -1; empty for one player.
    count : int
        Number of pairs of non-empty disjoint coalitions.

    Raises
    ------
    TooManyPlayersError
        If there are more than 20 players.

    Notes
    -----
    Every player is in S, in T or in neither: 3^n cases, halved by exchanging S and T; 0.5 s for n = 18, 5 s for n = 20.
    """
    if n_players > SPLIT_PLAYERS:
        raise TooManyPlayersError(
            f"{what} looks at 3^n pairs of coalitions and stops at {SPLIT_PLAYERS} players. Got {n_players}; "
            "convex decides larger tables where it holds."
        )
    low = min(n_players, LOW_PLAYERS)
    pairs = _pairs(low)
    best: tuple[Any, int, int] | None = None
    for first, second in _high_pairs(n_players - low, low):
        s, t = pairs[0] if second else pairs[1] if first else pairs[2]
        if not len(s):
            continue
        joined = values[first + second :][s | t]
        gain = joined - values[first:][s] - values[second:][t]
        k = int(gain.argmin())
        if best is None or gain[k] < best[0]:
            best = gain[k], first + int(s[k]), second + int(t[k])
    count = (3**n_players - 2 ** (n_players + 1) + 1) // 2
    return ([(best[1] | best[2], 1), (best[1], -1), (best[2], -1)] if best else []), count


def _pairs(low: int) -> list[tuple[IntArray, IntArray]]:
    """Disjoint masks of the low players: all, with T not empty, and with S above T not empty."""
    s = t = np.zeros(1, dtype=np.int64)
    for i in range(low):
        s, t = np.concatenate([s, s + (1 << i), s]), np.concatenate([t, t, t + (1 << i)])
    return [(s, t), (s[t > 0], t[t > 0]), (s[(t > 0) & (s > t)], t[(t > 0) & (s > t)])]


def _high_pairs(high: int, shift: int) -> Iterator[tuple[int, int]]:
    """Disjoint masks of the high players, each pair in one order only: the first is the larger."""
    for first in range(1 << high):
        rest = ((1 << high) - 1) ^ first
        second = rest
        while True:
            if second < first or first == 0 == second:
                yield first << shift, second << shift
            if not second:
                break
            second = (second - 1) & rest
