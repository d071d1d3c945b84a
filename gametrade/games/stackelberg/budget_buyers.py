"""Several sellers set prices; every buyer spreads a budget over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import LeaderPayoff, StackelbergGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class BudgetBuyersGame(StackelbergGame):
    r"""Sellers with given energies set prices; buyer i maximises :math:`\sum_k \ln(\zeta_i + x_{ik})` within a budget.

    Parameters
    ----------
    supplies : array_like of shape (K,)
        :math:`G_k`, energy of seller k. [kWh]
    budgets : array_like of shape (n,)
        :math:`B_i`. [money]
    satiations : array_like, broadcast to shape (n,)
        :math:`\zeta_i > 0`; the larger, the sooner a buyer does without an expensive seller. [kWh]
    fees : array_like, broadcast to shape (n, K)
        Charge on each kWh beyond the seller's price, between regions for instance. [money/kWh]
    cap : float, optional
        Highest price allowed; the sum of budgets over the smallest supply if not given. [money/kWh]
    sellers : sequence of str, optional
        Labels of the sellers.
    buyers : sequence of str, optional
        Labels of the buyers.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If a supply, budget or satiation is not positive.

    Notes
    -----
    Players: K sellers (leaders), n buyers (followers). Strategies: prices; energies from each seller. Payoffs of
    the sellers: :math:`p_k \min(\sum_i x_{ik}, G_k)`. With everybody buying from everybody,
    :math:`x_{ik} = (B_i + \zeta_i P) / (K p_k) - \zeta_i`, :math:`P = \sum p_k`; otherwise the buyer leaves out its
    dearest sellers. A buyer's spending on k falls with :math:`p_k`, so without fees the best price is the one at
    which all of :math:`G_k` is just sold, and with :math:`B = \sum B_i`, :math:`Z = \sum \zeta_i`

    .. math:: p_k = \frac{B}{(G_k + Z)\,(K - Z \sum_g 1 / (G_g + Z))}

    as long as every :math:`x_{ik} \ge 0`. A model of the class described in Maharjan et al. [1]_; producers who
    lead and consumers who follow in virtual microgrids [2]_ and regions that trade with each other are
    interpretations.

    References
    ----------
    .. [1] S. Maharjan et al., "Dependable demand response management in the smart grid: a Stackelberg game
       approach", IEEE Trans. Smart Grid 4 (2013) 120-132. :doi:`10.1109/TSG.2012.2223766`
    .. [2] K. Anoh et al., "Energy peer-to-peer trading in virtual microgrids in smart grids: a game-theoretic
       approach", IEEE Trans. Smart Grid 11 (2020) 1264-1275.

    Examples
    --------
    >>> BudgetBuyersGame([4.0, 9.0], [10.0], 1.0).closed_form().round(6).tolist()
    [1.176471, 0.588235]
    """

    supplies: FloatArray = ()  # type: ignore[assignment]
    budgets: FloatArray = ()  # type: ignore[assignment]
    satiations: FloatArray = ()  # type: ignore[assignment]
    fees: FloatArray = ()  # type: ignore[assignment]

    def __init__(
        self,
        supplies: ArrayLike,
        budgets: ArrayLike,
        satiations: ArrayLike = 1.0,
        *,
        fees: ArrayLike = 0.0,
        cap: float | None = None,
        sellers: Sequence[str] | None = None,
        buyers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        energy, money = np.array(supplies, dtype=float).ravel(), np.array(budgets, dtype=float).ravel()
        k, n = energy.size, money.size
        columns = {
            "supplies": energy,
            "budgets": money,
            "satiations": np.broadcast_to(np.asarray(satiations, dtype=float), (n,)).copy(),
            "fees": np.broadcast_to(np.asarray(fees, dtype=float), (n, k)).copy(),
        }
        for name, column in columns.items():
            least = column.min(initial=np.inf)
            allowed = least >= 0 if name == "fees" else least > 0
            if not column.size or not allowed or not np.isfinite(column).all():
                raise InvalidInputError(f"{name} of BudgetBuyersGame must be positive and finite. Got {least:g}.")
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        labels = tuple(f"seller {j + 1}" for j in range(k)) if sellers is None else tuple(map(str, sellers))
        named = tuple(f"buyer {j + 1}" for j in range(n)) if buyers is None else tuple(map(str, buyers))
        top = float(money.sum() / energy.min()) if cap is None else float(cap)
        low = 1e-6 * top
        super().__init__(
            labels,
            (("price",),) * k,
            (Polyhedron.of([low], [top]),) * k,
            tuple(self._revenue(j) for j in range(k)),
            lambda x: self.purchases(x).ravel(),
            tuple(f"{buyer} from {seller}" for buyer in named for seller in labels),
            follower_gaps=lambda x, y: self.buyer_gaps(x, y.reshape(n, k)),
            ceiling=self._ceiling,
            unit=unit,
        )

    def __post_init__(self) -> None:
        """Checked already."""

    def purchases(self, prices: FloatArray) -> FloatArray:
        """What each buyer takes from each seller, shape (n, K). [kWh]"""
        paid = prices + self.fees
        ranked = np.sort(paid, axis=1)
        counts = np.arange(1, prices.size + 1)
        levels = (self.budgets[:, None] + self.satiations[:, None] * ranked.cumsum(axis=1)) / counts
        inside = levels > self.satiations[:, None] * ranked
        last = prices.size - 1 - np.argmax(inside[:, ::-1], axis=1)
        level = np.take_along_axis(levels, last[:, None], axis=1)
        return np.maximum(0.0, level / paid - self.satiations[:, None])

    def buyer_gaps(self, prices: FloatArray, taken: FloatArray) -> FloatArray:
        """What each buyer could gain in utility by spending its budget best, shape (n,)."""
        best = self.purchases(prices)
        depth = self.satiations[:, None]
        return np.asarray(np.maximum(0.0, np.log((best + depth) / (taken + depth)).sum(axis=1)))

    def sales(self, prices: FloatArray) -> FloatArray:
        """What buyers want of each seller, shape (K,). [kWh]"""
        return np.asarray(self.purchases(prices).sum(axis=0))

    def closed_form(self) -> FloatArray:
        """Prices of the formula above, shape (K,); right only where no purchase is negative and there are no fees."""
        total, depth = self.budgets.sum(), self.satiations.sum()
        deep = self.supplies + depth
        return np.asarray(total / (deep * (self.supplies.size - depth * (1 / deep).sum())))

    def interior(self, prices: FloatArray) -> bool:
        """Whether every buyer buys from every seller at these prices, without leaving anyone out."""
        level = (self.budgets + self.satiations * prices.sum()) / prices.size
        return bool((level[:, None] >= self.satiations[:, None] * prices).all())

    def _revenue(self, seller: int) -> LeaderPayoff:
        def revenue(x: FloatArray, y: FloatArray) -> float:
            sold = float(y.reshape(-1, self.supplies.size)[:, seller].sum())
            return float(x[seller]) * min(sold, float(self.supplies[seller]))

        return revenue

    def _ceiling(self, seller: int, low: float, high: float, x: FloatArray) -> float:
        """Sales fall with the own price, so they are at most those at the lower end."""
        moved = x.copy()
        moved[seller] = low
        return high * min(float(self.sales(moved)[seller]), float(self.supplies[seller]))


@dataclass(frozen=True, eq=False, repr=False, init=False)
class RegionalMarket(BudgetBuyersGame):
    """Sellers in several regions, with fees across borders: selling everything need not be best."""


def gains_over_feed_in(
    bought: FloatArray,
    sold: FloatArray,
    price: float,
    *,
    import_price: float,
    export_price: float,
    wanted: ArrayLike | None = None,
    surplus: ArrayLike | None = None,
) -> tuple[float, float]:
    r"""By how much trade lowers the buyers' cost and raises the sellers' benefit against grid and feed-in tariff.

    Parameters
    ----------
    bought, sold : ndarray
        Energy bought and sold inside the community. [kWh]
    price : float
        Price inside. [money/kWh]
    import_price, export_price : float
        Grid prices. [money/kWh]
    wanted, surplus : array_like, optional
        What buyers need and sellers have in all, the rest of which the grid sells and takes with trade as without; as
        much as is traded if not given. [kWh]

    Returns
    -------
    tuple of float
        Reduction of the buyers' cost and increase of the sellers' benefit. [%]

    Notes
    -----
    With energy b bought of w wanted and s sold of a surplus g, at a price p between :math:`\lambda_s` and
    :math:`\lambda_b`: :math:`(\lambda_b - p) b / (\lambda_b w)` and :math:`(p - \lambda_s) s / (\lambda_s g)`.
    The two metrics that reviews quote of Jiang et al. 2020 (4.36 % and 12.61 % on data that are not known): the
    same metrics on other data, not a reproduction. Both are at least 0 if the price is between the grid's.

    Examples
    --------
    Half of the surplus and two thirds of the need are traded in the middle between the grid's prices:

    >>> gained = gains_over_feed_in(np.array([2.0]), np.array([2.0]), 0.2, import_price=0.3, export_price=0.1,
    ...                             wanted=[3.0], surplus=[4.0])
    >>> [round(share, 3) for share in gained]
    [22.222, 50.0]
    """
    saved = (import_price - price) * float(np.sum(bought))
    earned = (price - export_price) * float(np.sum(sold))
    cost = import_price * float(np.sum(bought if wanted is None else wanted))
    benefit = export_price * float(np.sum(sold if surplus is None else surplus))
    return 100 * saved / cost if cost else 0.0, 100 * earned / benefit if benefit else 0.0
