"""Games in which leaders move first and know how followers will answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame, Formulas
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import ArrayLike, FloatArray

LeaderPayoff = Callable[[FloatArray, FloatArray], float]
Response = Callable[[FloatArray], FloatArray]
FollowerGaps = Callable[[FloatArray, FloatArray], FloatArray]
Kinks = Callable[[int, FloatArray], FloatArray]
Ceiling = Callable[[int, float, float, FloatArray], float]


@dataclass(frozen=True, eq=False)
class StackelbergGame:
    r"""Leaders who choose first, and followers whose answer to every choice is known.

    Parameters
    ----------
    leaders : tuple of str
        Labels of the leaders.
    variables : tuple of tuples of str
        Names of the decision variables of each leader.
    sets : tuple of Polyhedron
        Decision set of each leader.
    payoffs : tuple of callables
        ``payoffs[i](x, y)`` is what leader i gets when the leaders choose x, one after the other, and the
        followers answer y. [unit]
    response : callable
        ``response(x)`` is the answer y of all followers, of shape (q,).
    followers : tuple of str
        Names of the q entries of the answer; "follower 1", ... if empty.
    follower_gaps : callable or None
        ``follower_gaps(x, y)`` bounds from above what each follower could still gain at y. [unit]
    kinks : callable or None
        ``kinks(i, x)`` lists the values of leader i's only variable at which the answer changes its form, the
        other leaders' choices kept: between two of them the leader's payoff has the shape that `between` names.
    between : str or None
        "quadratic", "concave" (by leader's payoff between kinks), or None if nothing is known.
    ceiling : callable or None
        ``ceiling(i, low, high, x)`` bounds leader i's payoff from above while its only variable is between low
        and high and the other leaders keep to x; it has to close in on the payoff as the interval shrinks. [unit]
    unit : str
        Unit of the payoffs.
    lipschitz : float or None
        A bound on how steeply any leader's payoff changes with its only variable, [unit] per unit of the variable.
    formulas : Formulas or None
        Payoffs in the leaders' variables, answers put in, where they are known.
    caveats : tuple of str
        What is not known of the followers' answer; every answer of a solver repeats it.

    Raises
    ------
    InvalidInputError
        If labels, sets and payoffs do not fit each other.

    Notes
    -----
    A Stackelberg (subgame-perfect) equilibrium of one leader, and an equilibrium of several leaders who each take
    the others' choices as given but foresee the followers: an equilibrium problem with equilibrium constraints,
    which need not have a solution [1]_. Where followers could answer in several ways, `response` is one of them.

    References
    ----------
    .. [1] J.-S. Pang and M. Fukushima, "Quasi-variational inequalities, generalized Nash equilibria, and
       multi-leader-follower games", Comput. Manag. Sci. 2 (2005) 21-56. :doi:`10.1007/s10287-004-0010-0`
    """

    leaders: tuple[str, ...]
    variables: tuple[tuple[str, ...], ...]
    sets: tuple[Polyhedron, ...]
    payoffs: tuple[LeaderPayoff, ...]
    response: Response
    followers: tuple[str, ...] = ()
    follower_gaps: FollowerGaps | None = None
    kinks: Kinks | None = None
    between: str | None = None
    ceiling: Ceiling | None = None
    unit: str = "money"
    lipschitz: float | None = field(default=None, kw_only=True)
    formulas: Formulas | None = field(default=None, repr=False, kw_only=True)
    caveats: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        n = len(self.leaders)
        if n == 0 or len(set(self.leaders)) < n or "followers" in self.leaders:
            raise InvalidInputError(f"leaders of StackelbergGame must be different labels. Got {self.leaders}.")
        for name in ("variables", "sets", "payoffs"):
            if len(getattr(self, name)) != n:
                raise InvalidInputError(f"{name} of StackelbergGame must be {n}, one a leader.")
        for leader, names, points in zip(self.leaders, self.variables, self.sets, strict=True):
            if len(names) != points.dimension:
                raise InvalidInputError(f"variables of {leader} must be {points.dimension}. Got {len(names)}.")
        if self.between not in (None, "quadratic", "concave"):
            raise InvalidInputError(
                f"between of StackelbergGame must be quadratic, concave or None. Got {self.between!r}."
            )
        if self.lipschitz is not None and not 0 <= self.lipschitz < np.inf:
            raise InvalidInputError(f"lipschitz of StackelbergGame must be finite, at least 0. Got {self.lipschitz}.")

    @classmethod
    def of_answers(
        cls, leader: str, choices: ArrayLike, answers: ArrayLike, payoff: LeaderPayoff, *, unit: str = "money"
    ) -> StackelbergGame:
        """One leader with one variable, and answers of the followers known at some choices and linear between.

        Parameters
        ----------
        leader : str
            Label of the leader.
        choices : array_like of shape (k,)
            Choices of the leader in ascending order; the first and the last bound its choice.
        answers : array_like of shape (k, q)
            What the followers answer to each.
        payoff : callable
            ``payoff(x, y)``. [unit]
        unit : str
            Unit of the payoff.

        Returns
        -------
        StackelbergGame
            The game; nothing is assumed of the payoff between choices.
        """
        grid = np.array(choices, dtype=float).ravel()
        table = np.array(answers, dtype=float).reshape(grid.size, -1)
        if grid.size < 2 or not (np.diff(grid) > 0).all():
            raise InvalidInputError("choices of of_answers must ascend, two at least.")

        def response(x: FloatArray) -> FloatArray:
            return np.array([np.interp(x[0], grid, column) for column in table.T])

        return cls(
            (leader,),
            (("choice",),),
            (Polyhedron.of(grid[:1], grid[-1:]),),
            (payoff,),
            response,
            kinks=lambda i, x: grid,
            unit=unit,
        )

    @classmethod
    def over(
        cls,
        game: Callable[[FloatArray], ContinuousGame],
        answer: Callable[[ContinuousGame], FloatArray],
        *,
        leaders: Sequence[str],
        sets: Sequence[Polyhedron],
        payoffs: Sequence[LeaderPayoff],
        unit: str = "money",
    ) -> StackelbergGame:
        """Leaders over a game that the followers play among themselves.

        Parameters
        ----------
        game : callable
            ``game(x)`` is the followers' game once the leaders have chosen x.
        answer : callable
            ``answer(game)`` is the profile that the followers then play, e.g. from a solver of concave games.
        leaders : sequence of str
            Labels of the leaders.
        sets : sequence of Polyhedron
            Their decision sets.
        payoffs : sequence of callables
            ``payoffs[i](x, y)``. [unit]
        unit : str
            Unit of the payoffs.

        Returns
        -------
        StackelbergGame
            Its follower gaps are the Frank-Wolfe gaps of the followers' game, for payoffs concave on boxes.
        """
        if not callable(game):
            raise InvalidInputError("game of StackelbergGame.over must be a function of the leaders' choices.")
        variables = tuple(tuple(f"x{k}" for k in range(points.dimension)) for points in sets)

        def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
            return frank_wolfe_gaps(game(x), y)

        return cls(
            tuple(leaders), variables, tuple(sets), tuple(payoffs), lambda x: answer(game(x)), (), gaps, unit=unit
        )

    @property
    def players(self) -> tuple[str, ...]:
        """The leaders, and the followers as one block."""
        return (*self.leaders, "followers")

    @property
    def n_leaders(self) -> int:
        """Number of leaders."""
        return len(self.leaders)

    @property
    def only_solver(self) -> str | None:
        """The solver that alone knows all of the game's constraints, None if any may be asked."""
        return None

    @property
    def slices(self) -> tuple[slice, ...]:
        """Where each leader's variables are among all."""
        ends = np.cumsum([0, *(points.dimension for points in self.sets)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    def components(self, player: int) -> tuple[str, ...]:
        """Names of a leader's variables, or of the entries of the followers' answer."""
        if player < len(self.leaders):
            return self.variables[player]
        return self.followers or _numbered(self.response(self.start))

    @property
    def start(self) -> FloatArray:
        """A choice of all leaders: the middle of bounds, 0 where there are none."""
        lower = np.concatenate([points.lower for points in self.sets])
        upper = np.concatenate([points.upper for points in self.sets])
        bounded = np.isfinite(lower) & np.isfinite(upper)
        middle = (np.where(bounded, lower, 0.0) + np.where(bounded, upper, 0.0)) / 2
        return np.clip(middle, lower, upper)

    def payoff(self, x: FloatArray, leader: int = 0) -> float:
        """What a leader gets once the followers have answered. [unit]"""
        got = float(self.payoffs[leader](x, self.response(x)))
        if not np.isfinite(got):
            raise InvalidInputError(f"payoff of {self.leaders[leader]} must be finite. Got {got} at {x.tolist()}.")
        return got

    def roof(self, leader: int, x: FloatArray) -> Callable[[float, float], float] | None:
        """Bound on a leader's payoff over an interval of its only variable, others at x; None if nothing gives one."""
        if self.ceiling is not None:
            ceiling = self.ceiling
            return lambda low, high: ceiling(leader, low, high, x)
        if self.lipschitz is None:
            return None
        steep, part = self.lipschitz, self.slices[leader]

        def at(value: float) -> float:
            moved = x.copy()
            moved[part] = value
            return self.payoff(moved, leader)

        # Piyavskii: two cones of that slope over the ends.
        return lambda low, high: (at(low) + at(high) + steep * (high - low)) / 2

    def gaps(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Bound on what followers could gain, one number each; not a number where nothing is known. [unit]"""
        return np.array([np.nan]) if self.follower_gaps is None else self.follower_gaps(x, y)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.leaders)} leaders>"


def frank_wolfe_gaps(game: ContinuousGame, y: FloatArray) -> FloatArray:
    r"""Bound :math:`\max_{z} \nabla u_i(y) \cdot (z_i - y_i)` on each player's regret, payoffs concave, sets boxes.

    Parameters
    ----------
    game : ContinuousGame
        Game on boxes.
    y : ndarray of shape (d,)
        Profile.

    Returns
    -------
    ndarray of shape (n,)
        Gaps. [unit of the game]

    Raises
    ------
    InvalidInputError
        If a strategy set is not a box.
    """
    gaps = np.empty(game.n_players)
    for i, (part, points) in enumerate(zip(game.slices, game.sets, strict=True)):
        if not points.is_box or game.shared is not None:
            raise InvalidInputError("follower gaps of StackelbergGame.over need boxes without shared constraints.")
        slope = game.gradient(i, y)
        best = np.where(slope > 0, points.upper, points.lower)
        moving = slope != 0
        gaps[i] = float(np.sum(slope[moving] * (best - y[part])[moving]))
    return gaps


def _numbered(answer: FloatArray) -> tuple[str, ...]:
    return tuple(f"follower {k + 1}" for k in range(answer.size))
