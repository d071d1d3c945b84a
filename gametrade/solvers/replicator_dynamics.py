"""Shares of strategies that earn more than the average grow: where that leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.evolutionary import EvolutionaryGame, State
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.population_profile import approached, as_population, payoff_span
from gametrade.typing import ArrayLike, FloatArray

SAMPLES = 2001
"""States of the trajectory that are kept."""

AT_REST = 1e-7
"""Change of shares per unit of scaled time below which a state counts as at rest."""

SETTLED = 0.01
"""Change of shares over the second half of the time up to which they count as approaching something."""


@solvers.register(
    plays=("NormalFormGame", "EvolutionaryGame"),
    source="Taylor and Jonker 1978, 10.1016/0025-5564(78)90077-9",
    first_choice_for=("EvolutionaryGame",),
)
def replicator_dynamics(
    game: NormalFormGame | EvolutionaryGame,
    *,
    start: Sequence[ArrayLike] | None = None,
    horizon: float | None = None,
    epsilon: float = 1e-6,
) -> Solution:
    r"""Follow the replicator equation and certify where it comes to rest, or report that it goes round.

    Parameters
    ----------
    game : NormalFormGame or EvolutionaryGame
        A finite game is played by one population for each player.
    start : sequence of array_like, optional
        Shares of each population at time 0. Proportional to m, m - 1, ..., 1 if not given, so that no symmetry of the
        game holds the shares where they are.
    horizon : float, optional
        How long. [1/unit of the game] 1000 divided by the range of payoffs if not given.
    epsilon : float, default=1e-6
        Regret that is let pass, as a share of the range of payoffs.

    Returns
    -------
    Solution
        The equilibrium that the shares approach, or none: `finding` says whether they rest where a strategy that is
        not in use would earn more, or keep moving, and `cycle` holds one round of the states they return to. `trace`:
        time, shares and the largest regret.

    Raises
    ------
    InvalidInputError
        If shares do not fit, or the horizon or epsilon is not positive.
    SolverError
        If the integration breaks off.

    Notes
    -----
    :math:`\dot x_k = x_k (f_k(x) - \bar f(x))`, integrated by LSODA to a relative error of 1e-11 a step. Where
    members meet in pairs the profile on the strategies in use is solved for in whole numbers, so that the regret of the
    answer is exact. What one start leads to proves nothing about others.

    References
    ----------
    .. [1] P. D. Taylor and L. B. Jonker, "Evolutionary stable strategies and game dynamics", Math. Biosci. 40 (1978)
       145-156. :doi:`10.1016/0025-5564(78)90077-9`

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.evolutionary import EvolutionaryGame
    >>> hawk_dove = EvolutionaryGame.from_matrix([[-1, 4], [0, 2]], ["hawk", "dove"])
    >>> gt.solve(hawk_dove, "replicator_dynamics")[0].certificate["strategies"]
    [['2/3', '1/3']]
    """
    populations = as_population(game)
    span = payoff_span(populations)
    length = 1000 / span if horizon is None else horizon
    if not length > 0 or not epsilon >= 0:
        raise InvalidInputError(
            f"horizon and epsilon of replicator_dynamics must be positive. Got {length} and {epsilon}."
        )
    times, states = trajectory(populations, _first(populations, start), length)
    trace = _trace(populations, times, states)
    last, middle = states[-1], states[len(states) // 2]
    speed = max(float(np.abs(row).max()) for row in populations.velocity(last)) / span
    settled = max(float(np.abs(row - old).max()) for row, old in zip(last, middle, strict=True)) <= SETTLED
    found = approached(populations, last, epsilon * span) if settled else None
    if found is not None:
        finding = (
            f"The shares approach this state; at time {times[-1]:.6g} they change by {speed:.2g} per unit of time."
        )
        return Solution(game, "replicator_dynamics", (_asked(game, found),), finding=finding, trace=trace)
    if speed > AT_REST:
        return Solution(game, "replicator_dynamics", (), False, *_moving(times, states, trace))
    worst = float(populations.regrets(last).max())
    finding = f"The shares come to rest where a strategy that is not in use would earn {worst:.6g} more."
    return Solution(game, "replicator_dynamics", (), finding=finding, trace=trace)


def trajectory(game: EvolutionaryGame, start: State, horizon: float) -> tuple[FloatArray, list[State]]:
    """Integrate the replicator equation.

    Parameters
    ----------
    game : EvolutionaryGame
        Population game.
    start : tuple of ndarray
        Shares at time 0.
    horizon : float
        How long. [1/unit of the game]

    Returns
    -------
    times : ndarray of shape (2001,)
        Evenly from 0 to the horizon.
    states : list of tuples of ndarray
        Shares at those times.
    """
    from scipy.integrate import solve_ivp

    cuts = np.cumsum(game.shape)[:-1]

    def slope(_: float, shares: FloatArray) -> FloatArray:
        return np.concatenate(game.velocity(_legal(np.split(shares, cuts))))

    times = np.linspace(0.0, horizon, SAMPLES)
    run = solve_ivp(slope, (0.0, horizon), np.concatenate(start), "LSODA", times, rtol=1e-11, atol=1e-14)
    if not run.success:
        raise SolverError("replicator_dynamics broke off.", run.message)
    return times, [_legal(np.split(column, cuts)) for column in run.y.T]


def _legal(rows: Sequence[FloatArray]) -> State:
    """Take rounding off shares: none negative, each population adds up to one."""
    kept = [np.maximum(row, 0.0) for row in rows]
    return tuple(row / row.sum() for row in kept)


def _first(game: EvolutionaryGame, start: Sequence[ArrayLike] | None) -> State:
    """Shares at time 0."""
    if start is not None:
        return game.state(start)
    falling = [np.arange(size, 0, -1.0) for size in game.shape]
    return tuple(row / row.sum() for row in falling)


def _trace(game: EvolutionaryGame, times: FloatArray, states: list[State]) -> tuple[dict[str, object], ...]:
    """Every tenth state."""
    return tuple(
        {"time": float(t), "shares": [row.tolist() for row in state], "regret": float(game.regrets(state).max())}
        for t, state in zip(times[::10], states[::10], strict=True)
    )


def _moving(
    times: FloatArray, states: list[State], trace: tuple[dict[str, object], ...]
) -> tuple[str, tuple[dict[str, object], ...], tuple[State, ...]]:
    """Say whether the shares return to where they were at half time, and how often."""
    flat = np.array([np.concatenate(state) for state in states])
    half = len(flat) // 2
    distance = np.abs(flat[half:] - flat[half]).max(axis=1)
    size = float(np.ptp(flat[half:], axis=0).max())
    away = np.flatnonzero(distance > 0.25 * size)
    back = np.flatnonzero(distance[away[0] :] <= 0.05 * size) + away[0] if len(away) else away
    if not len(back):
        return f"The shares still move at time {times[-1]:.6g} and return to no earlier state.", trace, ()
    nearest = int(back[0])
    while nearest + 1 < len(distance) and distance[nearest + 1] < distance[nearest]:
        nearest += 1
    period = float(times[half + nearest] - times[half])
    finding = f"The shares go round: after {period:.6g} units of time they are back within {distance[nearest]:.2g}."
    return finding, trace, tuple(states[half : half + nearest + 1])


def _asked(game: NormalFormGame | EvolutionaryGame, found: Equilibrium) -> Equilibrium:
    """The answer about the game that was asked for."""
    return found if isinstance(game, EvolutionaryGame) else replace(found, game=game)
