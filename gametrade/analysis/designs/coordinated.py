"""A coordinator reads all meters, matches them and splits the gains."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners
from gametrade.community import Community
from gametrade.games.coalitional import SharingGame
from gametrade.games.contracts import Talk
from gametrade.registry import designs
from gametrade.rules import allocate


@designs.register()
def coordinated(community: Community, *, partners: Partners = None, rule: str = "competitive_price") -> DesignOutcome:
    """Let a coordinator read all meters, share everything that can be shared and split the gains by a rule.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    partners : sequence of pairs of str, optional
        Not used: the coordinator trades with everybody.
    rule : str, default="competitive_price"
        Registered allocation rule.

    Returns
    -------
    DesignOutcome
        The largest gains there are. Every home tells its net load of every step and is told its payment.

    Raises
    ------
    UnknownNameError
        If there is no such rule.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> round(coordinated(day).welfare, 4)
    2.5409
    """
    n, steps = community.n_prosumers, community.n_steps
    payoffs = np.array(allocate(SharingGame(community), rule).payoffs)
    told = np.full(n, float(steps))
    return DesignOutcome(payoffs, told, np.ones(n), "net loads", Talk(1, 2 * n, n * (steps + 1), True))
