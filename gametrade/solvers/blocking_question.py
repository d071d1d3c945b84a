"""Which coalitions may leave, and what leaving costs them: the options of a blocking question, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, PayoffsLike, payoff_vector
from gametrade.solvers.blocking_answer import ROUNDED, BlockingCoalition
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, CoalitionLike, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """Which coalitions are allowed, and what leaving costs them."""

    game: CoalitionalGame
    payoffs: FloatArray
    count: int
    must: BoolArray
    groups: tuple[BoolArray, ...]
    smallest: int
    largest: int
    exit_cost: float
    exit_cost_per_member: float

    @classmethod
    def of(
        cls,
        game: CoalitionalGame,
        payoffs: PayoffsLike,
        count: int,
        containing: CoalitionLike,
        min_size: int,
        allowed: Sequence[Iterable[str]] | None,
        exit_cost: float,
        exit_cost_per_member: float,
    ) -> Question:
        """Check the options of :func:`blocking_coalition`."""
        x = payoff_vector(game, payoffs, "blocking_coalition")
        n = game.n_players
        if n == 1:
            raise InvalidInputError("blocking_coalition needs at least 2 players: one home alone has nobody to leave.")
        if not 1 <= min_size < n:
            raise InvalidInputError(f"min_size of blocking_coalition must be from 1 to {n - 1}. Got {min_size}.")
        if count < 1:
            raise InvalidInputError(f"count of blocking_coalition must be at least 1. Got {count}.")
        if min(exit_cost, exit_cost_per_member) < 0:
            raise InvalidInputError("exit costs of blocking_coalition must not be negative.")
        must = game.members(containing)
        groups = tuple(game.members(group) for group in allowed) if allowed else ()
        groups = tuple(group for group in groups if not (must & ~group).any() and group.sum() >= min_size)
        if allowed is not None and not groups:
            raise InvalidInputError(
                "allowed groups of blocking_coalition leave no coalition of min_size with those homes."
            )
        if must.all():
            raise InvalidInputError("containing of blocking_coalition must leave out at least one player.")
        return cls(game, x, count, must, groups, min_size, n - 1, exit_cost, exit_cost_per_member)

    @property
    def price_of_leaving(self) -> FloatArray:
        """Payoff given up plus the exit cost of each member, shape (n,). [money]"""
        return self.payoffs + self.exit_cost_per_member

    @property
    def tolerance(self) -> float:
        """Excess below which nobody is said to gain. [money]"""
        return decision_tolerance(self.game.tolerance, self.payoffs)

    def net(self, excess: float, upper: float) -> tuple[float, float]:
        """Excess and upper bound net of the fixed exit cost. [money]"""
        return excess - self.exit_cost, max(upper, excess) - self.exit_cost

    def answer(self, found: Sequence[tuple[float, BoolArray]], upper: float, **proof: Any) -> BlockingCoalition:
        """Net the fixed exit cost and wrap the coalitions found, largest excess first."""
        excess, members = found[0]
        others = tuple((self.game.labels(row), value - self.exit_cost) for value, row in found[1:])
        return BlockingCoalition(
            self.game,
            self.payoffs,
            members,
            *self.net(excess, upper),
            upper <= excess + ROUNDED * self.tolerance,
            others=others,
            smallest=self.smallest,
            largest=self.largest,
            exit_cost=self.exit_cost,
            exit_cost_per_member=self.exit_cost_per_member,
            groups=tuple(self.game.labels(group) for group in self.groups),
            **proof,
        )
