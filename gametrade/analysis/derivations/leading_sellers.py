"""Some sellers commit to quantities before the others choose theirs."""

from __future__ import annotations

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.errors import InvalidInputError
from gametrade.registry import derivations


@derivations.register(systems=(), source="Sherali 1984, Oper. Res. 32")
def leading_sellers(*, leaders: int = 1, followers: int = 1) -> SymbolicEquilibrium:
    r"""Quantities where some sellers move first under linear inverse demand: von Stackelberg's competition.

    Parameters
    ----------
    leaders, followers : int, default=1
        How many of each, at least one, together at most six.

    Returns
    -------
    SymbolicEquilibrium
        Leaders' quantities q1, q2, ..., followers' y1, y2, ... Parameters: inverse demand a - b Q, common unit cost
        c.

    Notes
    -----
    m leaders and n followers: :math:`q = (a - c) / (b (m + 1))` and :math:`y = q / (n + 1)`.

    Examples
    --------
    >>> leading_sellers(leaders=2).equilibrium
    {'q1': (a - c)/(3*b), 'q2': (a - c)/(3*b), 'y1': (a - c)/(6*b)}
    """
    if leaders < 1 or followers < 1 or leaders + followers > 6:
        raise InvalidInputError(
            f"leaders and followers of leading_sellers must be at least 1, together at most 6. "
            f"Got {leaders} and {followers}."
        )
    names = {f"leader {k}": f"q{k}" for k in range(1, leaders + 1)}
    names |= {f"follower {k}": f"y{k}" for k in range(1, followers + 1)}
    total = " + ".join(names.values())
    return symbolic_equilibrium(
        {player: f"(a - b * ({total}) - c) * {quantity}" for player, quantity in names.items()},
        dict(names),
        ["a", "b", "c"],
        moves=[list(names)[:leaders], list(names)[leaders:]],
    )
