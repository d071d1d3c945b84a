"""A mechanism as a split rule: the payoffs that an auction between the homes' net positions implies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.mechanisms import CommunityMarket, clear
from gametrade.registry import mechanisms, rules
from gametrade.rules import allocate
from gametrade.rules.settlement import step_payoffs
from gametrade.typing import FloatArray


def market_allocation(
    game: SharingGame | Community | CommunityMarket, mechanism: str | Callable[..., Any] = "uniform_price"
) -> Allocation:
    r"""Let the homes trade by a mechanism in every step and take what their bills fall by as payoffs.

    Parameters
    ----------
    game : SharingGame, Community or CommunityMarket
        Homes that bid their net load at the retail tariff, or a market already cleared at other valuations.
    mechanism : str or callable
        Registered name, with options as in ``"uniform_price:k=1"``, or any mechanism; not used for a market
        already cleared.

    Returns
    -------
    Allocation
        Payoffs over being alone; `imbalance` is what the auctioneer loses less the gains that the mechanism leaves
        on the table. Prices are given where they explain the payoffs, which takes one price a
        step for all energy of a side. [money, money/kWh]

    Raises
    ------
    InvalidInputError
        If the game has no meter data.

    Notes
    -----
    .. math:: x_i = \sum_t (b_t - \varphi_t) q^{buy}_{it} - f_t q^{sell}_{it} - \text{payment}_{it}

    With limits at retail, none of them negative, the uniform price is the competitive price of the sharing game:
    its payoffs are in the core. Mechanisms that give up trades or balance do not share the gains exactly.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
    >>> auction = market_allocation(street, "uniform_price").payoffs
    >>> bool(np.allclose(auction, gt.allocate(street, "competitive_price").payoffs))
    True
    """
    if isinstance(game, CommunityMarket):
        market, game = game, SharingGame(game.valuation.community)
    else:
        game = SharingGame(game) if isinstance(game, Community) else game
        if not isinstance(game, SharingGame):
            raise InvalidInputError(
                f"market_allocation needs meter data, in a SharingGame or a Community. Got {type(game).__name__}."
            )
        market = clear(game.community, mechanism)
    sell, buy = _average_prices(market)
    payoffs = market.bill_gains.sum(axis=1)
    explained = step_payoffs(game, sell, buy)
    slack = max(game.tolerance, 1e-12 * float(np.abs(market.payments).sum()))
    priced = bool(np.abs(explained - market.bill_gains).max(initial=0.0) <= slack)
    unit, told = game.unit, []
    if abs(market.surplus) > slack:
        told.append(f"The auctioneer {'keeps' if market.surplus > 0 else 'adds'} {abs(market.surplus):.6g} {unit}.")
    missed = game.grand_value - float(payoffs.sum()) - market.surplus
    if missed > slack:
        told.append(f"Trades worth {missed:.6g} {unit} are not made.")
    return Allocation(
        game, market.mechanism, payoffs, buy if priced else None, sell if priced else None, notes=tuple(told)
    )


def split(game: CoalitionalGame, rule: str | Callable[..., Any]) -> Allocation:
    """Share the gains by a split rule or, where its name is one, by a mechanism.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    rule : str or callable
        Rule, or name of a mechanism with its options.

    Returns
    -------
    Allocation
        Payoffs. [money]
    """
    if isinstance(rule, str) and is_mechanism(rule):
        return market_allocation(game, rule)  # type: ignore[arg-type]
    return allocate(game, rule)


def is_mechanism(rule: str) -> bool:
    """Whether a name, with or without options, is that of a mechanism and not of a split rule."""
    base = rule.partition(":")[0]
    return base not in rules and base in mechanisms


def _average_prices(market: CommunityMarket) -> tuple[FloatArray, FloatArray]:
    """Average price of each kWh of surplus sold and of deficit bought, the grid's part included. [money/kWh]"""
    community = market.valuation.community
    received = -np.minimum(market.payments, 0.0).sum(axis=0)
    paid = np.maximum(market.payments, 0.0).sum(axis=0)
    sides = (
        (received, market.sold, community.surplus, community.export_price),
        (paid, market.bought, community.deficit, community.import_price),
    )
    prices = []
    for money, traded, whole, grid in sides:
        total, inside = whole.sum(axis=0), traded.sum(axis=0)
        some = inside > 0
        average = (money - inside * grid) / np.where(some, total, 1.0)
        prices.append(np.where(some, grid + average, grid))
    return prices[0], prices[1]
