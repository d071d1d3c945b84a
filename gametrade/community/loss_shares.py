"""Who causes the heat in the lines: shares of the losses of a feeder."""

from __future__ import annotations

import numpy as np

from gametrade.community.community import Community
from gametrade.community.feeder import Feeder
from gametrade.community.power_flow import WATTS
from gametrade.errors import UnknownNameError
from gametrade.typing import FloatArray

WAYS = ("aumann_shapley", "energy")


def loss_shares(community: Community, feeder: Feeder, *, by: str = "aumann_shapley") -> FloatArray:
    r"""Share the losses of every step among the homes.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    feeder : Feeder
        Where the homes are.
    by : {"aumann_shapley", "energy"}, default="aumann_shapley"
        "aumann_shapley": what each home adds when all grow from nothing in proportion, negative for a home that
        relieves the lines. "energy": in proportion to the energy each draws or feeds in, wherever it is.

    Returns
    -------
    ndarray of shape (n, T)
        Adding up to the losses of each step. [kWh]

    Raises
    ------
    UnknownNameError
        If there is no such way, or a home is not connected.

    Notes
    -----
    Losses of the linear flows are a quadratic form in the net loads, :math:`L(p) = p^T M p` with
    :math:`M = \sum_k r_k a_k a_k^T / V^2` and :math:`a_k` the homes fed through line k. The Aumann-Shapley price of i
    is :math:`\int_0^1 \partial_i L(\tau p)\, d\tau = (M p)_i`, so its share is :math:`p_i (M p)_i`: half of its
    marginal losses times its load, which is why charging marginal losses collects twice what is lost [1]_.
    Energy only; reactive power is left out. Cost: O(m n T).

    References
    ----------
    .. [1] L. J. Billera and D. C. Heath, "Allocation of shared costs: a set of axioms yielding a unique procedure",
       Math. Oper. Res. 7 (1982) 32-39.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[10], [0]], [[0], [10]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.16, 0.16], [0, 0], homes={"Ada": "a", "Bob": "b"})
    >>> loss_shares(street, feeder).round(6).tolist()
    [[0.0], [0.1]]
    """
    if by not in WAYS:
        raise UnknownNameError("way of loss_shares", by, WAYS)
    power = community.net_load / community.step_hours
    fed = feeder.below @ feeder.at(community.names)
    flow = fed @ power
    heat = feeder.resistance[:, None] / (feeder.voltage**2 / WATTS) * flow
    caused = power * (fed.T @ heat) * community.step_hours
    if by == "aumann_shapley":
        return np.asarray(caused)
    moved = np.abs(power)
    total = moved.sum(axis=0)
    return np.asarray(caused.sum(axis=0) * np.divide(moved, total, out=np.zeros_like(moved), where=total > 0))
