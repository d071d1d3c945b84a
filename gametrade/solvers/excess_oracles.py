"""Separation oracles for row generation: coalitions whose excess is above a level, cheaply first."""

from __future__ import annotations

import time

import numpy as np

from gametrade.games.coalitional import DispatchGame, IndividualTariffGame, SharingGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.blocking_milp import solve_blocking_milp
from gametrade.solvers.coalition_search import FREE, CoalitionSearch
from gametrade.solvers.dispatch_prices import supporting_prices
from gametrade.solvers.dispatch_relaxation import DispatchRelaxation
from gametrade.solvers.dispatch_search import DispatchSearch
from gametrade.solvers.sharing_separation import SharingSeparation
from gametrade.typing import BoolArray, FloatArray

STARTS = 40
"""Tight coalitions from which the local search starts."""

STEPS = 12
"""Most moves of a local search."""

SCANNED_PLAYERS = 20
"""Up to this many homes all coalitions of a sharing game are looked at instead of searched."""

KEPT = 60
"""Violated coalitions returned at once."""


class SharingOracle:
    """Local search by single flips over many coalitions at once, then the price tree, or a scan of few homes.

    Parameters
    ----------
    game : SharingGame or IndividualTariffGame
        The game.
    """

    def __init__(self, game: SharingGame | IndividualTariffGame) -> None:
        self.game = game
        self._separation = SharingSeparation.of(game)

    def start(self) -> BlockingCoalition | None:
        """Payoffs at supporting prices, with their proof.

        Returns
        -------
        BlockingCoalition
            Of those payoffs.
        """
        supply = np.maximum(self.game.position, 0).sum(axis=0)
        need = np.maximum(-self.game.position, 0).sum(axis=0)
        payoffs = self.game.price_values(np.where(supply > need, 0.0, np.where(supply < need, 1.0, 0.5)))
        return blocking_coalition(self.game, payoffs, engine="bracket")

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> tuple[BoolArray, FloatArray]:
        """Climb from the tight coalitions, one flip at a time; keep all coalitions seen above the level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        tight : ndarray of bool, shape (k, n)
            Coalitions to start from.

        Returns
        -------
        rows : ndarray of bool, shape (m, n)
            Coalitions above the level, the most profitable ones first.
        values : ndarray of shape (m,)
            Their values. [money]
        """
        n = self.game.n_players
        if self._separation is not None:
            met = self._separation.met(payoffs, level)
            if len(met[0]):
                return met
        flips = np.eye(n, dtype=bool)
        here = tight[:STARTS]
        seen: dict[bytes, tuple[float, float, BoolArray]] = {}
        for _ in range(STEPS):
            if not len(here):
                break
            around = (here[:, None, :] ^ flips[None, :, :]).reshape(-1, n)
            sizes = around.sum(axis=1)
            around = np.unique(around[(sizes > 0) & (sizes < n)], axis=0)
            values = self.game.values(around)
            excess = values - around @ payoffs
            order = np.argsort(-excess, kind="stable")[: 2 * STARTS]
            fresh = [k for k in order if excess[k] > level and around[k].tobytes() not in seen]
            seen.update({around[k].tobytes(): (float(excess[k]), float(values[k]), around[k]) for k in fresh})
            here = around[fresh[:STARTS]]
        best = sorted(seen.values(), key=lambda entry: -entry[0])[:KEPT]
        rows = np.array([row for _, _, row in best], dtype=bool).reshape(-1, n)
        return rows, np.array([value for _, value, _ in best])

    def thorough(self, payoffs: FloatArray, level: float, seconds: float) -> tuple[BoolArray, FloatArray]:
        """Coalitions that a hurried branch and bound finds; for large games the best one of a mixed-integer program.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Budget.

        Returns
        -------
        rows : ndarray of bool, shape (m, n)
            Coalitions, none if the time was too short.
        values : ndarray of shape (m,)
            Their values. [money]
        """
        n = self.game.n_players
        if n <= SCANNED_PLAYERS:
            found = blocking_coalition(self.game, payoffs, engine="table")
            return found.members[None, :], self.game.values(found.members[None, :])
        if self._separation is not None:
            return self._separation.some(payoffs, level, time.monotonic() + seconds)
        search = CoalitionSearch(self.game.position, payoffs, 1, n - 1)
        row = solve_blocking_milp(search, np.full(n, FREE, dtype=np.int64), seconds=seconds)
        if row is None:
            return np.zeros((0, n), dtype=bool), np.zeros(0)
        return row[None, :], self.game.values(row[None, :])

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> BlockingCoalition:
        """The most profitable coalition, or a proof that none is above the level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Budget.

        Returns
        -------
        BlockingCoalition
            With its proof.
        """
        if self.game.n_players <= SCANNED_PLAYERS:
            return blocking_coalition(self.game, payoffs, engine="table", count=KEPT)
        if self._separation is not None:
            return self._separation.proved(payoffs, level, time.monotonic() + seconds)
        return blocking_coalition(
            self.game, payoffs, engine="tree", floor=level, seconds=seconds, nodes=10**7, count=KEPT
        )


class DispatchOracle:
    """Rounded optima of one warm relaxation, then branch and bound over it.

    Parameters
    ----------
    game : DispatchGame
        The game.
    """

    def __init__(self, game: DispatchGame) -> None:
        self.game = game
        self._relaxation = DispatchRelaxation(game, 1, game.n_players - 1)

    def start(self) -> BlockingCoalition | None:
        """Payoffs at supporting prices, with their proof; None if members share a connection.

        Returns
        -------
        BlockingCoalition or None
            Of those payoffs.
        """
        if self.game.terms.limited:
            return None
        return blocking_coalition(self.game, supporting_prices(self.game).gains, engine="bracket")

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> tuple[BoolArray, FloatArray]:
        """Coalitions near the optimal shares of homes.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        tight : ndarray of bool, shape (k, n)
            Not used: values are not cheap here.

        Returns
        -------
        rows : ndarray of bool, shape (m, n)
            Coalitions above the level.
        values : ndarray of shape (m,)
            Their values. [money]
        """
        n = self.game.n_players
        search = DispatchSearch(self.game, payoffs, 1, n - 1, self._relaxation)
        search.root(np.full(n, FREE, dtype=np.int64))
        found = [(excess, row) for excess, row in search.met.values() if excess > level]
        rows = np.array([row for _, row in found], dtype=bool).reshape(-1, n)
        return rows, np.array([excess for excess, _ in found]) + rows @ payoffs

    def thorough(self, payoffs: FloatArray, level: float, seconds: float) -> tuple[BoolArray, FloatArray]:
        """The best coalition of a mixed-integer program.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed; not used. [money]
        seconds : float
            Budget.

        Returns
        -------
        rows : ndarray of bool, shape (m, n)
            One coalition, none if the time was too short.
        values : ndarray of shape (m,)
            Its value. [money]
        """
        n = self.game.n_players
        row = self._relaxation.solve_whole(payoffs, np.full(n, FREE, dtype=np.int64), seconds)
        rows = np.zeros((0, n), dtype=bool) if row is None or not 0 < row.sum() < n else row[None, :]
        return rows, self.game.values(rows)

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> BlockingCoalition:
        """The most profitable coalition, or a proof that none is above the level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        seconds : float
            Budget.

        Returns
        -------
        BlockingCoalition
            With its proof.
        """
        return blocking_coalition(self.game, payoffs, engine="tree", floor=level, seconds=seconds, count=KEPT)
