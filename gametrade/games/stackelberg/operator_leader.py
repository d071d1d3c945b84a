"""A distribution operator leads microgrids that trade over its network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import ArrayLike, FloatArray

NetworkCost = Callable[[FloatArray], float]
"""From what every microgrid feeds in (negative: draws) of the traded energy to what that costs the operator. [money]"""


@dataclass(frozen=True, eq=False, repr=False)
class OperatorLeader(StackelbergGame):
    r"""The operator charges each kWh that microgrids trade; they trade at the price that clears between them.

    Parameters
    ----------
    network : callable
        Cost of the operator by what each seller feeds in and each buyer draws (negative), shape (m + n,). [money]
    energies, keep_worth, keep_bends : array_like of shape (m,)
        Sellers: energy :math:`G_i` [kWh] and the value :math:`\lambda_i y - \tfrac{\theta_i}2 y^2` of keeping y.
    worth, bends : array_like of shape (n,)
        Buyers: value :math:`\lambda_j x - \tfrac{\theta_j}2 x^2` of x kWh. [money/kWh, money/kWh^2]
    import_price, export_price : float
        Grid prices, the alternative of everybody. [money/kWh]
    quadratic : bool
        Whether the network's cost is quadratic in what it is given.
    operator : str
        Label of the leader.
    microgrids : sequence of str, optional
        Labels of sellers, then buyers.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If there is no seller or buyer, a number is missing, a bend is not positive, or prices are in the wrong order.

    Notes
    -----
    Players: the operator (leader); microgrids (followers). Strategies: charge :math:`\tau` from 0 to
    :math:`\lambda_b - \lambda_s`; energies sold and bought. Payoff of the operator: :math:`\tau \sum x` less the
    network's cost. Followers take prices: sellers get p and offer :math:`clip(G_i - (\lambda_i - p) / \theta_i, 0,
    G_i)`, buyers pay :math:`p + \tau` and want :math:`(\lambda_j - p - \tau)^+ / \theta_j`; p clears, not below
    :math:`\lambda_s`, nor :math:`p + \tau` above :math:`\lambda_b`, where the longer side trades the rest with the
    grid, in proportion. Volume is piecewise linear in the charge, so with a quadratic network cost the payoff is
    quadratic between kinks that are listed, and its best charge is exact. An interpretation of "a distribution
    operator leads trading microgrids".

    Examples
    --------
    >>> game = OperatorLeader(lambda net: 0.0, [5.0], 0.0, 1.0, [0.5], 0.1, import_price=0.4, export_price=0.1)
    >>> game.trade(0.1)[0]
    0.1
    """

    network: NetworkCost = None  # type: ignore[assignment]
    sides: tuple[FloatArray, ...] = ()
    import_price: float = 0.0
    export_price: float = 0.0

    def __init__(
        self,
        network: NetworkCost,
        energies: ArrayLike,
        keep_worth: ArrayLike,
        keep_bends: ArrayLike,
        worth: ArrayLike,
        bends: ArrayLike,
        *,
        import_price: float,
        export_price: float,
        quadratic: bool = True,
        operator: str = "operator",
        microgrids: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        stock, value = np.array(energies, dtype=float).ravel(), np.array(worth, dtype=float).ravel()
        m, n = stock.size, value.size
        kept, steep, falls = (
            np.broadcast_to(np.asarray(column, dtype=float), like.shape)
            for column, like in ((keep_worth, stock), (keep_bends, stock), (bends, value))
        )
        numbers = np.concatenate([stock, kept, steep, value, falls, [import_price, export_price]])
        if not m or not n or not np.isfinite(numbers).all():
            raise InvalidInputError("OperatorLeader needs a seller and a buyer, and finite numbers.")
        if (stock < 0).any() or not (steep > 0).all() or not (falls > 0).all() or import_price < export_price:
            raise InvalidInputError(
                "OperatorLeader needs energies >= 0, bends > 0 and an import price of at least the export price."
            )
        told = {
            "network": network,
            "sides": (stock, kept, steep, value, falls),
            "import_price": float(import_price),
            "export_price": float(export_price),
        }
        for name, item in told.items():
            object.__setattr__(self, name, item)
        labels = [*(f"seller {k + 1}" for k in range(m)), *(f"buyer {k + 1}" for k in range(n))]
        super().__init__(
            (operator,),
            (("charge",),),
            (Polyhedron.of([0.0], [import_price - export_price]),),
            (lambda x, y: self._profit(float(x[0]), y),),
            lambda x: self.trade(float(x[0]))[1],
            tuple(labels if microgrids is None else microgrids),
            lambda x, y: self._losses(float(x[0]), y),
            lambda i, x: self.kinks_of_volume(),
            "quadratic" if quadratic else None,
            unit=unit,
        )

    def __post_init__(self) -> None:
        """Checked already."""

    def offers(self, price: float) -> FloatArray:
        """What each seller offers, shape (m,). [kWh]"""
        stock, kept, steep, _, _ = self.sides
        return np.clip(stock - (kept - price) / steep, 0.0, stock)

    def wants(self, price: float) -> FloatArray:
        """What each buyer wants at a price with the charge, shape (n,). [kWh]"""
        _, _, _, value, falls = self.sides
        return np.maximum(0.0, (value - price) / falls)

    def trade(self, charge: float) -> tuple[float, FloatArray]:
        """Price that sellers get, and what each sells and buys, shape (m + n,). [money/kWh, kWh]"""
        low, high = self.export_price, max(self.export_price, self.import_price - charge)
        ends = np.unique(np.concatenate([self._bends(0), self._bends(1) - charge]))
        ends = np.concatenate([[low], ends[(ends > low) & (ends < high)], [high]])
        excess = np.array([self.wants(p + charge).sum() - self.offers(p).sum() for p in ends])
        k = int(np.flatnonzero(excess >= 0)[-1]) if excess[0] > 0 else 0
        price = float(ends[k])
        if excess[0] > 0 > excess[-1]:
            price += float(excess[k] / (excess[k] - excess[k + 1]) * (ends[k + 1] - ends[k]))
        sold, bought = self.offers(price), self.wants(price + charge)
        volume = min(sold.sum(), bought.sum())
        parts = [side * (volume / side.sum()) if side.sum() > 0 else side for side in (sold, bought)]
        return price, np.concatenate(parts)

    def kinks_of_volume(self) -> FloatArray:
        """Charges at which somebody reaches a bound or the price meets the grid's. [money/kWh]"""
        sell, buy = self._bends(0), self._bends(1)
        supply, demand = np.append(sell, self.export_price), np.append(buy, self.import_price)
        found = [demand - self.export_price, self.import_price - supply]
        found.append(np.array([self._inverse(1, float(self.offers(p).sum())) - p for p in supply]))
        found.append(np.array([r - self._inverse(0, float(self.wants(r).sum())) for r in demand]))
        kinks = np.concatenate(found)
        return np.unique(kinks[np.isfinite(kinks)])

    def _bends(self, side: int) -> FloatArray:
        """Prices at which a side's total bends."""
        stock, kept, steep, value, _ = self.sides
        return value if side else np.concatenate([kept, kept - steep * stock])

    def _inverse(self, side: int, energy: float) -> float:
        """Price at which a side's total is this much; not a number where it never is."""
        ends = np.unique(np.append(self._bends(side), [self.export_price, self.import_price]))
        ends = np.concatenate([[ends[0] - 1.0], ends, [ends[-1] + 1.0]])
        total = np.array([(self.wants(p) if side else self.offers(p)).sum() for p in ends])
        for k in range(ends.size - 1):
            low, high = sorted((total[k], total[k + 1]))
            if low <= energy <= high and high > low:
                share = (energy - total[k]) / (total[k + 1] - total[k])
                return float(ends[k] + share * (ends[k + 1] - ends[k]))
        return float("nan")

    def _profit(self, charge: float, energy: FloatArray) -> float:
        m = self.sides[0].size
        return charge * float(energy[m:].sum()) - float(self.network(np.append(energy[:m], -energy[m:])))

    def _losses(self, charge: float, energy: FloatArray) -> FloatArray:
        """What each could gain at the clearing price by trading what it wants, the grid taking or giving the rest."""
        m, price = self.sides[0].size, self.trade(charge)[0]
        unsold = np.maximum(0.0, price - self.export_price) * np.abs(self.offers(price) - energy[:m])
        dearer = np.maximum(0.0, self.import_price - price - charge) * np.abs(self.wants(price + charge) - energy[m:])
        return np.concatenate([unsold, dearer])
