"""Why a game has one equilibrium only, or why it has several: one function for each kind of game."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.analysis.interval_jacobian import (
    IntervalJacobian,
    definite_with,
    everywhere,
    p_matrices,
    where_equilibria_are,
)
from gametrade.analysis.properties.lattice import is_supermodular, lattice_ends
from gametrade.analysis.two_equilibria import two_equilibria
from gametrade.analysis.uniqueness import (
    MOST,
    contraction,
    is_p_matrix,
    monotonicity,
    positive_definite,
    rosen_weights,
)
from gametrade.analysis.verdict import Verdict
from gametrade.errors import GametradeError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.intervals import NoBounds
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.potential import cross_derivatives
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame, dense_jacobian
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.solvers.complementary_bases import complementary_bases
from gametrade.solvers.iterated_elimination import eliminate
from gametrade.solvers.leader_breakpoints import leader_breakpoints
from gametrade.solvers.pure_equilibria import pure_equilibria
from gametrade.solvers.rest_points import MOST_STRATEGIES, rest_points
from gametrade.solvers.vertex_enumeration import vertex_enumeration

EXACT = 60
"""Variables up to which definiteness is decided in exact arithmetic."""

MOST_LISTED = 12
"""Actions up to which all equilibria of two players are listed."""

MOST_BASES = 6
"""Variables up to which all equilibria of a quadratic game are listed: 3^6 sets of bounds."""

SAMPLES = 20

GALE = "Gale and Nikaido 1965, 10.1007/BF01360282"
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
    if not arguments and boxes and isinstance(game, QuadraticGame) and len(matrix) <= MOST_BASES:
        return _all_listed(game, margin, numbers)
    why = "" if arguments else "no sufficient condition holds"
    return told(game, arguments, True if arguments else None, margin=margin, why=why, numbers=numbers)


def _all_listed(game: QuadraticGame, margin: float, numbers: dict[str, Any]) -> Verdict:
    """All equilibria of a small game, or that some lie on a continuum."""
    try:
        found = complementary_bases(game)
    except GametradeError as reason:
        why = f"no sufficient condition holds, and equilibria are not listed: {reason}"
        return told(game, [], None, margin=margin, why=why, numbers=numbers)
    exact = [row.certificate["exact"] for row in found if "exact" in row.certificate]
    if not found.complete and len(exact) < 2:
        why = "no sufficient condition holds, and some equilibria lie on a continuum"
        return told(game, [], None, margin=margin, why=why, numbers=numbers)
    listed = {"argument": "list of all equilibria", "count": len(found), "source": "every set of binding constraints"}
    holds = len(found) < 2
    return told(game, [{**listed, "exact": exact}], holds, margin=margin, numbers={**numbers, "count": len(found)})


@uniqueness.register
def _continuous(game: ContinuousGame) -> Verdict:
    """Payoffs that are not quadratic: the Jacobian over whole boxes, two equilibria, or a sample as evidence."""
    try:
        jacobian = IntervalJacobian(game)
    except NoBounds as reason:
        return _sampled(game, f"the Jacobian was looked at in a sample of profiles only, which is evidence: {reason}")
    arguments, margin = _over_boxes(game, jacobian)
    if arguments:
        return told(game, arguments, True, margin=margin)
    if game.shared is not None or not all(points.is_box for points in game.sets):
        return _sampled(game, "no sufficient condition holds over the box of all profiles; a sample is evidence")
    proved, reached = two_equilibria(game, jacobian)
    if len(proved) > 1:
        pair = [enclosure.to_dict() for enclosure in proved]
        found = {"argument": "two equilibria", "count": len(proved), "source": "Krawczyk 1969", "equilibria": pair}
        return told(game, [found], False, numbers={"count": len(proved)})
    why = "no sufficient condition holds over the box of all profiles; best replies from several starts, which are "
    return _sampled(game, f"{why}evidence, reached {reached} different profile{'s' * (reached != 1)}")


def _over_boxes(game: ContinuousGame, jacobian: IntervalJacobian) -> tuple[list[dict[str, Any]], float]:
    """Rosen's condition with some weights, or P-matrices, on boxes that cover all profiles."""
    arguments: list[dict[str, Any]] = []
    margin = 0.0
    for weights in _weights(game, jacobian):
        found = everywhere(jacobian, definite_with(weights[game.owner].tolist()))
        if found is not None:
            margin = found[0]
            argument = {"argument": "diagonal strict concavity", "weights": weights.tolist(), "eigenvalue": margin}
            arguments.append({**argument, "boxes": found[1], "source": ROSEN})
            break
    if game.shared is None and all(points.is_box for points in game.sets):
        radius = _reply_radius(game, jacobian)
        if radius is not None and radius < 1:
            arguments.append({"argument": "contraction of best replies", "radius": radius, "source": "Banach"})
        found = everywhere(jacobian, p_matrices)
        if found is not None:
            arguments.append({"argument": "P-matrix", "least": found[0], "boxes": found[1], "source": GALE})
            margin = margin or found[0]
        elif not arguments and (local := _where_they_are(jacobian)) is not None:
            arguments.append(local)
            margin = local["least"]
    return arguments, margin


def _where_they_are(jacobian: IntervalJacobian) -> dict[str, Any] | None:
    """P-matrices on a box outside of which there is no equilibrium."""
    volume = float("inf")
    for hull in where_equilibria_are(jacobian):
        left = float(np.prod([high - low for low, high in hull]))
        if left > volume / 4:
            continue
        volume, found = left, everywhere(jacobian, p_matrices, hull, most=20)
        if found is not None:
            named = {"argument": "P-matrix where equilibria can be", "least": found[0], "boxes": found[1]}
            return {**named, "within": [list(ends) for ends in hull], "source": GALE}
    return None


def _weights(game: ContinuousGame, jacobian: IntervalJacobian) -> list[np.ndarray]:
    """Weights worth a try: equal ones, those of the middle, and those of the bounds over everything."""
    tries = [np.ones(game.n_players)]
    with contextlib.suppress(NoBounds):
        tries.append(rosen_weights(jacobian.middle(jacobian.box), game.owner)[0])
        low, high = jacobian.over(jacobian.box)
        worst = np.where(np.eye(len(low), dtype=bool), low, np.maximum(np.abs(low), np.abs(high)))
        tries.append(rosen_weights(worst, game.owner)[0])
    return tries


def _reply_radius(game: ContinuousGame, jacobian: IntervalJacobian) -> float | None:
    r"""A bound of the spectral radius of :math:`\sup|J_{ij}| / \inf J_{ii}`, one variable a player; None otherwise."""
    if game.dimension > game.n_players:
        return None
    try:
        low, high = jacobian.over(jacobian.box)
    except NoBounds:
        return None
    if (np.diag(low) <= 0).any():
        return None
    ratios = np.maximum(np.abs(low), np.abs(high)) / np.diag(low)[:, None] * (1 + 1e-12)
    np.fill_diagonal(ratios, 0.0)
    u = np.linalg.matrix_power(ratios + 1e-12 + np.eye(len(low)), 64).sum(axis=1)
    return float((ratios @ u / u).max() * (1 + 1e-12))


def _sampled(game: ContinuousGame, why: str) -> Verdict:
    """The Jacobian at random profiles, which decides nothing."""
    low, high = (np.clip(bound, -1e3, 1e3) for bound in game.bounds)
    rng = np.random.default_rng(0)
    least = [monotonicity(cross_derivatives(game, rng.uniform(low, high))) for _ in range(SAMPLES)]
    margin = float(np.nanmin(least)) if np.isfinite(least).any() else 0.0
    numbers = {"samples": SAMPLES, "least_sampled_eigenvalue": margin}
    return told(game, [], None, margin=margin, why=f"{why}, no proof", numbers=numbers)


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
