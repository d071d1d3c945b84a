"""Sellers of similar energy who each name a price; buyers spread over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class PriceCompetition(QuadraticGame):
    r"""Sellers name prices for energies that buyers take as imperfect substitutes.

    Make one with :meth:`between`.

    Parameters
    ----------
    worth : ndarray of shape (n,)
        :math:`a_i`, what the first kWh of seller i is worth to buyers. [money/kWh]
    response : ndarray of shape (n, n)
        Matrix D of the sales :math:`x = D (a - p)`. [kWh^2/money]
    costs : ndarray of shape (n,)
        :math:`c_i`, what a kWh costs seller i. [money/kWh]

    Notes
    -----
    Players: n sellers. Strategies: prices :math:`p_i` [money/kWh]. Payoffs: :math:`(p_i - c_i) x_i(p)` [money].
    Buyers value energies x at :math:`\sum a_i x_i - \tfrac b2 \sum x_i^2 - g \sum_{i<j} x_i x_j`, so
    :math:`x = D (a - p)` with :math:`D^{-1} = (b - g) I + g 1 1^T`, as long as no sale is negative; beyond, the
    formula understates a seller's rivals, so its regrets are still bounds from above. Prices are strategic
    complements. Two sellers with one worth a settle at

    .. math:: p_i = \frac{(2b + g)(b - g) a + 2 b^2 c_i + b g c_j}{4 b^2 - g^2}.
    """

    worth: FloatArray = field(default_factory=lambda: np.zeros(0))
    response: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    costs: FloatArray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def between(
        cls,
        worth: ArrayLike,
        own: float,
        cross: float,
        costs: ArrayLike,
        *,
        floor: float,
        cap: float,
        sellers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> PriceCompetition:
        """Make the game of n sellers.

        Parameters
        ----------
        worth : array_like of shape (n,)
            What the first kWh of each seller is worth to buyers. [money/kWh]
        own, cross : float
            b > g >= 0: by how much a further kWh of the same, and of another seller, is worth less. [money/kWh^2]
        costs : array_like, broadcast to shape (n,)
            What a kWh costs each seller. [money/kWh]
        floor, cap : float
            Lowest and highest price allowed. [money/kWh]
        sellers : sequence of str, optional
            Labels.
        unit : str
            Money.

        Returns
        -------
        PriceCompetition
            Concave, with exact certificates.

        Raises
        ------
        InvalidInputError
            If there is no seller, a number is missing, or b > g >= 0 does not hold.
        """
        values = np.array(worth, dtype=float).ravel()
        n = values.size
        paid = np.broadcast_to(np.asarray(costs, dtype=float), values.shape).copy()
        if not n or not np.isfinite(np.concatenate([values, paid, [own, cross, floor, cap]])).all():
            raise InvalidInputError("worth, costs, own, cross, floor and cap of PriceCompetition must be finite.")
        if not own > cross or cross < 0:
            raise InvalidInputError(f"own of PriceCompetition must exceed cross >= 0. Got {own:g} and {cross:g}.")
        if floor > cap:
            raise InvalidInputError(f"floor of PriceCompetition must be at most cap. Got {floor:g} > {cap:g}.")
        labels = [f"seller {k + 1}" for k in range(n)] if sellers is None else list(sellers)
        response = substitution(n, own, cross)
        game = cls.of(
            labels,
            _hessians(response),
            _linear(response, values, paid),
            [Polyhedron.of([floor], [cap])] * n,
            constants=-paid * (response @ values),
            variables=[["price"]] * n,
            unit=unit,
            units={"price": f"{unit}/kWh"},
        )
        return replace(game, worth=values, response=response, costs=paid)

    def sales(self, prices: FloatArray) -> FloatArray:
        """Energy that each seller sells, shape (n,); below 0 where the model does not hold. [kWh]"""
        return np.asarray(self.response @ (self.worth - prices))


def substitution(n: int, own: float, cross: float) -> FloatArray:
    """Inverse of the matrix with b on its diagonal and g elsewhere, shape (n, n), from its closed form."""
    return (np.eye(n) - cross / (own + (n - 1) * cross)) / (own - cross)


def _hessians(response: FloatArray) -> FloatArray:
    n = len(response)
    hessians = np.zeros((n, n, n))
    for i in range(n):
        hessians[i, i] -= response[i]
        hessians[i, :, i] -= response[i]
    return hessians


def _linear(response: FloatArray, worth: FloatArray, costs: FloatArray) -> FloatArray:
    linear = costs[:, None] * response
    linear[np.diag_indices(len(worth))] += response @ worth
    return np.asarray(linear)
