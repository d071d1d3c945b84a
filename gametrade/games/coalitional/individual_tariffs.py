"""The sharing game of homes that each have their own tariff: which kWh goes to whom now matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame, check_table_size
from gametrade.games.coalitional.merit_order import Offers, PriceLevels, least_of_both, price_levels
from gametrade.games.coalitional.sharing_table import sharing_table
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import ArrayLike, BoolArray, FloatArray

TURNOVER_ROUNDING = 1e-15
"""Share of all money paid to and by the grid within which sums of payments are not exact."""


@dataclass(frozen=True, eq=False, init=False)
class IndividualTariffGame(CoalitionalGame):
    r"""What each coalition saves by sharing energy when every home has an import and an export price of its own.

    .. math:: v(S) = \sum_t \max_{x \ge 0} \sum_{i, j \in S} (b_{jt} - \varphi_t - f_{it})\, x_{ijt}
              \quad\text{s.t.}\quad \sum_j x_{ijt} \le s_{it},\ \ \sum_i x_{ijt} \le d_{jt}

    An assignment of surplus kWh, offered at the seller's export price, to missing kWh, wanted up to the buyer's
    import price less the network charge. A market game: its core is never empty [1]_.

    Parameters
    ----------
    community : Community
        Homes, meter data, network charge and currency. Its import and export price are not used.
    import_price, export_price : array_like of shape (n,) or (n, T)
        What a kWh costs, or earns, each home at the grid; one number a home, or one a home and step. [money/kWh]

    Raises
    ------
    InvalidInputError
        If there is not one finite price for each home, or each home and step.

    Notes
    -----
    With :math:`S_t(p)` the energy offered at most at price p and :math:`D_t(p)` the energy wanted at least at p,

    .. math:: v(S) = \sum_t \int \min\bigl(S_t(p), D_t(p)\bigr)\, dp ,

    because the assignment's dual is :math:`\min_p \int_{-\infty}^p S_t + \int_p^\infty D_t`, least where the two
    curves cross. Between neighbouring limits both are constant, so the game is a sharing game on *price levels*: the
    merit order, O(n T) levels, without any program. A home whose import price is below its export price gains
    nothing from that: it has either a surplus or a deficit in a step.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130.
       :doi:`10.1007/BF01753437`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [1], [1]], [[1], [0], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> game = IndividualTariffGame(street, import_price=[12, 12, 20], export_price=[4, 4, 4])
    >>> game.value(["Ada", "Bob"]), game.value(["Ada", "Cy"]), game.grand_value
    (8.0, 16.0, 16.0)
    """

    community: Community
    import_price: FloatArray
    export_price: FloatArray

    def __init__(self, community: Community, import_price: ArrayLike, export_price: ArrayLike) -> None:
        if not isinstance(community, Community):
            raise InvalidInputError(
                f"community of IndividualTariffGame must be a Community. Got {type(community).__name__}."
            )
        object.__setattr__(self, "community", community)
        for name, price in (("import_price", import_price), ("export_price", export_price)):
            object.__setattr__(self, name, _prices_of_homes(price, name, community))

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def unit(self) -> str:
        """Currency of the community's tariff."""
        return self.community.tariff.currency

    @cached_property
    def asks(self) -> Offers:
        """Surpluses, offered from the seller's export price up."""
        surplus = self.community.surplus
        home, step = np.nonzero(surplus > 0)
        return Offers(home, step, surplus[home, step], self.export_price[home, step])

    @cached_property
    def bids(self) -> Offers:
        """Deficits, wanted up to the buyer's import price less the network charge."""
        deficit = self.community.deficit
        home, step = np.nonzero(deficit > 0)
        limit = self.import_price[home, step] - self.community.tariff.network_charge[step]
        return Offers(home, step, deficit[home, step], limit)

    @cached_property
    def levels(self) -> PriceLevels:
        """Price levels with something to trade: settlement step, ends and positions of the homes."""
        return price_levels(self.asks, self.bids, self.n_players)

    @property
    def position(self) -> FloatArray:
        """Width of each level times energy offered (positive) or wanted (negative) there, shape (n, L). [money]"""
        return self.levels.position

    @property
    def single_values(self) -> FloatArray:
        """A home alone shares nothing: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @cached_property
    def grand_value(self) -> float:
        """Gains from trade of the whole community. [money]"""
        return float(least_of_both(self.position, np.ones((1, self.n_players), dtype=bool))[0])

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the gains of all, the largest value, or the rounding of the money that changes hands. [money]"""
        turnover = (self.community.deficit * np.abs(self.import_price)).sum()
        turnover += (self.community.surplus * np.abs(self.export_price)).sum()
        return max(absolute_tolerance(self.grand_value), TURNOVER_ROUNDING * float(turnover))

    def values(self, members: BoolArray) -> FloatArray:
        """Gains of each coalition, shape (k, n) to (k,), in time k n L. [money]"""
        return least_of_both(self.position, members)

    @cached_property
    def _table(self) -> FloatArray:
        check_table_size(self.n_players, "a table of all coalitions")
        table = sharing_table(self.position)
        table.setflags(write=False)
        return table

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order, kept once made, shape (2**n,). [money]"""
        return self._table

    def price_values(self, price_position: FloatArray) -> FloatArray:
        r"""What each home gains with the given shares of each price level, the w of the supporting-price bound.

        Parameters
        ----------
        price_position : ndarray of shape (L,)
            Share of the level that lies below the price, from 0 to 1; a local price has ones, then a share, then
            zeros in each step, and other paths bound the value too.

        Returns
        -------
        ndarray of shape (n,)
            :math:`w_i` with :math:`v(S) \le \sum_{i \in S} w_i`. [money]
        """
        return np.asarray(np.maximum(-self.position, 0).sum(axis=1) + self.position @ price_position)

    def price_gains(self, local_price: ArrayLike) -> FloatArray:
        r"""What each home gains by trading as much as it likes at a local price instead of at its own tariff.

        Parameters
        ----------
        local_price : array_like of shape () or (T,)
            Price of a shared kWh, network charge excluded. [money/kWh]

        Returns
        -------
        ndarray of shape (n,)
            :math:`w_i(p) = \sum_t s_{it} \max(0, p_t - f_{it}) + d_{it} \max(0, b_{it} - \varphi_t - p_t)`. [money]
        """
        community, price = self.community, np.asarray(local_price, dtype=float)
        selling = community.surplus * np.maximum(0.0, price - self.export_price)
        buying = community.deficit * np.maximum(0.0, self.import_price - community.tariff.network_charge - price)
        return np.asarray((selling + buying).sum(axis=1))


def _prices_of_homes(price: ArrayLike, name: str, community: Community) -> FloatArray:
    """One price for each home and step, finite and read-only."""
    n, steps = community.n_prosumers, community.n_steps
    layout = f"one for each of {n} homes, or shape ({n}, {steps})"
    array = finite_numbers(price, name, "IndividualTariffGame", (n,), (n, 1), (n, steps), layout=layout)
    full = np.broadcast_to(array[:, None] if array.ndim == 1 else array, (n, steps)).copy()
    full.setflags(write=False)
    return full
