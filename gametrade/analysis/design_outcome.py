"""What a market design makes of a community: gains, what was told to whom, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.errors import UnknownNameError
from gametrade.games.contracts import CommunityDispatch, PeerDispatch, PeerTrades, Talk
from gametrade.typing import FloatArray

Partners = Sequence[tuple[str, str]] | None


@dataclass(frozen=True, eq=False)
class DesignOutcome:
    """Gains of the homes under one market design, and its price in communication.

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Gain of each home over trading with its retailer alone, charges paid. [money]
    told : ndarray of shape (n,)
        Numbers that each home tells about itself.
    receivers : ndarray of shape (n,)
        To how many others it tells them.
    kind : str
        What these numbers are.
    talk : Talk
        Messages and numbers of all steps, rounds of the longest step, and whether every step came to its end.
    gap : float, default=0.0
        What all homes together could still gain at the prices of the design, at most. [money]
    """

    payoffs: FloatArray
    told: FloatArray
    receivers: FloatArray
    kind: str
    talk: Talk
    gap: float = 0.0

    @property
    def welfare(self) -> float:
        """Gains of all homes. [money]"""
        return float(self.payoffs.sum())


def negotiated(
    community: Community,
    market_of: Callable[[Community], CommunityDispatch | None],
    negotiation: Callable[[PeerDispatch], PeerTrades],
    kind: str,
) -> DesignOutcome:
    """Negotiate every step in which somebody sells and somebody buys, each by itself.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    market_of : callable
        The market of a community of one step, homes first among its players; None if no two of them can trade.
    negotiation : callable
        What finds trades and prices.
    kind : str
        What homes tell.
    """
    n = community.n_prosumers
    payoffs, told, met, gap = np.zeros(n), np.zeros(n), np.zeros((n, n + 1), dtype=bool), 0.0
    talks = []
    for step in np.flatnonzero((community.net_load > 0).any(axis=0) & (community.net_load < 0).any(axis=0)):
        market = market_of(community.steps(np.array([step])))
        if market is None:
            continue
        game, home = market.game, market.home
        found = negotiation(game)
        payoffs += market.of_homes(found.payoffs[: home.size])
        first, second = np.append(home, n)[np.minimum(game.ends, home.size)].T
        for one, other in ((first, second), (second, first)):
            inside = one < n
            told += np.bincount(one[inside], minlength=n) * found.talk.numbers / (2 * game.n_links)
            met[one[inside], other[inside]] = True
        gap += float(found.gaps.sum())
        talks.append(found.talk)
    residuals = {"reciprocity": max((talk.residuals["reciprocity"] for talk in talks), default=0.0)}
    messages, numbers = (sum(getattr(talk, name) for talk in talks) for name in ("messages", "numbers"))
    rounds, ended = max((talk.rounds for talk in talks), default=0), all(talk.converged for talk in talks)
    counted = Talk(rounds, messages, numbers, ended, residuals)
    return DesignOutcome(payoffs, told, met.sum(axis=1).astype(float), kind, counted, gap)


def partners_of(community: Community, partners: Partners) -> list[tuple[str, str]]:
    """Pairs of homes that may trade, all of them if none are given.

    Parameters
    ----------
    community : Community
        Its homes.
    partners : sequence of pairs of str, optional
        Pairs.

    Raises
    ------
    UnknownNameError
        If a partner is no home.
    """
    names = community.names
    if partners is None:
        return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    for home in (home for pair in partners for home in pair):
        if home not in names:
            raise UnknownNameError("partner of a market design", home, names)
    return [(str(a), str(b)) for a, b in partners]
