"""Prices at which every seller just sells what it has to buyers with budgets."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg.budget_buyers import BudgetBuyersGame
from gametrade.registry import solvers
from gametrade.typing import FloatArray


@solvers.register(plays=("BudgetBuyersGame",), first_choice_for=("BudgetBuyersGame",), source="Maharjan et al. 2013")
def capacity_prices(game: BudgetBuyersGame, *, rounds: int = 2000) -> Solution:
    r"""Find the prices at which no seller gains by another one, from the closed form or by taking turns.

    Parameters
    ----------
    game : BudgetBuyersGame
        Without fees.
    rounds : int, default=2000
        Most turns where some buyer leaves a seller out and the closed form does not apply.

    Returns
    -------
    Solution
        One equilibrium with every seller's regret; none, with what was reached, if the turns do not settle.

    Raises
    ------
    InvalidInputError
        If there are fees: then selling everything need not be best; diagonalisation takes them.

    Notes
    -----
    A buyer's spending on a seller does not rise with the seller's price, whatever it leaves out, and at prices
    at which all is sold revenue rises with the price: the best reply is the price at which demand just meets
    the supply, found by bisection to the last bit. A seller's regret is its revenue there less its revenue now.

    Examples
    --------
    >>> from gametrade.games.stackelberg import BudgetBuyersGame
    >>> answer = capacity_prices(BudgetBuyersGame([4.0, 9.0], [10.0], 1.0))
    >>> [round(float(strategy[0]), 6) for strategy in answer[0].strategies[:2]], answer[0].regret < 1e-12
    ([1.176471, 0.588235], True)
    """
    if game.fees.any():
        raise InvalidInputError("capacity_prices is for games without fees; diagonalisation takes them.")
    prices = game.closed_form()
    closed = bool((prices > 0).all()) and game.interior(prices)
    if not closed:
        prices = np.where(prices > 0, prices, 1.0) * 0 + game.budgets.sum() / game.supplies.sum()
        for _ in range(rounds):
            before = prices.copy()
            for seller in range(prices.size):
                prices[seller] = _reply(game, seller, prices)
            if (np.abs(prices - before) <= 1e-15 * prices).all():
                break
    told = (
        "Closed form." if closed else "Some buyer leaves a seller out: prices by taking turns, not by the closed form."
    )
    point = _answer(game, prices, told)
    if point.regret > 1e-6 * game.budgets.sum():
        return Solution(game, "capacity_prices", (), finding=f"Turns did not settle: regret {point.regret:g}.")
    return Solution(game, "capacity_prices", (point,), finding=told)


def _reply(game: BudgetBuyersGame, seller: int, prices: FloatArray) -> float:
    """Price at which demand for one seller just meets its supply; demand falls with the price."""
    moved = prices.copy()
    low, high = 0.0, float(game.budgets.sum() / game.supplies[seller])
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        moved[seller] = middle
        low, high = (middle, high) if game.sales(moved)[seller] > game.supplies[seller] else (low, middle)
    return high


def _answer(game: BudgetBuyersGame, prices: FloatArray, told: str) -> Equilibrium:
    """Revenue of every seller against that of its best reply."""
    sold = np.minimum(game.sales(prices), game.supplies)
    revenue = prices * sold
    best = np.empty(prices.size)
    for seller in range(prices.size):
        moved = prices.copy()
        moved[seller] = _reply(game, seller, prices)
        best[seller] = moved[seller] * game.supplies[seller]
    regrets = np.append(np.maximum(0.0, best - revenue), 0.0)
    taken = game.purchases(prices)
    strategies = (*(np.array([price]) for price in prices), taken.ravel())
    certificate = {"kind": "best_replies", "prices": prices.tolist(), "best_revenue": best.tolist()}
    payoffs = np.append(revenue, np.log1p(taken / game.satiations[:, None]).sum())
    notes = (told, "The followers' payoff is the sum of their utilities, above that of buying nothing.")
    return Equilibrium(game, strategies, payoffs, regrets, "Stackelberg", certificate, notes)
