"""A seller sets one price for buyers who each want a block of energy up to what it is worth to them."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.pricing import offer_numbers
from gametrade.games.stackelberg import BilevelGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Dempe 2002, Kluwer",
    example={"values": [0.3, 0.2], "quantities": [2.0, 3.0], "unit_cost": 0.1, "cap": 0.5},
    of_step=offer_numbers.blocks_of_importers,
)
def step_buyers(
    *, values: ArrayLike, quantities: ArrayLike, unit_cost: float = 0.0, cap: float = 1.0, unit: str = "money"
) -> BilevelGame:
    r"""Build the game of a price leader whose buyers are indifferent at the very prices that it likes best.

    Parameters
    ----------
    values : array_like of shape (n,)
        What a kWh is worth to each buyer. [money/kWh]
    quantities : array_like of shape (n,)
        The most that each can use. [kWh]
    unit_cost : float
        What a kWh costs the seller. [money/kWh]
    cap : float
        Largest price. [money/kWh]
    unit : str
        Money.

    Returns
    -------
    BilevelGame
        Leader: the seller, its price p, payoff :math:`(p - w) \sum_i y_i`. Follower, all buyers as one:
        :math:`\max_y \sum_i (v_i - p) y_i`, :math:`0 \le y_i \le q_i`.

    Raises
    ------
    InvalidInputError
        If there is no buyer, or numbers are negative or do not fit.

    Notes
    -----
    Players: the seller (leader), buyers as one (follower). Strategies: a price [money/kWh]; blocks taken [kWh].
    Payoffs: :math:`(p - w) \sum_i y_i`; :math:`\sum_i (v_i - p) y_i` [money]. Source: Dempe 2002 for games with
    ties. Interpretation: energy in blocks as an instance.

    At :math:`p = v_i` buyer i may as well take nothing. An optimistic seller asks that price; a pessimistic one asks
    a little less, and its largest profit is approached and not attained. With demand that falls smoothly, as in
    :class:`~gametrade.games.stackelberg.PriceLeaderGame`, there are no ties. A model of the class described in [1]_.

    References
    ----------
    .. [1] S. Dempe, "Foundations of Bilevel Programming", Kluwer, Dordrecht (2002).

    Examples
    --------
    >>> import gametrade as gt
    >>> game = step_buyers(values=[0.5], quantities=[2.0], cap=1.0)
    >>> gt.solve(game)[0].payoffs[0].round(9), gt.solve(game, "pessimistic_leader").finding[:52]
    (np.float64(1.0), 'The infimum -1 of the worst cost is not attained: it')
    """
    worth, most = np.array(values, dtype=float).ravel(), np.array(quantities, dtype=float).ravel()
    n = worth.size
    if not n or most.size != n or not (np.isfinite(worth).all() and np.isfinite(most).all()):
        raise InvalidInputError(f"quantities of step_buyers must be one for each of the values. Got {most.size}, {n}.")
    if min(worth.min(), most.min(), cap) < 0 or not np.isfinite([unit_cost, cap]).all():
        raise InvalidInputError("values, quantities and cap of step_buyers must be at least 0, and all finite.")
    trade = np.zeros((n + 1, n + 1))
    trade[0, 1:] = trade[1:, 0] = 1.0
    return BilevelGame.of(
        {"linear": [0.0, *np.full(n, unit_cost)], "hessian": -trade},
        {"linear": [0.0, *-worth], "hessian": trade},
        n_leader=1,
        n_follower=n,
        bounds=[(0.0, float(cap)), *((0.0, float(q)) for q in most)],
        labels=("seller", "buyers"),
        names=["price", *(f"block {k + 1}" for k in range(n))],
        unit=unit,
    )
