"""From a point of the core towards a point outside that no proof keeps away: both bounds of a distance at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametrade.solvers.core_oracles import SearchOracle, Wronged
from gametrade.solvers.core_program import CoreProgram, CoreWeights
from gametrade.typing import FloatArray

INNER = (0.3, 1.0)
"""Shares of the way out at which coalitions are looked for cheaply: those met further in cut more deeply."""

SHORTEST = 1 / 64
"""Share of the way out below which a step is not worth a search with proof."""

PATIENCE = 0.4
"""Share of the time left that a search with proof may take."""

QUICK = 0.1
"""Share of that time within which a proof counts as easy: the next step goes twice as far."""


@dataclass(frozen=True, eq=False, slots=True)
class Approach:
    """The nearest point of the core that was proved, and the strongest proof from below.

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Of the core, over being alone. [money]
    weights : CoreWeights
        Proof that none is much nearer.
    inside : Wronged or None
        Proof that no coalition is wronged at `payoffs`; None if the centre was not left.
    """

    payoffs: FloatArray
    weights: CoreWeights
    inside: Wronged | None


def approach(
    program: CoreProgram,
    centre: FloatArray,
    distance: Callable[[FloatArray], float],
    bound: Callable[[CoreWeights], float],
    *,
    tolerance: float,
    until: float,
) -> Approach:
    r"""Narrow the bracket of the least distance from both sides.

    Parameters
    ----------
    program : CoreProgram
        Its oracle is a :class:`~gametrade.solvers.core_oracles.SearchOracle`; it gains rows.
    centre : ndarray of shape (n,)
        A point of the core, over being alone. [money]
    distance : callable
        Of payoffs over being alone; convex. [money]
    bound : callable
        What weights prove of the distance. [money]
    tolerance : float
        Excess that counts as none, and distance that does. [money]
    until : float
        Clock of :func:`time.monotonic` at which to stop.

    Returns
    -------
    Approach
        The two bounds hold whenever it stops.

    Notes
    -----
    In-out separation [1]_. Let c be in the core and y the optimum over the rows so far, so that no point of the core
    is nearer than y. Coalitions are looked for at :math:`z = c + \alpha (y - c)`: one that gains there gains at y too,
    as it gains nothing at c, and its row cuts y off. If none is found cheaply, z gets a search with proof: either that
    finds a row, or z is in the core and, since the distance is convex, nearer than c, whose place it takes. Where the
    time of the search is up, the next z is half as far out: prices prove more the nearer z is to payoffs that prices
    support. Where a proof was easy, the next z is twice as far out, up to y itself, which ends the search.

    References
    ----------
    .. [1] W. Ben-Ameur and J. Neto, "Acceleration of cutting-plane and column generation algorithms: Applications to
       network design", Networks 49 (2007) 3-17. :doi:`10.1002/net.20137`
    """
    oracle, level = program.oracle, program.epsilon + tolerance / 2
    assert isinstance(oracle, SearchOracle)
    inside: Wronged | None = None
    best, proof = -np.inf, None
    share = 0.5
    while True:
        payoffs, weights = program.optimum()
        lower = bound(weights)
        if proof is None or lower > best:
            best, proof = lower, weights
        left = until - time.monotonic()
        if distance(centre) <= max(best, distance(payoffs)) + tolerance / 2 or left <= 0 or share < SHORTEST:
            return Approach(centre, proof, inside)
        way = payoffs - centre
        if any(program.add(oracle.cheap(centre + inner * way, level, weights.coalitions)) for inner in INNER):
            continue
        there, before = centre + share * way, time.monotonic()
        found = oracle.decide(there, level, PATIENCE * left)
        added = program.add(found)
        if found.upper_bound <= program.epsilon + tolerance:
            centre, inside = there, found
        elif not added:
            share /= 2
            continue
        if added or time.monotonic() - before < QUICK * PATIENCE * left:
            share = min(1.0, 2 * share)
