"""Two sellers set prices of goods that a buyer finds alike but not equal."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("differentiated_sellers",), source="Singh and Vives 1984, RAND J. Econ. 15")
def price_competition() -> SymbolicEquilibrium:
    r"""Prices of two sellers whose goods are substitutes: differentiated Bertrand competition, demand derived.

    Returns
    -------
    SymbolicEquilibrium
        Sellers move first, the buyer answers. Parameters: a, b, g of the buyer's utility, unit costs c1 and c2.

    Notes
    -----
    The buyer maximises :math:`a (x_1 + x_2) - b (x_1^2 + x_2^2) / 2 - g x_1 x_2 - p_1 x_1 - p_2 x_2`, which is concave
    where g < b; seller i earns :math:`(p_i - c_i) x_i`. The sellers' equilibrium is
    :math:`p_i^* = [(2b + g)(b - g) a + 2 b^2 c_i + b g c_j] / (4 b^2 - g^2)`.

    Examples
    --------
    >>> duopoly = price_competition()
    >>> duopoly.at({"a": 10, "b": 2, "g": 1, "c1": 1, "c2": 1})["p1"]
    4
    """
    return symbolic_equilibrium(
        {
            "seller 1": "(p1 - c1) * x1",
            "seller 2": "(p2 - c2) * x2",
            "buyer": "a * (x1 + x2) - b * (x1**2 + x2**2) / 2 - g * x1 * x2 - p1 * x1 - p2 * x2",
        },
        {"seller 1": "p1", "seller 2": "p2", "buyer": ["x1", "x2"]},
        ["a", "b", "g", "c1", "c2"],
        moves=[["seller 1", "seller 2"], ["buyer"]],
    )
