"""The partition game that a split rule makes of a coalitional game."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, payoff_vector
from gametrade.games.coalitional.game import all_coalitions, check_table_size
from gametrade.games.coalitional.subgame import subgame
from gametrade.games.coalitional.tabulated import tabulated
from gametrade.games.formation.partition import PartitionLike, partition_of
from gametrade.games.formation.partition_function import PartitionFunctionGame
from gametrade.games.step_prices import StepPrices, pool_payoffs, step_prices, trading_steps
from gametrade.registry import rules
from gametrade.tolerance import decision_tolerance
from gametrade.typing import FloatArray

FORMATION_PLAYERS = 16
"""Most players for which the payoffs of all coalitions are tabulated."""


@dataclass(frozen=True, eq=False)
class FormationGame:
    r"""Players choose their coalition; a rule splits what each coalition gains among its members.

    Parameters
    ----------
    game : CoalitionalGame
        What each coalition gains. Its value must not depend on what the others do: a joint network limit
        makes a :class:`PartitionFunctionGame`, which is refused with the coalition whose value depends on them. A
        game on a feeder is taken for its stated behaviour of outsiders; ``network_partition_game`` lets them plan.
    rule : str or callable, default="equal_split"
        Registered rule or any function of a game that returns payoffs; it is asked of the game of each
        coalition by itself.

    Raises
    ------
    InvalidInputError
        If the game is none, or the rule needs meter data and the game has none.
    UnknownNameError
        If there is no such rule.

    Notes
    -----
    The hedonic game of Drèze and Greenberg in its transferable form: player i weighs coalitions S by
    :math:`x_i(S)`, the payoff of i when the rule splits the subgame of S.

    Examples
    --------
    >>> import gametrade as gt
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> FormationGame(table, "equal_split").payoffs([["a", "b"], ["c"]])
    array([2., 2., 0.])
    """

    game: CoalitionalGame
    rule: str | Callable[..., Any] = "equal_split"

    def __post_init__(self) -> None:
        if isinstance(self.game, PartitionFunctionGame):
            object.__setattr__(self, "game", self.game.coalitional())
        if not isinstance(self.game, CoalitionalGame):
            raise InvalidInputError(
                f"game of FormationGame must be a coalitional game. Got a {type(self.game).__name__}."
            )
        entry, _ = rules.resolve(self.rule)
        needs = entry.traits.get("needs", "any")
        if needs not in ("any", "quasi_balanced") and not (needs != "graph" and isinstance(self.game, SharingGame)):
            raise InvalidInputError(
                f"rule of FormationGame must split the game of every coalition. "
                f"Got {entry.name}, which does not apply to the coalitions of a {type(self.game).__name__}."
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in player order."""
        return self.game.players

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return self.game.n_players

    @cached_property
    def payoff_table(self) -> FloatArray:
        """Payoff of each member of each coalition, shape (2**n, n); NaN for those outside. [money]"""
        n = self.n_players
        check_table_size(n, "FormationGame", FORMATION_PLAYERS)
        members = all_coalitions(n)
        table = np.full(members.shape, np.nan)
        if self.rule == "equal_split":
            sizes = np.maximum(1, members.sum(axis=1))
            alone = self.game.single_values
            share = (self.game.table() - members @ alone) / sizes
            table = np.where(members, alone + share[:, None], np.nan)
        elif self.step_prices is not None and isinstance(self.game, SharingGame):
            table = np.where(members, pool_payoffs(trading_steps(self.game), self.step_prices, members), np.nan)
        else:
            for row, inside in zip(table[1:], members[1:], strict=True):
                row[inside] = self.split(self.game.labels(inside))
        table.setflags(write=False)
        return table

    @cached_property
    def step_prices(self) -> StepPrices | None:
        """The rule as a split by the totals of each step, None if it is not one."""
        return step_prices(self.rule) if isinstance(self.rule, str) else None

    @cached_property
    def tolerance(self) -> float:
        """Gain below which nobody moves: that of the game, or rounding of the payoffs if larger. [money]"""
        payoffs = self.payoff_table
        return decision_tolerance(self.game.tolerance, np.nanmax(np.abs(payoffs[1:]), axis=0))

    def payoffs(self, structure: PartitionLike) -> FloatArray:
        """Payoff of each player under a partition, shape (n,). [money]"""
        result = np.zeros(self.n_players)
        for coalition in partition_of(self.game, structure):
            inside = self.game.members(coalition)
            result[inside] = self.split(coalition)
        return result

    def split(self, coalition: tuple[str, ...]) -> FloatArray:
        """What the rule itself pays the members of one coalition, in player order.

        Parameters
        ----------
        coalition : tuple of str
            Labels, in player order.

        Returns
        -------
        ndarray of shape (k,)
            Gains over being alone, from the game of these k members by itself. [money]
        """
        part: CoalitionalGame
        if isinstance(self.game, SharingGame):
            part = SharingGame(self.game.community.select(coalition))
        else:
            part = subgame(self._table, coalition)
        entry, options = rules.resolve(self.rule)
        return payoff_vector(part, entry.function(part, **options), f"rule {entry.name}")

    @cached_property
    def _table(self) -> CoalitionalGame:
        return tabulated(self.game)
