"""Hundreds of homes in pools: what each gains at present, in every other pool, and whether the others mind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame
from gametrade.games.formation import FormationGame, Partition, partition_of
from gametrade.games.step_prices import trading_steps
from gametrade.typing import BoolArray, FloatArray, IntArray

Split = Callable[[FloatArray, FloatArray, IntArray], tuple[FloatArray, FloatArray, FloatArray]]


def fits_pools(formation: FormationGame) -> bool:
    """Whether the game shares energy and the rule needs the totals of each step and the number of members only."""
    fit = formation.rule == "equal_split" or formation.step_prices is not None
    return isinstance(formation.game, SharingGame) and fit


@dataclass(frozen=True, eq=False)
class HomePools:
    """Payoffs of homes in pools whose rule needs no more than the totals of each step and the number of members.

    Parameters
    ----------
    formation : FormationGame
        Of a sharing game, with equal split or a rule that sets prices and is additive over steps.

    Raises
    ------
    InvalidInputError
        If the game or the rule is another one.
    """

    formation: FormationGame

    def __post_init__(self) -> None:
        if not fits_pools(self.formation):
            raise InvalidInputError(
                "formation of many homes must be a sharing game with equal_split or a rule that sets prices from the "
                f"totals of each step. Got {self.formation.rule!r} and a {type(self.formation.game).__name__}."
            )

    @property
    def game(self) -> SharingGame:
        """The sharing game of all homes."""
        assert isinstance(self.formation.game, SharingGame)
        return self.formation.game

    @cached_property
    def energy(self) -> tuple[FloatArray, FloatArray]:
        """Surplus and deficit of each home in the steps in which somebody can share, shape (n, T'). [kWh]"""
        trading = trading_steps(self.game)
        return trading.surplus, trading.deficit

    @cached_property
    def split(self) -> Split:
        """Gains a kWh sold, a kWh bought and a member of pools with given totals and sizes."""
        trading, prices = trading_steps(self.game), self.formation.step_prices
        spread = np.maximum(trading.tariff.spread(), 0.0)
        none = np.zeros((1, trading.n_steps))

        def equally(supply: FloatArray, need: FloatArray, sizes: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
            return none, none, np.minimum(supply, need) @ spread / np.maximum(1, sizes)

        def by_prices(
            supply: FloatArray, need: FloatArray, sizes: IntArray
        ) -> tuple[FloatArray, FloatArray, FloatArray]:
            assert prices is not None
            return *prices.gains(trading, supply, need), np.zeros(len(sizes))

        return equally if prices is None else by_prices

    def pays(self, supply: FloatArray, need: FloatArray, sizes: IntArray, homes: IntArray) -> FloatArray:
        """What the k-th pool, given by its totals, pays the k-th home, shape (k,). [money]"""
        sell, buy, each = self.split(supply, need, sizes)
        surplus, deficit = self.energy
        return np.asarray((sell * surplus[homes]).sum(axis=1) + (buy * deficit[homes]).sum(axis=1) + each)

    def pays_members(self, supply: FloatArray, need: FloatArray, sizes: IntArray, homes: IntArray) -> FloatArray:
        """What each of k pools, given by their totals, pays each of r homes, shape (k, r). [money]"""
        sell, buy, each = self.split(supply, need, sizes)
        surplus, deficit = self.energy
        return np.asarray(sell @ surplus[homes].T + buy @ deficit[homes].T + each[:, None])

    def total(self, homes: IntArray) -> tuple[FloatArray, FloatArray]:
        """Surplus and deficit of some homes together, shape (T',). [kWh]"""
        surplus, deficit = self.energy
        return surplus[homes].sum(axis=0), deficit[homes].sum(axis=0)

    def joined(self, homes: IntArray) -> FloatArray:
        """What each home gains in a pool of others, with the home in it, shape (n,). [money]"""
        n = self.formation.n_players
        if not homes.size:
            return self.pays(*self.energy, np.ones(n, dtype=np.int64), np.arange(n))
        outside, (supply, need), (surplus, deficit) = self.outside(homes), self.total(homes), self.energy
        sizes = homes.size + outside.astype(np.int64)
        return self.pays(supply + outside[:, None] * surplus, need + outside[:, None] * deficit, sizes, np.arange(n))

    def outside(self, homes: IntArray) -> BoolArray:
        """Which homes are not among some, shape (n,)."""
        outside = np.ones(self.formation.n_players, dtype=bool)
        outside[homes] = False
        return outside

    def admitted(self, homes: IntArray, paid: FloatArray, tolerance: float) -> BoolArray:
        """Which homes may join a pool without a loss to its members, shape (n,)."""
        if not homes.size:
            return np.ones(self.formation.n_players, dtype=bool)
        (supply, need), (surplus, deficit) = self.total(homes), self.energy
        sizes = np.full(len(surplus), homes.size + 1)
        gains = self.pays_members(supply + surplus, need + deficit, sizes, homes) - paid[homes]
        return np.asarray((gains >= -tolerance).all(axis=1))

    def released(self, homes: IntArray, paid: FloatArray, tolerance: float) -> BoolArray:
        """Which members may leave a pool without a loss to the others, shape (r,)."""
        surplus, deficit = self.energy
        left = self.total(homes)
        supply, need = (
            np.maximum(total - own[homes], 0.0) for total, own in zip(left, (surplus, deficit), strict=True)
        )
        gains = self.pays_members(supply, need, np.full(homes.size, homes.size - 1), homes) - paid[homes]
        np.fill_diagonal(gains, 0.0)
        return np.asarray((gains >= -tolerance).all(axis=1))

    def places(self, structure: Partition) -> IntArray:
        """Number of the pool of each home, shape (n,)."""
        rows = np.array([self.game.members(coalition) for coalition in partition_of(self.game, structure)])
        return np.asarray(rows.argmax(axis=0))

    def structure(self, places: IntArray) -> Partition:
        """The partition in which homes with one number are together."""
        names = self.formation.players
        pools: dict[int, list[str]] = {}
        for home, pool in enumerate(places.tolist()):
            pools.setdefault(pool, []).append(names[home])
        return tuple(tuple(pool) for pool in pools.values())
