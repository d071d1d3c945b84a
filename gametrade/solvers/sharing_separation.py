"""Coalitions of a sharing game above a level of excess: those met before, some more, or all that come near it."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import CoalitionalGame, IndividualTariffGame, SharingGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.excess_levels import VIOLATION, best_of
from gametrade.solvers.kohlberg import everyone_alone
from gametrade.solvers.span_search import SpanSearch
from gametrade.typing import BoolArray, FloatArray

MOST_PLAYERS = 60
MOST_STEPS = 1000
"""Homes and trade steps up to which regions of coalitions are searched by their linear programs."""

FEW = 20
"""Coalitions below which a hurried search was not worth its time: the next one is thorough."""

NARROWER = 0.1
"""By how much the strip below the level that is searched shrinks from one thorough search to the next."""

AT_ONCE = 400
"""Coalitions met before that are returned at once."""

LISTED = 60
"""Coalitions of an answer with proof."""


class SharingSeparation:
    """Hurried and thorough searches for coalitions above a level, with a memory.

    Parameters
    ----------
    game : SharingGame or IndividualTariffGame
        A game with gains.

    Notes
    -----
    A thorough search takes as long as the proof that there are no such coalitions, so it brings back all those just
    below the level too: the payoffs that are tried next can be judged by them without another search. How far below is
    given by how far above the level coalitions were found.
    """

    def __init__(self, game: SharingGame | IndividualTariffGame) -> None:
        self._game, self._unit = game, game.grand_value
        self._search, self._span = SpanSearch(game.position / self._unit), everyone_alone(game.n_players)
        self._rows = np.zeros((0, game.n_players), dtype=bool)
        self._values = np.zeros(0)
        self._strip, self._hurried = 0.0, True

    @classmethod
    def of(cls, game: CoalitionalGame) -> SharingSeparation | None:
        """The searches of a game, None if it is not of a kind and size for them."""
        if not isinstance(game, SharingGame | IndividualTariffGame) or game.grand_value <= 0:
            return None
        return cls(game) if game.n_players <= MOST_PLAYERS and game.position.shape[1] <= MOST_STEPS else None

    def met(self, payoffs: FloatArray, level: float) -> tuple[BoolArray, FloatArray]:
        """Coalitions above a level among those met before, and their values.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]

        Returns
        -------
        rows : ndarray of bool, shape (k, n)
            The worst of them.
        values : ndarray of shape (k,)
            Their values. [money]
        """
        excess = self._values - self._rows @ payoffs
        worst = best_of(excess, AT_ONCE)
        worst = worst[excess[worst] > level]
        worst = worst[np.sort(np.unique(self._rows[worst], axis=0, return_index=True)[1])]
        return self._rows[worst], self._values[worst]

    def some(self, payoffs: FloatArray, level: float, until: float) -> tuple[BoolArray, FloatArray]:
        """Coalitions above a level that a hurried search finds, none once such searches find few.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        until : float
            Monotonic clock time at which to stop.

        Returns
        -------
        rows : ndarray of bool, shape (k, n)
            Coalitions.
        values : ndarray of shape (k,)
            Their values. [money]
        """
        if not self._hurried:
            return self._rows[:0], self._values[:0]
        found = self._search.above(payoffs / self._unit, level / self._unit, VIOLATION, self._span, until=until)
        self._hurried = len(found.rows) >= FEW
        self._strip = found.upper_excess * self._unit - level if len(found.rows) else self._strip
        self._remember(found.rows)
        return found.rows, self._game.values(found.rows)

    def proved(self, payoffs: FloatArray, level: float, until: float) -> BlockingCoalition:
        """The coalitions with the largest excesses, with a bound on all others.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        until : float
            Monotonic clock time at which to stop.

        Returns
        -------
        BlockingCoalition
            The upper bound is at least the level; coalitions that lie below it are not searched for.
        """
        unit = self._unit
        floor = (level - self._strip) / unit
        found = self._search.above(payoffs / unit, floor, VIOLATION, self._span, until=until, every=True)
        self._remember(found.rows)
        self._strip = NARROWER * min(self._strip, max(0.0, found.upper_excess * unit - level))
        return self._answer(payoffs, max(level + VIOLATION * unit, found.upper_bound * unit))

    def decided(self, payoffs: FloatArray, level: float, until: float) -> tuple[BoolArray, BlockingCoalition]:
        """Some coalitions above a level, or the proof that there are none, without a strip below the level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess to exceed. [money]
        until : float
            Monotonic clock time at which to stop.

        Returns
        -------
        rows : ndarray of bool, shape (k, n)
            Coalitions found.
        proof : BlockingCoalition
            The largest excess met, and a bound on all others.
        """
        unit = self._unit
        found = self._search.above(payoffs / unit, level / unit, VIOLATION, self._span, until=until)
        self._remember(found.rows)
        return found.rows, self._answer(payoffs, max(level + VIOLATION * unit, found.upper_bound * unit))

    def _answer(self, payoffs: FloatArray, upper: float) -> BlockingCoalition:
        """The largest excesses met, beside a bound on all."""
        rows = self.met(payoffs, -np.inf)[0]
        rows = rows if len(rows) else np.eye(self._game.n_players, dtype=bool)
        excess = self._game.values(rows) - rows @ payoffs
        question = Question.of(self._game, payoffs, LISTED, (), 1, None, 0.0, 0.0)
        pairs = [(float(excess[k]), rows[k]) for k in best_of(excess, LISTED)]
        return question.answer(pairs, upper, engine="price paths and scans of regions")

    def _remember(self, rows: BoolArray) -> None:
        if len(rows):
            self._rows = np.vstack([self._rows, rows])
            self._values = np.append(self._values, self._game.values(rows))
