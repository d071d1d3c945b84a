"""Parts of the operationally safe market: prosumers' devices, the grid between them, the game they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.typing import FloatArray

OWN = ("dispatched", "charged", "discharged", "stored", "imported")
"""Variables of every prosumer in a step; two for each partner follow."""

LEAST_STORED = 0.2
"""Share of the capacity that stays in the storage."""


@dataclass(frozen=True, eq=False)
class Fleet:
    """Devices of n prosumers over T steps.

    Parameters
    ----------
    demand, generation : ndarray of shape (n, T)
        Given energies. [kWh]
    most_dispatched, capacity, power : ndarray of shape (n,)
        Limits of generators and storage. [kWh]
    dispatch_cost, dispatch_bend : float
        Cost of dispatched energy. [money/kWh, money/kWh^2]
    kept : tuple of float
        Efficiencies of charging and discharging.
    wear : float
        Cost of a squared kWh charged or discharged. [money/kWh^2]
    unbounded : float
        Most that is imported or exported in a step. [kWh]
    """

    demand: FloatArray
    generation: FloatArray
    most_dispatched: FloatArray
    capacity: FloatArray
    power: FloatArray
    dispatch_cost: float
    dispatch_bend: float
    kept: tuple[float, float]
    wear: float
    unbounded: float

    def __post_init__(self) -> None:
        costs = (self.dispatch_bend, self.wear, self.unbounded)
        if not np.isfinite([*costs, self.dispatch_cost]).all() or min(costs) < 0:
            raise InvalidInputError("costs and bounds of safe_market must be finite, bends and wear at least 0.")
        if not all(0 < share <= 1 for share in self.kept):
            raise InvalidInputError(f"efficiencies of safe_market must be above 0 and at most 1. Got {self.kept}.")


@dataclass(frozen=True, eq=False)
class Grid:
    """What lies between prosumers.

    Parameters
    ----------
    partners : tuple of pairs of int
        Who may trade with whom.
    tariff, trade_cost, most_traded : float
        Of trades between partners. [money/kWh, money/kWh, kWh]
    passive : ndarray of shape (T,)
        Imports of others. [kWh]
    slope : float
        By how much the grid price rises with each imported kWh. [money/kWh^2]
    rows, limits : ndarray of shape (L, n) and (L,)
        Linear network function and its limits.
    """

    partners: tuple[tuple[int, int], ...]
    tariff: float
    trade_cost: float
    most_traded: float
    passive: FloatArray
    slope: float
    rows: FloatArray
    limits: FloatArray

    def __post_init__(self) -> None:
        n = self.rows.shape[1] if self.rows.ndim == 2 else -1
        if (
            n < 0
            or self.limits.shape != (len(self.rows),)
            or not np.isfinite(self.rows).all()
            or np.isnan(self.limits).any()
        ):
            raise InvalidInputError("network of safe_market must have one row of finite numbers for each limit.")
        pairs = {frozenset(pair) for pair in self.partners}
        inside = all(0 <= k < n for pair in self.partners for k in pair)
        if not inside or len(pairs) < len(self.partners) or any(len(pair) < 2 for pair in pairs):
            raise InvalidInputError(f"partners of safe_market must be different pairs of the {n} players.")
        if self.trade_cost < 0 or self.most_traded < 0 or self.slope < 0:
            raise InvalidInputError("trade_cost, most_traded and grid_slope of safe_market must be at least 0.")

    def of(self, player: int) -> list[int]:
        """Partners of one prosumer."""
        return [j if i == player else i for i, j in self.partners if player in (i, j)]


def safe_market_game(fleet: Fleet, grid: Grid, players: Sequence[str], unit: str) -> SparseQuadraticGame:
    """Make the game.

    Parameters
    ----------
    fleet : Fleet
        Devices.
    grid : Grid
        What lies between.
    players : sequence of str
        Labels.
    unit : str
        Money.

    Returns
    -------
    SparseQuadraticGame
        Concave, with reciprocity and network limits shared.
    """
    from scipy.sparse import diags

    n, steps = fleet.demand.shape
    if grid.rows.shape[1] != n or len(players) != n:
        raise InvalidInputError(f"network and players of safe_market must be for {n} prosumers.")
    kinds = [[*OWN, *(f"{way} {players[j]}" for j in grid.of(i) for way in ("from", "to"))] for i in range(n)]
    first = np.cumsum([0, *(len(row) * steps for row in kinds)])
    d = int(first[-1])
    slope, bend = np.zeros(d), np.zeros(d)
    left, right = np.zeros((d, steps)), np.zeros((d, steps))
    for i in range(n):
        for k, kind in enumerate(kinds[i]):
            at = first[i] + k * steps + np.arange(steps)
            if kind == "dispatched":
                slope[at], bend[at] = -fleet.dispatch_cost, -fleet.dispatch_bend
            elif kind in ("charged", "discharged"):
                bend[at] = -2 * fleet.wear
            elif kind == "imported":
                slope[at], bend[at] = -grid.slope * grid.passive, -grid.slope
                left[at, np.arange(steps)], right[at, np.arange(steps)] = -grid.slope, 1.0
            elif kind != "stored":
                slope[at] = -grid.trade_cost + (-grid.tariff if kind.startswith("from") else grid.tariff)
    return SparseQuadraticGame.of(
        players,
        diags(bend),
        slope,
        [_devices(fleet, grid, i, len(kinds[i])) for i in range(n)],
        low_rank=(left, right),
        variables=[[f"{kind} {t}" for kind in row for t in range(steps)] for row in kinds],
        shared=_shared(grid, first, steps, n),
        unit=unit,
    )


def _devices(fleet: Fleet, grid: Grid, player: int, kinds: int) -> Polyhedron:
    """Energy in equals energy out, and the storage remembers."""
    steps = fleet.demand.shape[1]
    one, zero = np.eye(steps), np.zeros((steps, steps))
    pairs = (kinds - len(OWN)) // 2
    before = np.roll(one, -1, axis=1).T if steps > 1 else one
    use = np.hstack([one, -one, one, zero, one, *([one, -one] * pairs)])
    memory = [zero, -fleet.kept[0] * one, one / fleet.kept[1], one - before, zero, *([zero] * 2 * pairs)]
    room, power = fleet.capacity[player], fleet.power[player]
    upper = [fleet.most_dispatched[player], power, power, room, fleet.unbounded, *([grid.most_traded] * 2 * pairs)]
    lower = [0.0, 0.0, 0.0, LEAST_STORED * room, -fleet.unbounded, *([0.0] * 2 * pairs)]
    wanted = fleet.demand[player] - fleet.generation[player]
    equal = np.vstack([use, np.hstack(memory)]), np.concatenate([wanted, np.zeros(steps)])
    return Polyhedron.of(np.repeat(lower, steps), np.repeat(upper, steps), equal=equal)


def _shared(grid: Grid, first: FloatArray, steps: int, n: int) -> Polyhedron | None:
    """Reciprocity of every pair and the network's limits, in every step."""
    d = int(first[-1])
    trade = np.zeros((n, steps, d))
    equal = []
    for i in range(n):
        trade[i, range(steps), first[i] + len(OWN) * steps - steps + np.arange(steps)] = 1.0
    for pair in grid.partners:
        row = np.zeros((steps, d))
        for i, j in (pair, pair[::-1]):
            at = first[i] + (len(OWN) + 2 * grid.of(i).index(j)) * steps + np.arange(steps)
            for place, sign in ((at, 1.0), (at + steps, -1.0)):
                row[range(steps), place] += sign
                trade[i, range(steps), place] += sign
        equal.append(row)
    if not equal and not len(grid.rows):
        return None
    rows = np.einsum("li,itd->ltd", grid.rows, trade).reshape(-1, d)
    same = np.vstack(equal) if equal else np.zeros((0, d))
    free = np.full(d, np.inf)
    return Polyhedron.of(-free, free, rows, np.repeat(grid.limits, steps), (same, np.zeros(len(same))))
