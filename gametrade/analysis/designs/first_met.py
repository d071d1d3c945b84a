"""Homes trade with whom they happen to meet first, at half way between the grid prices."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome, Partners, partners_of
from gametrade.community import Community
from gametrade.games.contracts import Talk
from gametrade.registry import designs


@designs.register()
def first_met(
    community: Community, *, partners: Partners = None, rng: np.random.Generator | None = None
) -> DesignOutcome:
    r"""Let partners trade all they can when they meet, in random order, and split the gain of each kWh in halves.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    partners : sequence of pairs of str, optional
        Who may trade with whom; everybody with everybody if not given.
    rng : numpy.random.Generator, optional
        Draws the order in which partners meet, one for all steps; the order given if not.

    Returns
    -------
    DesignOutcome
        Gains of trades that nobody planned. Every home tells each partner its net load of every step.

    Notes
    -----
    What is traded is maximal: no two partners are left with something for each other, so no pair can do better at that
    price. In each step it is at least half of the most that partners can trade, since every kWh of the best plan is
    blocked by a traded kWh at one of its ends and each traded kWh has two ends. Price of anarchy among partners: 2 at
    most. Where everybody is a partner of everybody one side is exhausted and nothing is lost.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> round(first_met(day).welfare, 4)
    2.5409
    """
    n, steps = community.n_prosumers, community.n_steps
    pairs = partners_of(community, partners)
    order = np.arange(len(pairs)) if rng is None else rng.permutation(len(pairs))
    place = {name: i for i, name in enumerate(community.names)}
    supply, need = community.surplus.copy(), community.deficit.copy()
    spread, payoffs, receivers = np.asarray(community.tariff.spread()), np.zeros(n), np.zeros(n)
    for k in order:
        ends = tuple(place[home] for home in pairs[k])
        for seller, buyer in (ends, ends[::-1]):
            traded = np.where(spread > 0, np.minimum(supply[seller], need[buyer]), 0.0)
            supply[seller] -= traded
            need[buyer] -= traded
            payoffs[[seller, buyer]] += traded @ spread / 2
        receivers[list(ends)] += 1
    messages = 2 * len(pairs)
    talk = Talk(len(pairs), messages, messages * steps, True)
    return DesignOutcome(payoffs, receivers * steps, receivers, "net loads left", talk)
