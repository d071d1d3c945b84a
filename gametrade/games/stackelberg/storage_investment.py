"""Firms that invest in storage and trade what they stored in a spot market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import LeaderPayoff, StackelbergGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class StorageInvestmentGame(StackelbergGame):
    r"""Each firm chooses a storage capacity; the spot price is high when peak demand exceeds all storage, else low.

    Parameters
    ----------
    means : array_like of shape (n,)
        Expected peak demand :math:`\mu_i` of each firm. [kWh]
    covariance : array_like of shape (n, n)
        Covariance of the peak demands, taken as jointly normal. [kWh^2]
    high_price, low_price : float
        :math:`\pi_h > \pi_l`, peak and off-peak price. [money/kWh]
    storage_cost : float
        :math:`\pi_s` from 0 to :math:`\pi_\delta = \pi_h - \pi_l`, cost of a kWh of capacity per day. [money/kWh]
    firms : sequence of str, optional
        Labels.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If prices are out of order or the covariance is not that of a random total.

    Notes
    -----
    Players: n firms. Strategies: capacities :math:`C_i` [kWh]. Payoffs: minus the expected cost

    .. math:: J_i = \pi_s C_i + \pi_l \mu_i + \pi_\delta\,(E[X_i 1\{X_c > C_c\}] - C_i P(X_c > C_c)),

    which jumps between prices at :math:`X_c = C_c` and is not convex in :math:`C_i`; it is kept as it is. The
    answer of the spot market is its expected price. Under alignment, :math:`d E[X_i | X_c = \beta] / d\beta \ge 0`
    for all i (for normal demands :math:`cov(X_i, X_c) \ge 0`), the only equilibrium is
    :math:`F_c(Q) = \gamma = (\pi_\delta - \pi_s) / \pi_\delta`, :math:`C_i = E[X_i | X_c = Q]`, and it is the social
    optimum [1]_. Without alignment there need not be one. A model of the class described there: the review's
    statement, with normal demands as an interpretation.

    References
    ----------
    .. [1] D. Kalathil, C. Wu, K. Poolla and P. Varaiya, "The sharing economy for the electricity storage", IEEE
       Trans. Smart Grid 10 (2019) 556-567; preprint "The sharing economy for the smart grid", arXiv:1608.06990.

    Examples
    --------
    >>> firms = StorageInvestmentGame([10, 6, 8], [[4, 1, 0.5], [1, 3, 0.2], [0.5, 0.2, 2]],
    ...     high_price=54, low_price=21.5, storage_cost=13)
    >>> firms.closed_form().round(8).tolist(), firms.aligned
    ([10.39570158, 6.30217212, 8.19425351], True)
    """

    means: FloatArray = ()  # type: ignore[assignment]
    loadings: FloatArray = ()  # type: ignore[assignment]
    deviations: FloatArray = ()  # type: ignore[assignment]
    spread: float = 0.0
    high_price: float = 0.0
    low_price: float = 0.0
    storage_cost: float = 0.0

    def __init__(
        self,
        means: ArrayLike,
        covariance: ArrayLike,
        *,
        high_price: float,
        low_price: float,
        storage_cost: float,
        firms: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        centre, square = np.array(means, dtype=float).ravel(), np.array(covariance, dtype=float)
        n = centre.size
        if square.shape != (n, n) or not np.isfinite(square).all() or not np.isfinite(centre).all() or not n:
            raise InvalidInputError(f"covariance of StorageInvestmentGame must be finite, of shape {(n, n)}.")
        if not square.sum() > 0 or np.linalg.eigvalsh((square + square.T) / 2)[0] < -1e-9 * np.abs(square).max():
            raise InvalidInputError("covariance of StorageInvestmentGame must be that of demands with a random total.")
        if not 0 <= storage_cost <= high_price - low_price or not high_price > low_price:
            raise InvalidInputError(
                "storage_cost of StorageInvestmentGame must be from 0 to high_price - low_price. "
                f"Got {storage_cost:g} and {high_price - low_price:g}."
            )
        total = float(np.sqrt(square.sum()))
        told = {
            "means": centre,
            "loadings": ((square + square.T) / 2).sum(axis=1) / total,
            "deviations": np.sqrt(np.diag(square)),
            "spread": total,
            "high_price": float(high_price),
            "low_price": float(low_price),
            "storage_cost": float(storage_cost),
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)
        reach = np.abs(centre) + 10 * np.sqrt(np.diag(square)) + 10 * total
        super().__init__(
            tuple(f"firm {k + 1}" for k in range(n)) if firms is None else tuple(map(str, firms)),
            (("capacity",),) * n,
            tuple(Polyhedron.of([0.0], [end]) for end in reach),
            tuple(self._payoff(k) for k in range(n)),
            lambda x: np.array([self.expected_spot_price(x)]),
            ("spot price",),
            lambda x, y: np.abs(y - self.expected_spot_price(x)),
            ceiling=self._ceiling,
            unit=unit,
        )

    def __post_init__(self) -> None:
        """Checked already."""

    @property
    def aligned(self) -> bool:
        """Whether nobody's peak demand falls when that of all rises: then the equilibrium is unique."""
        return bool((self.loadings >= 0).all())

    @property
    def service_level(self) -> float:
        """Share of days on which all storage suffices at the equilibrium, gamma."""
        return (self.high_price - self.low_price - self.storage_cost) / (self.high_price - self.low_price)

    def closed_form(self) -> FloatArray:
        """Capacities of the theorem, shape (n,); an equilibrium if demands are aligned. [kWh]"""
        from scipy.special import ndtri

        return np.asarray(self.means + self.loadings * ndtri(self.service_level))

    def alone(self) -> FloatArray:
        """What each firm would invest without a spot market, shape (n,). [kWh]"""
        from scipy.special import ndtri

        return np.asarray(self.means + self.deviations * ndtri(self.service_level))

    def costs_alone(self) -> FloatArray:
        """Expected daily cost of each firm that invests alone, shape (n,). [money]"""
        from scipy.special import ndtri

        density = np.exp(-(ndtri(self.service_level) ** 2) / 2) / np.sqrt(2 * np.pi)
        certain = (self.low_price + self.storage_cost) * self.means
        return np.asarray(certain + (self.high_price - self.low_price) * density * self.deviations)

    def cost(self, firm: int, capacities: FloatArray) -> float:
        """Expected daily cost of a firm. [money]"""
        from scipy.special import ndtr

        z = (float(capacities.sum()) - float(self.means.sum())) / self.spread
        short = float(ndtr(-z))
        demand = self.means[firm] * short + self.loadings[firm] * float(np.exp(-z * z / 2)) / np.sqrt(2 * np.pi)
        gap = self.high_price - self.low_price
        fixed = self.storage_cost * capacities[firm] + self.low_price * self.means[firm]
        return float(fixed + gap * (demand - capacities[firm] * short))

    def expected_spot_price(self, capacities: FloatArray) -> float:
        """Low price, and the difference to the high one as often as storage falls short. [money/kWh]"""
        from scipy.special import ndtr

        z = (float(capacities.sum()) - float(self.means.sum())) / self.spread
        return self.low_price + (self.high_price - self.low_price) * float(ndtr(-z))

    def _payoff(self, firm: int) -> LeaderPayoff:
        return lambda x, y: -self.cost(firm, x)

    def _ceiling(self, firm: int, low: float, high: float, x: FloatArray) -> float:
        """Piyavskii: the mean of both ends and half the largest slope times the width.

        The slope of the cost is the storage cost less the price gap times the shortage, plus the gap times the
        density of the total at C times the distance of the own capacity from the conditional demand.
        """
        from scipy.special import ndtr

        ends = [x.copy(), x.copy()]
        ends[0][firm], ends[1][firm] = low, high
        z = np.array([(end.sum() - self.means.sum()) / self.spread for end in ends])
        gap = self.high_price - self.low_price
        nearest = 0.0 if z[0] <= 0 <= z[1] else float(np.abs(z).min())
        density = float(np.exp(-nearest * nearest / 2)) / (np.sqrt(2 * np.pi) * self.spread)
        away = np.abs(np.array([low, high]) - self.means[firm] - self.loadings[firm] * z).max()
        short = ndtr(-z)
        slope = max(abs(self.storage_cost - gap * short[0]), abs(self.storage_cost - gap * short[1]))
        steepest = slope + gap * density * float(away)
        values = [-self.cost(firm, end) for end in ends]
        return float(sum(values) / 2 + steepest * (high - low) / 2)


def uniform_pair_equilibrium(service_level: float) -> tuple[float, float]:
    r"""Total storage and each firm's share for two firms whose peaks are independent and uniform on [0, 1].

    Parameters
    ----------
    service_level : float
        :math:`\gamma` from 0 to 1.

    Returns
    -------
    tuple of float
        Q with :math:`F_c(Q) = \gamma` for the triangular total, and Q / 2. [kWh]

    Examples
    --------
    >>> uniform_pair_equilibrium(7 / 8)
    (1.5, 0.75)
    """
    if not 0 <= service_level <= 1:
        raise InvalidInputError(
            f"service_level of uniform_pair_equilibrium must be from 0 to 1. Got {service_level:g}."
        )
    total = (2 * service_level) ** 0.5 if service_level <= 0.5 else 2 - (2 * (1 - service_level)) ** 0.5
    return total, total / 2
