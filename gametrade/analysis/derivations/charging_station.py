"""A retailer prices energy for two groups of vehicles at one station."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("charging_retailer",), source="a generic model of a class that reviews describe")
def charging_station() -> SymbolicEquilibrium:
    r"""Price of a retailer over two groups of vehicles whose station can deliver no more than C.

    Returns
    -------
    SymbolicEquilibrium
        Two cases, the station free or full. Parameters: values b1, b2 and slopes s1, s2 of the groups, the
        retailer's unit cost w, capacity C.

    Notes
    -----
    With :math:`A = b_1 / s_1 + b_2 / s_2` and :math:`H = 1 / s_1 + 1 / s_2`:
    :math:`p^* = \max(A / 2H + w / 2, (A - C) / H)`.

    Examples
    --------
    >>> station = charging_station()
    >>> [station.case_at({"b1": 10, "b2": 8, "s1": 1, "s2": 1, "w": 1, "C": C}).binding for C in (6, 60)]
    [('x1 + x2 <= C',), ()]
    """
    return symbolic_equilibrium(
        {
            "retailer": "(p - w) * (x1 + x2)",
            "group 1": "b1 * x1 - s1 * x1**2 / 2 - p * x1",
            "group 2": "b2 * x2 - s2 * x2**2 / 2 - p * x2",
        },
        {"retailer": "p", "group 1": "x1", "group 2": "x2"},
        ["b1", "b2", "s1", "s2", "w", "C"],
        limits={"retailer": ["x1 + x2 <= C"]},
        moves=[["retailer"], ["group 1", "group 2"]],
    )
