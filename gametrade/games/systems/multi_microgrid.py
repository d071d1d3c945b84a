"""Microgrids offer prices and quantities for the next day; buyers take the least delivered cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.delivered import delivered
from gametrade.registry import systems
from gametrade.typing import ArrayLike

MOST_PROFILES = 50_000


@systems.register(
    source="Liu H. et al. 2020, multi-microgrid day-ahead trading",
    example={
        "prices": [[0.15, 0.2, 0.25], [0.15, 0.2, 0.25]],
        "quantities": [[4.0, 8.0], [6.0]],
        "costs": [0.08, 0.1],
        "worth": [0.6, 0.5],
        "bends": [0.05, 0.1],
        "charges": [[0.0, 0.02], [0.02, 0.0]],
        "export_price": 0.08,
    },
    of_step=step_numbers.offering_microgrids,
)
def multi_microgrid(
    *,
    prices: Sequence[Sequence[float]],
    quantities: Sequence[Sequence[float]],
    costs: ArrayLike = 0.0,
    worth: ArrayLike,
    bends: ArrayLike,
    charges: ArrayLike = 0.0,
    export_price: float = 0.0,
    microgrids: Sequence[str] | None = None,
    unit: str = "money",
) -> NormalFormGame:
    r"""Build the game of offers (price, quantity) of one slot, in which buyers pick the least delivered cost.

    Parameters
    ----------
    prices, quantities : one list a seller
        Prices [money/kWh] and quantities [kWh] that each microgrid may offer; every pair is an action.
    costs : array_like, broadcast to shape (n,)
        What a kWh offered costs its seller. [money/kWh]
    worth, bends : array_like of shape (m,)
        What the first kWh is worth to each group of buyers and by how much each further one is worth less.
        [money/kWh, money/kWh^2]
    charges : array_like, broadcast to shape (m, n)
        Network charge from each seller to each group. [money/kWh]
    export_price : float
        What an offered kWh earns that nobody takes. [money/kWh]
    microgrids : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    NormalFormGame
        Players: seller microgrids; actions "p @ q"; payoffs
        :math:`p_i x_i + \lambda_s (q_i - x_i) - c_i q_i` for the energy :math:`x_i` taken of it.

    Raises
    ------
    InvalidInputError
        If shapes or signs do not fit.
    TooManyPlayersError
        If the offers make more than 50 000 profiles.

    Notes
    -----
    Players: microgrids that sell. Strategies: offers "p @ q" of a price [money/kWh] and an energy [kWh]. Payoffs:
    revenue, feed-in of the rest, less cost: :math:`p_i x_i + \lambda_s (q_i - x_i) - c_i q_i` [money]. Source: Liu
    H. et al. 2020, as reviews describe it. Interpretation: offers from lists, and buyers with linear demand who
    take the least delivered cost.

    Payoffs jump where delivered costs are equal, so there may be no pure equilibrium; offers from a list make the
    game finite, and all its equilibria can be enumerated. With one quantity a seller it is the capacity competition
    of :func:`capacity_sellers` on a grid of prices; the limits of price and of quantity competition are
    :func:`differentiated_sellers` and :func:`quantity_sellers`, played by best responses.

    A model of the class described in the reviews of Liu H. et al. 2020: sellers decide price and quantity given
    those of other sellers.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = multi_microgrid(prices=[[4, 5, 6]] * 2, quantities=[[2], [3]], worth=[10], bends=[1])
    >>> [gt.solve(game, "pure_equilibria")[0].strategy(name) for name in game.players]
    [{'4 @ 2': 0.0, '5 @ 2': 1.0, '6 @ 2': 0.0}, {'4 @ 3': 0.0, '5 @ 3': 1.0, '6 @ 3': 0.0}]
    """
    n = len(prices)
    values, steep = np.array(worth, dtype=float).ravel(), np.array(bends, dtype=float).ravel()
    if not n or len(quantities) != n or steep.shape != values.shape or not values.size or not (steep > 0).all():
        raise InvalidInputError(
            "multi_microgrid needs prices and quantities of each seller, and buyers with bends > 0."
        )
    offers = [[(float(p), float(q)) for p in prices[i] for q in quantities[i]] for i in range(n)]
    flat = np.array([pair for row in offers for pair in row], dtype=float).reshape(-1, 2)
    if not all(offers) or not np.isfinite(flat).all() or (flat[:, 1] < 0).any():
        raise InvalidInputError("prices and quantities of multi_microgrid must be finite, quantities at least 0.")
    sizes = [len(row) for row in offers]
    if np.prod(sizes, dtype=float) > MOST_PROFILES:
        raise TooManyPlayersError(f"multi_microgrid takes at most {MOST_PROFILES} profiles; give fewer offers.")
    paid = np.broadcast_to(np.asarray(costs, dtype=float), n)
    fees = np.broadcast_to(np.asarray(charges, dtype=float), (values.size, n))
    table = np.empty((n, *sizes))
    for where in np.ndindex(*sizes):
        named = np.array([offers[i][k] for i, k in enumerate(where)])
        taken = delivered(named[:, 0], named[:, 1], (values, steep), fees).sum(axis=0)
        left = named[:, 1] - taken
        table[(slice(None), *where)] = named[:, 0] * taken + export_price * left - paid * named[:, 1]
    names = [f"microgrid {k + 1}" for k in range(n)] if microgrids is None else microgrids
    return NormalFormGame(table, names, [[f"{p:g} @ {q:g}" for p, q in row] for row in offers], unit=unit)
