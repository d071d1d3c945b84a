"""A shared facility buys from two homes at its own price and the rest from the grid."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("shared_facility",), source="Tushar et al. 2015, arXiv:1406.5794")
def shared_facility() -> SymbolicEquilibrium:
    r"""Price at which a facility buys from two homes that value what they keep by logarithms.

    Returns
    -------
    SymbolicEquilibrium
        Facility first. Parameters: grid price g, requirement R, weights k1, k2 and energies E1, E2 of the homes.

    Notes
    -----
    Home i maximises :math:`k_i \ln(1 + E_i - e_i) + p e_i`, the facility minimises
    :math:`p \sum e_i + g (R - \sum e_i)`. Away from limits
    :math:`p^* = \sqrt{g \sum k_i / \sum (E_i + 1)}`.

    Examples
    --------
    >>> shared_facility().equilibrium["p"]
    sqrt(g)*sqrt(k1 + k2)/sqrt(E1 + E2 + 2)
    """
    import sympy

    return symbolic_equilibrium(
        {
            "facility": "-p * (e1 + e2) - g * (R - e1 - e2)",
            "home 1": "k1 * log(1 + E1 - e1) + p * e1",
            "home 2": "k2 * log(1 + E2 - e2) + p * e2",
        },
        {"facility": sympy.Symbol("p", positive=True), "home 1": "e1", "home 2": "e2"},
        ["g", "R", "k1", "k2", "E1", "E2"],
        moves=[["facility"], ["home 1", "home 2"]],
    )
