"""The load-data game: what a supplier saves by knowing the loads of more homes in advance."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass, field

import numpy as np

from gametrade.community.finite_numbers import as_numbers, finite_number
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class LoadDataGame(CoalitionalGame):
    r"""What a supplier who buys ahead saves on average when homes share what they know about the load.

    A supplier buys q kWh ahead for an uncertain load L (a newsvendor): missing energy is bought at the shortage
    price, left-over energy sold at the surplus price. In every scenario home i shows a signal; with the data of
    S the supplier knows the signals of S before it buys. :math:`v(S)` is the expected cost without data less the
    expected cost with the data of S.

    Parameters
    ----------
    names : sequence of str
        Labels of the n homes that own data.
    signals : array_like of int, shape (n, K)
        Signal of each home in each of K scenarios, e.g. the class of its load forecast.
    load : array_like of shape (K,)
        Total load to be served in each scenario. [kWh]
    ahead_price, shortage_price, surplus_price : float
        Prices of energy bought ahead, of energy missing and of energy left over; in that sense
        surplus <= ahead <= shortage. [money/kWh]
    chance : array_like of shape (K,), optional
        Probability of each scenario, equal ones if not given.

    Raises
    ------
    InvalidInputError
        If shapes, prices or probabilities do not fit.

    Notes
    -----
    Scenarios with the same signals of S cannot be told apart; in each such cell the best purchase is the quantile of
    the load at (shortage - ahead) / (shortage - surplus). More data never costs, so v is monotone; it need not be
    superadditive, since two homes may know the same thing. One sort of the K scenarios a coalition.

    References
    ----------
    .. [1] L. Han, J. Kazempour and P. Pinson, "Monetizing customer load data for an energy retailer: a
       cooperative game approach" (2020), arXiv:2012.05519.

    Examples
    --------
    >>> game = LoadDataGame(["a", "b"], [[0, 0, 1, 1], [0, 1, 0, 1]], [1, 2, 2, 3], 2.0, 3.0, 1.0)
    >>> game.value(["a"]), game.value(["a", "b"])
    (0.0, 0.5)
    """

    names: Sequence[str]
    signals: IntArray
    load: FloatArray
    ahead_price: float
    shortage_price: float
    surplus_price: float
    chance: ArrayLike | None = None
    _probability: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.names)
        scenarios, owner = (len(self.load) if isinstance(self.load, Sized) else 0), "LoadDataGame"
        signals, load = _signals(self.signals), as_numbers(self.load, "load", owner, (scenarios,))
        chance = np.ones(scenarios) if self.chance is None else as_numbers(self.chance, "chance", owner, (scenarios,))
        for name in ("ahead_price", "shortage_price", "surplus_price"):
            object.__setattr__(self, name, finite_number(getattr(self, name), name, owner))
        if not names or len(set(names)) < len(names) or signals.shape != (len(names), len(load)):
            raise InvalidInputError(
                f"signals of LoadDataGame must have a row for each of {len(names)} uniquely named homes and a column "
                f"for each of {len(load)} scenarios. Got shape {signals.shape}."
            )
        if not np.isfinite(load).all() or chance.shape != load.shape or not (chance >= 0).all() or chance.sum() <= 0:
            raise InvalidInputError("load and chance of LoadDataGame must be finite, chance not negative nor all 0.")
        if not self.surplus_price <= self.ahead_price <= self.shortage_price < np.inf:
            raise InvalidInputError(
                "prices of LoadDataGame must satisfy surplus <= ahead <= shortage. Got "
                f"{self.surplus_price}, {self.ahead_price}, {self.shortage_price}."
            )
        for name, array in (("signals", signals), ("load", load), ("_probability", chance / chance.sum())):
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "names", names)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes."""
        return tuple(self.names)

    def values(self, members: BoolArray) -> FloatArray:
        """Expected saving with the data of each coalition, shape (k, n) to (k,). [money]"""
        nothing = self._expected_cost(np.zeros(len(self.load), dtype=np.int64))
        return np.array([nothing - self._expected_cost(self._cells(row)) if row.any() else 0.0 for row in members])

    def _cells(self, row: BoolArray) -> IntArray:
        """Scenarios that the data of a coalition cannot tell apart have the same number."""
        return np.unique(self.signals[row], axis=1, return_inverse=True)[1].ravel()

    def _expected_cost(self, cell: IntArray) -> float:
        """Cost of the best purchase in each cell: the load at the critical share of its probability."""
        order = np.lexsort((self.load, cell))
        load, chance, cell = self.load[order], self._probability[order], cell[order]
        starts = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
        sizes = np.diff(np.append(starts, len(cell)))
        reached = np.cumsum(chance)
        before = np.repeat(reached[starts] - chance[starts], sizes)
        weight = np.repeat(np.add.reduceat(chance, starts), sizes)
        spread = self.shortage_price - self.surplus_price
        share = (self.shortage_price - self.ahead_price) / spread if spread > 0 else 0.0
        enough = (reached - before) >= share * weight * (1 - 1e-12)
        first = np.minimum.reduceat(np.where(enough, np.arange(len(cell)), len(cell) - 1), starts)
        bought = np.repeat(load[first], sizes)
        short, over = np.maximum(load - bought, 0), np.maximum(bought - load, 0)
        cost = self.ahead_price * bought + self.shortage_price * short - self.surplus_price * over
        return float(chance @ cost)


def _signals(signals: ArrayLike) -> IntArray:
    """Signals of the homes as an array, one row each."""
    try:
        rows = np.array(signals)
    except ValueError:
        raise InvalidInputError("signals of LoadDataGame must be rows of the same length, one a home.") from None
    if rows.dtype.kind not in "biuf" or not np.isfinite(rows).all():
        raise InvalidInputError("signals of LoadDataGame must be finite numbers, e.g. the class of a forecast.")
    return rows
