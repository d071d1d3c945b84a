"""Games in which forming a community costs money: an entry fee for each member, a platform, a least size."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gametrade.community.finite_numbers import finite_number
from gametrade.errors import InvalidInputError, SolverError, TooManyPlayersError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.individual_tariffs import IndividualTariffGame
from gametrade.games.coalitional.sharing import SharingGame
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.optimise import Program, maximise
from gametrade.tolerance import ROUNDING, absolute_tolerance
from gametrade.typing import BoolArray, Coalition, CoalitionLike, FloatArray

FEE_TABLE_PLAYERS = 16
"""Most players for which values are read off a table of all coalitions."""


@dataclass(frozen=True, eq=False)
class FeeGame(CoalitionalGame):
    r"""A game in which a community pays fees as soon as it forms, and in which staying alone stays free.

    .. math:: v(S) = \sum_{i \in S} u(\{i\}) + \max\Bigl(0,\ \max_{R \subseteq S,\ |R| \ge m}
              u(R) - \sum_{i \in R} u(\{i\}) - c_0 - c_1 |R|\Bigr)

    with u the game without fees. The members of S pick whom of them to enter (R); the others stay alone, at no cost.

    Parameters
    ----------
    game : CoalitionalGame
        The game without fees, u.
    per_member : float, default=0.0
        Entry fee :math:`c_1` of each member of a community that forms. [money]
    per_coalition : float, default=0.0
        Cost :math:`c_0` of a community that forms, whatever its size, e.g. of its platform. [money]
    min_size : int, default=2
        Fewest members m of a community, at least 2.
    may_stay_apart : bool, default=True
        Whether members of a coalition may stay alone. If not, every coalition of m or more must form as a whole, and
        its value :math:`u(S) - c_0 - c_1 |S|` may be less than its members gain alone.

    Raises
    ------
    InvalidInputError
        If a fee is negative or not finite, or `min_size` is below 2.

    Notes
    -----
    *When a fee is due.* Never by a home alone; once by each community of at least m homes that forms, and by each of
    its members. A coalition forms one community: where u is superadditive, two would not gain more, because they save
    one :math:`c_0` by merging, so v is then also the value of the best partition of S.

    *When the core empties.* If u has a non-empty core and members may stay apart (`may_stay_apart=True`), neither a
    cost per coalition nor a least size ever empties it: of a balanced collection with weights :math:`\lambda_S`,
    either the coalitions that form weigh 1 or more, and pay :math:`c_0` at least once, or they weigh less than 1, and
    gain less than the best of them alone, which is no more than what all gain. A fee per member can: it is the choice
    of whole homes (R) that breaks the balance. With `may_stay_apart=False` a cost per coalition can too, because all
    must then pay it even if they gain less.

    *Cost.* Up to 16 players the table of u and n passes over it. Above, the values of a sharing game, also with
    individual tariffs, are mixed-integer programs solved to optimality, or closed forms if nobody pays per member.

    Examples
    --------
    >>> import gametrade as gt
    >>> trade = gt.TableGame.from_values({("s", "b"): 6.0, ("s", "b", "c"): 7.0})
    >>> game = FeeGame(trade, per_member=1.5)
    >>> game.value(["s", "b", "c"]), game.community_of(["s", "b", "c"])
    (3.0, ('s', 'b'))
    >>> FeeGame(trade, per_member=1.5, may_stay_apart=False).grand_value
    2.5
    """

    game: CoalitionalGame
    per_member: float = field(default=0.0, kw_only=True)
    per_coalition: float = field(default=0.0, kw_only=True)
    min_size: int = field(default=2, kw_only=True)
    may_stay_apart: bool = field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.game, CoalitionalGame):
            raise InvalidInputError(f"game of FeeGame must be a CoalitionalGame. Got {type(self.game).__name__}.")
        for name in ("per_member", "per_coalition"):
            object.__setattr__(self, name, finite_number(getattr(self, name), name, "FeeGame", least=0))
        if not isinstance(self.min_size, int | np.integer) or self.min_size < 2:
            raise InvalidInputError(
                f"min_size of FeeGame must be at least 2 and a whole number. Got {self.min_size!r}."
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players of the game without fees."""
        return self.game.players

    @property
    def unit(self) -> str:
        """Unit of the game without fees."""
        return self.game.unit

    @cached_property
    def single_values(self) -> FloatArray:
        """A player alone pays no fee, shape (n,). [money]"""
        return self.game.single_values

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the range of the values, or the rounding of gains and fees of all if larger. [money]"""
        alone = float(self.single_values.sum())
        money = abs(self.game.grand_value - alone) + self.per_coalition + self.per_member * self.n_players
        return max(absolute_tolerance(self.grand_value - alone), ROUNDING * money)

    @cached_property
    def grand_value(self) -> float:
        """Value of the coalition of all players. [money]"""
        return float(self.values(np.ones((1, self.n_players), dtype=bool))[0])

    def fee(self, sizes: FloatArray) -> FloatArray:
        """What a community of each size pays. [money]"""
        return np.asarray(self.per_coalition + self.per_member * np.asarray(sizes, dtype=float))

    def values(self, members: BoolArray) -> FloatArray:
        """Value of each coalition net of fees, shape (k, n) to (k,). [money]"""
        members = np.asarray(members, dtype=bool)
        if self.may_stay_apart and self.n_players <= FEE_TABLE_PLAYERS:
            return np.asarray(self._table[members @ (1 << np.arange(self.n_players))])
        alone, forms = members @ self.single_values, members.sum(axis=1) >= self.min_size
        together = np.where(forms, self.game.values(members) - self.fee(members.sum(axis=1)), alone)
        if not self.may_stay_apart:
            return np.asarray(together)
        if not isinstance(self.game, SharingGame | IndividualTariffGame):
            raise TooManyPlayersError(
                f"values of FeeGame over a {type(self.game).__name__} need a table and stop at {FEE_TABLE_PLAYERS} "
                f"players. Got {self.n_players}; a SharingGame has no such limit."
            )
        if not self.per_member:
            return np.asarray(np.maximum(together, alone))
        return np.array([self._best_inside(self.game, row) for row in members])

    @cached_property
    def _table(self) -> FloatArray:
        """Best community inside each coalition, by taking one player after the other as not entering."""
        n = self.n_players
        alone, sizes = subset_sums(self.single_values), np.bitwise_count(np.arange(1 << n)).astype(float)
        gains = np.where(sizes >= self.min_size, self.game.table() - alone - self.fee(sizes), -np.inf)
        if self.may_stay_apart:
            gains[0] = 0.0
            for i in range(n):
                pair = gains.reshape(-1, 2, 1 << i)
                np.maximum(pair[:, 1], pair[:, 0], out=pair[:, 1])
        table: FloatArray = np.where(np.isfinite(gains), gains, 0.0) + alone
        table.setflags(write=False)
        return np.asarray(table)

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order, kept once made, shape (2**n,). [money]"""
        return np.asarray(self._table)

    def community_of(self, coalition: CoalitionLike) -> Coalition:
        """Members of a coalition that would enter, as few as it takes; empty if all stay alone.

        Parameters
        ----------
        coalition : iterable of str
            Labels.

        Returns
        -------
        tuple of str
            In player order.
        """
        inside = self.members(coalition)
        if not self.may_stay_apart:
            return self.labels(inside) if inside.sum() >= self.min_size else ()
        alone = self.single_values
        gain = float(self.values(inside[None, :])[0] - inside @ alone)
        for i in np.flatnonzero(inside):
            without = inside & (np.arange(self.n_players) != i)
            if float(self.values(without[None, :])[0] - without @ alone) >= gain - self.tolerance:
                inside = without
        return self.labels(inside)

    def _best_inside(self, game: SharingGame | IndividualTariffGame, row: BoolArray) -> float:
        """Gain of the best community inside one coalition by a mixed-integer program, valued at its members."""
        home = np.flatnonzero(row)
        position = game.position[home]
        position = position[:, (position > 0).any(axis=0) & (position < 0).any(axis=0)]
        bound = float(np.minimum(np.maximum(position, 0).sum(axis=0), np.maximum(-position, 0).sum(axis=0)).sum())
        if home.size < self.min_size or bound <= self.fee(np.array(self.min_size)):
            return 0.0
        answer = maximise(_entry_program(position / bound, self, bound))
        if answer.bound > answer.objective + 1e-9:
            raise SolverError("The best community inside a coalition was not proved best.", answer.status)
        chosen = np.zeros_like(row)
        chosen[home] = answer.variables[: home.size] > 0.5
        size = int(chosen.sum())
        return max(0.0, float(game.values(chosen[None, :])[0] - self.fee(np.array(size)))) if size > 1 else 0.0


def _entry_program(position: FloatArray, fees: FeeGame, unit: float) -> Program:
    """Who enters (z), what is shared in each step (y), whether a community forms (u)."""
    from scipy.sparse import csr_matrix, eye, hstack, vstack

    n, steps = position.shape
    supply, need = np.maximum(position, 0), np.maximum(-position, 0)
    take, none = eye(steps), csr_matrix((steps, 1))
    shared = [hstack([csr_matrix(-side.T), take, none]) for side in (supply, need)]
    enters = hstack([eye(n), csr_matrix((n, steps)), csr_matrix(-np.ones((n, 1)))])
    enough = hstack([csr_matrix(-np.ones((1, n))), csr_matrix((1, steps)), csr_matrix([[float(fees.min_size)]])])
    return Program(
        gain=np.concatenate([np.full(n, -fees.per_member / unit), np.ones(steps), [-fees.per_coalition / unit]]),
        matrix=csr_matrix(vstack([*shared, enters, enough])),
        row_lower=np.full(2 * steps + n + 1, -np.inf),
        row_upper=np.zeros(2 * steps + n + 1),
        lower=np.zeros(n + steps + 1),
        upper=np.concatenate([np.ones(n), np.full(steps, np.inf), [1.0]]),
        integer=np.concatenate([np.ones(n, dtype=bool), np.zeros(steps, dtype=bool), [True]]),
    )
