"""The sharing game of a community: what each coalition saves by netting its energy at one tariff."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame, check_table_size
from gametrade.games.coalitional.sharing_table import sharing_table
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, FloatArray, IntArray

TURNOVER_ROUNDING = 1e-15
"""Share of all money paid to and by the grid within which sums of payments are not exact."""

CHUNK = 2**23
"""Numbers held at once while the values of many coalitions are computed."""


@dataclass(frozen=True, eq=False)
class SharingGame(CoalitionalGame):
    r"""What each coalition of a community saves by sharing energy instead of trading with the grid alone.

    .. math:: v(S) = \sum_t \delta_t \min\Bigl(\sum_{i \in S} s_{it},\ \sum_{i \in S} d_{it}\Bigr),
              \qquad \delta_t = \max(0,\ b_t - f_t - \varphi_t)

    with surplus s, deficit d, import price b, export price f and network charge phi. It is a market game
    in the sense of Shapley and Shubik [1]_, so its core is never empty.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff. The settlement step is part of the game.

    Notes
    -----
    Only *trade steps* count: those with a positive spread, a seller and a buyer. All the rest is worth
    nothing to every coalition and is left out of the arrays below.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
       :doi:`10.1016/0022-0531(69)90008-8`
    """

    community: Community

    def __post_init__(self) -> None:
        if not isinstance(self.community, Community):
            raise InvalidInputError(
                f"community of SharingGame must be a Community. Got {type(self.community).__name__}."
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def unit(self) -> str:
        """Currency of the tariff."""
        return self.community.tariff.currency

    @cached_property
    def trade_steps(self) -> IntArray:
        """Positions of the settlement steps with a positive spread, a seller and a buyer, shape (T',)."""
        net = self.community.net_load
        both = (net < 0).any(axis=0) & (net > 0).any(axis=0)
        return np.flatnonzero(both & (self.community.tariff.spread() > 0))

    @cached_property
    def spread(self) -> FloatArray:
        """Money gained per kWh shared in each trade step, shape (T',). [money/kWh]"""
        return self.community.tariff.spread()[self.trade_steps]

    @cached_property
    def position(self) -> FloatArray:
        """Spread times surplus (positive) or times deficit (negative) in trade steps, shape (n, T'). [money]"""
        position = -self.community.net_load[:, self.trade_steps] * self.spread
        position.setflags(write=False)
        return position

    @cached_property
    def grand_value(self) -> float:
        """Gains from trade of the whole community. [money]"""
        supply = np.maximum(self.position, 0).sum(axis=0)
        need = np.maximum(-self.position, 0).sum(axis=0)
        return float(np.minimum(supply, need).sum())

    @property
    def single_values(self) -> FloatArray:
        """A home alone shares nothing: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the gains of all, the largest value, or the rounding of the money that changes hands. [money]"""
        community = self.community
        turnover = community.deficit.sum(axis=0) @ np.abs(community.import_price)
        turnover += community.surplus.sum(axis=0) @ np.abs(community.export_price)
        return max(absolute_tolerance(self.grand_value), TURNOVER_ROUNDING * float(turnover))

    def values(self, members: BoolArray) -> FloatArray:
        """Gains of each coalition, shape (k, n) to (k,), in time k n T'. [money]"""
        supply, need = np.maximum(self.position, 0), np.maximum(-self.position, 0)
        rows = max(1, CHUNK // max(1, self.position.shape[1]))
        answer = np.zeros(len(members))
        for start in range(0, len(members), rows):
            inside = members[start : start + rows].astype(float)
            answer[start : start + rows] = np.minimum(inside @ supply, inside @ need).sum(axis=1)
        return answer

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
        r"""What each home gains at given local prices, the w of the supporting-price bound.

        Parameters
        ----------
        price_position : ndarray of shape (T',)
            Where the local price stands in each trade step, from 0 (export price) to 1 (import price
            less network charge).

        Returns
        -------
        ndarray of shape (n,)
            :math:`w_i = \sum_t \delta_t [\lambda_t s_{it} + (1 - \lambda_t) d_{it}]`. [money]
        """
        return np.asarray(np.maximum(-self.position, 0).sum(axis=1) + self.position @ price_position)

    def local_price(self, price_position: FloatArray) -> FloatArray:
        """Local price in every settlement step, shape (T,); steps without trade take the middle. [money/kWh]"""
        position = np.full(self.community.n_steps, 0.5)
        position[self.trade_steps] = price_position
        tariff = self.community.tariff
        return np.asarray(tariff.export_price + position * tariff.spread())

    def during(self, steps: IntArray) -> SharingGame:
        """The game over some of the settlement steps only."""
        return SharingGame(self.community.steps(steps))
