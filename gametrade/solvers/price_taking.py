"""How far players are from their best plans at given prices of shared constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.solvers.affine_variational import AffineProblem
from gametrade.solvers.degenerate_variational import solve_sturdy
from gametrade.solvers.regret_bounds import Multipliers, certified, dual_bound, linear_multipliers, safe_curvature
from gametrade.typing import FloatArray

Prices = tuple[FloatArray, FloatArray]
Own = Sequence[tuple[FloatArray, FloatArray] | None]


def price_taking_answer(
    game: ContinuousGame,
    x: FloatArray,
    prices: Prices,
    *,
    own: Own | None = None,
    weights: FloatArray | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> Equilibrium:
    """A profile under shared constraints with the price-taking gap of every player as its certificate.

    Parameters
    ----------
    game : ContinuousGame
        Concave, with shared constraints.
    x : ndarray of shape (d,)
        The profile.
    prices : tuple of ndarray
        Prices of the shared inequalities and equations, the same for all players.
    own : sequence of tuple of ndarray, optional
        Multipliers of each player's own rows and equations; its best plan is computed where they are not given.
    weights : ndarray of shape (n,), optional
        Player i faces the prices divided by its weight; equal if not given.
    evidence : mapping, optional
        More entries of the certificate.

    Returns
    -------
    Equilibrium
        Gaps bound regrets too: what a player could gain without breaking a shared equation costs it nothing more.
    """
    shared = game.shared
    assert shared is not None
    r = np.ones(game.n_players) if weights is None else weights
    extra = float(prices[0] @ np.clip(shared.limits - shared.rows @ x, 0.0, None))
    gaps = {}
    for i, name in enumerate(game.players):
        known = None if own is None else own[i]
        gaps[name] = price_taking_gap(game, x, i, (prices[0] / r[i], prices[1] / r[i]), known)
    certificate: dict[str, Any] = {
        "kind": "price_taking_gap",
        "players": gaps,
        "shared_prices": prices[0].tolist(),
        "shared_equal_prices": prices[1].tolist(),
        "weights": r.tolist(),
        "violation": game.sets_violation(x),
        **(evidence or {}),
    }
    regrets = np.array([gap["bound"] for gap in gaps.values()]) + extra / r
    concept = "variational" if (r == r[0]).all() else "normalised"
    note = "Regret bounds are price-taking gaps at common prices, since shared equations leave no other change."
    return Equilibrium(game, game.split(x), game.payoff(x), regrets, concept, certificate, (note,))


def shared_answer(
    game: ContinuousGame,
    x: FloatArray,
    prices: Prices,
    *,
    weights: FloatArray | None = None,
    evidence: Mapping[str, Any] | None = None,
    own: Own | None = None,
) -> Equilibrium:
    """A profile with prices of shared constraints: regrets, or price-taking gaps where an equation is shared."""
    shared = game.shared
    assert shared is not None
    if len(shared.equal_rows):
        return price_taking_answer(game, x, prices, weights=weights, evidence=evidence)
    r = np.ones(game.n_players) if weights is None else weights
    more = {"shared_prices": prices[0].tolist(), "weights": r.tolist(), **(evidence or {})}
    concept = "variational" if (r == r[0]).all() else "normalised"
    return certified(game, x, concept, evidence=more, multipliers=_proposals(game, prices, r, own))


def _proposals(game: ContinuousGame, prices: Prices, weights: FloatArray, own: Own | None) -> Multipliers | None:
    """Multipliers of each player's changes: of its own rows, then prices of the shared rows that it moves."""
    shared, known = game.shared, own
    if known is None or shared is None:
        return None

    def proposed(player: int) -> tuple[FloatArray, FloatArray]:
        rows, equal = known[player] or (np.zeros(0), np.zeros(0))
        moved = np.any(shared.rows[:, game.slices[player]] != 0, axis=1)
        return np.concatenate([rows, prices[0][moved] / weights[player]]), equal

    return proposed


def price_taking_gap(
    game: ContinuousGame, x: FloatArray, player: int, prices: Prices, own: tuple[FloatArray, FloatArray] | None = None
) -> dict[str, Any]:
    r"""Bound what one player could gain at given prices by any plan in its own set.

    Parameters
    ----------
    game : ContinuousGame
        The game.
    x : ndarray of shape (d,)
        The profile.
    player : int
        Position of the player.
    prices : tuple of ndarray
        Prices of the shared inequalities and equations.
    own : tuple of ndarray, optional
        Multipliers of its own rows and equations at the profile.

    Returns
    -------
    dict
        The ``bound`` with the plan and the multipliers that prove it. [unit of the game]

    Notes
    -----
    :math:`\max_y [u_i(y) - \lambda^T S_i y] - u_i(x_i) + \lambda^T S_i x_i`, bounded by weak duality (see
    `regret_bounds`).
    """
    part, shared = game.slices[player], game.shared
    assert shared is not None
    points, held = _own_set(game, player), x[part]
    rate = -game.pseudo_gradient(x)[part] - prices[0] @ shared.rows[:, part] - prices[1] @ shared.equal_rows[:, part]
    plan, gain, curvature = held, 0.0, 0.0
    if own is None and not is_quadratic(game):
        own = linear_multipliers(rate, points)
    elif own is None and is_quadratic(game):
        block = game.own_block(player)
        slope = rate + block @ held
        answer = solve_sturdy(AffineProblem(block, -slope, points))
        plan, own, curvature = answer.x, (answer.rows, answer.equal), safe_curvature(block)
        gain = float((slope - 0.5 * block @ (plan + held)) @ (plan - held))
        rate = slope - block @ plan
    assert own is not None
    gap = gain + dual_bound(points, plan, rate, own, curvature)
    return {
        "method": "best_reply" if is_quadratic(game) else "frank_wolfe",
        "bound": float("inf") if np.isnan(gap) else max(0.0, gap),
        "reply": plan.tolist(),
        "rows": own[0].tolist(),
        "equal": own[1].tolist(),
        "curvature": curvature,
    }


def _own_set(game: ContinuousGame, player: int) -> Polyhedron:
    """A player's own set, within the bounds that the shared constraints set on single variables."""
    own, part = game.sets[player], game.slices[player]
    low, high = (bound[part] for bound in game.bounds)
    return Polyhedron(low, high, own.rows, own.limits, own.equal_rows, own.equal_limits)
