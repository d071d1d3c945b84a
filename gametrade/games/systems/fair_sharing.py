"""Microgrids claim parts of a surplus that is too small for all; a rule of fair sharing decides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing import step_numbers
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray

RULES = ("proportional", "priority", "equal")

MOST_PROFILES = 200_000


@systems.register(
    source="Jadhav et al., energy sharing in a cluster of microgrids, as reviews describe it; Sprumont 1991",
    example={"needs": [4.0, 2.0, 3.0], "surplus": 6.0, "import_price": 0.3, "export_price": 0.08, "rule": "equal"},
    of_step=step_numbers.short_homes,
)
def fair_sharing(
    *,
    needs: ArrayLike,
    surplus: float,
    import_price: float,
    export_price: float,
    rule: str = "proportional",
    factors: Sequence[float] = (0.5, 1.0, 1.5, 2.0),
    microgrids: Sequence[str] | None = None,
    unit: str = "money",
) -> NormalFormGame:
    r"""Build the game of claims on a cluster's surplus, with only the claims known to the rule.

    Parameters
    ----------
    needs : array_like of shape (n,)
        What each microgrid lacks. [kWh]
    surplus : float
        What the cluster can share. [kWh]
    import_price, export_price : float
        A kWh received saves the import price up to the need; one beyond it earns the export price. Shared energy is
        paid at the middle of both. [money/kWh]
    rule : str, default="proportional"
        proportional: to claims; priority: in the order of the microgrids; equal: the same for all, nobody more than
        it claims (the uniform rule).
    factors : sequence of float
        Claims that may be made, as multiples of the need; 1 is the truth.
    microgrids : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    NormalFormGame
        Players: microgrids in need; actions: claims; payoffs: savings.

    Raises
    ------
    InvalidInputError
        If a number is negative, prices are in the wrong order, or there is no such rule.
    TooManyPlayersError
        If the claims make more than 200 000 profiles.

    Notes
    -----
    Players: microgrids that lack energy. Strategies: claims, as multiples of what they lack [kWh]. Payoffs: what
    the received energy saves or earns, less its price [money]. Source: Jadhav et al., as reviews describe it; the
    uniform rule of Sprumont 1991. Interpretation: that claims are strategic, and the middle price.

    Proportional and priority sharing are the baselines that reviews name; that claims are strategic is an
    interpretation. Under the uniform rule and under priority nobody gains by a false claim, under proportional
    sharing of a short surplus one does.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = fair_sharing(needs=[2, 2], surplus=2, import_price=0.3, export_price=0.1, factors=(1, 2))
    >>> game.payoff({"microgrid 1": "x2", "microgrid 2": "x1"})["microgrid 1"] > game.payoff(
    ...     {"microgrid 1": "x1", "microgrid 2": "x1"})["microgrid 1"]
    True
    """
    lacking = np.array(needs, dtype=float).ravel()
    ratios = [float(factor) for factor in factors]
    if not lacking.size or not np.isfinite(lacking).all() or min(*lacking, *ratios, surplus) < 0:
        raise InvalidInputError(
            "needs, factors and surplus of fair_sharing must be at least 0, for one microgrid or more."
        )
    if not import_price >= export_price or rule not in RULES:
        raise InvalidInputError(
            f"fair_sharing needs import_price >= export_price and a rule of {', '.join(RULES)}. "
            f"Got {import_price:g}, {export_price:g} and {rule!r}."
        )
    n = lacking.size
    if len(ratios) ** n > MOST_PROFILES:
        raise TooManyPlayersError(f"fair_sharing takes at most {MOST_PROFILES} profiles of claims; give fewer factors.")
    table = np.empty((n, *(len(ratios),) * n))
    price = (import_price + export_price) / 2
    for where in np.ndindex(*(len(ratios),) * n):
        got = shares(np.array([ratios[k] for k in where]) * lacking, surplus, rule)
        used = np.minimum(got, lacking)
        table[(slice(None), *where)] = import_price * used + export_price * (got - used) - price * got
    names = [f"microgrid {k + 1}" for k in range(n)] if microgrids is None else microgrids
    return NormalFormGame(table, names, [[f"x{ratio:g}" for ratio in ratios]] * n, unit=unit)


def shares(claims: FloatArray, surplus: float, rule: str) -> FloatArray:
    """Energy that each claim gets, none more than claimed, shape (n,). [kWh]"""
    total = float(claims.sum())
    if total <= surplus:
        return claims
    if rule == "proportional":
        return claims * (surplus / total)
    if rule == "priority":
        before = np.concatenate([[0.0], np.cumsum(claims)[:-1]])
        return np.clip(surplus - before, 0.0, claims)
    rising = np.sort(claims)
    rest = surplus - np.concatenate([[0.0], np.cumsum(rising)[:-1]])
    levels = rest / np.arange(claims.size, 0, -1)
    return np.minimum(claims, float(levels[np.argmax(levels <= rising)]))
