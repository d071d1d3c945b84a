"""One settlement step of homes that use their batteries only when it pays at the prices of that step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community import Batteries
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class BatteryDecision:
    """What every home does with its battery in a step, and what both decisions cost at the same prices.

    Parameters
    ----------
    charged, discharged : ndarray of shape (n,)
        Energy drawn by the battery and delivered by it, at least 0, at most one of them positive. [kWh]
    cost_without, cost_with : ndarray of shape (n,)
        Cost of the step without the battery and with the best use of it; wear and replacement included. [money]
    """

    charged: FloatArray
    discharged: FloatArray
    cost_without: FloatArray
    cost_with: FloatArray

    @property
    def benefit(self) -> FloatArray:
        """What using the battery saves at these prices, at least 0, shape (n,). [money]"""
        return self.cost_without - self.cost_with


def battery_decision(
    net_load: FloatArray,
    charge: FloatArray,
    batteries: Batteries,
    *,
    step_hours: float,
    sell_price: float,
    buy_price: float,
    replacement_price: float,
) -> BatteryDecision:
    r"""Let each home use its battery in one step if and only if that is cheaper at the prices of the step.

    Parameters
    ----------
    net_load : ndarray of shape (n,)
        Demand less generation. [kWh]
    charge : ndarray of shape (n,)
        Energy in each battery at the start of the step. [kWh]
    batteries : Batteries
        Capacities, powers, efficiencies and wear.
    step_hours : float
        Length of the step. [h]
    sell_price, buy_price : float
        Local prices of the step, the same for both decisions; the buying price is at least the selling price.
        [money/kWh]
    replacement_price : float
        What a kWh drawn by a battery is worth: what it will cost to draw it again. [money/kWh]

    Returns
    -------
    BatteryDecision
        Energies within the power, the energy and the room of each battery.

    Notes
    -----
    With charging efficiency :math:`\eta_c` and discharging efficiency :math:`\eta_d`, a kWh delivered costs
    :math:`\rho / (\eta_c \eta_d)` to replace, and wear w. So a home covers its own need from the battery if and only
    if :math:`p_{buy} > \rho / (\eta_c \eta_d) + w`, and sells from it if and only if :math:`p_{sell}` exceeds that;
    it stores its surplus if and only if :math:`p_{sell} < \rho`, and buys to store if and only if
    :math:`p_{buy} < \rho`. Ties leave the battery alone.

    Examples
    --------
    >>> pair = Batteries([4.0, 4.0], [2.0, 2.0], [1.0, 1.0])
    >>> step = battery_decision(np.array([1.0, -3.0]), np.array([4.0, 0.0]), pair, step_hours=1.0,
    ...                         sell_price=0.1, buy_price=0.25, replacement_price=0.2)
    >>> step.discharged, step.charged
    (array([1., 0.]), array([0., 2.]))
    >>> step.benefit.round(3)
    array([0.05, 0.2 ])
    """
    power = batteries.power_kw * step_hours
    store, deliver = batteries.charge_efficiency, batteries.discharge_efficiency
    most_out = np.minimum(power, charge * deliver)
    most_in = np.minimum(power, np.maximum(0.0, batteries.energy_kwh - charge) / store)
    need, spare = np.maximum(net_load, 0.0), np.maximum(-net_load, 0.0)
    replaced = replacement_price / (store * deliver) + batteries.wear_cost
    out = np.where(sell_price > replaced, most_out, np.where(buy_price > replaced, np.minimum(most_out, need), 0.0))
    own = np.minimum(most_in, spare) if sell_price < replacement_price else np.zeros_like(spare)
    into = most_in if buy_price < replacement_price else own
    into = np.where(out > 0, 0.0, into)

    def cost(load: FloatArray) -> FloatArray:
        return buy_price * np.maximum(load, 0.0) - sell_price * np.maximum(-load, 0.0)

    used = cost(net_load + into - out) + replaced * out - replacement_price * into
    return BatteryDecision(into, out, cost(net_load), used)
