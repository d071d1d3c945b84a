"""Everybody plays the best reply to what the others have done so far."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, on_supports
from gametrade.solvers.pure_equilibria import pure_strategies
from gametrade.solvers.reply_polytopes import positive_whole
from gametrade.typing import FloatArray

CHECKS = 60
"""How often the regret of the frequencies is looked at, at evenly spaced powers of the rounds."""

Round = tuple[int, ...]
"""Positions of the actions of one round."""


@solvers.register(plays=("NormalFormGame",), source="Brown 1951; Robinson 1951, 10.2307/1969530")
def fictitious_play(
    game: NormalFormGame, *, rounds: int = 20_000, epsilon: float = 0.01, start: Sequence[int] | None = None
) -> Solution:
    r"""Let players reply to the frequencies of the past, and certify what the frequencies come to.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    rounds : int, default=20_000
        Most rounds.
    epsilon : float, default=0.01
        Regret of the frequencies at which to stop, as a share of each player's range of payoffs.
    start : sequence of int, optional
        Positions of the actions of the first round; the first actions if not given.

    Returns
    -------
    Solution
        The frequencies, as an epsilon-equilibrium with its exact regret; for two players the equilibrium on the actions
        that are still in use, if it is near. None if the regret stays above epsilon: then `cycle` holds the profiles
        that follow each other again and again, each for longer each time, if they do. `trace`: round, regret and
        profile.

    Raises
    ------
    InvalidInputError
        If an option is out of range.

    Notes
    -----
    Ties go to the action listed first. Frequencies converge in zero-sum games [1]_, in games with an exact potential
    and in games of 2 x 2 without ties; in Shapley's game they go round for ever [2]_. Cost: rounds x
    players x actions for two players, times the others' actions for more.

    References
    ----------
    .. [1] J. Robinson, "An iterative method of solving a game", Ann. Math. 54 (1951) 296-301. :doi:`10.2307/1969530`
    .. [2] L. S. Shapley, "Some topics in two-person games", Advances in Game Theory (1964) 1-28.

    Examples
    --------
    >>> import gametrade as gt
    >>> pennies = gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]])
    >>> fictitious_play(pennies, epsilon=0.05)[0].certificate["strategies"]
    [['1/2', '1/2'], ['1/2', '1/2']]
    """
    first = _start(game, start)
    if rounds < 1 or not epsilon >= 0:
        raise InvalidInputError(f"rounds and epsilon of fictitious_play must be positive. Got {rounds} and {epsilon}.")
    counts = [np.zeros(size) for size in game.shape]
    path: list[tuple[Round, int]] = []
    trace: list[dict[str, Any]] = []
    looked_at = {*np.unique(np.geomspace(1, rounds, CHECKS).astype(int)).tolist(), rounds}
    profile = first
    for played in range(1, rounds + 1):
        for row, k in zip(counts, profile, strict=True):
            row[k] += 1
        if not path or path[-1][0] != profile:
            path.append((profile, played))
        frequencies = [row / played for row in counts]
        profile, regret = _replies(game, frequencies)
        if played in looked_at:
            trace.append({"round": played, "regret": regret, "profile": _labels(game, path[-1][0])})
            found = _near(game, counts, played, epsilon) if regret <= epsilon else None
            if found is not None:
                finding = (
                    f"After {played} rounds the regret of the frequencies is {regret:.3g} of the range of payoffs."
                )
                return Solution(game, "fictitious_play", (found,), finding=finding, trace=tuple(trace))
    return Solution(game, "fictitious_play", (), False, *_failure(game, path, trace))


def _start(game: NormalFormGame, start: Sequence[int] | None) -> Round:
    """Actions of the first round."""
    first = tuple(start) if start is not None else (0,) * game.n_players
    fits = len(first) == game.n_players and all(0 <= k < size for k, size in zip(first, game.shape, strict=False))
    if not fits:
        raise InvalidInputError(f"start of fictitious_play must be one action a player of {game.shape}. Got {first}.")
    return first


def _replies(game: NormalFormGame, frequencies: list[FloatArray]) -> tuple[Round, float]:
    """Best replies of everybody, and the largest regret as a share of the range of payoffs."""
    replies, worst = [], 0.0
    for player, span in enumerate(game.payoff_range.tolist()):
        values = game.deviation_payoffs(frequencies, player)
        best = int(values.argmax())
        replies.append(best)
        worst = max(worst, float(values[best] - frequencies[player] @ values) / (span or 1.0))
    return tuple(replies), worst


def _near(game: NormalFormGame, counts: list[FloatArray], played: int, epsilon: float) -> Equilibrium | None:
    """The equilibrium on the actions in use, if it is near, otherwise the frequencies with their exact regret."""
    shares = [[Fraction(int(count), played) for count in row.tolist()] for row in counts]
    if game.n_players == 2:
        first, second = (positive_whole(whole) for whole, _ in game.whole_payoffs)
        used = [[k for k, share in enumerate(row) if share > Fraction(epsilon)] for row in shares]
        exact = on_supports(first, second, *used)
        near = exact is not None and all(
            abs(a - b) <= 10 * Fraction(max(epsilon, 1e-3))
            for row, found in zip(shares, exact, strict=True)
            for a, b in zip(row, found, strict=True)
        )
        answer = certified(game, exact) if near and exact is not None else None
        if answer is not None:
            return answer
    return certified(game, shares, epsilon=Fraction(epsilon) * Fraction(max(game.payoff_range.tolist())))


def _labels(game: NormalFormGame, profile: Round) -> list[str]:
    """Labels of the actions of a profile."""
    return [row[k] for row, k in zip(game.actions, profile, strict=True)]


def _failure(
    game: NormalFormGame, path: list[tuple[Round, int]], trace: list[dict[str, Any]]
) -> tuple[str, tuple[dict[str, Any], ...], tuple[tuple[FloatArray, ...], ...]]:
    """Say what repeats: the shortest sequence of profiles that the end of the path consists of three times."""
    profiles = [profile for profile, _ in path]
    rounds, regret = trace[-1]["round"], trace[-1]["regret"]
    for period in range(2, len(profiles) // 3 + 1):
        tail = profiles[-3 * period :]
        if tail[:period] == tail[period : 2 * period] == tail[2 * period :]:
            names = ", ".join("(" + ", ".join(_labels(game, profile)) + ")" for profile in tail[:period])
            finding = (
                f"Play goes round through {period} profiles {names}; after {rounds} rounds the regret of the "
                f"frequencies is still {regret:.3g} of the range of payoffs."
            )
            return finding, tuple(trace), tuple(pure_strategies(game, profile) for profile in tail[:period])
    finding = f"After {rounds} rounds the regret of the frequencies is still {regret:.3g} of the range of payoffs."
    return finding, tuple(trace), ()
