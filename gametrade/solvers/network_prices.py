"""Prices of energy and of grid limits that bound what every coalition on a feeder can gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.games.coalitional.network import NetworkGame
from gametrade.optimise import maximise
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class NetworkPrices:
    """Prices in the bound steps, and what they are worth to each home.

    Parameters
    ----------
    energy : ndarray of shape (B,)
        How far the local price stands above the export price in each bound step. [money/kWh]
    limits : ndarray of shape (r, B)
        Price of each limit, per unit of its room. [money]
    free : ndarray of shape (T',)
        Where the local price stands in the trade steps of the free game, from 0 to 1.
    gains : ndarray of shape (n,)
        What each home gains at these prices, its grant paid for. [money]
    rent : float
        Price of the room that no home holds: of limits that the grants do not exhaust. [money]
    """

    energy: FloatArray
    limits: FloatArray
    free: FloatArray
    gains: FloatArray
    rent: float


def network_prices(game: NetworkGame) -> NetworkPrices:
    r"""Take the dual prices of the grand coalition's plan.

    Parameters
    ----------
    game : NetworkGame
        n homes on a feeder.

    Returns
    -------
    NetworkPrices
        With ``gains`` and ``rent`` such that :math:`v(S) \le \sum_{i \in S} w_i + R` for every coalition, and
        :math:`v(N) = \sum_i w_i + R` to rounding.

    Notes
    -----
    Theorem: if the rent R is zero, paying every home :math:`w_i` is in the core. Proof: weak duality for S, strong
    duality for N. A linear production game (Owen 1975 [1]_) whose right-hand sides are sums over members exactly when
    the grants exhaust every limit that has a price. If R is positive the core can be empty.

    Cost: one linear program.

    References
    ----------
    .. [1] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.community.feeder import Feeder
    >>> from gametrade.games.coalitional.network import NetworkGame
    >>> street = gt.Community(["Ada", "Bob"], [[0], [4]], [[10], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b"}, capacity=5)
    >>> prices = network_prices(NetworkGame(street, feeder))
    >>> prices.gains.round(12).tolist(), round(prices.rent, 12)
    ([0.0, 0.88], 0.0)
    """
    everybody = np.ones(game.n_players, dtype=bool)
    bound = game.bound_steps.size > 0
    energy, limits = step_prices(game, maximise(game.program(everybody)).row_duals if bound else np.zeros(0))
    return priced(game, energy, limits, _clearing(game))


def step_prices(game: NetworkGame, row_duals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Prices of energy and of limits in the bound steps from the first row duals of a program, cut to prices.

    Parameters
    ----------
    game : NetworkGame
        n homes.
    row_duals : ndarray
        Of a program whose rows start with the energy shared in each bound step and the limits that are tight.

    Returns
    -------
    energy : ndarray of shape (B,)
        From 0 to the spread. [money/kWh]
    limits : ndarray of shape (r, B)
        At least 0. [money per unit of room]
    """
    b, tight = game.bound_steps.size, game.tight_rows()
    energy = np.clip(row_duals[:b], 0.0, game.community.tariff.spread()[game.bound_steps])
    limits = np.zeros((len(game.limits), b))
    limits[tight] = np.maximum(row_duals[b : b + tight[0].size], 0.0)
    return energy, limits


def priced(game: NetworkGame, energy: FloatArray, limits: FloatArray, free: FloatArray) -> NetworkPrices:
    r"""What any prices are worth to each home, and the rent that no home holds.

    Parameters
    ----------
    game : NetworkGame
        n homes.
    energy : ndarray of shape (B,)
        From 0 to the spread. [money/kWh]
    limits : ndarray of shape (r, B)
        At least 0.
    free : ndarray of shape (T',)
        From 0 to 1.

    Returns
    -------
    NetworkPrices
        :math:`w_i = \sum_t \max_{0 \le y \le s_{it}} (f_t + \lambda_t - \mu_t G_i) y + (\delta_t - \lambda_t) d_{it} +
        \mu_t G_i g_{it} - u(\{i\})` and :math:`R = \sum_t \mu_t (h_t - G g_t)`, which bound every coalition by weak
        duality whatever the prices.
    """
    steps, community = game.bound_steps, game.community
    surplus, deficit = community.surplus[:, steps], community.deficit[:, steps]
    price, spread = community.export_price[steps], community.tariff.spread()[steps]
    toll = game.loading.T @ limits
    outside = game.outside_exports()
    earned = surplus * np.maximum(0.0, price + energy - toll) + (spread - energy) * deficit + toll * outside
    gains = earned.sum(axis=1) - game.plans_alone + game.free_game.price_values(free)
    rent = float((limits * (game.room[:, steps] - game.loading @ outside)).sum())
    return NetworkPrices(energy, limits, free, gains, max(0.0, rent))


def _clearing(game: NetworkGame) -> FloatArray:
    """The price end that clears each free trade step; the middle where supply equals demand."""
    balance = game.free_game.position.sum(axis=0)
    return np.where(balance > 0, 0.0, np.where(balance < 0, 1.0, 0.5))
