"""The price at which a grid leader's cost of serving prosumers is zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg.grid_leader import GridLeaderGame
from gametrade.registry import solvers

CONCEPTS = {"deterrence": "Stackelberg", "break_even": "break-even", "inactive": "regular tariff"}
"""What the answer to each question is called."""


@solvers.register(
    plays=("GridLeaderGame",), first_choice_for=("GridLeaderGame",), source="Tushar et al. 2020, arXiv:1908.09449"
)
def grid_price(game: GridLeaderGame, *, root: str = "deterrence") -> Solution:
    r"""Find the grid's price in a peak hour: the smallest one at which prosumers ask nothing of it.

    Parameters
    ----------
    game : GridLeaderGame
        The auction, the buyers and the grid's cost.
    root : {"deterrence", "break_even"}, default="deterrence"
        The smallest price with :math:`C_g = 0`, the equilibrium; or the smallest price at which revenue covers the
        cost of the residual, another reading, which is not this equilibrium.

    Returns
    -------
    Solution
        One equilibrium, complete. If demand does not exceed the threshold, the regular price, with a note.

    Raises
    ------
    InvalidInputError
        If there is no such root.

    Notes
    -----
    The residual falls with the price, so it is zero from the deterrence price up and positive below: that price is
    computed in closed form, and the certificate states the residual there and just below. Break even means
    :math:`a Q(p) + b = p`; the left side falls and the right rises: at most one root with :math:`Q > 0`, found
    between the prices at which somebody's residual kinks. Cost O(n log n).

    Whether the trading coalition is stable is told by the note: the largest gain that an unserved buyer and a
    seller with energy left could share by trading outside the auction.

    Examples
    --------
    >>> import numpy as np
    >>> from gametrade.games.stackelberg import Auction, GridLeaderGame
    >>> nobody = lambda bids, wanted, asks, offered: Auction(None, np.zeros(wanted.size), np.zeros(offered.size))
    >>> peak = GridLeaderGame(nobody, [0.5, 0.4], [0.1, 0.1], demand=90, threshold=80, regular_price=0.3)
    >>> float(grid_price(peak)[0].strategies[0][0])
    0.5
    """
    if root not in ("deterrence", "break_even"):
        raise InvalidInputError(f"root of grid_price must be 'deterrence' or 'break_even'. Got {root!r}.")
    if not game.acts:
        told = f"Demand {game.demand:g} does not exceed the threshold {game.threshold:g}: the grid does not act."
        return Solution(game, "grid_price", (_answer(game, game.regular_price, "inactive", told),), True, told)
    price = game.deterrence_price if root == "deterrence" else _break_even(game)
    told = (
        "The smallest price at which the cost of serving prosumers is zero."
        if root == "deterrence"
        else "Revenue covers cost here; prosumers still buy from the grid, so this is not the equilibrium."
    )
    return Solution(game, "grid_price", (_answer(game, price, root, told),), True, told)


def _answer(game: GridLeaderGame, price: float, root: str, told: str) -> Equilibrium:
    """The price, the energies taken from the grid, and what proves them."""
    residuals = game.residuals(price)
    cost = game.cost(float(residuals.sum()))
    below = price - max(abs(price), 1e-300) * 1e-9
    auction, gain = game.auction, _blocking_gain(game)
    stable = "stable" if gain <= 0 else f"blocked: a buyer and a seller would share {gain:g} a kWh"
    wanted = np.clip((game.intercepts - price) / game.slopes, 0.0, game.deficits)
    idle = np.where(residuals > 0, np.abs(wanted - auction.bought - residuals), 0.0)
    worth = float((game.intercepts * (auction.bought + residuals)).sum())
    worth -= float((game.slopes * (auction.bought + residuals) ** 2 / 2).sum())
    paid = float(residuals.sum()) * price + (auction.price or 0.0) * float(auction.bought.sum())
    certificate = {
        "kind": "deterrence" if root == "deterrence" else "recompute",
        "root": root,
        "price": price,
        "cost": cost,
        "residual": float(residuals.sum()),
        "residual_just_below": float(game.residuals(below).sum()),
        "auction_price": auction.price,
        "coalition": _traders(game),
    }
    least = 0.0 if root == "inactive" else cost
    regrets = np.array([least, float((idle * game.slopes * idle).max(initial=0.0))])
    notes = (told, f"Trading coalition {stable}.", "The grid's payoff is minus its cost of serving prosumers.")
    return Equilibrium(
        game,
        (np.array([price]), residuals),
        np.array([-cost, worth - paid]),
        regrets,
        CONCEPTS[root],
        certificate,
        notes,
    )


def _break_even(game: GridLeaderGame) -> float:
    """Root of average cost less price, which falls on every piece."""

    def excess(price: float) -> float:
        return game.quadratic_cost * float(game.residuals(price).sum()) + game.linear_cost - price

    top = game.deterrence_price
    if excess(top) > 0:
        raise InvalidInputError("grid_price finds no break-even price below the price at which nothing is sold.")
    ends = np.concatenate([[game.export_price], game.kinks_of_demand(), [top]])
    ends = np.unique(ends[(ends >= game.export_price) & (ends <= top)])
    if excess(float(ends[0])) <= 0:
        return float(ends[0])
    return _crossing(excess, ends)


def _crossing(excess: Callable[[float], float], ends: np.ndarray) -> float:
    """Where a decreasing function that is linear between ends changes its sign."""
    values = np.array([excess(float(end)) for end in ends])
    k = int(np.flatnonzero(values > 0)[-1])
    if k + 1 == ends.size:
        return float(ends[-1])
    low, high = float(ends[k]), float(ends[k + 1])
    middle = (low + high) / 2
    slope = (values[k + 1] - excess(middle)) / (high - middle)
    return float(min(high, max(low, middle - excess(middle) / slope)))


def _blocking_gain(game: GridLeaderGame) -> float:
    """The most that one more kWh could gain a buyer and a seller who trade outside the auction. [money/kWh]"""
    left = game.surpluses - game.auction.sold
    selling = np.maximum(game.asks, game.export_price)[left > 1e-9 * (1e-300 + game.surpluses)]
    if not selling.size:
        return 0.0
    gain = float(game.marginal_values.max(initial=0.0) - selling.min())
    return gain if gain > 1e-9 * abs(float(game.intercepts.max(initial=0.0))) else 0.0


def _traders(game: GridLeaderGame) -> list[str]:
    """Who trades inside the coalition, buyers first."""
    buying = [label for label, energy in zip(game.buyers, game.auction.bought, strict=True) if energy > 0]
    return buying + [label for label, energy in zip(game.sellers, game.auction.sold, strict=True) if energy > 0]
