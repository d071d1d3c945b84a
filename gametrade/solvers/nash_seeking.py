"""Players who know no model: each shakes its strategy a little and follows what its payoff tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.registry import solvers
from gametrade.solvers.best_response import started
from gametrade.solvers.regret_bounds import certified
from gametrade.typing import ArrayLike, FloatArray

SHAKING, PACE = 0.02, 0.03
"""Amplitude as a share of an interval, and gain as a share of the interval over the range of the payoff."""


@solvers.register(
    plays=("ContinuousGame",),
    first_choice_for=("PayoffsOnly",),
    source="Frihauf, Krstic and Basar 2012",
)
def nash_seeking(
    game: ContinuousGame,
    *,
    amplitude: float | None = None,
    gain: float | None = None,
    start: ArrayLike | None = None,
    rounds: int = 40_000,
) -> Solution:
    r"""Follow payoffs alone, measured under small sinusoidal changes of all strategies at once.

    Parameters
    ----------
    game : ContinuousGame
        Bounds only; payoffs are measured, gradients never used.
    amplitude : float, optional
        Size of the shaking a, in the units of the strategies; 0.02 of the width of each interval if not given.
    gain : float, optional
        Step :math:`\kappa` with which a player follows what it measures, strategy per payoff; 0.03 of the width of its
        interval over the range of its payoff if not given.
    start : array_like of shape (d,), optional
        First profile; a feasible one if not given.
    rounds : int, default=40000
        Number of measurements.

    Returns
    -------
    Solution
        The mean profile of the last quarter with its regrets bounded: near an equilibrium, to the order of the
        amplitude, where the game is stable under gradient play. None if a regret exceeds the range of that payoff
        under shaking.

    Raises
    ------
    InvalidInputError
        If there are constraints other than bounds, or the amplitude or gain is not positive.

    Notes
    -----
    :math:`x_k = \hat x_k + a \sin(\omega_k t)`, :math:`\hat x_k \leftarrow \hat x_k + 2 \kappa
    \sin(\omega_k t) (u_i(x) - \bar u_i)` with a running mean :math:`\bar u_i` [1]_; frequencies are different for all
    variables, so that measurements do not mix. The range of a payoff is measured beforehand, at the ends and the
    middle of each of its player's intervals while the others stay at the first profile; an interval without an end is
    taken as wide as the first profile is large, at least 1. So other units of energy or money change nothing.

    References
    ----------
    .. [1] P. Frihauf, M. Krstic and T. Basar, "Nash equilibrium seeking in noncooperative games", IEEE Trans.
       Autom. Control 57 (2012) 1192-1207.

    Examples
    --------
    >>> import gametrade as gt
    >>> prices = gt.ContinuousGame.from_expressions({"a": "p*(1 - p + q/2)", "b": "q*(1 - q + p/2)"},
    ...     {"a": {"p": (0, 2)}, "b": {"q": (0, 2)}})
    >>> found = gt.solve(prices, "nash_seeking")[0]
    >>> bool(abs(found.strategies[0][0] - 2 / 3) < 0.01)
    True
    """
    if game.shared is not None or not all(points.is_box for points in game.sets):
        raise InvalidInputError("nash_seeking needs bounds only. Got other constraints.")
    if (amplitude is not None and not amplitude > 0) or (gain is not None and not gain > 0):
        raise InvalidInputError(f"amplitude and gain of nash_seeking must be positive. Got {amplitude}, {gain}.")
    feasible = need_feasible(game)
    centre = feasible if start is None else started(game, start)
    low, high = game.bounds
    shaking, pace = _units(game, centre)
    shaking = shaking if amplitude is None else np.full_like(centre, amplitude)
    pace = pace if gain is None else np.full_like(centre, gain)
    turns = 0.5 + 1.5 * np.modf(np.arange(1, game.dimension + 1) * (np.sqrt(5) - 1) / 2)[0]
    least, most = np.full(game.n_players, np.inf), np.full(game.n_players, -np.inf)
    mean, owner = game.payoff(centre), game.owner
    quarters: list[FloatArray] = [np.zeros_like(centre) for _ in range(8)]
    trace: list[Mapping[str, Any]] = []
    for t in range(rounds):
        wave = np.sin(turns * t)
        measured = game.payoff(np.clip(centre + shaking * wave, low, high))
        centre = np.clip(centre + pace * 2 * wave * (measured - mean)[owner], low, high)
        mean = mean + 0.05 * (measured - mean)
        if 4 * t >= 3 * rounds:
            least, most = np.minimum(least, measured), np.maximum(most, measured)
        quarters[8 * t // rounds] += centre / (rounds / 8)
        if t % max(1, rounds // 100) == 0:
            trace.append({"round": t, "profile": centre.tolist()})
    return _told(game, quarters, most - least, trace)


def _units(game: ContinuousGame, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shaking and gain of each variable, from the width of its interval and the range of its player's payoff."""
    low, high = game.bounds
    ended = np.isfinite(low) & np.isfinite(high)
    wide = max(1.0, float(np.abs(x).max()))
    low, high = np.where(ended, low, np.maximum(low, x - wide)), np.where(ended, high, np.minimum(high, x + wide))
    ranges = np.empty_like(x)
    for player, part in enumerate(game.slices):
        tried = []
        for k in range(part.start, part.stop):
            for value in (low[k], (low[k] + high[k]) / 2, high[k]):
                moved = x.copy()
                moved[k] = value
                tried.append(game.payoff(moved)[player])
        ranges[part] = np.ptp(tried)
    widths = high - low
    return SHAKING * widths, PACE * widths / np.where(ranges > 0, ranges, 1.0)


def _told(
    game: ContinuousGame, parts: list[FloatArray], spread: FloatArray, trace: list[Mapping[str, Any]]
) -> Solution:
    """The mean profile of the last quarter, unless regret is larger than what shaking does to payoffs."""
    drift = float(np.abs(parts[-1] - parts[-2]).max())
    found = certified(game, (parts[-1] + parts[-2]) / 2, "Nash (approximate)", evidence={"drift": drift})
    moved = f"Strategies move by {drift:.2g} between the last two eighths of the rounds"
    if (found.regrets > spread).any():
        said = f"{moved}; regret {found.regret:.3g} is more than shaking explains, so no equilibrium was reached."
        return Solution(game, "nash_seeking", (), finding=said, trace=tuple(trace))
    return Solution(game, "nash_seeking", (found,), finding=f"{moved}.", trace=tuple(trace))
