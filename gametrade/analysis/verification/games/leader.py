"""Answers of price leaders: the best price over all pieces again, in rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified, close
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.analysis.verification.leaders import prove_leader
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.stackelberg import GridLeaderGame, PriceLeaderGame

MOST_FOLLOWERS = 300
"""Followers up to which every piece is recomputed exactly: the cost is quadratic."""

SLACK = Fraction(1, 10**9)


@prove_strategies.register
def _strategies(game: PriceLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    price, taken = float(equilibrium.strategies[0][0]), equilibrium.strategies[1]
    if not game.floor <= price <= game.cap:
        raise Refuted(f"the price {price:.9g} is not between {game.floor:.9g} and {game.cap:.9g}")
    reach = 1e-12 * max(1.0, float(np.abs(taken).max(initial=0.0)))
    if (taken < game.lower - reach).any() or (taken > game.upper + reach).any():
        raise Refuted("a follower takes an energy outside its bounds")
    if taken.sum() > game.capacity * (1 + 1e-9) + 1e-12:
        raise Refuted(f"followers take {taken.sum():.9g} of a capacity of {game.capacity:.9g}")
    return "the price is allowed, energies are within bounds and capacity"


@prove_payoffs.register
def _payoffs(game: PriceLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    price, taken = float(equilibrium.strategies[0][0]), equilibrium.strategies[1]
    found = np.array([game.objective(price, taken), game.consumer_surplus(price, taken)])
    if not close(equilibrium.payoffs, found, 1e-9):
        raise Refuted(f"payoffs are {found.tolist()}, the report says {equilibrium.payoffs.tolist()}")
    return "recomputed in floating point, to 1e-9"


@prove_regret.register
def _regret(game: PriceLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    if game.n_followers > MOST_FOLLOWERS:
        raise NotCertified(f"more than {MOST_FOLLOWERS} followers: every piece would have to be recomputed")
    proof = prove_leader(equilibrium)
    size = Fraction(float(max(1e-12, np.abs(equilibrium.payoffs).max())))
    for who, found, stated in zip(
        ("leader", "followers"), (proof.regret, proof.follower_gap), equilibrium.regrets, strict=True
    ):
        if found > Fraction(float(stated)) + SLACK * size:
            raise Refuted(f"regret of the {who} is {float(found):.6g}, the report says at most {float(stated):.6g}")
    return (
        f"no price of any piece brings the leader more than {float(max(proof.regret, Fraction(0))):.3g} more, no "
        f"follower gains more than {float(proof.follower_gap):.3g}, exactly"
    )


@prove_strategies.register
def _grid_strategies(game: GridLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    price = Fraction(float(equilibrium.strategies[0][0]))
    if any(float(x) < 0 for x in equilibrium.strategies[1]):
        raise Refuted("a buyer takes a negative energy from the grid")
    if not close(equilibrium.strategies[1], game.residuals(float(price)), 1e-9):
        raise Refuted("buyers do not take from the grid what they lack at this price")
    return "buyers take from the grid what they lack at this price"


@prove_payoffs.register
def _grid_payoffs(game: GridLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    return _again(case, equilibrium)


@prove_regret.register
def _grid_regret(game: GridLeaderGame, case: GameCase, equilibrium: Equilibrium) -> str:
    r"""Smallest price with no residual: :math:`\max_i \alpha_i - \beta_i x_i` over buyers that could use more."""
    price = Fraction(float(equilibrium.strategies[0][0]))
    if not game.acts:
        if price != Fraction(game.regular_price):
            raise Refuted(f"the grid does not act, so its price is the tariff {game.regular_price:.9g}")
        return "demand is below the threshold: the grid keeps its tariff"
    if equilibrium.certificate.get("kind") != "deterrence":
        raise NotCertified("only the smallest price without residual is proved")
    columns = (game.intercepts, game.slopes, game.auction.bought, game.deficits)
    values = [
        Fraction(a) - Fraction(b) * Fraction(x)
        for a, b, x, most in zip(*(column.tolist() for column in columns), strict=True)
        if x < most
    ]
    smallest = max([Fraction(game.export_price), *values])
    if abs(price - smallest) > SLACK * max(Fraction(1), abs(smallest)):
        raise Refuted(f"the smallest price at which nobody buys from the grid is {float(smallest):.9g}")
    return f"the smallest price at which nobody buys from the grid is {float(smallest):.9g}, exactly"


def _again(case: GameCase, equilibrium: Equilibrium) -> str:
    found = case.nearest(equilibrium)
    if not close(equilibrium.payoffs, found.payoffs, 1e-9):
        raise Refuted(f"payoffs are {found.payoffs.tolist()}, the report says {equilibrium.payoffs.tolist()}")
    return "recomputed in floating point, to 1e-9"
