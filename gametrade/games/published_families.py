"""Families of published games and the games that have none: their definitions as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from gametrade.games.coalitional import AssignmentGame, GraphGame, TableGame
from gametrade.typing import Coalition

Value = Callable[[Coalition], Fraction | int]


def bankruptcy(estate: int, claims: Mapping[str, int]) -> Callable[[], TableGame]:
    r"""What a coalition gets when all others are paid in full first: max(0, E - claims of the others).

    Examples
    --------
    >>> bankruptcy(200, {"100": 100, "200": 200, "300": 300})().value(["200", "300"])
    100.0
    """
    everybody = sum(claims.values())
    return table_of_function(claims, lambda s: max(0, estate - everybody + sum(claims[label] for label in s)))


def airport(costs: Mapping[str, int]) -> Callable[[], TableGame]:
    """Minus the cost of a runway for the largest aircraft of a coalition.

    Examples
    --------
    >>> airport({"small": 1, "large": 3})().value(["small", "large"])
    -3.0
    """
    return table_of_function(costs, lambda s: -max(costs[label] for label in s))


def weighted_vote(quota: int, weights: Mapping[str, int]) -> Callable[[], TableGame]:
    """1 for coalitions whose weights reach the quota.

    Examples
    --------
    >>> weighted_vote(2, {"a": 1, "b": 1, "c": 1})().value(["a", "c"])
    1.0
    """
    return table_of_function(weights, lambda s: int(sum(weights[label] for label in s) >= quota))


def listed(players: str, values: Mapping[str, Fraction | int], sign: int = 1) -> Callable[[], TableGame]:
    """Values by the players' names written without spaces; what is left out is worth 0.

    Examples
    --------
    >>> listed("A B", {"AB": 3})().grand_value
    3.0
    """
    return table_of_function(players.split(), lambda s: sign * values.get("".join(s), 0))


def table_of_function(players: Sequence[str] | Mapping[str, int], value: Value) -> Callable[[], TableGame]:
    """A function that tabulates a function of coalitions."""
    return lambda: TableGame.from_function(tuple(players), value)


def gloves() -> TableGame:
    """Two owners of left gloves and one of a right glove."""
    return TableGame.from_function(["L1", "L2", "R"], lambda s: int("R" in s and len(s) > 1))


def fano_plane() -> TableGame:
    """Seven players win with the three points of a line of the projective plane."""
    lines = ["124", "235", "346", "457", "156", "267", "137"]
    return TableGame.from_function("1234567", lambda s: int(any(set(line) <= set(s) for line in lines)))


def houses() -> AssignmentGame:
    """Three sellers and three buyers of houses, and what each pair gains."""
    gains = np.array([[5.0, 8, 2], [7, 9, 6], [2, 3, 0]])
    return AssignmentGame(["S1", "S2", "S3"], ["B1", "B2", "B3"], gains)


def horse_market() -> AssignmentGame:
    """Boehm-Bawerk's horses: sellers ask, buyers bid, a pair gains the difference."""
    sellers = [10, 11, 15, 17, 20, 21.5, 25, 26]
    buyers = [30, 28, 26, 24, 22, 21, 20, 18, 17, 15]
    gains = np.maximum(0.0, np.array(buyers)[None] - np.array(sellers, dtype=float)[:, None])
    return AssignmentGame([f"B{i}" for i in range(1, 9)], [f"A{j}" for j in range(1, 11)], gains)


def unanimity_on_a_path() -> GraphGame:
    """Two players are needed, and can meet through a third only."""
    ends = TableGame.from_function("123", lambda s: int("1" in s and "3" in s))
    return GraphGame(ends, (("1", "2"), ("2", "3")))
