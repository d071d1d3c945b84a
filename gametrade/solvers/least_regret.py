"""Mixed equilibria of finite games of any number of players, by driving the sum of all regrets to zero."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, exact_profile
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

SAME = 1e-6
"""Distance of probabilities below which two answers are one."""

ROUNDS = 60
"""Newton steps that sharpen a profile on its support."""


@solvers.register(plays=("NormalFormGame",), source="Mangasarian and Stone 1964; Zhang et al. 2018, Applied Energy 220")
def least_regret(game: NormalFormGame, *, starts: int = 4) -> Solution:
    r"""Minimise the sum of all players' regrets over mixed strategies, from several starts.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players; a step costs as many operations as the game has payoffs.
    starts : int, default=4
        Profiles to start from: equal probabilities, then fixed irregular ones.

    Returns
    -------
    Solution
        Every equilibrium that a start leads to, mixed ones included, with regrets in exact arithmetic, none above
        1e-9 of a player's range of payoffs. Nothing says there are no others; no equilibrium found says nothing.

    Raises
    ------
    InvalidInputError
        If there is no start.

    Notes
    -----
    :math:`\min \sum_i \beta_i - u_i(\sigma)` with :math:`u_i(\sigma_{-i}, s) \le \beta_i` for every action s of
    player i, whose optimum is 0 exactly at the equilibria. Sequential quadratic programs find a profile, Newton steps
    make its used actions equally good.

    References
    ----------
    .. [1] O. L. Mangasarian and H. Stone, "Two-person nonzero-sum games and quadratic programming", J. Math. Anal.
       Appl. 9 (1964) 348-355.

    Examples
    --------
    >>> pennies = NormalFormGame.bimatrix([[1, -1], [-1, 1]])
    >>> [s.tolist() for s in least_regret(pennies)[0].strategies]
    [[0.5, 0.5], [0.5, 0.5]]
    """
    if starts < 1:
        raise InvalidInputError(f"starts of least_regret must be at least 1. Got {starts}.")
    scaled = _scaled(game)
    found: list[Equilibrium] = []
    for k in range(starts):
        profile = _sharpened(scaled, _descended(scaled, _start(game, k)))
        answer = _certified(game, profile)
        if answer is not None and not any(_same(answer, old) for old in found):
            found.append(answer)
    told = "There may be others." if found else f"No start of {starts} led to an equilibrium; one exists."
    return Solution(game, "least_regret", tuple(found), finding=told)


def _scaled(game: NormalFormGame) -> NormalFormGame:
    """The game with every player's payoffs from 0 to 1."""
    axes = tuple(range(1, game.n_players + 1))
    low = game.payoffs.min(axis=axes, keepdims=True)
    width = np.where(game.payoff_range > 0, game.payoff_range, 1.0).reshape(low.shape)
    return NormalFormGame((game.payoffs - low) / width)


def _start(game: NormalFormGame, k: int) -> FloatArray:
    """Equal probabilities, then irregular ones."""
    at, parts = 1, []
    for size in game.shape:
        turns = np.modf(np.arange(at, at + size) * (k * (np.sqrt(5) - 1) / 2))[0]
        weights = 1.0 if k == 0 else turns + 0.02
        parts.append(np.full(size, 1.0) * weights / np.sum(np.full(size, 1.0) * weights))
        at += size
    return np.concatenate(parts)


def _split(game: NormalFormGame, flat: FloatArray) -> list[FloatArray]:
    return np.split(flat, np.cumsum(game.shape)[:-1])


def _descended(game: NormalFormGame, start: FloatArray) -> list[FloatArray]:
    """A profile of least regret near a start."""
    from scipy.optimize import minimize

    n, d = game.n_players, start.size
    owner = np.repeat(np.arange(n), game.shape)

    def replies(flat: FloatArray) -> FloatArray:
        parts = _split(game, flat)
        return np.concatenate([game.deviation_payoffs(parts, i) for i in range(n)])

    def objective(z: FloatArray) -> float:
        return float(z[d:].sum() - z[:d] @ replies(z[:d]))

    sums = np.zeros((n, d + n))
    sums[owner, np.arange(d)] = 1.0
    constraints: list[dict[str, Any]] = [
        {"type": "eq", "fun": lambda z: sums @ z - 1, "jac": lambda z: sums},
        {"type": "ineq", "fun": lambda z: z[d:][owner] - replies(z[:d])},
    ]
    top = np.array([part.max() for part in _split(game, replies(start))])
    bounds = [(0.0, 1.0)] * d + [(None, None)] * n
    run = minimize(
        objective,
        np.concatenate([start, top]),
        method="SLSQP",
        bounds=bounds,
        constraints=constraints,
        options={"maxiter": 200, "ftol": 1e-14},
    )
    kept = [np.clip(part, 0.0, 1.0) for part in _split(game, run.x[:d])]
    return [part / part.sum() if part.sum() > 0 else np.full(part.size, 1 / part.size) for part in kept]


def _sharpened(game: NormalFormGame, profile: list[FloatArray]) -> list[FloatArray]:
    """Newton steps that make the actions in use equally good; the profile itself if they lead away from it."""
    for share in (1e-4, 1e-2):
        used = np.concatenate(profile) > share
        flat = np.where(used, np.concatenate(profile), 0.0)
        for _ in range(ROUNDS):
            residual, slopes = _indifference(game, flat, used)
            step = np.linalg.lstsq(slopes, -residual, rcond=None)[0]
            flat[used] += step[: int(used.sum())]
            if np.abs(step).max(initial=0.0) <= 1e-16:
                break
        near = np.isfinite(flat).all() and np.abs(flat - np.concatenate(profile)).max() <= 10 * share
        if near and flat.min() >= -1e-12:
            kept = [np.maximum(part, 0.0) for part in _split(game, flat)]
            return [part / part.sum() for part in kept]
    return profile


def _indifference(game: NormalFormGame, flat: FloatArray, used: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """How far used actions are from the mean of their player's used ones and sums from 1, and the derivatives."""
    parts, owner = _split(game, flat), np.repeat(np.arange(game.n_players), game.shape)
    first = np.concatenate([[0], np.cumsum(game.shape)])
    values = np.concatenate([game.deviation_payoffs(parts, i) for i in range(game.n_players)])
    slopes = np.zeros((flat.size, flat.size))
    for j in range(game.n_players):
        for k in range(game.shape[j]):
            pure = [*parts[:j], np.eye(game.shape[j])[k], *parts[j + 1 :]]
            for i in range(game.n_players):
                if i != j:
                    slopes[first[i] : first[i + 1], first[j] + k] = game.deviation_payoffs(pure, i)
    rows, sides = [], []
    for i in range(game.n_players):
        mine = np.flatnonzero(used & (owner == i))
        rows += [slopes[mine] - slopes[mine].mean(axis=0), (owner == i)[None, :].astype(float)]
        sides += [values[mine] - values[mine].mean(), np.array([flat[owner == i].sum() - 1])]
    return np.concatenate(sides), np.vstack(rows)[:, used]


def _certified(game: NormalFormGame, profile: list[FloatArray]) -> Equilibrium | None:
    """The profile with exact regrets, none above the tolerance of its player's payoffs."""
    level = RELATIVE_TOLERANCE * max(float(game.payoff_range.max()), 0.0)
    found = certified(game, exact_profile(profile), epsilon=Fraction(level))
    limits = RELATIVE_TOLERANCE * game.payoff_range
    return None if found is None or (found.regrets > limits).any() else found


def _same(one: Equilibrium, two: Equilibrium) -> bool:
    return all(np.abs(a - b).max() <= SAME for a, b in zip(one.strategies, two.strategies, strict=True))
