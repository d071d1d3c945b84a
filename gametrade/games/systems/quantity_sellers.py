"""Microgrids decide how much to sell, and the price follows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import step_numbers
from gametrade.games.quadratic import QuadraticGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="quantity limit of Liu H. et al. 2020; model of Cournot 1838",
    example={"intercept": 0.6, "slope": 0.05, "costs": [0.08, 0.12], "charges": [0.02, 0.0], "capacities": [6.0, 4.0]},
    of_step=step_numbers.quantity_sellers,
)
def quantity_sellers(
    *,
    intercept: float,
    slope: float,
    costs: ArrayLike,
    charges: ArrayLike = 0.0,
    capacities: ArrayLike = np.inf,
    sellers: Sequence[str] | None = None,
    unit: str = "money",
) -> QuadraticGame:
    r"""Build the game of sellers who name energies, all sold at the price at which buyers take them.

    Parameters
    ----------
    intercept, slope : float
        Buyers take Q kWh in all at the delivered price a - b Q. [money/kWh, money/kWh^2]
    costs : array_like of shape (n,)
        :math:`c_i`, what a kWh costs seller i. [money/kWh]
    charges : array_like, broadcast to shape (n,)
        :math:`\tau_i`, network charge of a kWh from seller i; a delivered kWh earns the price less it. [money/kWh]
    capacities : array_like, broadcast to shape (n,)
        Most that each can sell; infinite: as much as buyers would take for nothing. [kWh]
    sellers : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    QuadraticGame
        Players: the sellers; strategies: energies; payoffs: :math:`(a - b \sum_j q_j - \tau_i - c_i) q_i`.

    Raises
    ------
    InvalidInputError
        If there is no seller, a number is missing, the slope is not positive or a capacity is negative.

    Notes
    -----
    Players: the sellers. Strategies: energies [kWh]. Payoffs: profits :math:`(a - b \sum_j q_j - \tau_i - c_i) q_i`
    [money]. Source: Cournot 1838; the quantity limit of Liu H. et al. 2020. Interpretation: linear demand, and
    network charges as costs of the seller.

    Two sellers inside their limits: :math:`q_i = (a - 2 c_i + c_j) / (3 b)`, charges counted as costs.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = quantity_sellers(intercept=10, slope=1, costs=[1, 1])
    >>> [float(s[0]) for s in gt.solve(game)[0].strategies]
    [3.0, 3.0]
    """
    paid = np.array(costs, dtype=float).ravel()
    n = paid.size
    fees, most = (np.broadcast_to(np.asarray(v, dtype=float), paid.shape) for v in (charges, capacities))
    if not n or not np.isfinite([*paid, *fees, intercept, slope]).all() or np.isnan(most).any():
        raise InvalidInputError("intercept, slope, costs and charges of quantity_sellers must be finite numbers.")
    if not slope > 0 or (most < 0).any():
        raise InvalidInputError(
            f"slope of quantity_sellers must be positive and capacities at least 0. Got {slope:g} and {most.min():g}."
        )
    hessians = np.zeros((n, n, n))
    for i in range(n):
        hessians[i, i] -= slope
        hessians[i, :, i] -= slope
    top = np.minimum(most, max(0.0, intercept / slope))
    return QuadraticGame.of(
        [f"seller {k + 1}" for k in range(n)] if sellers is None else sellers,
        hessians,
        np.diag(intercept - fees - paid),
        [Polyhedron.of([0.0], [limit]) for limit in top],
        variables=[["energy"]] * n,
        unit=unit,
        units={"energy": "kWh"},
    )
