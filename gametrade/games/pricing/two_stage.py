"""Energy shared at least cost first, then priced by those who give it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing.price_competition import substitution
from gametrade.games.quadratic import QuadraticGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class TwoStageClearing(QuadraticGame):
    r"""Stage 2 of two-stage sharing: who gives energy names its price; stage 1 is stored with it.

    Make one with :meth:`after_sharing`.

    Parameters
    ----------
    needs : ndarray of shape (n, T)
        Energy that each building would take for nothing; negative: has left. [kWh]
    shared : ndarray of shape (n, T)
        Energies :math:`e^*_{nt}` of stage 1, received if positive. [kWh]
    prices : ndarray of shape (T,)
        Price of stage 1. [money/kWh]

    Notes
    -----
    *Stage 1*: the total cost :math:`\sum_n \tfrac{a_n}2 (d_n - e_n)^2` and that of the grid is least where all
    are at one price, :math:`\lambda = clip(\sum d_n / \sum 1/a_n, \lambda_s, \lambda_b)`,
    :math:`e_n = d_n - \lambda / a_n`; the grid takes or gives the rest.
    *Stage 2*: players are the buildings that give in some step; strategies: prices :math:`p_{nt}` between the grid's;
    payoffs :math:`\sum_t (p_{nt} - \lambda_s) x_{nt}(p_t)`. Buyers take :math:`x_t = q_t - D (p_t - \lambda_t)`: at
    the price of stage 1 just what that stage shares, :math:`q_{nt} = -e^*_{nt}`, and D is the response of buyers who
    hold the energies for similar (own and cross slopes b and g).

    A model of the class described in Cui, Wang and Xiao [1]_: that costs are least in stage 1, that clearing is a
    non-cooperative game and that relaxation solves it is stated there; this payment game is an interpretation.

    References
    ----------
    .. [1] S. Cui, Y.-W. Wang and J.-W. Xiao, two-stage energy sharing among buildings, 2019.
    """

    needs: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    shared_energies: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    prices: FloatArray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def after_sharing(
        cls,
        needs: ArrayLike,
        slopes: ArrayLike,
        grid: tuple[ArrayLike, ArrayLike],
        response: tuple[float, float],
        *,
        buildings: Sequence[str] | None = None,
        unit: str = "money",
    ) -> TwoStageClearing:
        """Share at least cost, and make the game of those who give.

        Parameters
        ----------
        needs : array_like of shape (n, T)
            Energy that each building would take for nothing. [kWh]
        slopes : array_like of shape (n,)
            :math:`a_n`, different for offices, factories and shops. [money/kWh^2]
        grid : tuple of array_like of shape (T,)
            Import and export price. [money/kWh]
        response : tuple of float
            Own and cross slope, b > g >= 0. [money/kWh^2]
        buildings : sequence of str, optional
            Labels.
        unit : str
            Money.

        Returns
        -------
        TwoStageClearing
            The game of stage 2.

        Raises
        ------
        InvalidInputError
            If shapes or signs do not fit, or nobody gives energy to anybody.
        """
        wants = np.array(needs, dtype=float)
        steep, (own, cross) = np.array(slopes, dtype=float).ravel(), response
        if wants.ndim != 2 or steep.shape != (len(wants),) or not wants.size or not np.isfinite(wants).all():
            raise InvalidInputError("needs of TwoStageClearing must be finite, of shape (buildings, steps).")
        if not (steep > 0).all() or not own > cross >= 0:
            raise InvalidInputError("slopes of TwoStageClearing must be positive, and own above cross above or at 0.")
        imports, exports = (np.broadcast_to(np.asarray(v, dtype=float), wants.shape[1:]) for v in grid)
        if (imports < exports).any():
            raise InvalidInputError("import_price of TwoStageClearing must be at least export_price in every step.")
        level = np.clip(wants.sum(axis=0) / np.sum(1 / steep), exports, imports)
        energies = wants - level / steep[:, None]
        given = np.maximum(-energies, 0.0)
        taken = np.maximum(energies, 0.0).sum(axis=0)
        supply = given.sum(axis=0)
        sold = given * np.minimum(1.0, np.divide(taken, supply, out=np.zeros_like(taken), where=supply > 0))
        names = [f"building {k + 1}" for k in range(len(wants))] if buildings is None else list(buildings)
        game = cls._priced(names, sold, (level, imports, exports), (own, cross), unit)
        return replace(game, needs=wants, shared_energies=energies, prices=level)

    @classmethod
    def _priced(
        cls,
        names: list[str],
        sold: FloatArray,
        prices: tuple[FloatArray, FloatArray, FloatArray],
        slopes: tuple[float, float],
        unit: str,
    ) -> TwoStageClearing:
        """The game of prices around what stage 1 shares."""
        level, imports, exports = prices
        where = [(int(i), int(t)) for i, t in np.argwhere(sold > 0)]
        sellers = sorted({i for i, _ in where})
        if not sellers:
            raise InvalidInputError("TwoStageClearing needs a building that gives energy to another. Got none.")
        d = len(where)
        hessians, linear = np.zeros((len(sellers), d, d)), np.zeros((len(sellers), d))
        constants = np.zeros(len(sellers))
        for t in range(level.size):
            at = [k for k, (_, step) in enumerate(where) if step == t]
            response = substitution(len(at), *slopes) if at else np.zeros((0, 0))
            for row, k in enumerate(at):
                player = sellers.index(where[k][0])
                base = sold[where[k]] + response[row].sum() * level[t]
                hessians[player][k, at] -= response[row]
                hessians[player][at, k] -= response[row]
                linear[player][k] += base
                linear[player][at] += exports[t] * response[row]
                constants[player] -= exports[t] * base
        rows = [[t for i, t in where if i == seller] for seller in sellers]
        return cls.of(
            [names[i] for i in sellers],
            hessians,
            linear,
            [Polyhedron.of(exports[steps], imports[steps]) for steps in rows],
            constants=constants,
            variables=[[f"price {t}" for t in steps] for steps in rows],
            unit=unit,
        )
