"""Why a game has one equilibrium only, or why it has several: one function for each kind of game."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.analysis.properties.lattice import is_supermodular, lattice_ends
from gametrade.analysis.uniqueness import (
    MOST,
    contraction,
    is_p_matrix,
    monotonicity,
    positive_definite,
    rosen_weights,
)
from gametrade.analysis.verdict import Verdict
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.potential import cross_derivatives
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame, dense_jacobian
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.solvers.iterated_elimination import eliminate
from gametrade.solvers.leader_breakpoints import leader_breakpoints
from gametrade.solvers.pure_equilibria import pure_equilibria
from gametrade.solvers.rest_points import MOST_STRATEGIES, rest_points
from gametrade.solvers.vertex_enumeration import vertex_enumeration

EXACT = 60
"""Variables up to which definiteness is decided in exact arithmetic."""

MOST_LISTED = 12
"""Actions up to which all equilibria of two players are listed."""

SAMPLES = 20

ROSEN, SAMELSON = "Rosen 1965, 10.2307/1911749", "Samelson, Thrall and Wesler 1958"

LISTED = {"argument": "list of all rest points", "source": "every support"}


@singledispatch
def uniqueness(game: Any) -> Verdict:
    """Decide whether there is at most one equilibrium; games of an unknown kind are not decided.

    Parameters
    ----------
    game : StrategicGame
        Any game; further kinds register their own function.

    Returns
    -------
    Verdict
        As `unique_equilibrium`.
    """
    return told(game, [], None, why="no sufficient condition is known for this kind of game")


def told(
    game: Any,
    arguments: list[dict[str, Any]],
    holds: bool | None,
    *,
    margin: float = 0.0,
    why: str = "",
    numbers: Mapping[str, Any] | None = None,
) -> Verdict:
    """A verdict about uniqueness.

    Parameters
    ----------
    game : StrategicGame
        The game.
    arguments : list of dict
        JSON-ready arguments that apply.
    holds : bool or None
        Whether there is at most one.
    margin : float, default=0.0
        A number that tells by how much.
    why : str
        Reason where nothing is decided.
    numbers : mapping, optional
        Further entries of the certificate.
    """
    shared = getattr(game, "shared", None) is not None
    kind = "normalised equilibrium for each choice of weights that proves it" if shared else "equilibrium"
    names = ", ".join(row["argument"] for row in arguments) or "no argument known"
    certificate = {"kind": "argument" if arguments else "none", "why": why, "arguments": arguments, **(numbers or {})}
    statement = f"the game has at most one {kind} ({names})"
    return Verdict("game", "unique_equilibrium", statement, holds, margin, "", (), certificate)


@uniqueness.register(QuadraticGame)
@uniqueness.register(SparseQuadraticGame)
def _quadratic(game: QuadraticGame | SparseQuadraticGame) -> Verdict:
    """Rosen's condition, a contraction, or a P-matrix."""
    matrix, owner = dense_jacobian(game), game.owner
    weights, margin = rosen_weights(matrix, owner)
    alone = game.shared is None
    boxes = alone and all(points.is_box for points in game.sets)
    arguments: list[dict[str, Any]] = []
    weighted = weights[owner][:, None] * matrix
    definite = positive_definite(weighted) if len(matrix) <= EXACT else margin > 1e-9
    if margin > 0 and definite:
        arguments.append(
            {
                "argument": "diagonal strict concavity",
                "weights": weights.tolist(),
                "eigenvalue": margin,
                "source": ROSEN,
            }
        )
    radius = contraction(matrix, owner)
    if alone and radius < 1 - 1e-9:
        arguments.append({"argument": "contraction of best replies", "radius": radius, "source": "Banach"})
    if boxes and len(matrix) <= MOST and is_p_matrix(matrix):
        arguments.append({"argument": "P-matrix", "source": SAMELSON})
    numbers = {
        "equal_weights_eigenvalue": monotonicity(matrix),
        "reply_radius": radius if np.isfinite(radius) else None,
    }
    why = "" if arguments else "no sufficient condition holds"
    return told(game, arguments, True if arguments else None, margin=margin, why=why, numbers=numbers)


@uniqueness.register
def _continuous(game: ContinuousGame) -> Verdict:
    """Payoffs that are not quadratic: the Jacobian at random profiles, which is evidence only."""
    low, high = (np.clip(bound, -1e3, 1e3) for bound in game.bounds)
    rng = np.random.default_rng(0)
    least = [monotonicity(cross_derivatives(game, rng.uniform(low, high))) for _ in range(SAMPLES)]
    margin = float(np.nanmin(least)) if np.isfinite(least).any() else 0.0
    why = "the Jacobian was looked at in a sample of profiles only, which is evidence and no proof"
    numbers = {"samples": SAMPLES, "least_sampled_eigenvalue": margin}
    return told(game, [], None, margin=margin, why=why, numbers=numbers)


@uniqueness.register
def _finite(game: NormalFormGame) -> Verdict:
    """Domination, bounds of the lattice, or the list of all equilibria."""
    arguments: list[dict[str, Any]] = []
    if all(len(row) == 1 for row in eliminate(game).kept):
        arguments.append({"argument": "strict domination leaves one profile", "source": "Moulin 1979"})
    if is_supermodular(game):
        lowest, highest = lattice_ends(game)
        if lowest == highest:
            arguments.append({"argument": "lattice bounds meet", "source": "Milgrom and Roberts 1990"})
    found = _listed(game)
    count = len(found)
    if found.complete and found.solver != "pure_equilibria":
        arguments.append({"argument": "list of all equilibria", "count": count, "source": "every vertex"})
        return told(game, arguments, count == 1, numbers={"count": count})
    if count > 1:
        listed = {"argument": "list of pure equilibria", "count": count, "source": "every profile"}
        return told(game, [listed], False, numbers={"count": count})
    why = "" if arguments else "no sufficient condition holds; not all equilibria were listed"
    return told(game, arguments, True if arguments else None, why=why, numbers={"count": count})


def _listed(game: NormalFormGame) -> Solution:
    """All equilibria of two players with few actions, otherwise the pure ones."""
    if game.n_players == 2 and max(game.shape) <= MOST_LISTED:
        return vertex_enumeration(game)
    return pure_equilibria(game)


@uniqueness.register
def _population(game: EvolutionaryGame) -> Verdict:
    """The list of isolated rest points, where it is complete."""
    if game.pairwise is None or not game.symmetric or game.shape[0] > MOST_STRATEGIES:
        return told(game, [], None, why="fitness is no pairwise game of one population")
    found = rest_points(game)
    count = len(found)
    if count > 1 or (found.complete and count == 1):
        return told(game, [LISTED | {"count": count}], count == 1, numbers={"count": count})
    return told(game, [], None, why="some supports may hold a continuum of equilibria", numbers={"count": count})


@uniqueness.register
def _leader(game: PriceLeaderGame) -> Verdict:
    """Ties among all pieces of the leader's payoff; followers answer in one way."""
    found = leader_breakpoints(game)
    count = len(found)
    if not found.complete or not count:
        return told(game, [], None, why=found.finding)
    values = [step["payoff"] for step in found.trace]
    runner_up = max((v for v, step in zip(values, found.trace, strict=True) if not step["global"]), default=None)
    margin = float(max(values) - runner_up) if runner_up is not None and count == 1 else 0.0
    argument = {"argument": "comparison of all pieces of the leader's payoff", "count": count, "source": "every piece"}
    return told(game, [argument], count == 1, margin=margin, numbers={"count": count})
