"""A good coalition structure of many players, and a bound on every other."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame, all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.formation import Partition, partition_of
from gametrade.optimise import INFINITY, Program, maximise
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.typing import BoolArray, FloatArray

COLUMNS_A_ROUND = 30
"""Coalitions that enter the linear program at once."""

TABLE_PLAYERS = 20
"""Most players for which every coalition is compared with the prices."""

MOST_COLUMNS = 20_000
"""Most coalitions handed to the mixed-integer program."""


@dataclass(frozen=True, eq=False, slots=True)
class BoundedStructure(Shown):
    r"""A coalition structure, what it is worth, and what no structure exceeds.

    Parameters
    ----------
    structure : partition
        The best one found.
    value : float
        Sum of the values of its coalitions. [money]
    bound : float
        No structure is worth more. [money]
    prices : ndarray of shape (n,)
        The proof: a price for each player, with which no coalition is worth more than its members cost by more than
        `most_excess`. [money]
    most_excess : float
        Upper bound of :math:`\max_S v(S) - \pi(S)`, at least 0. [money]
    rounds : int
        Searches for profitable coalitions.
    unit : str
        Currency.
    """

    structure: Partition
    value: float
    bound: float
    prices: FloatArray
    most_excess: float
    rounds: int
    unit: str

    @property
    def gap(self) -> float:
        """How much a better structure could be worth at most, at least 0. [money]"""
        return max(0.0, self.bound - self.value)

    def __str__(self) -> str:
        worth = f"{len(self.structure)} coalitions worth {self.value:.6g} {self.unit}"
        return f"{worth}, at most {self.gap:.3g} below the best"


def bounded_structure(game: CoalitionalGame, *, seconds: float = 60.0) -> BoundedStructure:
    r"""Search the partition worth most, and prove how far it is from the best.

    Parameters
    ----------
    game : CoalitionalGame
        A sharing or dispatch game of any size, or any game with at most 25 players.
    seconds : float, default=60.0
        Time after which no further coalition is searched.

    Returns
    -------
    BoundedStructure
        The structure, its value and an upper bound; they meet unless the time ran out or the fractional optimum is
        above the whole one.

    Raises
    ------
    InvalidInputError
        If `seconds` is not positive.
    TooManyPlayersError
        If a game without structure has more than 25 players.

    Notes
    -----
    Column generation. With a price :math:`\pi_i` for each player, every partition is worth at most
    :math:`\pi(N) + n \max(0, \max_S v(S) - \pi(S))`, and the duals of the linear program over the coalitions known so
    far are such prices; the most profitable coalition against them, found by :func:`blocking_coalition`, enters next.
    Of the coalitions known at the end a mixed-integer program picks the best partition. If its value stays below the
    bound by g, no coalition of a better partition costs its members more than g over its value; up to 20 players all
    such coalitions are handed to the program once more, if they are at most 20 000, and its own bound then counts.
    A sharing game is superadditive: all together are best, and clearing prices prove it without a search.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b"): 4.0, ("c", "d"): 3.0, ("a", "b", "c", "d"): 6.0})
    >>> found = bounded_structure(game)
    >>> found.structure, found.gap
    ((('a', 'b'), ('c', 'd')), 0.0)
    """
    if not seconds > 0:
        raise InvalidInputError(f"seconds of bounded_structure must be positive. Got {seconds}.")
    if isinstance(game, SharingGame):
        return _together(game)
    if game.n_players == 1:
        return BoundedStructure(
            (game.players,), game.grand_value, game.grand_value, game.single_values, 0.0, 0, game.unit
        )
    ends = monotonic() + seconds
    columns = _Columns(game)
    bound, prices, most, rounds = INFINITY, np.zeros(game.n_players), INFINITY, 0
    while True:
        now = columns.prices()
        rounds += 1
        left = max(1.0, ends - monotonic())
        found = blocking_coalition(
            game, now, count=COLUMNS_A_ROUND, seconds=left if isinstance(game, DispatchGame) else 60.0
        )
        excess = max(0.0, found.upper_bound, game.grand_value - float(now.sum()))
        reach = float(now.sum()) + game.n_players * excess
        if reach < bound:
            bound, prices, most = reach, now, excess
        fresh = columns.add([found.members, *(game.members(labels) for labels, _ in found.others)], now)
        if not fresh or excess <= game.tolerance or monotonic() >= ends:
            break
    structure, value, _ = columns.partition(ends)
    if bound - value > game.tolerance and columns.complete(prices, bound - value):
        structure, value, reach = columns.partition(ends)
        bound = min(bound, reach)
    return BoundedStructure(structure, value, max(bound, value), prices, most, rounds, game.unit)


def _together(game: SharingGame) -> BoundedStructure:
    """All in one coalition: no partition gains more than everybody does at clearing prices, which add up to v(N)."""
    balance = game.position.sum(axis=0)
    prices = game.price_values(np.where(balance > 0, 0.0, np.where(balance < 0, 1.0, 0.5)))
    value = game.grand_value
    bound = max(value, float(prices.sum()))
    return BoundedStructure((game.players,), value, bound, prices, 0.0, 0, game.unit)


class _Columns:
    """Coalitions known so far: everybody alone, all together, and those that were profitable."""

    def __init__(self, game: CoalitionalGame) -> None:
        n = game.n_players
        self.game = game
        self.rows = np.vstack([np.eye(n, dtype=bool), np.ones((1, n), dtype=bool)])
        self.values = np.append(game.single_values, game.grand_value)
        self.known = {row.tobytes() for row in self.rows}

    @property
    def unit(self) -> float:
        """Largest value known so far, by which programs are scaled: solvers compare with absolute tolerances."""
        return float(np.abs(self.values).max()) or 1.0

    def add(self, rows: list[BoolArray], prices: FloatArray) -> bool:
        """Take in new coalitions worth more than their members cost; whether there was one."""
        fresh = [row for row in rows if row.tobytes() not in self.known]
        if not fresh:
            return False
        members = np.array(fresh)
        values = self.game.values(members)
        better = values - members @ prices > self.game.tolerance
        self._take(members[better], values[better])
        return bool(better.any())

    def complete(self, prices: FloatArray, gap: float) -> bool:
        """Take in every coalition of which a better partition may consist; False if there are too many to list."""
        if self.game.n_players > TABLE_PLAYERS:
            return False
        values = self.game.table()
        slack = subset_sums(prices) - values
        masks = np.flatnonzero(slack <= gap + self.game.tolerance)[1:]
        if masks.size > MOST_COLUMNS:
            return False
        self._take(all_coalitions(self.game.n_players, masks), values[masks])
        return True

    def _take(self, members: BoolArray, values: FloatArray) -> None:
        fresh = np.array([row.tobytes() not in self.known for row in members], dtype=bool)
        self.rows = np.vstack([self.rows, members[fresh]])
        self.values = np.append(self.values, values[fresh])
        self.known |= {row.tobytes() for row in members[fresh]}

    def prices(self) -> FloatArray:
        """Dual prices of the linear program."""
        return maximise(self._program(whole=False)).row_duals * self.unit

    def partition(self, ends: float) -> tuple[Partition, float, float]:
        """Best partition into known coalitions, its value, and what no such partition exceeds."""
        answer = maximise(self._program(whole=True), seconds=max(1.0, ends - monotonic()))
        chosen = np.flatnonzero(answer.variables > 0.5)
        structure = partition_of(self.game, [self.game.labels(self.rows[k]) for k in chosen])
        value = float(self.values[chosen].sum())
        return structure, value, max(value, answer.bound * self.unit)

    def _program(self, whole: bool) -> Program:
        from scipy.sparse import csr_matrix

        n, k = self.game.n_players, len(self.values)
        integer = np.ones(k, dtype=bool) if whole else None
        matrix = csr_matrix(self.rows.T.astype(float))
        return Program(
            self.values / self.unit, matrix, np.ones(n), np.ones(n), np.zeros(k), np.full(k, INFINITY), integer
        )
