"""What a rule pays in every coalition of a file, settled again from its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from gametrade.analysis.studies.formation import game_tolerance
from gametrade.analysis.verification.case import ExactGame, Refuted
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, all_coalitions
from gametrade.games.coalitional.subsets import members_of
from gametrade.games.formation import FormationGame, Partition, partition_of
from gametrade.games.step_prices import pool_payoffs, trading_steps
from gametrade.typing import FloatArray

ZERO = Fraction(0)

ASKED_PLAYERS = 8
"""Most homes whose coalitions are all handed to the rule one by one; of more, price rules settle all at once."""


@dataclass(frozen=True, eq=False)
class Paid:
    """Payoffs under one rule: equal split in fractions, any other rule asked of the game of each coalition again.

    Parameters
    ----------
    exact : ExactGame
        Values without rounding.
    rule : str
        Registered name.
    """

    exact: ExactGame
    rule: str

    @property
    def game(self) -> CoalitionalGame:
        """The game."""
        return self.exact.game

    @cached_property
    def formation(self) -> FormationGame:
        """The formation game; its tables and its fast ways are not used here."""
        return FormationGame(self.game, self.rule)

    @cached_property
    def tolerance(self) -> Fraction:
        """Gain that counts as none, from the data. [money]"""
        return Fraction(game_tolerance(self.formation))

    @cached_property
    def _known(self) -> dict[tuple[str, ...], dict[str, Fraction]]:
        return {}

    def split(self, coalition: Sequence[str]) -> dict[str, Fraction]:
        """Payoff of each member of a coalition. [money]"""
        members = self.game.members(coalition)
        labels = self.game.labels(members)
        if labels not in self._known:
            if self.rule == "equal_split":
                alone = [self.exact.value(self.game.members([player])) for player in labels]
                share = (self.exact.value(members) - sum(alone, ZERO)) / len(labels)
                payoffs = [own + share for own in alone]
            else:
                payoffs = [Fraction(float(x)) for x in self.formation.split(labels)]
            self._known[labels] = dict(zip(labels, payoffs, strict=True))
        return self._known[labels]

    def payoffs(self, structure: Partition) -> dict[str, Fraction]:
        """Payoff of every player in a structure. [money]"""
        return {player: x for coalition in structure for player, x in self.split(coalition).items()}

    def structure(self, stated: Sequence[Sequence[str]]) -> Partition:
        """A structure of the file; one that does not cover every player once is refuted."""
        try:
            return partition_of(self.game, stated)
        except InvalidInputError as problem:
            raise Refuted(str(problem)) from None

    @cached_property
    def table(self) -> FloatArray:
        """Payoffs in all coalitions, shape (2**n, n), minus infinity outside; up to 8 by the rule itself. [money]"""
        n = self.game.n_players
        if n > ASKED_PLAYERS and isinstance(self.game, SharingGame) and self.formation.step_prices is not None:
            members = all_coalitions(n)
            paid = pool_payoffs(trading_steps(self.game), self.formation.step_prices, members)
            return np.where(members, paid, -np.inf)
        table = np.full((2**n, n), -np.inf)
        for mask in range(1, 2**n):
            inside = members_of(mask, n)
            table[mask, inside] = [float(x) for x in self.split(self.game.labels(inside)).values()]
        return table

    def joining(self, coalition: Sequence[str]) -> FloatArray:
        """What each player would get in a coalition with it in, shape (n,); few players by the rule itself. [money]

        Notes
        -----
        Of many homes all are settled at once: equal split by the values of the n coalitions, price rules by the totals
        of each step.
        """
        rows = np.repeat(self.game.members(coalition)[None], self.game.n_players, axis=0)
        np.fill_diagonal(rows, True)
        if isinstance(self.game, SharingGame) and self.rule == "equal_split":
            return np.asarray(self.game.values(rows) / rows.sum(axis=1))
        if isinstance(self.game, SharingGame) and (prices := self.formation.step_prices) is not None:
            return np.asarray(pool_payoffs(trading_steps(self.game), prices, rows).diagonal())
        names = self.game.players
        return np.array([float(self.split(self.game.labels(row))[names[i]]) for i, row in enumerate(rows)])
