"""Bilateral trades by prices of links: sellers post, buyers order, and players need only know their marginal cost."""

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


def link_prices(
    game: PeerDispatch, *, tolerance: float = 1e-8, step: float = 0.1, max_rounds: int = 50_000
) -> PeerTrades:
    r"""Let the first end of each link post a price and the second answer with an order, until they agree.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    tolerance : float, default=1e-8
        Disagreement about trades, and change of trades in price, at which to stop, as a share of the largest bound and
        of the spread of marginal costs.
    step : float, default=0.1
        Step of prices against imbalance, relative to that spread over what the smaller end can trade.
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
    A model of the class described in [1]_: prices are dual variables, one a link; quantities move along the gradient
    of the player's own net benefit. With :math:`e = t_{nm} + t_{mn}`, step :math:`\sigma` and
    :math:`\rho_n = 2 \sigma + \tfrac12 a_n k_n` for a player with :math:`k_n` links,

    .. math::
       t_n &\leftarrow \arg\min_y (a_n p_n + b_n) \sum_m y_m + \sum_m \gamma |y_m| - \lambda \cdot y
       + \tfrac{\rho_n}{2} \|y - t_n\|^2, \qquad \lambda \leftarrow \lambda - \sigma (2 e^{+} - e).

    This is the primal-dual splitting of [2]_ with one step size a player, which converges. Each link carries one price
    and one order a round; nobody solves a quadratic program.

    References
    ----------
    .. [1] M. Khorasany, Y. Mishra and G. Ledwich, "A decentralized bilateral energy trading system for peer-to-peer
       electricity markets", IEEE Trans. Ind. Electron. 67 (2020).
    .. [2] L. Condat, "A primal-dual splitting method for convex optimization involving Lipschitzian, proximable and
       linear composite terms", J. Optim. Theory Appl. 158 (2013) 460-479.

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")], charge=1)
    >>> found = link_prices(pair)
    >>> found.trades.round(6), found.link_price.round(6), found.talk.converged
    (array([4.]), array([7.]), True)
    """
    checked_options("link_prices", max_rounds, {"tolerance": tolerance, "step": step})
    replies, scale, energy, count = PeerReplies(game), price_scale(game), energy_scale(game), game.n_links
    bend, slope = np.asarray(game.curvature), np.asarray(game.slope)
    sigma = step * scale / link_energy(game)
    rho = 2 * sigma + (bend * np.bincount(game.owner, minlength=game.n_players))[game.owner] / 2
    plans, imbalance, price = np.zeros(2 * count), np.zeros(2 * count), np.full(2 * count, float(slope.mean()))
    rounds, residuals = 0, {"reciprocity": np.inf, "change": np.inf}
    while rounds < max_rounds and max(residuals.values()) > tolerance:
        rounds += 1
        before, marginal = plans, slope + bend * game.positions(plans)
        plans = replies.answer(before + price / rho, rho, slope=marginal)
        last, imbalance = imbalance, disagreement(game, plans)
        price = price - sigma * (2 * imbalance - last)
        residuals = {
            "reciprocity": largest(imbalance) / energy,
            "change": largest(rho * (plans - before)) / scale,
        }
    found = plans, replies.marginal, price[:count]
    return closed(game, "link_prices", found, (rounds, 2 * count, 2 * count), (residuals, tolerance))
