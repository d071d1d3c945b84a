"""Sellers' prices around buyers' choice of seller: a loop in a loop, and the fixed point that both have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.registry import solvers
from gametrade.typing import FloatArray

USED = 1e-6
"""Share above which a buyer counts as going to a seller."""

STEPS = 60
"""Steps of the replicator equation between two prices."""


@solvers.register(
    plays=("SellerCompetition",), first_choice_for=("SellerCompetition",), source="Paudel et al. 2019, IEEE TIE 66"
)
def nested_prices(
    game: SellerCompetition, *, tolerance: float = 5e-3, max_rounds: int = 600, deviations: int = 9
) -> Solution:
    r"""Let sellers follow excess demand while buyers drift to better sellers; certify where both come to rest.

    Parameters
    ----------
    game : SellerCompetition
        Sellers and buyers.
    tolerance : float, default=5e-3
        Excess demand of every seller, as a share of all that is offered, at which the loops stop.
    max_rounds : int, default=600
        Most changes of prices.
    deviations : int, default=9
        Other prices tried for every seller, to report what it could gain by leaving the fixed point.

    Returns
    -------
    Solution
        The fixed point of both loops. Regrets: what a seller gains by another energy at its price, and a buyer by
        other sellers. `finding` states both residuals of the loops and how far they came from the fixed point;
        `trace` has prices and residuals of every round.

    Raises
    ------
    InvalidInputError
        If the tolerance is not positive, or there is no round.

    Notes
    -----
    Inner loop: the replicator equation in logarithms of shares, :math:`s \leftarrow s\, e^{h (W - \bar W)}` and
    rescaled; no buyer ever jumps to its best seller. Outer loop, from the import price down:
    :math:`p_i \leftarrow clip(p_i + \eta_k (D_i - e_i), \lambda_s, \lambda_b)`, :math:`\eta_k \sim k^{-0.4}`. Near the
    fixed point welfare is flat in rationing, demand answers the root of a price difference, and the loops slow down; so
    the fixed point itself comes from the piecewise linear excess demand at one price for all, and is checked to be
    one: no welfare differs among sellers, and every excess is zero or points beyond a bound.

    Sellers who adjust to demand are price takers. What one of them could gain by naming another price, buyers
    choosing anew, is reported in the certificate for the prices tried; it can be positive, and it bounds nothing.

    Examples
    --------
    >>> from gametrade.games.pricing.seller_competition import SellerCompetition
    >>> game = SellerCompetition([4, 6], [0.35, 0.3], 0.05, [0.5, 0.6], 0.1, import_price=0.4, export_price=0.1)
    >>> answer = nested_prices(game)
    >>> round(float(answer[0].strategies[0][0]), 9) == round(game.closed_form(), 9)
    True
    """
    if not tolerance > 0 or max_rounds < 1 or deviations < 0:
        raise InvalidInputError("nested_prices needs a positive tolerance, a round at least and no negative count.")
    prices, trace = _loops(game, tolerance, max_rounds)
    last = trace[-1]
    found = _fixed_point(game, deviations)
    point = np.array([found.strategies[i][0] for i in range(len(game.sellers))])
    away = float(np.abs(prices - point)[game.offers(point) > 0].max(initial=0.0))
    met = "came to rest" if last["excess"] <= tolerance else "did not come to rest"
    finding = (
        f"The loops {met} in {len(trace)} rounds, {away:.2g} from this fixed point, with excess demand "
        f"{last['excess']:.2g} of what is offered and welfare differing by {last['choice']:.2g}."
    )
    return Solution(game, "nested_prices", (found,), finding=finding, trace=tuple(trace))


def buyers_at_rest(
    game: SellerCompetition, prices: FloatArray, shares: FloatArray, *, gap: float = 1e-4, steps: int = STEPS
) -> tuple[FloatArray, float]:
    r"""Follow the replicator equation at given prices.

    Parameters
    ----------
    game : SellerCompetition
        The game.
    prices : ndarray of shape (M,)
        Prices of the sellers. [money/kWh]
    shares : ndarray of shape (N, M)
        Where buyers start; every share that is to grow has to be positive.
    gap : float, default=1e-4
        Difference of welfare, as a share of the largest, at which they are at rest.
    steps : int
        Most steps.

    Returns
    -------
    tuple of ndarray of shape (N, M) and float
        Shares, and the largest amount by which a seller in use differs from a buyer's average, or one not in use
        exceeds it. [money]
    """
    for _ in range(steps):
        welfare = game.welfare(prices, shares)
        surplus = welfare - (shares * welfare).sum(axis=1, keepdims=True)
        left = float(np.where(shares > USED, np.abs(surplus), surplus).max())
        top = float(np.abs(welfare).max())
        if left <= gap * top:
            break
        grown = np.maximum(shares * np.exp(surplus * (0.5 / top)), 1e-300)
        shares = grown / grown.sum(axis=1, keepdims=True)
    return shares, max(0.0, left)


def _loops(game: SellerCompetition, tolerance: float, rounds: int) -> tuple[FloatArray, list[dict[str, Any]]]:
    """Prices after the last round, and residuals of every round."""
    m, n = len(game.sellers), len(game.buyers)
    low, high = game.export_price, game.import_price
    prices, shares = np.full(m, high), np.full((n, m), 1 / m)
    first = 1 / (np.sum(1 / game.keep_bends) + np.sum(1 / game.bends))
    trace: list[dict[str, Any]] = []
    for k in range(rounds):
        shares, choice = buyers_at_rest(game, prices, shares)
        offered = game.offers(prices)
        excess = game.demands(prices, shares) - offered
        left = _beyond(game, prices, excess) / max(float(offered.sum()), 1e-300)
        trace.append({"round": k + 1, "prices": prices.tolist(), "excess": left, "choice": choice})
        if left <= tolerance:
            break
        prices = np.clip(prices + first * (k + 1) ** -0.4 * excess, low, high)
    return prices, trace


def _beyond(game: SellerCompetition, prices: FloatArray, excess: FloatArray) -> float:
    """Largest excess that a price could still answer: none up at the highest price, none down at the lowest."""
    up = np.where(prices < game.import_price, excess, 0.0)
    down = np.where(prices > game.export_price, -excess, 0.0)
    return float(np.maximum(up, down).max(initial=0.0))


def _fixed_point(game: SellerCompetition, deviations: int) -> Equilibrium:
    """One price for all, demand split as energies offered."""
    m, n = len(game.sellers), len(game.buyers)
    prices = np.full(m, game.clearing_price())
    offered = game.offers(prices)
    total = float(offered.sum())
    shares = np.tile(offered / total if total > 0 else np.full(m, 1 / m), (n, 1))
    welfare = game.welfare(prices, shares)
    average = (shares * welfare).sum(axis=1)
    buyers = np.maximum(0.0, welfare.max(axis=1) - average)
    excess = game.demands(prices, shares) - offered
    certificate: dict[str, Any] = {
        "kind": "fixed_point",
        "price": float(prices[0]),
        "excess": _beyond(game, prices, excess),
        "choice": float(buyers.max()),
        "price_setting_gains": _price_setting(game, prices, shares, deviations),
    }
    return Equilibrium(
        game,
        (*(np.array([prices[i], offered[i]]) for i in range(m)), *shares),
        np.concatenate([game.seller_payoffs(prices, shares), average]),
        np.concatenate([np.zeros(m), buyers]),
        "price-taking fixed point",
        certificate,
        _notes(game, float(prices[0]), excess, certificate["price_setting_gains"]),
    )


def _price_setting(game: SellerCompetition, prices: FloatArray, shares: FloatArray, count: int) -> dict[str, float]:
    """What each seller gains by the best of some other prices, buyers having chosen anew; 0 if by none."""
    now = game.seller_payoffs(prices, shares)
    mixed = 0.99 * shares + 0.01 / len(game.sellers)
    gains = dict.fromkeys(game.sellers, 0.0)
    for i, seller in enumerate(game.sellers):
        for price in np.linspace(game.export_price, game.import_price, count):
            moved = prices.copy()
            moved[i] = price
            chosen, _ = buyers_at_rest(game, moved, mixed)
            gains[seller] = max(gains[seller], float(game.seller_payoffs(moved, chosen)[i] - now[i]))
    return gains


def _notes(game: SellerCompetition, price: float, excess: FloatArray, gains: Mapping[str, float]) -> tuple[str, ...]:
    notes = ["Other shares that ask the same of every seller are equilibria of the buyers too."]
    if price == game.import_price and excess.max() > 0:
        notes.append("At the import price sellers are over-subscribed and ration their buyers in proportion.")
    if price == game.export_price and excess.min() < 0:
        notes.append("At the export price energy stays unsold and goes to the grid.")
    best = max(gains, key=lambda seller: gains[seller])
    if gains[best] > 0:
        notes.append(
            f"{best} would gain {gains[best]:.3g} by naming another price, buyers choosing anew: "
            "sellers are price takers here."
        )
    return tuple(notes)
