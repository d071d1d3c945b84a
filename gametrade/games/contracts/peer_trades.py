"""The answer of a bilateral market: trades and prices of links, and a bound on what anybody could still gain."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.contracts.talk import Talk
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class PeerTrades(Shown):
    r"""What players of a dispatch trade over each link, at which price, and how far that is from equilibrium.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    method : str
        How it was found.
    plans : ndarray of shape (2L,)
        What the owner of each half means to sell over its link, first ends, then second ends. [kWh]
    node_price : ndarray of shape (n,)
        Marginal cost of each player, such that nobody gains by passing energy on. [money/kWh]
    link_price : ndarray of shape (L,)
        What the buyer of a link pays the seller. [money/kWh]
    talk : Talk
        Messages and rounds, and whether the negotiation converged.

    Notes
    -----
    The price-taking gap of player n is :math:`C_n(t_n) - \lambda \cdot t_n - \min_y [C_n(y) - \lambda \cdot y]`: what
    it could gain at these prices by any other plan. It is the sum of a part in the total,
    :math:`c_n(p_n) - \mu_n p_n - \min_{l \le y \le u} [c_n(y) - \mu_n y]`, and one a link,
    :math:`\gamma |t| - (\lambda - \mu_n) t`, none of which is negative because every link price is within the charge
    of the marginal cost at either end. The minima bound the least cost of all from below (weak duality), so the
    certificate needs no solver.
    """

    game: PeerDispatch
    method: str
    plans: FloatArray = field(repr=False)
    node_price: FloatArray = field(repr=False)
    link_price: FloatArray = field(repr=False)
    talk: Talk

    @property
    def trades(self) -> FloatArray:
        """What the first end of each link sells to the second, midway between both plans, shape (L,). [kWh]"""
        first, second = self.plans.reshape(2, -1)
        return np.asarray((first - second) / 2)

    @property
    def dispatch(self) -> FloatArray:
        """What each player sells in all by the settled trades, shape (n,). [kWh]"""
        return self.game.positions(self._settled)

    @property
    def reciprocity(self) -> float:
        """Largest disagreement of the two ends of a link about its trade. [kWh]"""
        first, second = self.plans.reshape(2, -1)
        return float(np.abs(first + second).max(initial=0.0))

    @property
    def limit_breach(self) -> float:
        """How far settled trades leave the bounds of a player, at most. [kWh]"""
        sold = self.dispatch
        breach = np.maximum(np.asarray(self.game.lower) - sold, sold - np.asarray(self.game.upper))
        return max(0.0, float(breach.max()))

    @property
    def gaps(self) -> FloatArray:
        """Price-taking gap of each player's own plan, shape (n,). [money]"""
        game, p = self.game, self.game.positions(self.plans)
        best = least_net_cost(game, self.node_price)
        own = 0.5 * np.asarray(game.curvature) * p**2 + np.asarray(game.slope) * p - self.node_price * p - best
        surcharge = np.tile(self.link_price, 2) - self.node_price[game.owner]
        each = game.half_charge * np.abs(self.plans) - surcharge * self.plans
        return np.asarray(own + np.bincount(game.owner, each, game.n_players))

    @property
    def cost(self) -> float:
        """Cost of all by the settled trades, charges included. [money]"""
        return float(self.game.cost(self._settled).sum())

    @property
    def cost_bound(self) -> float:
        """No trades whatever cost less than this. [money]"""
        return float(least_net_cost(self.game, self.node_price).sum())

    @property
    def payoffs(self) -> FloatArray:
        """Revenue less cost of each player, payments adding up to zero, shape (n,). [money]"""
        game = self.game
        revenue = np.bincount(game.owner, np.tile(self.link_price, 2) * self._settled, game.n_players)
        return np.asarray(revenue - game.cost(self._settled))

    @property
    def charges(self) -> float:
        """What is paid for charges and preferences together. [money]"""
        return float(self.game.half_charge @ np.abs(self._settled))

    @property
    def certificate(self) -> dict[str, Any]:
        """JSON-ready evidence that can be checked with the game alone."""
        return {
            "kind": "price_taking_gap",
            "node_price": self.node_price.tolist(),
            "link_price": self.link_price.tolist(),
            "plans": self.plans.tolist(),
            "gaps": self.gaps.tolist(),
            "reciprocity": self.reciprocity,
            "limit_breach": self.limit_breach,
            "cost": self.cost,
            "cost_bound": self.cost_bound,
        }

    @property
    def _settled(self) -> FloatArray:
        return np.concatenate([self.trades, -self.trades])

    def to_frame(self) -> pd.DataFrame:
        """One row a link with a trade: seller, buyer, energy [kWh], price, charges of both [money/kWh]."""
        import pandas as pd

        ends = np.array(self.game.players, dtype=object)[self.game.ends]
        flow, fee = self.trades, np.asarray(self.game.charge)
        turned = flow < 0
        frame = pd.DataFrame(
            {
                "seller": np.where(turned, ends[:, 1], ends[:, 0]),
                "buyer": np.where(turned, ends[:, 0], ends[:, 1]),
                "energy": np.abs(flow),
                "price": self.link_price,
                "seller_charge": np.where(turned, fee[:, 1], fee[:, 0]),
                "buyer_charge": np.where(turned, fee[:, 0], fee[:, 1]),
            }
        )
        return frame[frame["energy"] > self.reciprocity].reset_index(drop=True)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "method": self.method,
            "players": list(self.game.players),
            "links": [list(link) for link in self.game.links],
            "trades": self.trades.tolist(),
            "payoffs": self.payoffs.tolist(),
            "talk": self.talk.to_dict(),
            "certificate": self.certificate,
        }

    def __str__(self) -> str:
        numbers = zip(self.game.players, self.dispatch, self.node_price, self.payoffs, self.gaps, strict=True)
        rows = [[label, *(f"{value:.6g}" for value in values)] for label, *values in numbers]
        more = [f"... and {len(rows) - 20} more players"] if len(rows) > 20 else []
        head = ["player", "sells [kWh]", "price", "payoff", "gap"]
        parts = len(self.game.parts)
        split = [f"The trade graph falls apart into {parts} parts; each has its own prices."] if parts > 1 else []
        end = [
            f"cost {self.cost:.9g}, at least {self.cost_bound:.9g}; reciprocity residual {self.reciprocity:.3g} kWh",
            *split,
        ]
        table = text_table(head, rows[:20], numeric=range(1, 5))
        return "\n".join([f"{self.method}: {self.talk}", table, *more, *end])


def least_net_cost(game: PeerDispatch, node_price: FloatArray) -> FloatArray:
    """Least cost less revenue of each player at its own price, shape (n,). [money]

    Parameters
    ----------
    game : PeerDispatch
        n players.
    node_price : ndarray of shape (n,)
        Price that each gets for what it sells in all. [money/kWh]
    """
    bend, slope = np.asarray(game.curvature), np.asarray(game.slope)
    margin = node_price - slope
    free = np.divide(margin, bend, out=np.where(margin > 0, np.inf, -np.inf), where=bend > 0)
    best = np.clip(free, np.asarray(game.lower), np.asarray(game.upper))
    return np.asarray(0.5 * bend * best**2 - margin * best)


def repaired_prices(
    game: PeerDispatch, node_price: FloatArray, link_price: FloatArray
) -> tuple[FloatArray, FloatArray]:
    r"""Nearby prices at which nobody gains by passing energy on: charges bound every difference of prices.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    node_price : ndarray of shape (n,)
        Marginal costs. [money/kWh]
    link_price : ndarray of shape (L,)
        Prices of links. [money/kWh]

    Returns
    -------
    node_price, link_price : ndarray of shape (n,) and (L,)
        With :math:`\mu_m \le \mu_n + \gamma_{nm} + \gamma_{mn}` where n may sell to m, and
        :math:`\mu_m - \gamma_{mn} \le \lambda \le \mu_n + \gamma_{nm}`.

    Notes
    -----
    Marginal costs are lowered to what energy of any other player costs when it is passed on (shortest paths).
    """
    count = game.n_links
    mu, fee = node_price.astype(float).copy(), game.half_charge
    seller = game.owner
    buyer = np.roll(seller, count)
    open_way = game.may_sell
    seller, buyer, width = seller[open_way], buyer[open_way], (fee + np.roll(fee, count))[open_way]
    for _ in range(game.n_players):
        before = mu.copy()
        np.minimum.at(mu, buyer, mu[seller] + width)
        if (mu == before).all():
            break
    low, high = np.full(count, -np.inf), np.full(count, np.inf)
    upper, lower = (mu[game.owner] + fee).reshape(2, -1), (mu[game.owner] - fee).reshape(2, -1)
    sells, buys = game.may_sell.reshape(2, -1), game.may_buy.reshape(2, -1)
    for k in (0, 1):
        high = np.where(sells[k], np.minimum(high, upper[k]), high)
        low = np.where(buys[k], np.maximum(low, lower[k]), low)
    return mu, np.maximum(np.minimum(link_price, high), low)
