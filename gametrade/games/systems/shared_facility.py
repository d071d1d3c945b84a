"""A shared facility buys from residential units first and from the grid last."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray


@systems.register(
    source="Tushar et al. 2015, arXiv:1406.5794",
    example={"surpluses": [4.0, 5.0], "preferences": [1.0, 2.0], "requirement": 30.0, "grid_price": 0.9},
    of_step=step_numbers.facility_of_importers,
)
def shared_facility(
    *,
    surpluses: ArrayLike,
    preferences: ArrayLike,
    requirement: float,
    grid_price: float,
    homes: Sequence[str] | None = None,
    unit: str = "money",
) -> StackelbergGame:
    r"""A shared facility buys from residential units at its own price and the rest from the grid.

    Parameters
    ----------
    surpluses : array_like of shape (n,)
        Energy :math:`E_i` that unit i has. [kWh]
    preferences : array_like of shape (n,)
        :math:`k_i > 0`, weight of own use.
    requirement : float
        Energy the facility needs. [kWh]
    grid_price : float
        :math:`p_g`, the highest price it could reasonably offer. [money/kWh]
    homes : sequence of str, optional
        Labels of the units.
    unit : str
        Money.

    Returns
    -------
    StackelbergGame
        One leader with one price in (0, grid price].

    Notes
    -----
    Players: the facility (leader), residential units (followers). Strategies: a price [money/kWh]; energies sold
    [kWh]. Payoffs: minus what energy costs the facility; :math:`k_i \ln(1 + E_i - e_i) + p e_i` [money]. Source:
    Tushar et al. 2015. Interpretation: limits of energies at 0 and at what a unit has.

    Unit i maximises :math:`k_i \ln(1 + E_i - e_i) + p e_i`, so :math:`e_i = clip(E_i + 1 - k_i / p, 0, E_i)`; the
    facility minimises :math:`p \sum e_i + p_g (R - \sum e_i)^+`. Everything interior:
    :math:`p^* = \sqrt{p_g \sum k_i / \sum (E_i + 1)}`. Between the prices at which a unit reaches a bound the cost
    is convex, so the optimum of all pieces is global. A model of the class described in Tushar et al. [1]_.

    References
    ----------
    .. [1] W. Tushar et al., "Three-party energy management with distributed energy resources in smart grid",
       IEEE Trans. Ind. Electron. 62 (2015) 2487-2498, arXiv:1406.5794.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = shared_facility(surpluses=[4.0, 5.0], preferences=[1.0, 2.0], requirement=30.0, grid_price=0.9)
    >>> round(float(gt.solve(game, "leader_scan")[0].strategies[0][0]), 6) == round((0.9 * 3 / 11) ** 0.5, 6)
    True
    """
    stock = np.array(surpluses, dtype=float).ravel()
    weight = np.broadcast_to(np.asarray(preferences, dtype=float), stock.shape)
    positive = (weight > 0).all() and grid_price > 0
    if not stock.size or not (stock >= 0).all() or not positive or not requirement >= 0:
        raise InvalidInputError(
            "shared_facility needs surpluses >= 0, preferences > 0, a grid price > 0 and a need >= 0."
        )

    def response(x: FloatArray) -> FloatArray:
        return np.clip(stock + 1 - weight / max(float(x[0]), 1e-300), 0.0, stock)

    def payoff(x: FloatArray, y: FloatArray) -> float:
        bought = float(y.sum())
        return -float(x[0]) * bought - grid_price * max(0.0, requirement - bought)

    def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
        best = response(x)
        kept = weight * np.log((1 + stock - best) / (1 + stock - y))
        return np.asarray(np.maximum(0.0, kept + x[0] * (best - y)))

    kinks = np.concatenate([weight / (stock + 1), weight])
    enough = _price_of(lambda p: float(response(np.array([p])).sum()), requirement, grid_price)
    return StackelbergGame(
        ("facility",),
        (("price",),),
        (Polyhedron.of([0.0], [grid_price]),),
        (payoff,),
        response,
        () if homes is None else tuple(map(str, homes)),
        follower_gaps=gaps,
        kinks=lambda i, x: np.append(kinks, enough),
        between="concave",
        unit=unit,
    )


def _price_of(supply: Callable[[float], float], wanted: float, top: float) -> float:
    """Price at which a rising supply reaches what is wanted, or the top."""
    low, high = 0.0, top
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if supply(middle) < wanted else (low, middle)
    return high
