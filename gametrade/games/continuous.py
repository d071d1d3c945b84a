"""Games with continuous strategies: vectors from convex sets, possibly coupled by shared constraints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import FloatArray, IntArray

Payoff = Callable[[FloatArray], float]
Gradient = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Formulas:
    """Payoffs as expressions in symbols.

    Parameters
    ----------
    payoffs : tuple of sympy expressions
        One a player, with numbers for parameters.
    symbols : tuple of sympy Symbols
        The variables of all players in order.
    """

    payoffs: tuple[Any, ...]
    symbols: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class ContinuousGame:
    r"""Players who choose vectors from convex sets to maximise their payoffs.

    Parameters
    ----------
    players : tuple of str
        Labels of the n players.
    variables : tuple of tuples of str
        Names of the decision variables of each player, :math:`d_i` of them.
    payoffs : tuple of callables
        ``payoffs[i](x)`` takes the profile, a vector of all players' variables one after the other, of shape
        (d,), and returns what player i gets. [unit]
    gradients : tuple of callables or None
        ``gradients[i](x)`` returns the derivatives of that payoff by the player's own variables, shape (d_i,).
        None: by central differences.
    sets : tuple of Polyhedron
        Strategy set of each player, in its own variables.
    shared : Polyhedron or None
        Constraints on the whole profile that every player has to respect: a generalized Nash game.
    concave : bool or None
        Whether each payoff is declared concave in the player's own variables; None: not known.
    unit : str
        Unit of the payoffs.
    units : mapping of str to str
        Units of the variables by name, for display.
    formulas : Formulas or None
        The payoffs as sympy expressions, where they are known: they can be bounded without rounding.
    lipschitz : float or None
        A bound on how steeply the payoff of a player with one variable changes with it, [unit] per unit of the
        variable; it turns the scan of a payoff that is not concave into a proof.

    Raises
    ------
    InvalidInputError
        If shapes or labels do not fit.

    Notes
    -----
    Rosen's concave games [1]_ when payoffs are concave and sets compact: an equilibrium exists.

    References
    ----------
    .. [1] J. B. Rosen, "Existence and uniqueness of equilibrium points for concave n-person games",
       Econometrica 33 (1965) 520-534. :doi:`10.2307/1911749`
    """

    players: tuple[str, ...]
    variables: tuple[tuple[str, ...], ...]
    payoffs: tuple[Payoff, ...]
    gradients: tuple[Gradient, ...] | None
    sets: tuple[Polyhedron, ...]
    shared: Polyhedron | None = None
    concave: bool | None = None
    unit: str = "money"
    units: Mapping[str, str] = field(default_factory=dict)
    formulas: Formulas | None = field(default=None, repr=False, kw_only=True)
    lipschitz: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        n = len(self.players)
        if n == 0 or len(set(self.players)) < n:
            raise InvalidInputError(f"players of {type(self).__name__} must be different labels. Got {self.players}.")
        parts: dict[str, Sequence[object]] = {"variables": self.variables, "payoffs": self.payoffs, "sets": self.sets}
        for name, part in parts.items():
            if len(part) != n:
                raise InvalidInputError(f"{name} of {type(self).__name__} must be {n}, one a player. Got {len(part)}.")
        for player, names, points in zip(self.players, self.variables, self.sets, strict=True):
            if len(names) != points.dimension or not names:
                raise InvalidInputError(
                    f"variables of {player} must be as many as its set has coordinates, {points.dimension}. "
                    f"Got {len(names)}."
                )
        if self.lipschitz is not None and not 0 <= self.lipschitz < np.inf:
            raise InvalidInputError(
                f"lipschitz of {type(self).__name__} must be finite, at least 0. Got {self.lipschitz}."
            )
        if self.shared is not None and self.shared.dimension != self.dimension:
            raise InvalidInputError(
                f"shared constraints of {type(self).__name__} must have {self.dimension} columns. "
                f"Got {self.shared.dimension}."
            )

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.players)

    @cached_property
    def dimension(self) -> int:
        """Number of decision variables of all players d."""
        return sum(points.dimension for points in self.sets)

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each player's variables are in a profile."""
        ends = np.cumsum([0, *(points.dimension for points in self.sets)])
        return tuple(slice(int(a), int(b)) for a, b in pairwise(ends))

    @property
    def owner(self) -> IntArray:
        """Player of each variable, shape (d,)."""
        return np.repeat(np.arange(self.n_players), [points.dimension for points in self.sets])

    def components(self, player: int) -> tuple[str, ...]:
        """Names of a player's decision variables."""
        return self.variables[player]

    def split(self, x: FloatArray) -> tuple[FloatArray, ...]:
        """A profile as one vector a player."""
        return tuple(x[part] for part in self.slices)

    def payoff(self, x: FloatArray) -> FloatArray:
        """Payoff of every player, shape (n,). [unit]

        Raises
        ------
        InvalidInputError
            If a payoff is not a number; the profile is named.
        """
        got = np.array([self.payoff_of(player, x) for player in range(self.n_players)])
        if not np.isfinite(got).all():
            player = self.players[int(np.flatnonzero(~np.isfinite(got))[0])]
            raise InvalidInputError(f"payoff of {player} must be finite. Got {got} at the profile {x.tolist()}.")
        return got

    def payoff_of(self, player: int, x: FloatArray) -> float:
        """Payoff of one player, which may be no number. [unit]

        Raises
        ------
        InvalidInputError
            If the payoff function fails or returns anything but one number; the profile is named.
        """
        try:
            return float(self.payoffs[player](x))
        except (TypeError, ValueError, ArithmeticError) as problem:
            raise InvalidInputError(
                f"payoff of {self.players[player]} must return a number. "
                f"Got {type(problem).__name__} ({problem}) at the profile {x.tolist()}."
            ) from problem

    def gradient(self, player: int, x: FloatArray) -> FloatArray:
        """Derivatives of a player's payoff by its own variables, shape (d_i,).

        Raises
        ------
        InvalidInputError
            If the gradient function returns another number of derivatives.
        """
        if self.gradients is not None:
            given = np.asarray(self.gradients[player](x), dtype=float)
            if given.shape != (self.sets[player].dimension,):
                raise InvalidInputError(
                    f"gradient of {self.players[player]} must have {self.sets[player].dimension} derivatives. "
                    f"Got shape {given.shape}."
                )
            return given
        part, points = self.slices[player], self.sets[player]
        slope: FloatArray = np.empty(part.stop - part.start)
        for k, width in enumerate((points.upper - points.lower).tolist(), part.start):
            step = 6e-6 * min(max(1.0, abs(x[k])), width or np.inf)
            ahead, behind = x.copy(), x.copy()
            ahead[k] += step
            behind[k] -= step
            slope[k - part.start] = (self.payoff_of(player, ahead) - self.payoff_of(player, behind)) / (2 * step)
        return slope

    def pseudo_gradient(self, x: FloatArray) -> FloatArray:
        """Minus the gradients of all players one after the other: the map of the variational inequality, shape (d,)."""
        return -np.concatenate([self.gradient(player, x) for player in range(self.n_players)])

    @cached_property
    def feasible(self) -> Polyhedron:
        """All constraints on a profile: the players' own and the shared ones."""
        d = self.dimension
        lower = np.concatenate([points.lower for points in self.sets])
        upper = np.concatenate([points.upper for points in self.sets])
        blocks: dict[str, list[FloatArray]] = {"rows": [], "equal": []}
        limits: dict[str, list[FloatArray]] = {"rows": [], "equal": []}
        for part, points in zip(self.slices, self.sets, strict=True):
            for kind, left, right in (
                ("rows", points.rows, points.limits),
                ("equal", points.equal_rows, points.equal_limits),
            ):
                wide = np.zeros((len(left), d))
                wide[:, part] = left
                blocks[kind].append(wide)
                limits[kind].append(right)
        if self.shared is not None:
            lower, upper = np.maximum(lower, self.shared.lower), np.minimum(upper, self.shared.upper)
            blocks["rows"].append(self.shared.rows)
            limits["rows"].append(self.shared.limits)
            blocks["equal"].append(self.shared.equal_rows)
            limits["equal"].append(self.shared.equal_limits)
        return Polyhedron.of(
            lower,
            upper,
            np.vstack(blocks["rows"]),
            np.concatenate(limits["rows"]),
            (np.vstack(blocks["equal"]), np.concatenate(limits["equal"])),
        )

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Least and largest value of every variable, as the players' own sets and the shared ones bound it."""
        lower = np.concatenate([points.lower for points in self.sets])
        upper = np.concatenate([points.upper for points in self.sets])
        if self.shared is None:
            return lower, upper
        return np.maximum(lower, self.shared.lower), np.minimum(upper, self.shared.upper)

    def deviations(self, player: int, x: FloatArray) -> Polyhedron:
        """Strategies that a player may change to while the others stay: its own set and the shared constraints."""
        own = self.sets[player]
        if self.shared is None:
            return own
        part, shared = self.slices[player], self.shared
        others = x.copy()
        others[part] = 0.0
        rows, same = shared.rows[:, part], shared.equal_rows[:, part]
        bound, fixed = np.any(rows != 0, axis=1), np.any(same != 0, axis=1)
        limits, levels = shared.limits - shared.rows @ others, shared.equal_limits - shared.equal_rows @ others
        return Polyhedron(
            np.maximum(own.lower, shared.lower[part]),
            np.minimum(own.upper, shared.upper[part]),
            np.vstack([own.rows, rows[bound]]),
            np.concatenate([own.limits, limits[bound]]),
            np.vstack([own.equal_rows, same[fixed]]),
            np.concatenate([own.equal_limits, levels[fixed]]),
        )

    def sets_violation(self, x: FloatArray) -> float:
        """By how much a profile breaks a constraint at worst; 0 if it breaks none."""
        own = max(points.violation(part) for points, part in zip(self.sets, self.split(x), strict=True))
        return own if self.shared is None else max(own, self.shared.violation(x))

    @classmethod
    def from_expressions(
        cls,
        payoffs: Mapping[str, object],
        variables: Mapping[str, Mapping[str, tuple[float, float]]],
        *,
        constraints: Sequence[object] = (),
        parameters: Mapping[str, float] | None = None,
        unit: str = "money",
    ) -> ContinuousGame:
        """Make a game from formulas; gradients are derived and quadratic payoffs recognised.

        Parameters
        ----------
        payoffs : mapping of str to str or sympy expression
            What each player gets, in the names of the variables and parameters. [unit]
        variables : mapping of str to mapping of str to (float, float)
            For each player its variables with their bounds.
        constraints : sequence of str or sympy relations, optional
            Linear constraints such as ``"x + y <= 15"``; those on one player's variables are its own, others shared.
        parameters : mapping of str to float, optional
            Values of the other symbols.
        unit : str, default="money"
            Unit of the payoffs.

        Returns
        -------
        ContinuousGame
            A QuadraticGame if every payoff is quadratic.

        Raises
        ------
        InvalidInputError
            If a formula has an unknown symbol, or a constraint is not linear.

        Examples
        --------
        >>> import gametrade as gt
        >>> duopoly = gt.ContinuousGame.from_expressions(
        ...     {"a": "(100 - q1 - q2 - c) * q1", "b": "(100 - q1 - q2 - c) * q2"},
        ...     {"a": {"q1": (0, 100)}, "b": {"q2": (0, 100)}}, parameters={"c": 10})
        >>> type(duopoly).__name__, gt.solve(duopoly, "linear_quadratic")[0].strategies[0].round(6)
        ('QuadraticGame', array([30.]))
        """
        from gametrade.games.symbolic import from_expressions

        return from_expressions(payoffs, variables, constraints, parameters or {}, unit)

    def __repr__(self) -> str:
        shared = "" if self.shared is None else f", {len(self.shared.rows) + len(self.shared.equal_rows)} shared rows"
        return f"<{type(self).__name__}: {self.n_players} players, {self.dimension} variables{shared}>"
