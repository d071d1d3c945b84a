"""Sellers choose how much to sell, and the price falls with the total."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.errors import InvalidInputError
from gametrade.registry import derivations


@derivations.register(systems=("quantity_sellers",), source="Cournot 1838")
def quantity_competition(*, sellers: int = 2) -> SymbolicEquilibrium:
    r"""Quantities of two or three sellers under linear inverse demand, with everybody who stays out of the market.

    Parameters
    ----------
    sellers : int, default=2
        Number of sellers, 1 to 4.

    Returns
    -------
    SymbolicEquilibrium
        Every set of active sellers is a case. Parameters: inverse demand a - b Q, unit costs c1, c2, ...

    Notes
    -----
    Interior: :math:`q_i^* = (a - (n + 1) c_i + \sum_j c_j) / ((n + 1) b)`.

    Examples
    --------
    >>> quantity_competition().equilibrium["q1"]
    (a - 2*c1 + c2)/(3*b)
    """
    if not 1 <= sellers <= 4:
        raise InvalidInputError(f"sellers of quantity_competition must be 1 to 4. Got {sellers}.")
    who = range(1, sellers + 1)
    total = " + ".join(f"q{k}" for k in who)
    return symbolic_equilibrium(
        {f"seller {k}": f"(a - b * ({total}) - c{k}) * q{k}" for k in who},
        {f"seller {k}": f"q{k}" for k in who},
        ["a", "b", *(f"c{k}" for k in who)],
        limits={f"seller {k}": [f"q{k} >= 0"] for k in who},
    )
