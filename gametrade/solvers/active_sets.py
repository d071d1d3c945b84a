"""Small bilevel games exactly: every set of rows that can bind for the follower."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np

from gametrade.errors import TooManyPlayersError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg.bilevel import BilevelGame, Quadratic
from gametrade.registry import solvers
from gametrade.solvers.bilevel_faces import Piece, face_minima, falls_for_ever, follower_gap, pieces, worst_answer
from gametrade.solvers.complementarity_tree import LeastCost, least_cost
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

MOST_FACES = 2_000_000
"""Faces that enumeration accepts to look at."""


@solvers.register(plays=("BilevelGame",), first_choice_for=("BilevelGame",), source="Dempe 2002, Kluwer")
def active_sets(game: BilevelGame) -> Solution:
    r"""Find all global optima of a leader over a follower's program, and its local optima, by enumeration.

    Parameters
    ----------
    game : BilevelGame
        Small: the number of sets of binding rows has to be countable. The leader's cost may be any quadratic.

    Returns
    -------
    Solution
        One equilibrium for each global optimum found, optimistic about the follower's ties; its certificate says
        what a spiteful follower would do there; pessimistic_leader finds the best choice against such a follower.
        The trace lists the optimum of every piece with whether it is a local
        optimum of the game (decided for leaders with convex cost). The leader's bound is proved in fractions by
        `least_cost` where its cost is of a kind that allows it. No equilibrium if nothing is feasible or the
        cost falls for ever.

    Raises
    ------
    TooManyPlayersError
        If there are too many faces; kkt_milp scales further for leaders with linear cost.

    Notes
    -----
    The points at which the follower is optimal form a union of polyhedra, one for each independent set of binding
    rows. The least cost on each is at a stationary point of one of its faces, so all are compared. A point is a
    local optimum if and only if it is one on each polyhedron that contains it. Cost
    :math:`\sum_{k \le q} \binom{m}{k} \sum_{j \le p} \binom{m + r}{j}` linear systems, p and q the numbers of
    variables of leader and follower, m and r of rows.

    Examples
    --------
    A leader who would rather have x = 5, and a local optimum there:

    >>> from gametrade.games.stackelberg import BilevelGame, Quadratic
    >>> bard = BilevelGame.of({"linear": [-10, 4], "hessian": [[2, 0], [0, 8]], "constant": 26},
    ...     {"linear": [0, -2], "hessian": [[0, -1.5], [-1.5, 2]], "rows": [[-3, 1], [1, -0.5], [1, 1]],
    ...      "limits": [-3, 4, 7]}, n_leader=1, n_follower=1, bounds=[(0, 100), (0, 100)])
    >>> answer = active_sets(bard)
    >>> [round(-float(answer[0].payoffs[0]), 6), [round(s["cost"], 6) for s in answer.trace if s["local"]]]
    [17.0, [17.0, 25.0]]
    """
    _refuse_size(game)
    regions = list(pieces(game))
    if any(falls_for_ever(game.leader, piece) and _nonempty(game, piece) for piece in regions):
        told = "The leader's cost falls without bound along a line on which the follower stays optimal."
        return Solution(game, "active_sets", (), complete=True, finding=told)
    found = [(piece, z) for piece in regions for z in _minima(game, piece)]
    if not found:
        return Solution(game, "active_sets", (), complete=True, finding="No choice of the leader has a best answer.")
    lowest = {piece.active: min(game.leader(z) for p, z in found if p is piece) for piece, _ in found}
    best = min(lowest.values())
    spread = max(abs(value - best) for value in lowest.values()) or abs(best) or 1.0
    tolerance = max(RELATIVE_TOLERANCE * spread, 1e-12 * abs(best))
    proof = least_cost(game, min((z for _, z in found), key=game.leader))
    equilibria, trace, seen = [], [], list[FloatArray]()
    for piece, z in sorted(found, key=lambda pair: game.leader(pair[1])):
        if any(np.allclose(z, old, rtol=1e-8, atol=1e-9) for old in seen):
            continue
        seen.append(z)
        cost = game.leader(z)
        local = all(cost <= lowest[other.active] + tolerance for other, _ in found if other.contains(z))
        trace.append({"active": list(piece.active), "point": z.tolist(), "cost": cost, "local": local})
        if cost <= best + tolerance:
            equilibria.append(bilevel_point(game, z, best, "active_sets", len(regions), proof=proof))
    others = sum(step["local"] for step in trace) - len(equilibria)
    told = f"Global optimum over {len(regions)} sets of binding rows; {others} other local optima."
    return Solution(game, "active_sets", tuple(equilibria), complete=True, finding=told, trace=tuple(trace))


def bilevel_point(
    game: BilevelGame, z: FloatArray, bound: float, method: str, compared: int, *, proof: LeastCost | None = None
) -> Equilibrium:
    """A point as an answer: costs as negative payoffs, and what a spiteful follower would do.

    Parameters
    ----------
    game : BilevelGame
        The game.
    z : ndarray of shape (d,)
        Choice and answer.
    bound : float
        Cost below which the leader cannot come.
    method : str
        What proves the bound.
    compared : int
        Pieces compared, or nodes of a tree.
    proof : LeastCost, optional
        The bound in fractions with its tree, which then takes the place of `bound`.

    Returns
    -------
    Equilibrium
        Its certificate holds the optimistic and the pessimistic cost of this choice of the leader.
    """
    cost, gap = game.leader(z), follower_gap(game, z)
    worst, exact = worst_answer(game, z), None if proof is None else proof.bound
    pessimistic = None if worst is None else worst[0]
    certificate: dict[str, Any] = {
        "kind": "bilevel",
        "method": method,
        "compared": compared,
        "bound": bound if exact is None else float(exact),
        "exact": None if exact is None else str(exact),
        "tree": None if proof is None else dict(proof.tree),
        "follower_gap": gap,
        "optimistic": cost,
        "pessimistic": pessimistic,
        "pessimistic_answer": None if worst is None else worst[1][game.n_leader :].tolist(),
    }
    tied = pessimistic is None or pessimistic > cost + 1e-7 * (1 + abs(cost))
    notes = ["Payoffs are minus costs."]
    if exact is None:
        notes.append("The leader's optimum is compared in floating point: no exact bound was found.")
    if tied:
        shown = "without bound" if pessimistic is None else f"{pessimistic:g}"
        notes.append(f"The follower is indifferent: at worst this choice costs the leader {shown}, not {cost:g}.")
    return Equilibrium(
        game,
        (z[: game.n_leader], z[game.n_leader :]),
        np.array([-cost, -game.follower(z)]),
        np.array([max(0.0, cost - certificate["bound"]), gap]),
        "Stackelberg, optimistic" if tied else "Stackelberg",
        certificate,
        tuple(notes),
    )


def _minima(game: BilevelGame, piece: Piece) -> list[FloatArray]:
    """All points of a piece that tie for the least cost on it."""
    points = list(face_minima(game.leader, piece))
    if not points:
        return []
    costs = np.array([game.leader(z) for z in points])
    close = costs <= costs.min() + 1e-9 * max(abs(costs.min()), float(np.ptp(costs)))
    return [z for z, kept in zip(points, close, strict=True) if kept]


def _nonempty(game: BilevelGame, piece: Piece) -> bool:
    """Whether a piece has any point; one that holds a line has no stationary points where the cost falls along it."""
    nothing = Quadratic.of(game.dimension, np.zeros(game.dimension))
    return next(face_minima(nothing, piece), None) is not None


def _refuse_size(game: BilevelGame) -> None:
    m, r, p, q = len(game.follower_rows), len(game.leader_rows), game.n_leader, game.n_follower
    faces = sum(comb(m, k) for k in range(q + 1)) * sum(comb(m + r + q, k) for k in range(p + 1))
    if faces > MOST_FACES:
        raise TooManyPlayersError(
            f"active_sets looks at {MOST_FACES} faces at most; kkt_milp scales for linear leaders. Got {faces}."
        )
