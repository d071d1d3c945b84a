"""Equilibria of sellers with limited energy who name prices, or the proof that there is none in pure prices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.pricing.capacity_competition import CapacityCompetition
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import rounded_up


@solvers.register(
    plays=("CapacityCompetition",),
    first_choice_for=("CapacityCompetition",),
    source="Kreps and Scheinkman 1983, 10.2307/3003636",
)
def capacity_competition(game: CapacityCompetition) -> Solution:
    r"""Decide whether sellers with limited energy have an equilibrium in pure prices, and give it.

    Parameters
    ----------
    game : CapacityCompetition
        One cost for all.

    Returns
    -------
    Solution
        The equilibrium with regrets in exact arithmetic. None, and complete, where none exists in pure prices:
        `finding` names who would leave the only candidate, to which price and for how much, and that an
        equilibrium in mixed prices exists.

    Notes
    -----
    With two or more sellers that have energy, sellers who sell in a pure equilibrium name one price: a dearer one
    sells only what others leave, so a cheaper one with energy left over, or sold out, would raise its price, and
    above cost a tie with energy to spare invites undercutting. So the only candidate is the price at which all
    energy is sold, or the cost. It is one if nobody gains by serving alone what the others leave: with
    :math:`\alpha = (a - c) / b` above cost if every :math:`E_i \le (\alpha - \sum_{j \ne i} E_j) / 2`, the Cournot
    reply; at cost if :math:`\sum_{j \ne i} E_j \ge \alpha` for all i. In between there are mixed equilibria only
    [1]_. One seller with energy is a monopolist. Cost: n^2 steps in fractions.

    References
    ----------
    .. [1] D. M. Kreps and J. A. Scheinkman, "Quantity precommitment and Bertrand competition yield Cournot
       outcomes", Bell J. Econ. 14 (1983) 326-337. :doi:`10.2307/3003636`

    Examples
    --------
    >>> from gametrade.games.pricing.capacity_competition import CapacityCompetition
    >>> [float(s[0]) for s in capacity_competition(CapacityCompetition(10, 1, [2, 3]))[0].strategies]
    [5.0, 5.0]
    >>> answer = capacity_competition(CapacityCompetition(10, 1, [5, 6]))
    >>> len(answer), answer.complete
    (0, True)
    """
    active = [k for k in range(game.n_players) if game.capacities[k] > 0]
    price = game.clearing_price
    if len(active) == 1:
        price = game.best_profit(active[0], [Fraction(game.intercept)] * game.n_players)[1]
    profits = game.exact_profits(price)
    best = [game.best_profit(k, [price] * game.n_players) for k in range(game.n_players)]
    gains = [top - now for (top, _), now in zip(best, profits, strict=True)]
    if max(gains) > 0:
        seller = gains.index(max(gains))
        finding = (
            f"No equilibrium in pure prices: at {float(price):.6g}, the only candidate, {game.players[seller]} gains "
            f"{float(gains[seller]):.6g} by asking {float(best[seller][1]):.6g}. One in mixed prices exists."
        )
        return Solution(game, "capacity_competition", (), complete=True, finding=finding)
    certain = game.n_players <= 2 or price > Fraction(game.cost)
    unique = len(active) == game.n_players and game.intercept > game.cost and certain
    found = _answer(game, price, profits, gains)
    told = "" if unique else "Sellers who sell nothing at cost, or have nothing, might ask other prices."
    return Solution(game, "capacity_competition", (found,), complete=unique, finding=told)


def _answer(game: CapacityCompetition, price: Fraction, profits: list[Fraction], gains: list[Fraction]) -> Equilibrium:
    """All sellers name one price; prices are rounded to floats, the certificate holds the fraction."""
    certificate = {"kind": "one_price", "price": str(price), "regrets": [str(gain) for gain in gains]}
    return Equilibrium(
        game,
        (np.array([float(price)]),) * game.n_players,
        np.array([float(profit) for profit in profits]),
        np.array([rounded_up(gain) for gain in gains]),
        "Nash",
        certificate,
    )
