"""A community with a manager who trades with the market for all, and with terms for fairness and autonomy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.typing import ArrayLike, FloatArray

MANAGER = "manager"
NAMES = ("given", "taken", "imported", "exported")


@dataclass(frozen=True, eq=False)
class EnergyCollective:
    r"""Homes of one step that share inside, and import and export through a manager.

    Parameters
    ----------
    players : sequence of str
        n homes.
    curvature, slope : array_like of shape (n,)
        Cost :math:`\tfrac12 a p^2 + b p` of net production p. [money/kWh^2] and [money/kWh]
    lower, upper : array_like of shape (n,)
        Bounds of p. [kWh]
    import_price, export_price : float
        Prices of the market outside, the import price the higher one. [money/kWh]
    sharing_fee : float, default=0.0
        What a home pays on each kWh given or taken. [money/kWh]
    autonomy : float, default=0.0
        Weight of independence: an extra cost of each kWh imported or exported. [money/kWh]
    fairness : float, default=0.0
        Weight of fairness: cost of the largest import of a home. [money/kWh]

    Raises
    ------
    InvalidInputError
        If shapes differ, a weight or fee is negative, or prices or bounds are out of order.

    Notes
    -----
    A model of the class described in [1]_ as energy collectives: :math:`p_i = g_i - k_i + e_i - m_i` with energy given,
    taken, exported and imported; :math:`\sum g = \sum k`. The manager settles :math:`\sum m` at the import and
    :math:`\sum e` at the export price. With M the largest import

    .. math:: \min \sum_i \bigl(\tfrac12 a_i p_i^2 + b_i p_i + c (g_i + k_i)\bigr)
       + (b + w) \sum m - (f - w) \sum e + \phi M.

    Without terms of preference the inside price is where homes balance, cut to the outside prices.

    References
    ----------
    .. [1] F. Moret and P. Pinson, "Energy collectives: a community and fairness based approach to future electricity
       markets", IEEE Trans. Power Syst. 34 (2019).

    Examples
    --------
    >>> EnergyCollective(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], 10, 4).game.n_players
    3
    """

    players: Sequence[str]
    curvature: ArrayLike
    slope: ArrayLike
    lower: ArrayLike
    upper: ArrayLike
    import_price: float
    export_price: float
    sharing_fee: float = 0.0
    autonomy: float = 0.0
    fairness: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.players)
        for name in ("curvature", "slope", "lower", "upper"):
            least = 0.0 if name == "curvature" else -np.inf
            numbers = finite_numbers(getattr(self, name), name, "EnergyCollective", (n,), least=least)
            object.__setattr__(self, name, numbers)
        for name in ("import_price", "export_price", "sharing_fee", "autonomy", "fairness"):
            least = -np.inf if name.endswith("price") else 0.0
            object.__setattr__(self, name, finite_number(getattr(self, name), name, "EnergyCollective", least=least))
        if self.export_price > self.import_price:
            raise InvalidInputError(
                f"import_price of EnergyCollective must be at least export_price. Got {self.import_price:g} < "
                f"{self.export_price:g}."
            )
        if (np.asarray(self.lower) > np.asarray(self.upper)).any() or MANAGER in self.players:
            raise InvalidInputError("EnergyCollective needs lower <= upper, and homes that are not called 'manager'.")

    @classmethod
    def of_step(
        cls, community: Community, step: int, *, flexibility: float, autonomy: float = 0.0, fairness: float = 0.0
    ) -> EnergyCollective:
        r"""Make the collective of the homes of a community in one step.

        Parameters
        ----------
        community : Community
            n homes and their tariff; its network charge is the sharing fee, half for either side.
        step : int
            Settlement step.
        flexibility : float
            Cost :math:`\tfrac12 a (p - q)^2` of a net production p other than the metered q, above 0. [money/kWh^2]
        autonomy, fairness : float, default=0.0
            Weights, as above. [money/kWh]

        Examples
        --------
        >>> import gametrade as gt
        >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
        >>> EnergyCollective.of_step(day, 12, flexibility=1.0, autonomy=0.1).import_price
        0.3
        """
        if not flexibility > 0:
            raise InvalidInputError(f"flexibility of EnergyCollective must be above 0. Got {flexibility!r}.")
        metered = -community.net_load[:, step]
        reach = np.abs(metered).sum() + 1.0
        prices = (float(community.import_price[step]), float(community.export_price[step]))
        fee = float(community.network_charge[step]) / 2
        bend = np.full(metered.size, float(flexibility))
        bounds = metered - reach, metered + reach
        return cls(
            community.names,
            bend,
            -flexibility * metered,
            *bounds,
            *prices,
            sharing_fee=fee,
            autonomy=autonomy,
            fairness=fairness,
        )

    @property
    def game(self) -> SparseQuadraticGame:
        """The game of the homes and the manager, with energy, import, export and the largest import shared."""
        from scipy.sparse import block_diag, csr_matrix

        n, bend, rate = len(self.players), np.asarray(self.curvature), np.asarray(self.slope)
        signs = np.array([1.0, -1.0, -1.0, 1.0])
        curve = block_diag([*(-a * np.outer(signs, signs) for a in bend), csr_matrix((3, 3))])
        fee = np.array([self.sharing_fee, self.sharing_fee, 0.0, 0.0])
        manager = [-(self.import_price + self.autonomy), self.export_price - self.autonomy, -self.fairness]
        slope = np.concatenate([(-np.outer(rate, signs) - fee).ravel(), manager])
        low, high = np.asarray(self.lower), np.asarray(self.upper)
        most = float(np.maximum(np.abs(low), np.abs(high)).sum()) or 1.0
        homes = [
            Polyhedron.of(np.zeros(4), np.full(4, most), np.stack([signs, -signs]), [high[i], -low[i]])
            for i in range(n)
        ]
        office = Polyhedron.of(np.zeros(3), [most, most, most])
        return SparseQuadraticGame.of(
            [*self.players, MANAGER],
            curve,
            slope,
            [*homes, office],
            variables=[list(NAMES)] * n + [["import", "export", "largest import"]],
            shared=self._shared(n),
        )

    def cost(self, production: FloatArray) -> FloatArray:
        """Cost of net production of each home. [money]"""
        return np.asarray(0.5 * np.asarray(self.curvature) * production**2 + np.asarray(self.slope) * production)

    def _shared(self, n: int) -> Polyhedron:
        """Energy shared inside balances; the manager buys and sells for all; nobody imports more than the largest."""
        d = 4 * n + 3
        equal = np.zeros((3, d))
        equal[0, : 4 * n] = np.tile([1.0, -1.0, 0.0, 0.0], n)
        equal[1, : 4 * n], equal[1, -3] = np.tile([0.0, 0.0, 1.0, 0.0], n), -1.0
        equal[2, : 4 * n], equal[2, -2] = np.tile([0.0, 0.0, 0.0, 1.0], n), -1.0
        rows = np.zeros((n, d))
        rows[range(n), range(2, 4 * n, 4)], rows[:, -1] = 1.0, -1.0
        free = np.full(d, np.inf)
        left, limits = (rows, np.zeros(n)) if self.fairness else (None, None)
        return Polyhedron.of(-free, free, left, limits, (equal, np.zeros(3)))
