"""Voltages, flows and losses of a radial feeder, linear in what its homes use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community.feeder import Feeder
from gametrade.typing import FloatArray

WATTS = 1000.0


@dataclass(frozen=True, eq=False, slots=True)
class PowerFlow:
    """State of a feeder in T steps.

    Parameters
    ----------
    voltage : ndarray of shape (m, T)
        Of every bus but the root, as a share of the nominal voltage.
    flow, reactive_flow : ndarray of shape (m, T)
        What enters each line, positive away from the root. [kW, kvar]
    losses : ndarray of shape (m, T)
        Heat in each line. [kW]
    """

    voltage: FloatArray
    flow: FloatArray
    reactive_flow: FloatArray
    losses: FloatArray


def lin_dist_flow(feeder: Feeder, load: FloatArray, reactive_load: FloatArray | None = None) -> PowerFlow:
    r"""Solve the linearised DistFlow equations.

    .. math:: P_k = \sum_{j \text{ below } k} p_j, \qquad
              v_j^2 = v_0^2 - \frac{2}{V^2} \sum_{k \text{ above } j} (r_k P_k + x_k Q_k)

    Parameters
    ----------
    feeder : Feeder
        m lines.
    load : ndarray of shape (m, T)
        Net use at every bus but the root, negative where it feeds in. [kW]
    reactive_load : ndarray of shape (m, T), optional
        Reactive power used; none if not given. [kvar]

    Returns
    -------
    PowerFlow
        Losses are those of the linear flows, :math:`r_k (P_k^2 + Q_k^2) / V^2`; the flows leave them out.

    Notes
    -----
    The DistFlow equations [1]_ without their loss terms. At low voltage losses are a few per cent of the flows and the
    voltages are right to a few thousandths; the tests compare them with an AC power flow. Cost: O(m^2 T).

    References
    ----------
    .. [1] M. E. Baran and F. F. Wu, "Network reconfiguration in distribution systems for loss reduction and load
       balancing", IEEE Trans. Power Deliv. 4 (1989) 1401-1407. :doi:`10.1109/61.25627`

    Examples
    --------
    >>> import numpy as np
    >>> feeder = Feeder([("grid", "a")], [0.16], [0.0], homes={"Ada": "a"})
    >>> round(float(lin_dist_flow(feeder, np.array([[10.0]])).voltage[0, 0] ** 2), 12)
    0.98
    """
    reactive = np.zeros_like(load) if reactive_load is None else reactive_load
    flow, reactive_flow = feeder.below @ load, feeder.below @ reactive
    base = feeder.voltage**2 / WATTS
    drop = 2 / base * (feeder.resistance[:, None] * flow + feeder.reactance[:, None] * reactive_flow)
    squared = feeder.held**2 - feeder.below.T @ drop
    losses = feeder.resistance[:, None] * (flow**2 + reactive_flow**2) / base
    return PowerFlow(np.sqrt(np.maximum(squared, 0.0)), flow, reactive_flow, losses)


def voltage_sensitivity(feeder: Feeder) -> FloatArray:
    """Fall of the squared voltage of each bus for a kW used at each other, shape (m, m). [1/kW]"""
    between = feeder.below.astype(float)
    return np.asarray(2 * WATTS / feeder.voltage**2 * between.T @ (feeder.resistance[:, None] * between))
