"""What strategic bidding costs: the worst equilibrium of a small market."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from gametrade.analysis.properties.market import Mechanism, Truth, market_verdict, mechanism_of, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.errors import TooManyPlayersError
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import properties
from gametrade.typing import FloatArray

MOST_PROFILES = 20_000


@properties.register(of="market")
def efficient_equilibria(
    outcome: MarketOutcome, *, mechanism: Mechanism | str | None = None, cautious: bool = True
) -> Verdict:
    r"""Every equilibrium of strategic bidding is efficient: the price of anarchy is one.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book of few orders, whose limits and energies are taken as the truth.
    mechanism : callable or str, optional
        The mechanism, where it is not a registered one.
    cautious : bool, default=True
        Whether nobody names a price at which it would lose: buyers not above, sellers not below their limit.

    Returns
    -------
    Verdict
        Margin: minus the welfare that the worst pure equilibrium misses. Not decided if there is none. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 20 000 profiles of prices.

    Notes
    -----
    A finite game: each order names one of the limits of the book, its own included, at its true energy; several
    orders of one trader bid for it together. All profiles are cleared and every pure Nash equilibrium is kept,
    in which no trader gains more than the tolerance by naming other prices of the grid. The price of anarchy is
    the largest welfare over the true welfare of the worst one, the price of stability over that of the
    best. Statements are about this grid.

    References
    ----------
    .. [1] E. Koutsoupias and C. Papadimitriou, "Worst-case equilibria", STACS 1999, LNCS 1563, 404-413.
       :doi:`10.1007/3-540-49116-3_38`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1)], asks=[(2, 1), (4, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "efficient_equilibria")
    >>> verdict.holds, verdict.margin, verdict.certificate["price_of_anarchy"]
    (False, -11.0, None)
    """
    book, run, truth = outcome.book, mechanism_of(outcome, mechanism), Truth(outcome.book)
    menus = _menus(book, cautious)
    gains, welfare = _play(book, menus, run, truth)
    stable = _equilibria(book, menus, gains, money_tolerance(book))
    best = Crossing.of(book).welfare
    claim = "every pure equilibrium of naming limits of the book is efficient"
    if not stable.any():
        certificate: dict[str, Any] = {"kind": "enumeration", "equilibria": 0, "profiles": int(stable.size)}
        return market_verdict(outcome, "efficient_equilibria", claim, None, 0.0, certificate=certificate)
    worst = np.unravel_index(int(np.where(stable, welfare, np.inf).argmin()), stable.shape)
    least, most = float(welfare[worst]), float(np.where(stable, welfare, -np.inf).max())
    certificate = {
        "kind": "enumeration",
        "equilibria": int(stable.sum()),
        "profiles": int(stable.size),
        "worst": {key: float(menu[k]) for key, menu, k in zip(book.ids, menus, worst, strict=True)},
        "price_of_anarchy": best / least if least > money_tolerance(book) else None,
        "price_of_stability": best / most if most > money_tolerance(book) else None,
    }
    missed = min(0.0, least - best)
    holds = missed >= -money_tolerance(book)
    return market_verdict(outcome, "efficient_equilibria", claim, holds, missed, certificate=certificate)


def _menus(book: OrderBook, cautious: bool) -> list[FloatArray]:
    """Prices that each order may name."""
    limits = np.unique(book.prices)
    allowed = [
        limits if not cautious else limits[s * limits <= s * p] for s, p in zip(book.signs, book.prices, strict=True)
    ]
    profiles = float(np.prod([float(len(menu)) for menu in allowed]))
    if profiles > MOST_PROFILES:
        raise TooManyPlayersError(
            f"efficient_equilibria lists every profile of prices, at most {MOST_PROFILES}. Got {profiles:.3g} of "
            f"{book.n_orders} orders; strategyproofness looks at one liar at a time and scales."
        )
    return allowed


def _play(book: OrderBook, menus: list[FloatArray], run: Mechanism, truth: Truth) -> tuple[FloatArray, FloatArray]:
    """True gains of the traders, and welfare, in every profile."""
    shape = tuple(len(menu) for menu in menus)
    gains, welfare = np.zeros((*shape, len(book.traders))), np.zeros(shape)
    for profile in itertools.product(*(range(k) for k in shape)):
        prices = [menu[k] for menu, k in zip(menus, profile, strict=True)]
        lied = run(book.changed(prices=prices))
        gains[profile] = truth.gains(lied)
        welfare[profile] = gains[profile].sum() + lied.surplus
    return gains, welfare


def _equilibria(book: OrderBook, menus: list[FloatArray], gains: FloatArray, tolerance: float) -> np.ndarray:
    """Profiles in which no trader gains by naming other prices for its orders."""
    stable = np.ones(gains.shape[:-1], dtype=bool)
    for k, trader in enumerate(book.traders):
        own = tuple(axis for axis, owner in enumerate(book.owners) if owner == trader)
        best = gains[..., k].max(axis=own, keepdims=True)
        stable &= gains[..., k] >= best - tolerance
    return stable
