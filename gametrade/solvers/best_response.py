"""Players who in turn, or all at once, change to their best reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.concavity import need_concave
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.registry import solvers
from gametrade.solvers.regret_bounds import certified
from gametrade.solvers.replies import Replies
from gametrade.solvers.unbounded import need_bounded
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import ArrayLike, FloatArray

MEMORY = 20
"""Longest cycle that is looked for."""

KEPT = 50
"""Steps that a trace keeps: the first and the last."""

RESTLESS = 100
"""Rounds without a smaller move after which moves are rounding, if they are small."""

SMALL = 1e-4
"""Share of the size of the strategies up to which moves are small, so that regret is asked."""


@solvers.register(plays=("ContinuousGame",), source="Cournot 1838; Rosen 1965, 10.2307/1911749")
def best_response(
    game: ContinuousGame,
    *,
    simultaneous: bool = False,
    damping: float = 1.0,
    start: ArrayLike | None = None,
    tolerance: float = 1e-12,
    max_rounds: int = 5000,
) -> Solution:
    r"""Let every player answer the others by its best reply, round after round, until nobody moves.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs, or one variable a player.
    simultaneous : bool, default=False
        All reply to the last round (Jacobi) rather than one after the other (Gauss-Seidel).
    damping : float, default=1.0
        Share of the way to the best reply that a player moves, in (0, 1].
    start : array_like of shape (d,), optional
        First profile; a feasible one if not given.
    tolerance : float, default=1e-12
        Move that counts as none, relative to the size of a strategy: the width of its interval, or the largest
        number in any profile if that is less.
    max_rounds : int, default=5000
        Rounds after which the iteration gives up, and says so.

    Returns
    -------
    Solution
        The profile where it stops, with regrets bounded; or none, with the cycle, or the growth of the moves.

    Raises
    ------
    InvalidInputError
        If payoffs of several variables are not concave, a set is empty, or an option is out of range.

    Notes
    -----
    :math:`x_i \leftarrow (1 - a) x_i + a \arg\max_y u_i(y, x_{-i})`. A cycle of period p <= 20 is reported when
    profiles p rounds apart agree while successive ones do not, for 2p rounds. Sequential replies converge in
    games with an exact potential, simultaneous ones where the spectral radius of the reply map is below 1: linear
    Cournot with three firms cycles, and more firms end in a cycle between bounds unless damped by less than
    4 / (n + 1) [1]_. With shared constraints the answer is some generalized equilibrium, not the variational one.
    Rounding in payoffs that are measured, or large, may keep everybody moving: once no move has been smaller for 100
    rounds, and whenever the last moves are small, the bounds on regrets decide, and a profile where all are at most
    1e-9 of the payoffs is given with them.

    References
    ----------
    .. [1] R. D. Theocharis, "On the stability of the Cournot solution on the oligopoly problem", Rev. Econ. Stud.
       27 (1960) 133-134. :doi:`10.2307/2296135`

    Examples
    --------
    >>> import gametrade as gt
    >>> cournot = gt.ContinuousGame.from_expressions({"a": "x*(90-x-y)", "b": "y*(90-x-y)"},
    ...     {"a": {"x": (0, 90)}, "b": {"y": (0, 90)}})
    >>> gt.solve(cournot, "best_response")[0].payoffs.round(6)
    array([900., 900.])
    """
    if not 0 < damping <= 1:
        raise InvalidInputError(f"damping of best_response must be in (0, 1]. Got {damping}.")
    if not (all(points.dimension == 1 for points in game.sets)):
        need_concave(game, "best_response")
    feasible = need_feasible(game)
    x = feasible if start is None else started(game, start)
    replies, walk = Replies(game), _Walk(tolerance, np.subtract(*game.bounds[::-1]), np.abs(x))
    for _ in range(max_rounds):
        target = replies.all(x) if simultaneous else _in_turn(game, replies, x, damping)
        moved = x + damping * (target - x) if simultaneous else target
        ended = walk.step(x, moved)
        x = moved
        if ended:
            break
    if walk.outcome == "diverged":
        need_bounded(game, feasible)
    return walk.told(game, x)


def started(game: ContinuousGame, start: ArrayLike) -> FloatArray:
    """A first profile of the right length, moved into the bounds.

    Raises
    ------
    InvalidInputError
        If its length is wrong or it is not a number.
    """
    x = np.array(start, dtype=float).ravel()
    if x.size != game.dimension or not np.isfinite(x).all():
        raise InvalidInputError(f"start must be {game.dimension} finite numbers, one a variable. Got {x.tolist()}.")
    return np.asarray(np.clip(x, *game.bounds))


def _in_turn(game: ContinuousGame, replies: Replies, x: FloatArray, damping: float) -> FloatArray:
    """One round of players who reply one after the other."""
    now = x.copy()
    for player, part in enumerate(game.slices):
        now[part] += damping * (replies.one(player, now) - now[part])
    return now


@dataclass
class _Walk:
    """Memory of an iteration: whether it has stopped, cycles or grows."""

    tolerance: float
    widths: FloatArray
    seen: FloatArray
    rounds: int = 0
    last: list[FloatArray] = field(default_factory=list)
    moves: list[float] = field(default_factory=list)
    repeats: dict[int, int] = field(default_factory=dict)
    least: tuple[float, int] = (np.inf, 0)
    outcome: str = ""
    period: int = 0
    small: bool = False

    def __post_init__(self) -> None:
        """How large a move shows growth without end."""
        finite = self.widths[np.isfinite(self.widths)]
        self.far = 1e12 * max(1.0, float(self.seen.max()), float(finite.max(initial=0.0)))

    def step(self, before: FloatArray, after: FloatArray) -> bool:
        """Record a round; True if there is nothing more to see."""
        self.rounds += 1
        self.seen = np.maximum(self.seen, np.abs(after))
        sizes = np.minimum(self.widths, self.seen.max())
        moved = np.abs(after - before)
        move = float(moved.max())
        self.last = [*self.last, before][-MEMORY:]
        self.moves.append(move)
        self.small = bool((moved <= SMALL * sizes).all())
        if move < self.least[0]:
            self.least = move, self.rounds
        if not np.isfinite(after).all() or move > self.far:
            self.outcome = "diverged"
        elif (moved <= self.tolerance * sizes).all():
            self.outcome = "stopped"
        elif self.small and self.rounds - self.least[1] >= RESTLESS:
            self.outcome = "restless"
        else:
            self._look_for_a_cycle(after, moved, sizes)
        return bool(self.outcome)

    def _look_for_a_cycle(self, after: FloatArray, moved: FloatArray, sizes: FloatArray) -> None:
        near = 1e-9 * sizes
        going = bool((moved > 10 * near).any())
        for period in range(2, len(self.last) + 1):
            same = going and bool((np.abs(after - self.last[-period]) <= near).all())
            self.repeats[period] = self.repeats.get(period, 0) + 1 if same else 0
            if self.repeats[period] >= 2 * period:
                self.outcome, self.period = "cycles", period
                return

    def told(self, game: ContinuousGame, x: FloatArray) -> Solution:
        """The answer, whatever happened."""
        trace = tuple(self._trace())
        near = self.outcome != "diverged" and (self.outcome == "stopped" or self.small)
        found = certified(game, x, "Nash" if game.shared is None else "generalized Nash (arbitrary)") if near else None
        if found is not None and self.outcome == "stopped":
            said = f"Stopped after {self.rounds} rounds."
            return Solution(game, "best_response", (found,), finding=said, trace=trace)
        left = "" if found is None else f" Regret there is at most {found.regret:.3g}."
        if found is not None and found.regret <= RELATIVE_TOLERANCE * float(np.abs(found.payoffs).max()):
            said = f"Moves stay at {self.moves[-1]:.3g} after {self.rounds} rounds, too small to gain by.{left}"
            return Solution(game, "best_response", (found,), finding=said, trace=trace)
        if self.outcome == "cycles":
            cycle = tuple(game.split(point) for point in self.last[-self.period :])
            said = f"Best replies repeat {self.period} profiles; no equilibrium was reached.{left}"
            return Solution(game, "best_response", (), finding=said, trace=trace, cycle=cycle)
        grew = "Moves grow without end" if self.outcome == "diverged" else f"No end after {self.rounds} rounds"
        said = f"{grew}: the last move was {self.moves[-1]:.3g}, the first {self.moves[0]:.3g}.{left}"
        return Solution(game, "best_response", (), finding=said, trace=trace)

    def _trace(self) -> list[Mapping[str, Any]]:
        kept = sorted({*range(min(KEPT, self.rounds)), *range(max(0, self.rounds - KEPT), self.rounds)})
        return [{"round": k + 1, "move": self.moves[k]} for k in kept]
