"""Answers of sellers who name prices: one price for all, in rational arithmetic or as a fixed point."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified, close
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.pricing.capacity_competition import CapacityCompetition
from gametrade.games.pricing.seller_competition import SellerCompetition

ROUNDED = 1e-9
"""Share of the numbers that floating point may add."""


@prove_strategies.register
def _one_price(game: CapacityCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    price = _price(equilibrium)
    if not Fraction(game.cost) <= price or price > max(Fraction(game.cost), _top(game)):
        raise Refuted(f"the price {float(price):.9g} is below cost, or above what anybody pays or the cap")
    if any(strategy.tolist() != [float(price)] for strategy in equilibrium.strategies):
        raise Refuted(f"a seller does not name the price {float(price):.9g} of the certificate")
    return "all name the price of the certificate, which is allowed"


@prove_payoffs.register
def _shared_profits(game: CapacityCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    found = _profits(game, _price(equilibrium))
    if not close(equilibrium.payoffs, np.array([float(profit) for profit in found]), ROUNDED):
        raise Refuted(f"profits are {[float(p) for p in found]}, the report says {equilibrium.payoffs.tolist()}")
    return "what buyers take at one price, split by capacity, exactly"


@prove_regret.register
def _no_other_price(game: CapacityCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    r"""Below the price a seller sells first, above it what the others leave: two quadratics cut off at its capacity.

    Each is largest at an end, where the seller is sold out, or where its slope is zero; just below the price counts
    as the price.
    """
    price, worst = _price(equilibrium), Fraction(0)
    for seller, now in enumerate(_profits(game, price)):
        best = max(_deviations(game, seller, price), default=now)
        gain, stated = max(Fraction(0), best - now), Fraction(float(equilibrium.regrets[seller]))
        if gain > stated:
            raise Refuted(f"regret of {game.players[seller]} is {float(gain):.6g}, the report says {float(stated):.6g}")
        worst = max(worst, gain)
    return f"no other price brings anybody more than {float(worst):.3g} more, exactly"


def _price(equilibrium: Equilibrium) -> Fraction:
    if equilibrium.certificate.get("kind") != "one_price":
        raise NotCertified("only equilibria in which all name one price are proved")
    return Fraction(equilibrium.certificate["price"])


def _top(game: CapacityCompetition) -> Fraction:
    worth = Fraction(game.intercept)
    return min(worth, Fraction(game.cap)) if np.isfinite(game.cap) else worth


def _profits(game: CapacityCompetition, price: Fraction) -> list[Fraction]:
    """Demand at one price, rationed by capacity."""
    energies = [Fraction(energy) for energy in game.capacities.tolist()]
    total, wanted = (
        sum(energies, Fraction(0)),
        max(Fraction(0), (Fraction(game.intercept) - price) / Fraction(game.slope)),
    )
    served = min(total, wanted)
    return [(price - Fraction(game.cost)) * served * energy / total if total else Fraction(0) for energy in energies]


def _deviations(game: CapacityCompetition, seller: int, price: Fraction) -> Iterator[Fraction]:
    """Profits among which the least upper bound over all other prices is."""
    energy = Fraction(float(game.capacities[seller]))
    others = sum((Fraction(e) for e in game.capacities.tolist()), Fraction(0)) - energy
    worth, slope, cost, top = Fraction(game.intercept), Fraction(game.slope), Fraction(game.cost), _top(game)
    for ahead, low, high in ((Fraction(0), cost, min(price, top)), (others, price, top)):
        if low > high:
            continue
        sold_out, level = worth - slope * (ahead + energy), (worth - slope * ahead + cost) / 2
        for other in (low, high, min(max(sold_out, low), high), min(max(level, low), high)):
            yield (other - cost) * max(Fraction(0), min(energy, (worth - other) / slope - ahead))


@prove_strategies.register
def _fixed_point(game: SellerCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    m = len(game.sellers)
    prices, shares = _read(game, equilibrium)
    if (prices < game.export_price).any() or (prices > game.import_price).any():
        raise Refuted("a price is not between those of the grid")
    if not close(np.array([s[1] for s in equilibrium.strategies[:m]]), game.offers(prices), ROUNDED):
        raise Refuted(f"sellers offer {game.offers(prices).tolist()} at these prices")
    if (shares < 0).any() or (np.abs(shares.sum(axis=1) - 1) > ROUNDED).any():
        raise Refuted("shares of a buyer are negative or do not add up to 1")
    return "prices are between the grid's, sellers offer what a price taker does, shares add up to 1"


@prove_payoffs.register
def _benefits(game: SellerCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    prices, shares = _read(game, equilibrium)
    average = (shares * game.welfare(prices, shares)).sum(axis=1)
    found = np.concatenate([game.seller_payoffs(prices, shares), average])
    if not close(equilibrium.payoffs, found, ROUNDED):
        raise Refuted(f"payoffs are {found.tolist()}, the report says {equilibrium.payoffs.tolist()}")
    return "recomputed in floating point, to 1e-9"


@prove_regret.register
def _taking_prices(game: SellerCompetition, case: GameCase, equilibrium: Equilibrium) -> str:
    r"""Sellers: one more kWh kept is worth the price or a bound binds. Buyers: no seller gives more than their average.

    No excess demand that a price could still answer. What a seller gains by naming a price is no part of it.
    """
    if equilibrium.certificate.get("kind") != "fixed_point":
        raise NotCertified("only fixed points of price takers are proved")
    prices, shares = _read(game, equilibrium)
    m = len(game.sellers)
    welfare, size = game.welfare(prices, shares), max(1e-300, float(np.abs(equilibrium.payoffs).max()))
    buyers = np.maximum(0.0, welfare.max(axis=1) - (shares * welfare).sum(axis=1))
    sellers = _kept(game, prices, np.array([s[1] for s in equilibrium.strategies[:m]]))
    found = np.concatenate([sellers, buyers])
    if (found > equilibrium.regrets + ROUNDED * size).any():
        raise Refuted(f"at these prices somebody gains {found.max():.6g}, more than stated")
    excess = game.demands(prices, shares) - game.offers(prices)
    up, down = excess[prices < game.import_price], -excess[prices > game.export_price]
    left = float(max(up.max(initial=0.0), down.max(initial=0.0)))
    if left > ROUNDED * max(1e-300, float(game.offers(prices).sum())):
        raise Refuted(f"demand and offers differ by {left:.6g}, so these prices are no fixed point")
    return (
        f"at these prices nobody gains more than {found.max():.3g} and {left:.3g} kWh is wanted in vain, in floating "
        "point to 1e-9; what a seller might gain by naming another price is computed, not certified"
    )


def _read(game: SellerCompetition, equilibrium: Equilibrium) -> tuple[np.ndarray, np.ndarray]:
    m = len(game.sellers)
    shares = [np.asarray(strategy) for strategy in equilibrium.strategies[m:]]
    return np.array([strategy[0] for strategy in equilibrium.strategies[:m]]), np.stack(shares)


def _kept(game: SellerCompetition, prices: np.ndarray, offered: np.ndarray) -> np.ndarray:
    r"""Gap :math:`\max_{0 \le k \le E} g (k - k_0) - \tfrac{b}{2} (k - k_0)^2` of each seller in what it keeps."""
    kept = game.energies - offered
    slope = game.keep_worth - game.keep_bends * kept - prices
    move = np.clip(slope / game.keep_bends, -kept, game.energies - kept)
    return np.asarray(np.maximum(0.0, slope * move - game.keep_bends * move * move / 2))
