"""Why a game has an equilibrium: one function for each kind of game."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.analysis.interval_jacobian import IntervalJacobian, concave_over
from gametrade.analysis.properties.lattice import is_supermodular
from gametrade.games.continuous import ContinuousGame
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.intervals import NoBounds
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.potential import cross_derivatives
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.games.stackelberg import GridLeaderGame, PriceLeaderGame, StorageInvestmentGame
from gametrade.solvers.pure_equilibria import pure_equilibria


@singledispatch
def existence_arguments(game: Any) -> list[dict[str, Any]]:
    """Arguments that apply, the first the most general; empty if none is known for this kind of game.

    Parameters
    ----------
    game : StrategicGame
        Any game; further kinds register their own function.

    Returns
    -------
    list of dict
        JSON-ready: ``argument``, what kind of equilibrium it ``gives``, and a ``source``.
    """
    return []


@existence_arguments.register
def _(game: NormalFormGame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"argument": "finite", "gives": "mixed", "source": "Nash 1951, 10.2307/1969529"}]
    pure = pure_equilibria(game)
    if len(pure):
        found.append({"argument": "enumeration", "gives": "pure", "count": len(pure), "source": "every profile"})
    if is_supermodular(game):
        found.append({"argument": "supermodular", "gives": "pure", "source": "Topkis 1979, 10.1137/0317054"})
    return found


@existence_arguments.register
def _(game: PriceLeaderGame) -> list[dict[str, Any]]:
    """The payoff is piecewise quadratic and, as followers favour the leader at a jump, upper semicontinuous."""
    if not np.isfinite([game.floor, game.cap]).all() or np.isfinite(game.capacity):
        return []
    return [{"argument": "compact and upper semicontinuous", "gives": "Stackelberg", "source": "Weierstrass"}]


@existence_arguments.register
def _(game: GridLeaderGame) -> list[dict[str, Any]]:
    """At the largest value of a first kWh nobody buys, and what is asked falls with the price."""
    acts = game.demand > game.threshold
    argument = "smallest deterring price" if acts else "threshold not exceeded"
    return [{"argument": argument, "gives": "Stackelberg", "source": "Tushar et al. 2020, arXiv:1908.09449"}]


@existence_arguments.register
def _(game: StorageInvestmentGame) -> list[dict[str, Any]]:
    """Nobody's peak demand falls when that of all rises; without that there need not be an equilibrium."""
    if not game.aligned:
        return []
    source = "Kalathil, Wu, Poolla and Varaiya 2019, arXiv:1608.06990"
    least = float(game.loadings.min() * game.spread)
    return [{"argument": "aligned demands", "gives": "pure", "covariance": least, "source": source}]


@existence_arguments.register
def _(game: SellerCompetition) -> list[dict[str, Any]]:
    """What all want falls with one price for all and what all offer rises, both without jumps, between the grid's."""
    return [{"argument": "monotone excess demand", "gives": "price-taking", "source": "intermediate values"}]


@existence_arguments.register
def _(game: EvolutionaryGame) -> list[dict[str, Any]]:
    if game.pairwise is None:
        return []
    gives = "symmetric mixed" if game.symmetric else "mixed"
    return [{"argument": "finite", "gives": gives, "source": "Nash 1951, 10.2307/1969529"}]


@existence_arguments.register
def _(game: ContinuousGame) -> list[dict[str, Any]]:
    found = []
    low, high = game.bounds
    compact = bool(np.isfinite(low).all() and np.isfinite(high).all())
    if not compact or not (game.concave or _concave_formulas(game)):
        return []
    gives = "pure" if game.shared is None else "generalized"
    found.append({"argument": "concave", "gives": gives, "source": "Rosen 1965, 10.2307/1911749"})
    if is_quadratic(game):
        matrix = cross_derivatives(game, low)
        if (matrix == matrix.T).all():
            found.append(
                {"argument": "potential", "gives": gives, "source": "Monderer and Shapley 1996, 10.1006/game.1996.0044"}
            )
        boxes = game.shared is None and all(points.is_box for points in game.sets)
        if boxes and (matrix - np.diag(np.diag(matrix)) <= 0).all():
            found.append({"argument": "supermodular", "gives": "pure", "source": "Topkis 1979, 10.1137/0317054"})
    return found


def _concave_formulas(game: ContinuousGame) -> bool:
    """Whether payoffs that are formulas are concave over boxes that cover all profiles."""
    try:
        jacobian = IntervalJacobian(game)
    except NoBounds:
        return False
    return concave_over(game, jacobian, jacobian.box)
