"""One seller who leads the others and the buyers: price leadership of a dominant seller over a fringe."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.typing import FloatArray


def dominant_seller(game: SellerCompetition, leader: str) -> PriceLeaderGame:
    r"""Let one seller of a market of competing sellers name the price at which everybody trades.

    Parameters
    ----------
    game : SellerCompetition
        Sellers and buyers.
    leader : str
        The seller who leads.

    Returns
    -------
    PriceLeaderGame
        Leader: the seller, its price from the export price up to where the others serve everybody, or the import
        price [money/kWh]. Followers: buyers, and the other sellers with the energy that they sell as a negative one
        [kWh]. Payoff of the leader: :math:`p Q + \lambda (G - Q) - \tfrac\theta2 (G - Q)^2` less what keeping all is
        worth [money].

    Raises
    ------
    UnknownNameError
        If the leader is no seller.
    InvalidInputError
        If it has nothing to sell, or the others serve everybody even at the export price.

    Notes
    -----
    The other sellers take the price and offer :math:`clip(G_i - (\lambda_i - p) / \theta_i, 0, G_i)`; the leader sells
    what buyers want beyond that, :math:`Q(p)`, at most its energy G. That nobody else sets prices, and that one price
    holds for all, is an interpretation of "sellers lead": in :class:`SellerCompetition` all of them follow demand. If
    even at the import price more is wanted than all have, the grid serves the rest of every buyer in proportion.

    Examples
    --------
    >>> import gametrade as gt
    >>> market = SellerCompetition([4.0, 6.0], [0.35, 0.3], 0.05, [0.5, 0.6, 0.55], 0.1,
    ...                            import_price=0.4, export_price=0.1)
    >>> found = gt.solve(dominant_seller(market, "seller 2"))[0]
    >>> float(found.strategies[0][0].round(4)), round(market.closed_form(), 4)
    (0.3033, 0.2786)
    """
    if leader not in game.sellers:
        raise UnknownNameError("seller of the market", leader, game.sellers)
    k = game.sellers.index(leader)
    rest = [i for i in range(len(game.sellers)) if i != k]
    stock, worth, bend = (float(column[k]) for column in (game.energies, game.keep_worth, game.keep_bends))
    if not stock > 0:
        raise InvalidInputError(f"leader of dominant_seller must have energy to sell. Got 0 for {leader}.")
    buyers, fringe = game.worth.size, game.energies[rest]
    intercepts = np.concatenate([game.worth, game.keep_worth[rest] - game.keep_bends[rest] * fringe])
    slopes = np.concatenate([game.bends, game.keep_bends[rest]])
    lower, upper = np.concatenate([np.zeros(buyers), -fringe]), np.concatenate([np.full(buyers, np.inf), 0 * fringe])

    def takes(price: float) -> FloatArray:
        return np.asarray(np.clip((intercepts - price) / slopes, lower, upper))

    if not takes(game.export_price).sum() > 0:
        raise InvalidInputError(f"others of {leader} must leave it buyers at the export price. They sell all.")
    top = _last(lambda price: float(takes(price).sum()) >= 0, game.export_price, game.import_price)
    wanted = takes(game.import_price)
    if wanted.sum() > stock:
        upper[:buyers] = wanted[:buyers] * (stock - wanted[buyers:].sum()) / wanted[:buyers].sum()
    return PriceLeaderGame(
        intercepts,
        slopes,
        lower,
        upper,
        unit_cost=worth - bend * stock,
        quadratic_cost=bend,
        capacity=np.inf if wanted.sum() > stock else stock,
        floor=game.export_price,
        cap=top,
        leader=leader,
        followers=[*game.buyers, *(game.sellers[i] for i in rest)],
        unit=game.unit,
    )


def _last(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The largest price for which a claim holds that holds at low prices."""
    if holds(high):
        return high
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
