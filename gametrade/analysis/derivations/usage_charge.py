"""A prosumer sets a price for a neighbour who owes the network a charge."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("usage_charge",), source="Jin, Choi and Won 2020, IEEE Access 8")
def usage_charge() -> SymbolicEquilibrium:
    r"""Price of a prosumer whose neighbour owes a network charge and could buy from the grid instead.

    Returns
    -------
    SymbolicEquilibrium
        Prosumer first. Parameters: value a and slope b of the consumer, charge tau, grid prices imported and
        exported.

    Notes
    -----
    The consumer maximises :math:`a x - b x^2 / 2 - (p + \tau) x`, the prosumer :math:`(p - \lambda_s) x`, so
    :math:`p^* = clip((a - \tau + \lambda_s) / 2, \lambda_s, \lambda_b - \tau)`: the cases are the three pieces.

    Examples
    --------
    >>> usage_charge().equilibrium["p"], usage_charge().directions("tau")
    ((a + exported - tau)/2, {'p': '-', 'x': '-'})
    """
    return symbolic_equilibrium(
        {"prosumer": "(p - exported) * x", "consumer": "a * x - b * x**2 / 2 - (p + tau) * x"},
        {"prosumer": "p", "consumer": "x"},
        ["a", "b", "tau", "imported", "exported"],
        limits={"prosumer": ["p >= exported", "p <= imported - tau"], "consumer": ["x >= 0"]},
        moves=[["prosumer"], ["consumer"]],
    )
