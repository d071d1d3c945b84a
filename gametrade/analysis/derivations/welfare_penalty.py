"""A retailer who also cares for the surplus of its customers."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("charging_retailer",), source="a generic model of a class that reviews describe")
def welfare_penalty() -> SymbolicEquilibrium:
    r"""Price of a retailer in whose objective the customers' surplus has the weight mu.

    Returns
    -------
    SymbolicEquilibrium
        Retailer first. Parameters: values b1, b2 and slopes s1, s2 of two groups, unit cost w, weight mu.

    Notes
    -----
    Objective :math:`(1 - \mu)` profit :math:`+ \mu` surplus. The second-order condition is
    :math:`2 - 3 \mu > 0`; with A and H as in `charging_station`
    :math:`p^* = [A (1 - 2 \mu) + (1 - \mu) H w] / [H (2 - 3 \mu)]`, which is w at :math:`\mu = 1 / 2`.

    Examples
    --------
    >>> welfare_penalty().at({"b1": 10, "b2": 8, "s1": 1, "s2": 1, "w": 3, "mu": "1/2"})["p"]
    3
    """
    surplus = " + ".join(f"b{k} * x{k} - s{k} * x{k}**2 / 2 - p * x{k}" for k in (1, 2))
    return symbolic_equilibrium(
        {
            "retailer": f"(1 - mu) * (p - w) * (x1 + x2) + mu * ({surplus})",
            "group 1": "b1 * x1 - s1 * x1**2 / 2 - p * x1",
            "group 2": "b2 * x2 - s2 * x2**2 / 2 - p * x2",
        },
        {"retailer": "p", "group 1": "x1", "group 2": "x2"},
        ["b1", "b2", "s1", "s2", "w", "mu"],
        moves=[["retailer"], ["group 1", "group 2"]],
    )
