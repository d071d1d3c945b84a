"""Hundreds of homes switch between pools, the one that gains most first, until none gains or a structure returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.home_pools import HomePools
from gametrade.solvers.partition_finder import SINGLE_MOVES
from gametrade.typing import FloatArray, IntArray

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class SwitchingPath(Shown):
    """How homes switched, move by move.

    Parameters
    ----------
    formation : FormationGame
        The game.
    notion : str
        Which moves were allowed.
    start : ndarray of int, shape (n,)
        Number of the pool of each home at first.
    moves : tuple of (home, pool, gain)
        Which home went where, both by number, and what it gained. [money]
    final : partition
        The last structure.
    ending : {"stable", "cycle", "stopped"}
        Nobody moves from the last structure; it was met before; or the moves ran out.
    """

    formation: FormationGame
    notion: str
    start: IntArray
    moves: tuple[tuple[int, int, float], ...]
    final: Partition
    ending: Literal["stable", "cycle", "stopped"]

    @property
    def first(self) -> Partition:
        """The first structure."""
        return HomePools(self.formation).structure(self.start)

    @property
    def named_moves(self) -> tuple[tuple[str, str | None, float], ...]:
        """Every move by labels: the home, one of those whom it joins (None if it goes alone), and its gain."""
        names, places, told = self.formation.players, self.start.copy(), []
        for home, pool, gain in self.moves:
            there = np.flatnonzero(places == pool)
            told.append((names[home], names[there[0]] if there.size else None, gain))
            places[home] = pool
        return tuple(told)

    @property
    def structures(self) -> tuple[Partition, ...]:
        """Every structure met, the first one first."""
        pools, places = HomePools(self.formation), self.start.copy()
        met = [pools.structure(places)]
        for home, pool, _ in self.moves:
            places[home] = pool
            met.append(pools.structure(places))
        return tuple(met)

    @property
    def movers(self) -> tuple[str, ...]:
        """Labels of those that moved, in order."""
        return tuple(self.formation.players[home] for home, _, _ in self.moves)

    def replayed(self) -> bool:
        """Whether every move gains what it says, settled again by the rule itself, and leads to the end."""
        met = self.structures
        for (home, _, gain), before, after in zip(self.moves, met, met[1:], strict=False):
            gained = self.formation.payoffs(after)[home] - self.formation.payoffs(before)[home]
            if not np.isclose(gained, gain, rtol=1e-6, atol=10 * self.formation.game.tolerance):
                return False
        return met[-1] == self.final and (self.ending != "cycle" or self.final in met[:-1])

    def plot(self) -> go.Figure:
        """Draw the path: who is with whom, step by step, with a slider; for some tens of homes."""
        from gametrade.solvers.formation_figure import path_figure

        return path_figure(self.structures, self.movers, self.ending)

    def __str__(self) -> str:
        return f"{len(self.moves)} moves to {len(self.final)} coalitions, {self.ending} ({self.notion})"


def switching_path(
    formation: FormationGame,
    start: PartitionLike | None = None,
    *,
    notion: str = "nash",
    most_moves: int = 20_000,
    rng: np.random.Generator | None = None,
) -> SwitchingPath:
    """Let hundreds of homes switch between pools, one at a time, until nobody gains.

    Parameters
    ----------
    formation : FormationGame
        Of a sharing game of any size, with equal split or a rule that sets prices from the totals of each step.
    start : iterable of iterables of str, optional
        First structure; everybody alone by default.
    notion : {"nash", "individual", "contractual", "contractually_individual"}, default="nash"
        Whether the pool joined, and the one left, must not lose.
    most_moves : int, default=20000
        Moves after which to stop.
    rng : numpy.random.Generator, optional
        Draws who moves among the homes that gain; the one that gains most if not given.

    Returns
    -------
    SwitchingPath
        See :func:`~gametrade.solvers.certified_structure.certified_structure` for the proof of its end.

    Raises
    ------
    UnknownNameError
        If there are no such moves.
    InvalidInputError
        If the rule needs more than totals, or fewer than no moves are allowed.

    Notes
    -----
    The home with the largest gain moves to the pool that pays it best; moves depend on the structure alone, so one
    that returns returns for ever. In random order a structure that returns proves nothing, and moves go on. What every
    home would get in every pool is kept, and a move changes two columns of that table: O(n T) a move, O(n^2 T) at the
    start. Moves of ``"contractually_individual"`` raise the sum of payoffs: they end.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> street = gt.communities.street(6, 2, rng=1, start="2023-06-01")
    >>> path = switching_path(FormationGame(gt.SharingGame(street), "mid_market_rate"))
    >>> path.ending, len(path.final)
    ('stable', 2)
    """
    if notion not in SINGLE_MOVES:
        raise UnknownNameError("kind of moves of switching_path", notion, list(SINGLE_MOVES))
    if most_moves < 0:
        raise InvalidInputError(f"most_moves of switching_path must be at least 0. Got {most_moves}.")
    pools = HomePools(formation)
    first = [[player] for player in formation.players] if start is None else start
    places = pools.places(partition_of(formation.game, first))
    begun, moves, seen = places.copy(), list[tuple[int, int, float]](), {_key(places)}
    table = _Offers(pools, places, notion)
    ending: Literal["stable", "cycle", "stopped"] = "stable"
    while (move := table.best(rng)) is not None:
        if len(moves) == most_moves:
            ending = "stopped"
            break
        moves.append(move)
        table.move(move[0], move[1])
        key = _key(table.places)
        if key in seen and rng is None:
            ending = "cycle"
            break
        seen.add(key)
    return SwitchingPath(formation, notion, begun, tuple(moves), pools.structure(table.places), ending)


def _key(places: IntArray) -> bytes:
    """The structure, whatever its pools are numbered."""
    first = np.zeros(len(places), dtype=np.int64)
    first[places[::-1]] = np.arange(len(places))[::-1]
    return first[places].tobytes()


class _Offers:
    """What every home would get in every pool, kept up to date."""

    def __init__(self, pools: HomePools, places: IntArray, notion: str) -> None:
        n = len(places)
        self.pools, self.places, self.tolerance = pools, places, pools.game.tolerance
        self.entry, self.exit = SINGLE_MOVES[notion]
        self.alone = pools.joined(np.zeros(0, dtype=np.int64))
        self.offers = np.repeat(self.alone[:, None], n, axis=1)
        self.admit, self.free = np.ones((n, n), dtype=bool), np.ones(n, dtype=bool)
        for pool in np.unique(places).tolist():
            self._settle(pool)

    @property
    def paid(self) -> FloatArray:
        """What every home gains now, shape (n,). [money]"""
        return np.asarray(self.offers[np.arange(len(self.places)), self.places])

    def best(self, rng: np.random.Generator | None = None) -> tuple[int, int, float] | None:
        """The home with the most to gain, or one drawn among those that gain, the pool that it joins, and its gain."""
        gains = np.where(self.admit, self.offers, -np.inf) - self.paid[:, None]
        gains[~self.free] = -np.inf
        home, pool = divmod(int(gains.argmax()), gains.shape[1])
        if rng is not None:
            most = gains.max(axis=1)
            able = np.flatnonzero(most > self.tolerance)
            home = int(rng.choice(able)) if able.size else home
            pool = int(gains[home].argmax())
        gain = float(gains[home, pool])
        return (home, pool, gain) if gain > self.tolerance else None

    def move(self, home: int, pool: int) -> None:
        """Put a home into another pool."""
        left = int(self.places[home])
        self.places[home] = pool
        self._settle(left)
        self._settle(pool)

    def _settle(self, pool: int) -> None:
        homes = np.flatnonzero(self.places == pool)
        self.offers[:, pool] = self.pools.joined(homes) if homes.size else self.alone
        paid = self.offers[:, pool]
        if self.entry:
            self.admit[:, pool] = self.pools.admitted(homes, paid, self.tolerance)
            self.admit[homes, pool] = True
        if self.exit and homes.size:
            self.free[homes] = self.pools.released(homes, paid, self.tolerance)
