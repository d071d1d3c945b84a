"""Firms or homes that share storage: what they have, day by day, and what they buy together, in expectation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.typing import ArrayLike, BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class ExistingStorageGame(CoalitionalGame):
    r"""What each coalition saves on one day by sharing the storage that its members have already.

    .. math:: c(S) = \sum_{i \in S} (k_i + \pi_\ell y_i) + \pi_h (x_S - B_S)^+ + \pi_\ell \min(B_S, x_S), \qquad
              v(S) = \sum_{i \in S} c(\{i\}) - c(S)

    Storage B is filled at the low price and covers peak demand x; the rest of the peak is bought at the high
    price [1]_. *Ex post*: peak demand is known, and the game is that of this one day.

    Parameters
    ----------
    names : sequence of str
        Members, n of them.
    capacity : array_like of shape (n,)
        Storage B of each member. [kWh]
    peak, off_peak : array_like of shape (n,)
        Demand x in hours of the high price, and y in those of the low price. [kWh]
    high_price, low_price : float
        Prices :math:`\pi_h > \pi_\ell`. [money/kWh]
    fixed_cost : array_like of shape (n,), optional
        What each member's storage costs a day, k; it changes no saving. [money]

    Raises
    ------
    InvalidInputError
        If energies are negative or not finite, lengths differ, or the high price is not above the low one.

    References
    ----------
    .. [1] P. Chakraborty et al., "Sharing storage in a smart grid: a coalitional game approach", IEEE Trans. Smart
       Grid 10 (2019) 4379-4390.

    Examples
    --------
    >>> game = ExistingStorageGame(["a", "b"], [4, 1], peak=[2, 5], off_peak=[1, 1], high_price=0.5, low_price=0.2)
    >>> game.costs(np.array([[True, False], [False, True], [True, True]])).round(9)
    array([0.6, 2.4, 2.4])
    >>> round(game.grand_value, 9)
    0.6
    """

    names: Sequence[str]
    capacity: FloatArray
    peak: FloatArray = field(kw_only=True)
    off_peak: FloatArray = field(kw_only=True)
    high_price: float = field(kw_only=True)
    low_price: float = field(kw_only=True)
    fixed_cost: FloatArray | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        n = len(self.names)
        object.__setattr__(self, "names", _unique(self.names, "ExistingStorageGame"))
        for name in ("capacity", "peak", "off_peak"):
            object.__setattr__(self, name, _energy(getattr(self, name), name, (n,), "ExistingStorageGame"))
        cost = np.zeros(n) if self.fixed_cost is None else self.fixed_cost
        object.__setattr__(self, "fixed_cost", _energy(cost, "fixed_cost", (n,), "ExistingStorageGame"))
        _check_prices(self.low_price, self.high_price, "ExistingStorageGame")

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the members."""
        return tuple(self.names)

    @property
    def single_values(self) -> FloatArray:
        """Nobody saves alone: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    def costs(self, members: BoolArray) -> FloatArray:
        """Cost of the day for each coalition, shape (k, n) to (k,). [money]"""
        assert self.fixed_cost is not None
        peak, stored = members @ self.peak, members @ self.capacity
        bought = self.high_price * np.maximum(0.0, peak - stored) + self.low_price * np.minimum(stored, peak)
        return np.asarray(bought + members @ (self.low_price * self.off_peak + self.fixed_cost))

    def values(self, members: BoolArray) -> FloatArray:
        """Saving of each coalition: storage left over meets peaks left uncovered, shape (k, n) to (k,). [money]"""
        short = np.maximum(0.0, self.peak - self.capacity)
        spare = np.maximum(0.0, self.capacity - self.peak)
        return np.asarray((self.high_price - self.low_price) * np.minimum(members @ short, members @ spare))


@dataclass(frozen=True, eq=False)
class StorageInvestmentGame(CoalitionalGame):
    r"""What each coalition saves in expectation by buying storage together before demand is known.

    .. math:: c(S) = \min_{C \ge 0}\ \pi_b C + \mathrm{E}\bigl[\pi_h (x_S - C)^+ + \pi_\ell \min(C, x_S)
              + \pi_\ell y_S\bigr] = \pi_\ell \mathrm{E}[x_S + y_S] + \pi_b\, \mathrm{CVaR}_\gamma(x_S)

    with :math:`\gamma = (\pi_h - \pi_\ell - \pi_b) / (\pi_h - \pi_\ell)`, a newsvendor [1]_ [2]_. The gains are
    :math:`v(S) = \sum_i c(\{i\}) - c(S)`: on a given day a coalition may do worse than its members alone.

    Parameters
    ----------
    names : sequence of str
        Members, n of them.
    peak : array_like of shape (n, K)
        Demand in hours of the high price in K scenarios. [kWh]
    high_price, low_price : float
        Prices :math:`\pi_h > \pi_\ell`. [money/kWh]
    storage_price : float
        Daily cost :math:`\pi_b > 0` of a kWh of storage. [money/kWh]
    off_peak : array_like of shape (n, K), optional
        Demand in hours of the low price; it changes no saving. [kWh]
    chance : array_like of shape (K,), optional
        Probabilities, not negative; they are scaled to add up to 1. Equal by default.

    Raises
    ------
    InvalidInputError
        If energies are negative or not finite, shapes differ, or prices are out of order.

    Notes
    -----
    By duality :math:`\pi_b \mathrm{CVaR}_\gamma(x) = \max \sum_k \theta_k x_k` over
    :math:`0 \le \theta_k \le (\pi_h - \pi_\ell) p_k,\ \sum_k \theta_k \le \pi_b`: the weights go to the largest
    demands first, which is one sort a coalition. Where storage costs as much as it saves, all weights are at their
    caps and nobody buys any.

    References
    ----------
    .. [1] P. Chakraborty et al., "Sharing storage in a smart grid: a coalitional game approach", IEEE Trans. Smart
       Grid 10 (2019) 4379-4390.
    .. [2] R. T. Rockafellar and S. Uryasev, "Optimization of conditional value-at-risk", J. Risk 2 (2000) 21-41.
       :doi:`10.21314/JOR.2000.038`

    Examples
    --------
    >>> game = StorageInvestmentGame(["a", "b"], [[4, 0], [0, 4]], high_price=0.5, low_price=0.2, storage_price=0.1)
    >>> round(game.grand_value, 9), game.best_storage(["a"]), game.best_storage(["a", "b"])
    (0.4, 4.0, 4.0)
    """

    names: Sequence[str]
    peak: FloatArray
    high_price: float = field(kw_only=True)
    low_price: float = field(kw_only=True)
    storage_price: float = field(kw_only=True)
    off_peak: FloatArray | None = field(default=None, kw_only=True)
    chance: ArrayLike | None = field(default=None, kw_only=True)
    probability: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kind, n = "StorageInvestmentGame", len(self.names)
        object.__setattr__(self, "names", _unique(self.names, kind))
        peak = _scenarios(self.peak, n, kind)
        shape = peak.shape
        off_peak = np.zeros(peak.shape) if self.off_peak is None else self.off_peak
        chance = _energy(np.ones(shape[1]) if self.chance is None else self.chance, "chance", (shape[1],), kind)
        if chance.sum() <= 0:
            raise InvalidInputError(f"chance of {kind} must not be all 0.")
        _check_prices(self.low_price, self.high_price, kind)
        if not finite_number(self.storage_price, "storage_price", kind) > 0:
            raise InvalidInputError(f"storage_price of {kind} must be above 0. Got {self.storage_price}.")
        object.__setattr__(self, "peak", peak)
        object.__setattr__(self, "off_peak", _energy(off_peak, "off_peak", peak.shape, kind))
        object.__setattr__(self, "probability", chance / chance.sum())

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the members."""
        return tuple(self.names)

    @property
    def single_values(self) -> FloatArray:
        """Nobody saves alone: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    def costs(self, members: BoolArray) -> FloatArray:
        """Expected cost with the best storage of each coalition, shape (k, n) to (k,). [money]"""
        assert self.off_peak is not None
        energy = (self.peak + self.off_peak) @ self.probability
        return np.asarray(self.low_price * (members @ energy) + self._stored(members))

    def values(self, members: BoolArray) -> FloatArray:
        """Expected saving of each coalition, shape (k, n) to (k,). [money]"""
        alone = self._stored(np.eye(self.n_players, dtype=bool))
        gains = members @ alone - self._stored(members)
        return np.asarray(np.where(members.sum(axis=1) > 1, gains, 0.0))

    def best_storage(self, coalition: Sequence[str]) -> float:
        """Smallest storage that is best for a coalition. [kWh]

        Parameters
        ----------
        coalition : sequence of str
            Labels.

        Returns
        -------
        float
            A quantile of its peak demand.
        """
        demand = self.members(coalition) @ self.peak
        weights = self.weights(demand[None, :])[0]
        caps = (self.high_price - self.low_price) * self.probability
        if caps.sum() <= self.storage_price:
            return 0.0
        return float(demand[(weights < caps * (1 - 1e-12)) & (caps > 0)].max())

    def weights(self, demand: FloatArray) -> FloatArray:
        r"""Dual weights of the scenarios: at their caps above the quantile, the rest in proportion where it is met.

        Parameters
        ----------
        demand : ndarray of shape (k, K)
            Peak demand of each coalition. [kWh]

        Returns
        -------
        ndarray of shape (k, K)
            :math:`\theta`. [money/kWh]
        """
        caps = (self.high_price - self.low_price) * self.probability
        answer = np.empty_like(demand)
        for row, levels in enumerate(demand):
            _, place = np.unique(-levels, return_inverse=True)
            total = np.bincount(place, caps)
            before = np.cumsum(total) - total
            share = np.clip((self.storage_price - before) / np.where(total > 0, total, 1.0), 0.0, 1.0)
            answer[row] = share[place] * caps
        return answer

    def _stored(self, members: BoolArray) -> FloatArray:
        """Cost of storage and of peaks above it, over the low price. [money]"""
        demand = np.asarray(members, dtype=float) @ self.peak
        return np.asarray((self.weights(demand) * demand).sum(axis=1))


def _unique(names: Sequence[str], owner: str) -> tuple[str, ...]:
    labels = tuple(str(name) for name in names)
    if not labels or len(set(labels)) < len(labels):
        raise InvalidInputError(f"names of {owner} must be at least one, each once. Got {list(labels)}.")
    return labels


def _energy(values: ArrayLike, name: str, shape: tuple[int, ...], owner: str) -> FloatArray:
    return finite_numbers(values, name, owner, shape, least=0)


def _scenarios(peak: ArrayLike, n: int, owner: str) -> FloatArray:
    """Peak demand with as many columns as are given, one at least."""
    try:
        shape = np.shape(peak)
    except ValueError:
        shape = ()
    columns = shape[1] if len(shape) == 2 and min(shape) > 0 else 1
    return _energy(peak, "peak", (n, columns), owner)


def _check_prices(low: float, high: float, owner: str) -> None:
    low, high = finite_number(low, "low_price", owner), finite_number(high, "high_price", owner)
    if not 0 <= low < high < np.inf:
        raise InvalidInputError(f"prices of {owner} must satisfy 0 <= low_price < high_price. Got {low} and {high}.")
