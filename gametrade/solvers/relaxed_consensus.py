"""Bilateral trades by relaxed consensus and innovation: either end of a link keeps its own idea of the price."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
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


def relaxed_consensus(
    game: PeerDispatch,
    *,
    tolerance: float = 1e-8,
    innovation: float = 0.1,
    consensus: float = 0.25,
    lookahead: bool = True,
    max_rounds: int = 50_000,
) -> PeerTrades:
    r"""Let neighbours agree on link prices that nobody sets, by consensus of prices and innovation by imbalance.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    tolerance : float, default=1e-8
        Disagreement about trades and about prices, and change of trades in price, at which to stop, as a share of the
        largest bound and of the spread of marginal costs.
    innovation : float, default=0.1
        Step :math:`\alpha` of prices against imbalance, relative to that spread over what the smaller end can trade.
    consensus : float, default=0.25
        Step :math:`\beta` of prices towards the neighbour's, above 0 and below 1.
    lookahead : bool, default=True
        Whether the innovation looks at twice the new imbalance less the old one. Without it the plain rule runs, which
        need not converge.
    max_rounds : int, default=50000
        Rounds after which the negotiation stops without agreement, and says so.

    Returns
    -------
    PeerTrades
        Trades, prices, price-taking gaps and what was told.

    Raises
    ------
    InvalidInputError
        If an option is out of range.

    Notes
    -----
    A model of the class described in [1]_. With :math:`e = t_{nm} + t_{mn}` a round is

    .. math::
       t_n &\leftarrow \arg\min_y C_n(y) - \lambda_n \cdot y + \alpha \|y - t_n\|^2, \\
       \lambda_{nm} &\leftarrow \lambda_{nm} - \beta (\lambda_{nm} - \lambda_{mn}) - \alpha (2 e^{+} - e),

    and both ends tell each other two numbers. The innovation is the same at both ends, so the difference of their
    prices shrinks by :math:`|1 - 2 \beta|` a round whatever they trade, and the mean price takes the steps of a
    primal-dual method, which converges for these step sizes [2]_.

    References
    ----------
    .. [1] E. Sorin, L. Bobo and P. Pinson, "Consensus-based approach to peer-to-peer electricity markets with product
       differentiation", IEEE Trans. Power Syst. 34 (2019).
    .. [2] A. Chambolle and T. Pock, "A first-order primal-dual algorithm for convex problems with applications to
       imaging", J. Math. Imaging Vis. 40 (2011) 120-145.

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")], charge=1)
    >>> found = relaxed_consensus(pair)
    >>> found.trades.round(6), found.link_price.round(6), found.talk.converged
    (array([4.]), array([7.]), True)
    """
    checked_options(
        "relaxed_consensus", max_rounds, {"tolerance": tolerance, "innovation": innovation, "consensus": consensus}
    )
    if consensus >= 1:
        raise InvalidInputError(f"consensus of relaxed_consensus must be below 1. Got {consensus!r}.")
    replies, scale, energy, count = PeerReplies(game), price_scale(game), energy_scale(game), game.n_links
    step = innovation * scale / link_energy(game)
    plans, price = np.zeros(2 * count), np.asarray(game.slope)[game.owner]
    rounds, residuals, imbalance = 0, {"reciprocity": np.inf, "price": np.inf, "change": np.inf}, np.zeros(2 * count)
    while rounds < max_rounds and max(residuals.values()) > tolerance:
        rounds += 1
        before, plans = plans, replies.answer(plans + price / (2 * step), 2 * step)
        last, imbalance = imbalance, disagreement(game, plans)
        apart = price - np.roll(price, count)
        price = price - consensus * apart - step * (2 * imbalance - last if lookahead else imbalance)
        residuals = {
            "reciprocity": largest(imbalance) / energy,
            "price": largest(apart) / scale,
            "change": largest(step * (plans - before)) / scale,
        }
    found = plans, replies.marginal, price.reshape(2, -1).mean(axis=0)
    return closed(game, "relaxed_consensus", found, (rounds, 2 * count, 4 * count), (residuals, tolerance))
