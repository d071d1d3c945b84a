"""Electric vehicles that charge from one another: concave utilities, quadratic costs, losses on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class VehicleTrading:
    r"""n vehicles that charge and m that discharge, each pair free to trade.

    Parameters
    ----------
    weights : array_like of shape (n,)
        Willingness to pay :math:`w_i > 0`. [money]
    least, most : array_like of shape (n,)
        Least and most energy that a vehicle takes into its battery. [kWh]
    supply : array_like of shape (m,)
        Most that a vehicle discharges. [kWh]
    quadratic, linear : array_like of shape (m,), or float
        Cost coefficients :math:`l_{1j} > 0` [money/kWh^2] and :math:`l_{2j} \ge 0` [money/kWh].
    efficiency : float, default=0.9
        Share :math:`\eta` of the discharged energy that arrives, above 0 and at most 1.

    Raises
    ------
    InvalidInputError
        If a number breaks these rules, or the least demands cannot be met.

    Notes
    -----
    Vehicle i values what it receives at :math:`U_i = w_i \ln(\eta \sum_j c_{ij} - c_i^{min} + 1)`, vehicle j
    bears :math:`L_j = \sum_i (l_{1j} d_{ij}^2 + l_{2j} d_{ij})`. Least demands are obligations: a vehicle that
    receives just that has utility 0.

    References
    ----------
    .. [1] J. Kang et al., "Enabling localized peer-to-peer electricity trading among plug-in hybrid electric
       vehicles using consortium blockchains", IEEE Trans. Ind. Inform. 13 (2017) 3154-3164.
       :doi:`10.1109/TII.2017.2709784`

    Examples
    --------
    >>> market = VehicleTrading([6.0], [0.0], [12.0], [15.0], 0.01, 0.1, efficiency=0.9)
    >>> market.shape, round(market.welfare([[5.0]]), 6)
    ((1, 1), 9.478489)
    """

    weights: FloatArray
    least: FloatArray
    most: FloatArray
    supply: FloatArray
    quadratic: FloatArray
    linear: FloatArray
    efficiency: float = 0.9

    def __post_init__(self) -> None:
        n, m = np.size(self.weights), np.size(self.supply)
        for names, size in ((("weights", "least", "most"), n), (("supply", "quadratic", "linear"), m)):
            for name in names:
                object.__setattr__(self, name, _column(name, getattr(self, name), size))
        rules = {
            "weights must be positive": self.weights > 0,
            "least must be at least 0": self.least >= 0,
            "most must be at least the least": self.most >= self.least,
            "supply must be at least 0": self.supply >= 0,
            "quadratic must be positive": self.quadratic > 0,
            "linear must be at least 0": self.linear >= 0,
            "efficiency must be above 0 and at most 1": np.atleast_1d(0 < self.efficiency <= 1),
        }
        for rule, kept in rules.items():
            if not kept.all():
                name = rule.split()[0]
                value = np.atleast_1d(getattr(self, name))[~kept][0]
                raise InvalidInputError(f"{rule} in VehicleTrading. Got {value:g}.")
        needed, there = self.least.sum() / self.efficiency, self.supply.sum()
        if needed > there:
            raise InvalidInputError(
                f"least demands of VehicleTrading need {needed:g} kWh at the dischargers. Got a supply of {there:g}."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of vehicles that charge and that discharge."""
        return self.weights.size, self.supply.size

    def utilities(self, energies: ArrayLike) -> FloatArray:
        """Utility of each charging vehicle at energies discharged to it, shape (n, m) -> (n,). [money]"""
        received = self.efficiency * np.asarray(energies, dtype=float).sum(axis=1)
        return np.asarray(self.weights * np.log(np.maximum(received - self.least, 0.0) + 1))

    def costs(self, energies: ArrayLike) -> FloatArray:
        """Cost of each discharging vehicle at energies it discharges, shape (n, m) -> (m,). [money]"""
        given = np.asarray(energies, dtype=float)
        return np.asarray((self.quadratic * given**2 + self.linear * given).sum(axis=0))

    def welfare(self, energies: ArrayLike) -> float:
        """Utilities less costs. [money]"""
        return float(self.utilities(energies).sum() - self.costs(energies).sum())


def _column(name: str, values: ArrayLike, size: int) -> FloatArray:
    """A read-only column of finite numbers."""
    given = np.array(values, dtype=float)
    if given.shape not in ((), (size,)) or not np.isfinite(given).all():
        raise InvalidInputError(f"{name} of VehicleTrading must be {size} finite numbers. Got {values!r}.")
    column = np.broadcast_to(given, size).copy()
    column.setflags(write=False)
    return column
