"""What price rules share: the trade steps of a sharing game, and the payoffs at given prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.typing import BoolArray, FloatArray

TIE = 1e-12
"""Share of the larger side below which surplus and deficit of a step count as equal."""


@dataclass(frozen=True, eq=False)
class TradeBook:
    """Totals and prices of a sharing game in its T' trade steps.

    Parameters
    ----------
    game : SharingGame
        The game; its arrays are read, never copied or changed.
    """

    game: SharingGame

    @cached_property
    def selling(self) -> FloatArray:
        """Spread times surplus of each home, shape (n, T'). [money]"""
        return np.maximum(self.game.position, 0.0)

    @cached_property
    def buying(self) -> FloatArray:
        """Spread times deficit of each home, shape (n, T'). [money]"""
        return np.maximum(-self.game.position, 0.0)

    @cached_property
    def supply(self) -> FloatArray:
        """Spread times total surplus, shape (T',). [money]"""
        return np.asarray(self.selling.sum(axis=0))

    @cached_property
    def need(self) -> FloatArray:
        """Spread times total deficit, shape (T',). [money]"""
        return np.asarray(self.buying.sum(axis=0))

    @property
    def sold_share(self) -> FloatArray:
        """Share of the surplus that stays in the community, shape (T',), in (0, 1]."""
        return np.minimum(1.0, self.need / self.supply)

    @property
    def served_share(self) -> FloatArray:
        """Share of the deficit that the community serves, shape (T',), in (0, 1]."""
        return np.minimum(1.0, self.supply / self.need)

    @property
    def balanced(self) -> BoolArray:
        """Steps in which surplus and deficit are equal up to rounding, shape (T',)."""
        return np.abs(self.supply - self.need) <= TIE * np.maximum(self.supply, self.need)

    @property
    def floor(self) -> FloatArray:
        """Export price f, the least that a seller accepts, shape (T',). [money/kWh]"""
        return np.asarray(self.game.community.export_price[self.game.trade_steps])

    @property
    def ceiling(self) -> FloatArray:
        """Import price less network charge, the most that a buyer pays a seller, shape (T',). [money/kWh]"""
        community = self.game.community
        return np.asarray((community.import_price - community.network_charge)[self.game.trade_steps])

    @property
    def middle(self) -> FloatArray:
        """Half way between floor and ceiling, shape (T',). [money/kWh]"""
        return 0.5 * (self.floor + self.ceiling)


def settle(book: TradeBook, rule: str, local_price: FloatArray, notes: tuple[str, ...] = ()) -> Allocation:
    r"""Let sellers and buyers share each trade pro rata at one local price a step, the rest at grid prices.

    Parameters
    ----------
    book : TradeBook
        Trade steps of the game.
    rule : str
        Name of the rule for the answer.
    local_price : ndarray of shape (T',)
        Price of a shared kWh in each trade step, network charge excluded. [money/kWh]
    notes : tuple of str
        Findings of the rule.

    Returns
    -------
    Allocation
        Payoffs [money] and average prices [money/kWh], which are the grid's where nothing is traded.

    Notes
    -----
    With :math:`m = \min(S, D)` in a step,

    .. math:: \text{sell} = \frac{p\,m + f\,(S - m)}{S}, \qquad
              \text{buy} = \frac{p\,m + b\,(D - m)}{D}, \qquad
              x_i = \sum_t (p - f) \frac{m}{S} s_i + (b - \varphi - p) \frac{m}{D} d_i .

    Whatever p is, the payoffs of a step add up to :math:`(b - f - \varphi)\, m`, its gains: every rule of
    this form balances. They are all at least 0 in every step if and only if :math:`f \le p \le b - \varphi`.
    The payoffs are computed from p and not from the average prices, so that they keep their relative accuracy
    when nearly everything is traded with the grid.
    """
    game, steps = book.game, book.game.trade_steps
    sold, served, spread = book.sold_share, book.served_share, game.spread
    payoffs = book.selling @ ((local_price - book.floor) / spread * sold)
    payoffs += book.buying @ ((book.ceiling - local_price) / spread * served)
    sell, buy = game.community.export_price.copy(), game.community.import_price.copy()
    sell[steps] = np.where(sold == 1.0, local_price, sell[steps] + (local_price - sell[steps]) * sold)
    buy[steps] = np.where(served == 1.0, local_price, buy[steps] + (local_price - buy[steps]) * served)
    return Allocation(game, rule, payoffs, buy_price=buy, sell_price=sell, notes=notes)


def step_payoffs(game: SharingGame, sell_price: FloatArray, buy_price: FloatArray) -> FloatArray:
    r"""What each home gains in each settlement step at given average prices.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.
    sell_price, buy_price : ndarray of shape (T,)
        Average price per kWh of surplus sold and of deficit bought, the grid's part included, the network
        charge excluded, as in :class:`Allocation`. [money/kWh]

    Returns
    -------
    ndarray of shape (n, T)
        Payoffs over being alone. [money]

    Notes
    -----
    :math:`x_{it} = (\text{sell}_t - f_t) s_{it} + (b_t - \text{buy}_t - \varphi_t m_t / D_t) d_{it}` with
    :math:`m_t = \min(S_t, D_t)` where the step shares energy and 0 elsewhere. A step whose prices are exactly
    the grid's is taken to share nothing: under a rule that balances step by step, the gains and the network
    charge of a shared kWh show in one of the prices. Sums over a period are that period's payoffs, up to
    rounding errors of 1e-16 of the money that changes hands.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.rules.settlement import step_payoffs
    >>> street = gt.Community(["Ada", "Bob"], [[0, 1], [1, 1]], [[1, 0], [0, 0]],
    ...                       ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(12, 4))
    >>> split = gt.allocate(street, "mid_market_rate")
    >>> step_payoffs(split.game, split.sell_price, split.buy_price)
    array([[4., 0.],
           [4., 0.]])
    """
    community = game.community
    net = community.net_load
    sold = sell_price - community.export_price
    bought = community.import_price - buy_price
    sharing = (sold != 0) | (bought != 0)
    bought = bought - np.where(sharing, sharing_charge(game), 0.0)
    return np.where(net < 0, -net * sold, net * bought)


def shared_energy(game: SharingGame) -> FloatArray:
    """Energy that the community shares in each settlement step, shape (T,). [kWh]"""
    book = TradeBook(game)
    shared = np.zeros(game.community.n_steps)
    shared[game.trade_steps] = np.minimum(book.supply, book.need) / game.spread
    return shared


def sharing_charge(game: SharingGame) -> FloatArray:
    """Network charge per kWh of deficit, due on its shared part alone, shape (T,). [money/kWh]"""
    charge = np.zeros(game.community.n_steps)
    charge[game.trade_steps] = game.community.network_charge[game.trade_steps] * TradeBook(game).served_share
    return charge
