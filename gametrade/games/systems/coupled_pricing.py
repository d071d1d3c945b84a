"""Suppliers compete in prices that rise with demand, and prosumers play a game of demand against them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import supplier_numbers
from gametrade.games.pricing.price_competition import substitution
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray


@systems.register(
    source="Zhang et al., two coupled games with dynamic supplier pricing, as reviews describe it",
    example={
        "worth": [0.9, 1.0, 0.95],
        "own": 0.1,
        "cross": 0.02,
        "price_slope": 0.01,
        "costs": [0.1, 0.15],
        "cap": 0.6,
    },
    of_step=supplier_numbers.coupled_suppliers,
)
def coupled_pricing(
    *,
    worth: ArrayLike,
    own: float,
    cross: float,
    price_slope: float,
    costs: ArrayLike,
    floor: float = 0.0,
    cap: float,
    suppliers: Sequence[str] | None = None,
    prosumers: Sequence[str] | None = None,
    unit: str = "money",
) -> StackelbergGame:
    r"""Build the two games: suppliers name base prices, prosumers respond to prices that depend on all of them.

    Parameters
    ----------
    worth : array_like of shape (n,)
        :math:`a_i`, what the first kWh is worth to prosumer i. [money/kWh]
    own, cross : float
        b > g >= 0: by how much a further kWh of the same, and of another supplier, is worth less. [money/kWh^2]
    price_slope : float
        :math:`\kappa \ge 0`: the price of supplier k is :math:`p_k + \kappa X_k`, :math:`X_k` being all that
        prosumers take from it. [money/kWh^2]
    costs : array_like of shape (K,)
        What a kWh costs each supplier. [money/kWh]
    floor, cap : float
        Bounds of base prices. [money/kWh]
    suppliers, prosumers : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    StackelbergGame
        Leaders: suppliers, base prices, payoffs :math:`(p_k + \kappa X_k - c_k) X_k`. Followers: prosumers, energies
        from each supplier, who play the aggregative game with payoffs
        :math:`\sum_k (a_i - p_k - \kappa X_k) x_{ik} - \tfrac b2 \sum_k x_{ik}^2 - g \sum_{k<l} x_{ik} x_{il}`.

    Raises
    ------
    InvalidInputError
        If a number is missing or out of range, or some prosumer would leave a supplier at some prices allowed.

    Notes
    -----
    Players: suppliers (leaders), prosumers (followers, in a game among themselves). Strategies: base prices
    [money/kWh]; energies from each supplier [kWh]. Payoffs: :math:`(p_k + \kappa X_k - c_k) X_k`; utility less
    payments [money]. Source: Zhang et al., as reviews describe it: two coupled games with dynamic supplier pricing.
    Interpretation: all formulas.

    The prosumers' equilibrium at given prices is
    :math:`\tfrac1n [(b + \kappa (n + 1) - g) X + g 1 1^T X] = \bar a - p`, so the suppliers' game is again one of
    prices for similar energies. The coupling is stated by the reviews; the formulas are an interpretation.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = coupled_pricing(worth=[1.0], own=1.0, cross=0.0, price_slope=0.0, costs=[0.2], cap=0.9)
    >>> float(gt.solve(game)[0].strategies[0][0].round(9))
    0.6
    """
    values, paid = np.array(worth, dtype=float).ravel(), np.array(costs, dtype=float).ravel()
    n, k = values.size, paid.size
    if not n or not k or not np.isfinite([*values, *paid, own, cross, price_slope, floor, cap]).all():
        raise InvalidInputError("coupled_pricing needs a prosumer and a supplier, and finite numbers.")
    if not own > cross >= 0 or price_slope < 0 or floor > cap:
        raise InvalidInputError("coupled_pricing needs own > cross >= 0, price_slope >= 0 and floor <= cap.")
    total = substitution(k, (own + price_slope * (n + 1)) / n, cross / n)
    single = substitution(k, own + price_slope, cross)
    fixed = single @ (values[None, :] - price_slope * total.sum(axis=1)[:, None] * values.mean())
    moving = single @ (np.eye(k) - price_slope * total)
    lowest = fixed - (np.maximum(moving, 0.0) @ np.full(k, cap) + np.minimum(moving, 0.0) @ np.full(k, floor))[:, None]
    if (lowest < 0).any():
        who = int(np.argwhere(lowest < 0)[0][1]) + 1
        raise InvalidInputError(
            f"cap of coupled_pricing must leave everybody with every supplier. Got {cap:g}: prosumer {who} leaves one."
        )

    def response(x: FloatArray) -> FloatArray:
        return np.asarray((fixed - (moving @ x)[:, None]).T.ravel())

    def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
        taken = y.reshape(n, k)
        slope = values[:, None] - x - price_slope * (taken.sum(axis=0) + taken)
        slope = slope - (own - cross) * taken - cross * taken.sum(axis=1, keepdims=True)
        best = slope @ substitution(k, own + 2 * price_slope, cross)
        return np.asarray((best * slope).sum(axis=1) / 2)

    def profit(i: int, x: FloatArray, y: FloatArray) -> float:
        sold = float(y.reshape(n, k)[:, i].sum())
        return (float(x[i]) + price_slope * sold - float(paid[i])) * sold

    leaders = [f"supplier {j + 1}" for j in range(k)] if suppliers is None else list(suppliers)
    names = [f"prosumer {j + 1}" for j in range(n)] if prosumers is None else list(prosumers)
    return StackelbergGame(
        tuple(leaders),
        (("base price",),) * k,
        (Polyhedron.of([floor], [cap]),) * k,
        tuple(lambda x, y, i=i: profit(i, x, y) for i in range(k)),  # type: ignore[misc]
        response,
        tuple(f"{name} from {leader}" for name in names for leader in leaders),
        gaps,
        between="quadratic",
        unit=unit,
    )
