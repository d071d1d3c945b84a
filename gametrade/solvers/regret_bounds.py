"""Upper bounds on what each player of a continuous game gains by changing its strategy alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import AnyQuadratic, SparseQuadraticGame, is_quadratic
from gametrade.optimise import Program, maximise
from gametrade.solvers.affine_variational import AffineProblem
from gametrade.solvers.degenerate_variational import solve_sturdy
from gametrade.solvers.formula_regret import formula_regret, is_small
from gametrade.solvers.global_scan import global_scan
from gametrade.solvers.unbounded import need_bounded
from gametrade.typing import FloatArray

Multipliers = Callable[[int], tuple[FloatArray, FloatArray]]

NOTHING = 1e-10
"""Share of the money that a player moves below which a bound needs no sharper one."""


def certified(
    game: ContinuousGame,
    x: FloatArray,
    concept: str,
    notes: tuple[str, ...] = (),
    *,
    evidence: Mapping[str, Any] | None = None,
    multipliers: Multipliers | None = None,
) -> Equilibrium:
    """A profile as an answer, with payoffs and bounded regrets."""
    regrets, certificate = regret_bounds(game, x, multipliers)
    violation = game.sets_violation(x)
    certificate = {**certificate, "violation": violation, **(evidence or {})}
    return Equilibrium(
        game, game.split(x), game.payoff(x), regrets, concept, certificate, (*notes, *_doubts(certificate))
    )


def _doubts(certificate: Mapping[str, Any]) -> list[str]:
    """What is not proved about the regrets."""
    doubts = []
    for player, part in certificate.get("players", {}).items():
        if part["method"] == "none":
            doubts.append(f"regret of {player} has no bound: {part['why']}.")
        elif part["bound"] == np.inf:
            doubts.append(f"regret of {player} has no bound: its strategies have no end and its payoff still rises.")
        elif not part.get("proved", True):
            doubts.append(f"regret of {player} comes from a scan of {part['points']} points: not proved.")
    return doubts


def regret_bounds(
    game: ContinuousGame, x: FloatArray, multipliers: Multipliers | None = None
) -> tuple[FloatArray, dict[str, Any]]:
    r"""Bound every player's regret from above.

    Parameters
    ----------
    game : ContinuousGame
        The game; with shared constraints a player may change to what they admit while the others stay.
    x : ndarray of shape (d,)
        A profile.
    multipliers : callable, optional
        ``multipliers(i)`` proposes those of player i's rows and equations; where the profile itself with them
        proves a regret of practically nothing, no best reply is computed.

    Returns
    -------
    tuple of ndarray of shape (n,) and dict
        Bounds, infinite where nothing is proved, and the certificate of kind ``regret_bounds``. [unit of the game]

    Notes
    -----
    Quadratic concave payoff q with best reply z, multipliers :math:`\lambda, \mu` and smallest curvature m:
    every admissible y has :math:`q(y) \le q(z) + \lambda^T(b - Az) + \mu^T(h - Ez) +
    \sum_k \max_{l_k \le y_k \le u_k} [r_k (y_k - z_k) - \tfrac m2 (y_k - z_k)^2]` with
    :math:`r = \nabla q(z) - A^T\lambda - E^T\mu`, whatever z and the multipliers are: a check needs no solver.
    Other concave payoffs: the same with z = x and m = 0, the Frank-Wolfe gap. No concavity known: formulas of up to
    three variables by boxes in interval arithmetic (see `formula_regret`), functions of one by a scan of the interval
    (see `global_scan`).

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.ContinuousGame.from_expressions({"a": "x*(10-x-y)", "b": "y*(10-x-y)"},
    ...     {"a": {"x": (0, 10)}, "b": {"y": (0, 10)}})
    >>> [bounds.round(9).tolist() for bounds in (regret_bounds(game, np.full(2, 10 / 3))[0],
    ...     regret_bounds(game, np.zeros(2))[0])]
    [[0.0, 0.0], [25.0, 25.0]]
    """
    if isinstance(game, SparseQuadraticGame) and _separable(game):
        return _separable_bounds(game, x)
    regrets, players = np.empty(game.n_players), {}
    for player, name in enumerate(game.players):
        players[name] = _bound_one(game, player, x, multipliers)
        regrets[player] = players[name]["bound"]
    return regrets, {"kind": "regret_bounds", "players": players}


def _bound_one(game: ContinuousGame, player: int, x: FloatArray, multipliers: Multipliers | None) -> dict[str, Any]:
    points = game.deviations(player, x)
    if is_quadratic(game):
        block = game.own_block(player)
        block = (block + block.T) / 2
        values = np.linalg.eigvalsh(block)
        if values[0] >= -1e-12 * max(1e-300, np.abs(block).max()):
            proposed = None if multipliers is None else multipliers(player)
            return quadratic_bound(game, player, x, points, block, proposed=proposed)
    elif game.concave:
        slope = game.gradient(player, x)
        own = x[game.slices[player]]
        rows, equal = linear_multipliers(slope, points)
        gap = dual_bound(points, own, slope, (rows, equal), 0.0)
        return {"method": "frank_wolfe", "bound": _gain(gap), "rows": rows.tolist(), "equal": equal.tolist()}
    single = points.dimension == 1 and not len(points.equal_rows)
    if single:
        low, high = interval(points)
        points = Polyhedron.of([low], [high])
    if is_small(game, points):
        rows = np.zeros(0) if single else linear_multipliers(game.gradient(player, x), points)[0]
        found = formula_regret(game, player, x, points, rows)
        if found is not None:
            return found
    if single:
        return global_scan(game, player, x, (low, high))
    return {
        "method": "none",
        "bound": float("inf"),
        "why": "the payoff is not known to be concave in several variables",
    }


def quadratic_bound(
    game: AnyQuadratic,
    player: int,
    x: FloatArray,
    points: Polyhedron,
    block: FloatArray,
    *,
    proposed: tuple[FloatArray, FloatArray] | None = None,
) -> dict[str, Any]:
    """Bound of a player with a concave quadratic payoff by its best reply and the multipliers there."""
    own, curvature = x[game.slices[player]], safe_curvature(block)
    rate = -game.pseudo_gradient(x)[game.slices[player]]
    if proposed is not None:
        gap = dual_bound(points, own, rate, proposed, curvature)
        if gap <= NOTHING * float(np.abs(rate) @ np.abs(own)):
            return _evidence(gap, own, proposed, curvature)
    slope = rate + block @ own
    answer = solve_sturdy(AffineProblem(block, -slope, points))
    reply, found = answer.x, (answer.rows, answer.equal)
    gain = float((slope - 0.5 * block @ (reply + own)) @ (reply - own))
    gap = dual_bound(points, reply, slope - block @ reply, found, curvature)
    if not np.isfinite(gap):
        need_bounded(game, x)
    return _evidence(gain + gap, reply, found, curvature)


def _gain(bound: float) -> float:
    """A gain is at least 0, and infinite where its bound is no number."""
    return float("inf") if np.isnan(bound) else max(0.0, bound)


def _evidence(
    bound: float, reply: FloatArray, multipliers: tuple[FloatArray, FloatArray], curvature: float
) -> dict[str, Any]:
    """What proves a bound on a regret."""
    return {
        "method": "best_reply",
        "bound": _gain(bound),
        "reply": reply.tolist(),
        "rows": multipliers[0].tolist(),
        "equal": multipliers[1].tolist(),
        "curvature": curvature,
    }


def safe_curvature(block: FloatArray) -> float:
    """A number below the smallest eigenvalue of a positive semidefinite matrix, by more than rounding."""
    values = np.linalg.eigvalsh(block)
    return float(max(0.0, values[0] - 1e-9 * np.abs(values).max(initial=0.0)))


def dual_bound(
    points: Polyhedron,
    reply: FloatArray,
    slope: FloatArray,
    multipliers: tuple[FloatArray, FloatArray],
    curvature: float,
) -> float:
    """How much more than at a reply a concave payoff can be anywhere in a set, by weak duality."""
    rows, equal = multipliers
    left = slope - rows @ points.rows - equal @ points.equal_rows
    fixed = rows @ (points.limits - points.rows @ reply) + equal @ (points.equal_limits - points.equal_rows @ reply)
    return float(fixed + box_gains(left, points.lower - reply, points.upper - reply, curvature).sum())


def box_gains(slope: FloatArray, low: FloatArray, high: FloatArray, curvature: float | FloatArray) -> FloatArray:
    """Largest value of slope * t - curvature / 2 * t^2 for low <= t <= high, entry by entry."""
    bend = np.broadcast_to(np.asarray(curvature, dtype=float), slope.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        free = np.where(bend > 0, slope / np.where(bend > 0, bend, 1.0), np.where(slope > 0, high, low))
    best = np.clip(np.where((bend == 0) & (slope == 0), 0.0, free), low, high)
    with np.errstate(invalid="ignore"):
        # A bend of 0 takes nothing away at infinity either.
        gain = np.where(slope == 0, 0.0, slope * best) - np.where(bend > 0, 0.5 * bend * best**2, 0.0)
    return np.asarray(gain)


def linear_multipliers(slope: FloatArray, points: Polyhedron) -> tuple[FloatArray, FloatArray]:
    """Multipliers of the largest value of a linear function over a polyhedron."""
    from scipy.sparse import csr_matrix

    m, k = len(points.rows), len(points.equal_rows)
    if points.is_box:
        return np.zeros(0), np.zeros(0)
    answer = maximise(
        Program(
            slope,
            csr_matrix(np.vstack([points.rows, points.equal_rows])),
            np.concatenate([np.full(m, -np.inf), points.equal_limits]),
            np.concatenate([points.limits, points.equal_limits]),
            points.lower,
            points.upper,
        )
    )
    options = [(np.clip(sign * answer.row_duals[:m], 0, None), sign * answer.row_duals[m:]) for sign in (1.0, -1.0)]
    origin = np.clip(answer.variables, points.lower, points.upper)
    rows, equal = min(options, key=lambda pair: dual_bound(points, origin, slope, pair, 0.0))
    return rows + np.zeros(m), equal + np.zeros(k)


def interval(points: Polyhedron) -> tuple[float, float]:
    """Least and largest value of a single variable."""
    low, high = float(points.lower[0]), float(points.upper[0])
    for row, limit in zip(points.rows[:, 0], points.limits, strict=True):
        low, high = (low, min(high, limit / row)) if row > 0 else (max(low, limit / row) if row < 0 else low, high)
    return low, max(low, high)


def _separable(game: SparseQuadraticGame) -> bool:
    """Whether every best reply is a clipped quotient: boxes, diagonal own blocks, concave."""
    boxes = game.shared is None and all(points.is_box for points in game.sets)
    return bool(boxes and game.own_diagonal is not None and game.concave)


def _separable_bounds(game: SparseQuadraticGame, x: FloatArray) -> tuple[FloatArray, dict[str, Any]]:
    """Exact regrets of all players at once."""
    low, high = game.bounds
    bend = np.clip(np.asarray(game.own_diagonal), 0.0, None)
    gains = box_gains(game.rates(x), low - x, high - x, bend)
    if not np.isfinite(gains).all():
        need_bounded(game, x)
    regrets = np.bincount(game.owner, gains, game.n_players)
    return np.clip(regrets, 0.0, None), {"kind": "regret_bounds", "method": "separable"}
