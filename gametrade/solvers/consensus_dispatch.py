"""Bilateral trades by consensus: either end of a link plans, and the link price answers their disagreement."""

from __future__ import annotations

import numpy as np

from gametrade.games.contracts import PeerDispatch, PeerTrades
from gametrade.solvers.negotiation import (
    checked_options,
    closed,
    disagreement,
    energy_scale,
    largest,
    link_energy,
    price_scale,
)
from gametrade.solvers.peer_replies import PeerReplies

RELAXATION = 1.6


def consensus_dispatch(
    game: PeerDispatch, *, tolerance: float = 1e-8, penalty: float = 0.1, max_rounds: int = 20_000
) -> PeerTrades:
    r"""Let players settle a dispatch among neighbours by the alternating direction method of multipliers.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    tolerance : float, default=1e-8
        Disagreement about trades, and change of trades in price, at which to stop, as a share of the largest bound and
        of the spread of marginal costs.
    penalty : float, default=0.1
        Penalty of disagreement relative to that spread over what the smaller end can trade; it stays the same, so that
        players need not agree on a new one as they talk.
    max_rounds : int, default=20000
        Rounds after which the negotiation stops without agreement, and says so.

    Returns
    -------
    PeerTrades
        Trades, prices, price-taking gaps and what was told.

    Raises
    ------
    InvalidInputError
        If an option is not a positive number.

    Notes
    -----
    Consensus form [1]_ with relaxation 1.6. In each round a player minimises

    .. math:: C_n(t_n) - \lambda \cdot t_n
       + \tfrac\rho2 \sum_m \bigl(t_{nm} - \tfrac12 (t_{nm}^k - t_{mn}^k)\bigr)^2,

    tells each neighbour one number, its trade with it, and both ends of a link lower its price by
    :math:`\tfrac\rho2 (t_{nm} + t_{mn})`. 2L messages a round. Costs are convex, so the plans of the two ends meet and
    the cost falls to the least of all.

    References
    ----------
    .. [1] S. Boyd, N. Parikh, E. Chu, B. Peleato and J. Eckstein, "Distributed optimization and statistical
       learning via the alternating direction method of multipliers", Found. Trends Mach. Learn. 3 (2011) 1-122.
       :doi:`10.1561/2200000016`

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")], charge=1)
    >>> found = consensus_dispatch(pair)
    >>> found.trades.round(6), found.link_price.round(6), found.talk.converged
    (array([4.]), array([7.]), True)
    """
    checked_options("consensus_dispatch", max_rounds, {"tolerance": tolerance, "penalty": penalty})
    replies, scale, energy, count = PeerReplies(game), price_scale(game), energy_scale(game), game.n_links
    rho = penalty * scale / link_energy(game)
    plans = agreed = np.zeros(2 * count)
    price = np.full(2 * count, float(np.mean(np.asarray(game.slope))))
    rounds, residuals = 0, {"reciprocity": np.inf, "change": np.inf}
    while rounds < max_rounds and max(residuals.values()) > tolerance:
        rounds += 1
        plans = replies.answer(agreed + price / rho, rho)
        relaxed = RELAXATION * plans + (1 - RELAXATION) * agreed
        both = disagreement(game, relaxed)
        before, agreed = agreed, relaxed - both / 2
        price = price - rho * both / 2
        residuals = {
            "reciprocity": largest(disagreement(game, plans)) / energy,
            "change": largest(rho * (agreed - before)) / scale,
        }
    found = plans, replies.marginal, price[:count]
    return closed(game, "consensus_dispatch", found, (rounds, 2 * count, 2 * count), (residuals, tolerance))
