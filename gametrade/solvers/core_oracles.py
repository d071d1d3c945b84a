"""Which coalitions a payoff vector wrongs: from a table, or by climbing and a price tree where there is none."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame, subset_sums
from gametrade.games.coalitional.game import all_coalitions
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.coalition_beam import beam
from gametrade.solvers.coalition_search import FREE, CoalitionSearch, Region, improve
from gametrade.solvers.excess_oracles import DispatchOracle
from gametrade.solvers.relaxed_rounding import rounded_coalitions
from gametrade.solvers.sharing_separation import SharingSeparation
from gametrade.solvers.table_guard import table_of
from gametrade.typing import BoolArray, FloatArray

KEPT = 60
"""Wronged coalitions returned at once."""

STARTS = 40
"""Coalitions from which the search climbs."""

TABLE_WORK = 5e8
"""Coalitions times price levels up to which a sharing game is tabulated: a second or two."""

TABLE_PLAYERS = 20
"""Most homes of a sharing game that is tabulated: every round of rows is one pass."""

DISPATCH_TABLE_PLAYERS = 10
"""Most homes of a dispatch game that is tabulated: one linear program a coalition."""


@dataclass(frozen=True, eq=False, slots=True)
class Wronged:
    """Coalitions with an excess above a level, and how much any coalition can gain at most.

    Parameters
    ----------
    rows : ndarray of bool, shape (k, n)
        The coalitions met.
    values : ndarray of shape (k,)
        Their values over what their members have alone. [money]
    upper_bound : float
        No proper coalition has a larger excess; infinity if nothing is proved. [money]
    proof : BlockingCoalition or None
        The search that proved it, for games without a table.
    """

    rows: BoolArray
    values: FloatArray
    upper_bound: float
    proof: BlockingCoalition | None = None


class CoreOracle(Protocol):
    """What the programs over the core ask of a game; payoffs and values are those over being alone."""

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> Wronged:
        """Coalitions that are easy to find."""

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> Wronged:
        """Coalitions with a proof that there are no worse ones."""


def core_oracle(game: CoalitionalGame, what: str) -> CoreOracle:
    """Table for a small game, search for a game with structure.

    Parameters
    ----------
    game : CoalitionalGame
        Any game with a table, or a sharing or dispatch game of any size.
    what : str
        What needs it, for the message if there are too many players.

    Returns
    -------
    CoreOracle
        The oracle.
    """
    if isinstance(game, DispatchGame):
        small = game.n_players <= DISPATCH_TABLE_PLAYERS
    elif isinstance(game, SharingGame | IndividualTariffGame):
        small = game.n_players <= TABLE_PLAYERS and 2.0**game.n_players * game.position.shape[1] <= TABLE_WORK
    else:
        small = True
    return TableOracle(table_of(game, what), game.single_values) if small else SearchOracle(game)


class TableOracle:
    """All excesses in one pass.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order. [money]
    alone : ndarray of shape (n,)
        Value of each player alone. [money]
    """

    def __init__(self, table: FloatArray, alone: FloatArray) -> None:
        self._n = alone.size
        self._over_alone = table - subset_sums(alone)

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> Wronged:
        """Coalitions with the largest excesses above a level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs over being alone. [money]
        level : float
            Excess to exceed. [money]
        tight : ndarray of bool, shape (k, n)
            Not used.

        Returns
        -------
        Wronged
            With the largest excess.
        """
        excess = self._over_alone - subset_sums(payoffs)
        excess[[0, -1]] = -np.inf
        masks = np.flatnonzero(excess > level)
        if masks.size > KEPT:
            masks = masks[np.argpartition(-excess[masks], KEPT)[:KEPT]]
        return Wronged(all_coalitions(self._n, masks), self._over_alone[masks], float(excess.max()))

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> Wronged:
        """Same as the cheap answer: the table knows everything.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs over being alone. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Not used.

        Returns
        -------
        Wronged
            With the largest excess.
        """
        return self.cheap(payoffs, level, np.zeros((0, self._n), dtype=bool))


class SearchOracle:
    """Climbing by single moves from tight coalitions, then the searches with proof.

    Parameters
    ----------
    game : SharingGame, IndividualTariffGame or DispatchGame
        A game in which nobody gains alone.
    """

    def __init__(self, game: CoalitionalGame) -> None:
        self._game = game
        self._dispatch = DispatchOracle(game) if isinstance(game, DispatchGame) else None
        self._separation = SharingSeparation.of(game)
        self._lots, self._weights = np.random.default_rng(0), np.full(game.n_players, 0.5)

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> Wronged:
        """Local optima of the excess near the best fractional coalition, or near the tight coalitions.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs over being alone. [money]
        level : float
            Excess to exceed. [money]
        tight : ndarray of bool, shape (k, n)
            Coalitions that hold the last optimum up.

        Returns
        -------
        Wronged
            Nothing proved.
        """
        if self._dispatch is not None:
            return Wronged(*self._dispatch.cheap(payoffs, level, tight), np.inf)
        game, n = self._game, self._game.n_players
        assert isinstance(game, SharingGame | IndividualTariffGame)
        if self._separation is not None:
            met = self._separation.met(payoffs, level)
            if len(met[0]):
                return Wronged(*met, np.inf)
            rows = beam(game.position, payoffs, level, tight[:STARTS])
            return self._above(rows, payoffs, level, np.inf)
        rows, self._weights = rounded_coalitions(game.position, payoffs, self._lots, self._weights)
        found = self._above(rows, payoffs, level, np.inf)
        if len(found.rows):
            return found
        search = CoalitionSearch(game.position, payoffs, 1, n - 1)
        region = Region.start(search, np.full(n, FREE, dtype=np.int64))
        starts = np.vstack([tight[:STARTS], *_by_payoff(game.position, payoffs)])
        climbed = np.unique([improve(search, region, row)[1] for row in starts], axis=0)
        return self._above(climbed, payoffs, level, np.inf)

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> Wronged:
        """The coalition that gains most, or a proof that none is above the level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs over being alone. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Budget.

        Returns
        -------
        Wronged
            With the proof.
        """
        until = time.monotonic() + seconds
        if self._separation is None:
            found = blocking_coalition(
                self._game, payoffs, engine="tree", floor=level, seconds=seconds, nodes=10**7, count=8
            )
        else:
            some = self._separation.some(payoffs, level, until)
            if len(some[0]):
                return Wronged(*some, np.inf)
            found = self._separation.proved(payoffs, level, until)
        rows = np.array([found.members, *(self._game.members(labels) for labels, _ in found.others)])
        return self._above(rows, payoffs, level, found.upper_bound, found)

    def decide(self, payoffs: FloatArray, level: float, seconds: float) -> Wronged:
        """Some coalitions above the level or a proof that there are none, whichever comes first.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs over being alone. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Budget.

        Returns
        -------
        Wronged
            With a proof if no coalition was found; its bound exceeds the level if the time was too short.
        """
        if self._separation is None:
            return self.exact(payoffs, level, seconds)
        rows, found = self._separation.decided(payoffs, level, time.monotonic() + seconds)
        return self._above(rows, payoffs, level, found.upper_bound, found)

    def _above(
        self, rows: BoolArray, payoffs: FloatArray, level: float, upper: float, proof: BlockingCoalition | None = None
    ) -> Wronged:
        """Those of some coalitions that are above the level."""
        values = self._game.values(rows)
        above = values - rows @ payoffs > level
        return Wronged(rows[above], values[above], upper, proof)


def _by_payoff(position: FloatArray, payoffs: FloatArray) -> list[BoolArray]:
    """A few first guesses: those who get least for what they bring, as one quarter, half and three quarters."""
    brought = np.abs(position).sum(axis=1)
    order = np.argsort(payoffs / np.maximum(brought, np.finfo(float).tiny), kind="stable")
    rank = np.empty(order.size)
    rank[order] = np.arange(order.size)
    return [rank[None, :] < share * order.size for share in (0.25, 0.5, 0.75)]
