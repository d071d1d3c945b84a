"""Two sellers of one good set prices and cannot sell more than they have."""

from __future__ import annotations

from dataclasses import replace

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.registry import derivations


@derivations.register(systems=("capacity_sellers",), source="Kreps and Scheinkman 1983, Bell J. Econ. 14")
def capacity_competition() -> SymbolicEquilibrium:
    r"""Prices of two sellers of the same energy who cannot sell more than they have: when the clearing price holds.

    Returns
    -------
    SymbolicEquilibrium
        One case, in which both sell all they have, with the conditions under which no seller raises its price.
        Parameters: inverse demand a - b Q, energies E1 and E2; costs are zero.

    Notes
    -----
    With efficient rationing a seller who is dearer than its rival sells what the rival leaves:
    :math:`(a - p_i) / b - E_j`, at most :math:`E_i`. Maximising :math:`p_i` times that has an optimum at the price
    that clears the market, :math:`a - b (E_1 + E_2)`, if the price of the capacity limit is not negative:
    :math:`E_i \le (a / b - E_j) / 2`, the Cournot reply. A lower price sells no more. Beyond these conditions the
    clearing price is no equilibrium and, until every seller could serve everybody at price zero, only mixed
    strategies are; the other cases of this derivation, in which a seller is dearer than its rival and both reply to
    what the other would leave, are no equilibria and are left out.

    Examples
    --------
    >>> duopoly = capacity_competition()
    >>> duopoly.equilibrium["p1"], duopoly.case_at({"a": 10, "b": 1, "E1": 2, "E2": 3}).binding != ()
    (-E1*b - E2*b + a, True)
    """
    full = {"seller 1": "(a - p1) / b - E2 <= E1", "seller 2": "(a - p2) / b - E1 <= E2"}
    answer = symbolic_equilibrium(
        {"seller 1": "p1 * ((a - p1) / b - E2)", "seller 2": "p2 * ((a - p2) / b - E1)"},
        {"seller 1": "p1", "seller 2": "p2"},
        ["a", "b", "E1", "E2"],
        limits={player: [limit] for player, limit in full.items()},
    )
    return replace(answer, cases=tuple(case for case in answer.cases if len(case.binding) == 2))
