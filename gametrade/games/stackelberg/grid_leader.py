"""A grid operator who, in a peak hour, prices prosumers into trading with each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class Auction:
    """What a double auction decides: one price, and how much every bid and ask trades.

    Parameters
    ----------
    price : float or None
        Auction price; None if nothing trades. [money/kWh]
    bought, sold : ndarray
        Energy by buyer and by seller. [kWh]
    """

    price: float | None
    bought: FloatArray
    sold: FloatArray


Clearing = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], Auction]
"""``clear(bid_prices, bid_energies, ask_prices, ask_energies)``."""


@dataclass(frozen=True, eq=False, repr=False)
class GridLeaderGame(StackelbergGame):
    r"""The grid sets a price at peak; buyers trade in a double auction first and turn to the grid for the rest.

    Parameters
    ----------
    clear : callable
        Double auction over (bid prices, bid energies, ask prices, ask energies); it returns an :class:`Auction`.
    intercepts, slopes : array_like of shape (n,)
        Buyer i values x kWh at :math:`\alpha_i x - \beta_i x^2 / 2`. [money/kWh, money/kWh^2]
    deficits : array_like, broadcast to shape (n,)
        Most that each buyer can use. [kWh]
    asks, surpluses : array_like of shape (m,)
        Reservation prices [money/kWh] and energies [kWh] of the sellers.
    demand, threshold : float
        Demand :math:`E_D` of all customers and the threshold :math:`E_T` above which the grid acts. [kWh]
    regular_price, export_price : float
        Import tariff when the grid does not act, and the feed-in price. [money/kWh]
    linear_cost, quadratic_cost : float
        Serving Q kWh costs the grid :math:`a Q^2 + b Q`; b is the linear cost. [money/kWh, money/kWh^2]
    blocks : int
        In how many equal blocks buyers bid, each at the value of its last kWh; 1 in the source.
    buyers, sellers : sequence of str, optional
        Labels.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If a number is missing or has the wrong sign, or the auction trades what nobody ordered.

    Notes
    -----
    Players: the grid operator (leader), buyers and sellers (followers, who form the coalitions that trade).
    Strategies: the grid's price :math:`\pi_g`; bids and energies. Buyers bid what the last kWh of a block is
    worth to them, in all for what they could want at the feed-in price, so nobody wins more than it wants; sellers
    ask their reservation price, never below the feed-in price. Winners form the trading coalition and take what
    they want at the auction price, or their share of what is offered at that price. Losers, and winners short of
    energy, buy the residual :math:`\epsilon_i(\pi_g)` from the grid.

    The grid acts only if :math:`E_D > E_T`, and then its cost of serving the residual, without revenue, has to be
    zero: :math:`C_g(\pi_g^*) = 0`. With a positive cost that is the price at which no residual is left, and the
    smallest one is the largest marginal value that the auction left: :math:`\max_i \alpha_i` if nothing is traded,
    the auction price if nobody is rationed, and :math:`\max_i (\alpha_i - \beta_i \epsilon_i)` in between.

    A model of the class described in Tushar et al. [1]_, which states the threshold, the double auction and that
    the grid's cost of serving prosumers reduces to zero; quasi-linear quadratic utilities are an interpretation.

    References
    ----------
    .. [1] W. Tushar et al., "Grid influenced peer-to-peer energy trading", IEEE Trans. Smart Grid 11 (2020)
       1407-1418, arXiv:1908.09449.
    """

    clear: Clearing = None  # type: ignore[assignment]
    intercepts: FloatArray = ()  # type: ignore[assignment]
    slopes: FloatArray = ()  # type: ignore[assignment]
    deficits: FloatArray = ()  # type: ignore[assignment]
    asks: FloatArray = ()  # type: ignore[assignment]
    surpluses: FloatArray = ()  # type: ignore[assignment]
    buyers: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()
    demand: float = 0.0
    threshold: float = 0.0
    regular_price: float = 0.0
    export_price: float = 0.0
    linear_cost: float = 1.0
    quadratic_cost: float = 0.0
    auction: Auction = None  # type: ignore[assignment]

    def __init__(
        self,
        clear: Clearing,
        intercepts: ArrayLike,
        slopes: ArrayLike,
        *,
        asks: ArrayLike = (),
        surpluses: ArrayLike = (),
        deficits: ArrayLike = np.inf,
        demand: float,
        threshold: float,
        regular_price: float,
        export_price: float = 0.0,
        linear_cost: float = 1.0,
        quadratic_cost: float = 0.0,
        blocks: int = 20,
        buyers: Sequence[str] | None = None,
        sellers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        worth, offers = np.array(intercepts, dtype=float).ravel(), np.array(asks, dtype=float).ravel()
        columns = {
            "intercepts": worth,
            "slopes": np.broadcast_to(np.asarray(slopes, dtype=float), worth.shape).copy(),
            "deficits": np.broadcast_to(np.asarray(deficits, dtype=float), worth.shape).copy(),
            "asks": offers,
            "surpluses": np.broadcast_to(np.asarray(surpluses, dtype=float), offers.shape).copy(),
        }
        scalars = {
            "demand": demand,
            "threshold": threshold,
            "regular_price": regular_price,
            "export_price": export_price,
            "linear_cost": linear_cost,
            "quadratic_cost": quadratic_cost,
        }
        _check(columns, scalars)
        for name, value in {**columns, **{name: float(value) for name, value in scalars.items()}}.items():
            object.__setattr__(self, name, value)
        if blocks < 1:
            raise InvalidInputError(f"blocks of GridLeaderGame must be at least 1. Got {blocks}.")
        object.__setattr__(self, "clear", clear)
        object.__setattr__(self, "buyers", _labels(buyers, "buyer", worth.size))
        object.__setattr__(self, "sellers", _labels(sellers, "seller", offers.size))
        object.__setattr__(self, "auction", self._traded(clear, int(blocks)))
        highest = max(float(np.append(worth, 0.0).max()), self.regular_price)
        super().__init__(
            ("grid",),
            (("price",),),
            (Polyhedron.of([self.export_price], [max(highest, self.export_price)]),),
            (lambda x, y: -self.cost(float(y.sum())),),
            lambda x: self.residuals(float(x[0])),
            tuple(f"{buyer} from the grid" for buyer in self.buyers),
            None,
            lambda i, x: self.kinks_of_demand(),
            "quadratic",
            None,
            unit,
        )

    def __post_init__(self) -> None:
        """Checked already."""

    @property
    def acts(self) -> bool:
        """Whether demand exceeds the threshold, so that the grid changes its price."""
        return self.demand > self.threshold

    @property
    def marginal_values(self) -> FloatArray:
        """What one more kWh is worth to each buyer after the auction, 0 to one that has all it can use, shape (n,)."""
        left = np.maximum(0.0, self.intercepts - self.slopes * self.auction.bought)
        return np.where(self.auction.bought < self.deficits, left, 0.0)

    @property
    def deterrence_price(self) -> float:
        """Smallest price at which nobody buys from the grid. [money/kWh]"""
        return max(self.export_price, float(self.marginal_values.max(initial=0.0)))

    def residuals(self, price: float) -> FloatArray:
        """What each buyer still buys from the grid at a price, shape (n,). [kWh]"""
        wanted = np.clip((self.intercepts - price) / self.slopes, 0.0, self.deficits)
        short = wanted - self.auction.bought
        return np.where(self.marginal_values > price, np.maximum(0.0, short), 0.0)

    def cost(self, energy: float) -> float:
        """What serving this much costs the grid, without revenue. [money]"""
        return self.quadratic_cost * energy * energy + self.linear_cost * energy

    def kinks_of_demand(self) -> FloatArray:
        """Prices at which some buyer starts or stops buying from the grid. [money/kWh]"""
        full = self.intercepts - self.slopes * self.deficits
        return np.unique(np.concatenate([self.marginal_values, full[np.isfinite(full)]]))

    def _traded(self, clear: Clearing, blocks: int) -> Auction:
        """The auction, winners taking no more than they want at its price."""
        n, asked = self.intercepts.size, np.maximum(self.asks, self.export_price)
        most = np.minimum(self.deficits, np.maximum(0.0, (self.intercepts - self.export_price) / self.slopes))
        last = np.arange(1, blocks + 1)[:, None] / blocks * (self.slopes * most)
        got = clear((self.intercepts - last).ravel(), np.tile(most / blocks, blocks), asked, self.surpluses)
        bids, sold = np.array(got.bought, dtype=float), np.array(got.sold, dtype=float)
        if bids.shape != (n * blocks,) or sold.shape != asked.shape:
            raise InvalidInputError("clear of GridLeaderGame must return one energy for each bid and each ask.")
        fills = bids.reshape(blocks, n).sum(axis=0)
        slack = 1e-9 * (most.sum() + self.surpluses.sum())
        if (fills > most + slack).any() or (sold > self.surpluses + slack).any() or (bids < 0).any():
            raise InvalidInputError("clear of GridLeaderGame must not trade more than was ordered.")
        if got.price is None or not fills.any():
            return Auction(None, np.zeros(n), np.zeros(asked.size))
        return self._settled(float(got.price), fills, np.where(asked <= got.price, self.surpluses, 0.0))

    def _settled(self, price: float, fills: FloatArray, offered: FloatArray) -> Auction:
        """Winners take what they want at the price, or their share of what is offered at it if that is less."""
        wanted = np.clip((self.intercepts - price) / self.slopes, 0.0, self.deficits)
        wanted = np.where(fills > 0, wanted, 0.0)
        bought = wanted
        if wanted.sum() > offered.sum():
            bought = np.minimum(fills * min(1.0, offered.sum() / fills.sum()), wanted)
        share = bought.sum() / offered.sum() if offered.any() else 0.0
        return Auction(price, bought, offered * min(1.0, share))

    def __repr__(self) -> str:
        state = "acts" if self.acts else "does not act"
        return f"<GridLeaderGame: {len(self.buyers)} buyers, {len(self.sellers)} sellers, the grid {state}>"


def _labels(given: Sequence[str] | None, kind: str, count: int) -> tuple[str, ...]:
    labels = tuple(f"{kind} {k + 1}" for k in range(count)) if given is None else tuple(map(str, given))
    if len(labels) != count:
        raise InvalidInputError(f"{kind}s of GridLeaderGame must be {count} labels. Got {len(labels)}.")
    return labels


def _check(columns: dict[str, FloatArray], scalars: dict[str, float]) -> None:
    """Refuse what is not a game of this kind."""
    for name, column in columns.items():
        column.setflags(write=False)
        allowed = np.isfinite(column) | ((name == "deficits") & (column == np.inf))
        if not allowed.all():
            raise InvalidInputError(f"{name} of GridLeaderGame must be finite.")
    if not (columns["slopes"] > 0).all():
        raise InvalidInputError(f"slopes of GridLeaderGame must be positive. Got {columns['slopes'].min():g}.")
    for name in ("deficits", "surpluses"):
        if (columns[name] < 0).any():
            raise InvalidInputError(f"{name} of GridLeaderGame must be at least 0. Got {columns[name].min():g}.")
    for name, scalar in scalars.items():
        if not np.isfinite(scalar):
            raise InvalidInputError(f"{name} of GridLeaderGame must be finite. Got {scalar}.")
    if scalars["linear_cost"] < 0 or scalars["quadratic_cost"] < 0:
        raise InvalidInputError("linear_cost and quadratic_cost of GridLeaderGame must be at least 0.")
