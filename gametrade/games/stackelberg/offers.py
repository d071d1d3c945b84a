"""A seller offers a price and a share of the profit; buyers accept or reject."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import ArrayLike, FloatArray


def trade_profit(
    energy: float, *, import_price: float, export_price: float, highest_price: float = np.inf, cost: float = 0.0
) -> float:
    r"""Profit that a trade creates: :math:`q\,(\min(\lambda_b, P_{max}) - \max(\lambda_s, c))`, never below 0.

    Parameters
    ----------
    energy : float
        Energy traded q. [kWh]
    import_price, export_price : float
        Grid prices. [money/kWh]
    highest_price : float
        The most that an offer may ask. [money/kWh]
    cost : float
        What a kWh costs the seller. [money/kWh]

    Returns
    -------
    float
        Profit to share. [money]
    """
    return energy * max(0.0, min(import_price, highest_price) - max(export_price, cost))


def offer_game(profit: float, reservations: ArrayLike, *, unit: str = "money") -> StackelbergGame:
    r"""Reading A, one after the other: the seller offers a share of the profit, buyers take it or leave it.

    Parameters
    ----------
    profit : float
        Profit of a trade with each buyer. [money]
    reservations : array_like of shape (n,)
        Least share that each buyer accepts, from 0 to 1; an indifferent buyer accepts.
    unit : str
        Money.

    Returns
    -------
    StackelbergGame
        One leader who chooses S in [0, 1]; buyer i answers 1 (accepts) where :math:`S \ge y_i`.

    Notes
    -----
    Payoff of the seller: :math:`(1 - S)` profit for each buyer who accepts; of a buyer: S times the profit, above its
    reservation. One buyer: the equilibrium offer is its reservation share. An interpretation of the offer game of
    Amin et al. 2020, whose formulas could not be read.

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.solve(offer_game(6.0, [0.25]), "leader_scan")[0].strategies[0].tolist()
    [0.25]
    """
    least = np.array(reservations, dtype=float).ravel()
    if not least.size or not ((least >= 0) & (least <= 1)).all() or profit < 0:
        raise InvalidInputError(f"reservations of offer_game must be shares from 0 to 1. Got {least.tolist()}.")

    def response(x: FloatArray) -> FloatArray:
        return np.where(x[0] >= least, 1.0, 0.0)

    def ceiling(i: int, low: float, high: float, x: FloatArray) -> float:
        return profit * (1 - low) * float((high >= least).sum())

    return StackelbergGame(
        ("seller",),
        (("share",),),
        (Polyhedron.of([0.0], [1.0]),),
        (lambda x, y: profit * (1 - float(x[0])) * float(y.sum()),),
        response,
        follower_gaps=lambda x, y: profit * np.maximum(0.0, (x[0] - least) * (response(x) - y)),
        kinks=lambda i, x: least,
        ceiling=ceiling,
        unit=unit,
    )


def contract_game(profit: float, shares: Sequence[float], *, unit: str = "money") -> NormalFormGame:
    r"""Reading B, at once: seller and buyer each name the buyer's share, and there is a deal only if they agree.

    Parameters
    ----------
    profit : float
        Profit of the trade. [money]
    shares : sequence of float
        Shares of the buyer that may be named, each from 0 to 1.
    unit : str
        Money.

    Returns
    -------
    NormalFormGame
        Players: seller and buyer.

    Notes
    -----
    Every share strictly between 0 and 1 on which both agree is a strict equilibrium, and every deviation leaves both
    with nothing: the only reading consistent with "any deviation leads to zero utility for both" in the review of
    Amin et al. 2020. There are as many equilibria as shares, so a selector has to be named.

    Examples
    --------
    >>> import gametrade as gt
    >>> len(gt.solve(contract_game(6.0, [0.25, 0.5, 0.75]), "pure_equilibria"))
    3
    """
    named = np.array(shares, dtype=float).ravel()
    if not named.size or not ((named >= 0) & (named <= 1)).all():
        raise InvalidInputError(f"shares of contract_game must be from 0 to 1. Got {named.tolist()}.")
    agreed = profit * np.eye(named.size)
    labels = [f"{share:g}" for share in named]
    payoffs = np.stack([agreed * (1 - named), agreed * named])
    return NormalFormGame(payoffs, ["seller", "buyer"], [labels, labels], unit=unit)
