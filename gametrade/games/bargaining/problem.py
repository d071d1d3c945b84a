"""A bargaining problem: feasible utilities and the disagreement point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import as_numbers
from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame
from gametrade.optimise import Program, maximise
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class BargainingProblem:
    r"""What n players can reach together, and what each has if they do not agree.

    Make one with :meth:`from_inequalities`, :meth:`from_points` or :meth:`from_total`.

    Parameters
    ----------
    players : sequence of str
        Labels.
    disagreement : array_like of shape (n,)
        What each player has without an agreement. [money]
    utilities : array_like of shape (n, k)
        Utilities :math:`u = U z` of a decision z. [money]
    rows : array_like of shape (m, k)
        Left sides of :math:`A z \le b`; decisions are not negative.
    limits : array_like of shape (m,)
        Right sides b.
    points : array_like of shape (K, n), optional
        The only feasible utilities, where lotteries between them are ruled out.
    unit : str
        Unit of the utilities.

    Raises
    ------
    InvalidInputError
        If shapes do not fit or a number is not finite. That no decision is feasible, or that some utility has no
        largest value among agreements that leave nobody worse off, is said when a solution is asked for.
    """

    players: tuple[str, ...]
    disagreement: FloatArray
    utilities: FloatArray
    rows: FloatArray
    limits: FloatArray
    points: FloatArray | None = None
    unit: str = "money"

    def __post_init__(self) -> None:
        names = tuple(map(str, self.players))
        object.__setattr__(self, "players", names)
        for name in ("disagreement", "utilities", "rows", "limits", "points"):
            value = getattr(self, name)
            if value is None:
                continue
            array = _finite(name, value)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        self._check_shapes()

    @classmethod
    def from_inequalities(
        cls, players: Sequence[str], rows: ArrayLike, limits: ArrayLike, disagreement: ArrayLike, *, unit: str = "money"
    ) -> BargainingProblem:
        """Utilities u that satisfy ``rows @ u <= limits``.

        Examples
        --------
        >>> pie = BargainingProblem.from_inequalities(["a", "b"], [[1, 1], [0, 1]], [100, 60], [0, 0])
        >>> pie.ideal
        array([100.,  60.])
        """
        matrix = np.atleast_2d(_finite("rows", rows))
        n = len(tuple(players))
        if matrix.shape[1] != n:
            raise InvalidInputError(f"rows of BargainingProblem must have {n} columns. Got shape {matrix.shape}.")
        right, point = np.atleast_1d(_finite("limits", limits)), _finite("disagreement", disagreement)
        scale = max(float(np.abs(right).max(initial=0.0)), float(np.abs(point).max(initial=0.0))) or 1.0
        parts = scale * np.hstack([np.eye(n), -np.eye(n)])
        return cls(tuple(players), point, parts, np.hstack([matrix, -matrix]), right / scale, unit=unit)

    @classmethod
    def from_points(
        cls,
        players: Sequence[str],
        points: ArrayLike,
        disagreement: ArrayLike,
        *,
        lotteries: bool = True,
        unit: str = "money",
    ) -> BargainingProblem:
        """A list of agreements, one row each; lotteries between them are agreements too, unless ruled out."""
        listed, n = np.atleast_2d(_finite("points", points)), len(tuple(players))
        if listed.ndim != 2 or listed.shape[1] != n or not listed.size:
            raise InvalidInputError(
                f"points of BargainingProblem must be one row or more of {n} utilities. Got shape {listed.shape}."
            )
        weights = np.vstack([np.ones((1, len(listed))), -np.ones((1, len(listed)))])
        only = None if lotteries else listed
        point, right = _finite("disagreement", disagreement), np.array([1.0, -1.0])
        return cls(tuple(players), point, listed.T, weights, right, only, unit)

    @classmethod
    def from_total(
        cls,
        players: Sequence[str],
        total: float,
        disagreement: ArrayLike,
        *,
        lowest: ArrayLike = -np.inf,
        highest: ArrayLike = np.inf,
        unit: str = "money",
    ) -> BargainingProblem:
        """A sum of money to be split, each share between caps: utilities that add up to at most `total`.

        Examples
        --------
        >>> BargainingProblem.from_total(["a", "b", "c"], 90.0, [0, 0, 0], highest=[20, 90, 90]).ideal
        array([20., 90., 90.])
        """
        n = len(tuple(players))
        eye, low, high = np.eye(n), _caps("lowest", lowest, n, -np.inf), _caps("highest", highest, n, np.inf)
        rows = np.vstack([np.ones((1, n)), eye[np.isfinite(high)], -eye[np.isfinite(low)]])
        limits = np.concatenate([[total], high[np.isfinite(high)], -low[np.isfinite(low)]])
        return cls.from_inequalities(players, rows, limits, disagreement, unit=unit)

    @classmethod
    def from_community(cls, community: Community | CoalitionalGame) -> BargainingProblem:
        """Members of a community that could run it together: what each has is minus its bill.

        Parameters
        ----------
        community : Community or CoalitionalGame
            A community is taken as its dispatch game, whose members run their batteries; a dispatch game has
            flexible demand and limits too.

        Returns
        -------
        BargainingProblem
            Disagreement point: each member's own best plan. Money can be paid, so only the joint bill binds.

        Examples
        --------
        >>> import gametrade as gt
        >>> night = gt.Community(["Ada", "Bob"], [[0, 0], [0, 2]], [[2, 0], [0, 0]],
        ...                      ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(0.30, 0.10),
        ...                      gt.Batteries([0.0, 5.0], [0.0, 5.0], [1.0, 1.0]))
        >>> problem = BargainingProblem.from_community(night)
        >>> problem.disagreement.round(9), problem.ideal.round(9)
        (array([ 0.2, -0.6]), array([ 0.6, -0.2]))
        """
        game = DispatchGame(community) if isinstance(community, Community) else community
        if isinstance(game, DispatchGame):
            alone = -game.alone_costs
        elif isinstance(game, SharingGame):
            alone = -game.community.stand_alone_bills()
        elif isinstance(game, CoalitionalGame):
            alone = game.single_values
        else:
            raise InvalidInputError(
                f"from_community of BargainingProblem needs a Community or CoalitionalGame. Got {type(game).__name__}."
            )
        total = float(alone.sum()) + game.grand_value - float(game.single_values.sum())
        return cls.from_total(game.players, total, alone, unit=game.unit)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.players)

    @property
    def sizes(self) -> FloatArray:
        """Largest coefficient of each player's utility; of a player who always has nothing, the largest of all."""
        size = np.abs(self.utilities).max(axis=1)
        return np.where(size > 0, size, size.max() or 1.0)

    @property
    def ideal(self) -> FloatArray:
        """The most each player can have while nobody has less than without an agreement, shape (n,). [money]

        Not a number where no agreement leaves everybody at least as well off.
        """
        if self.points is not None:
            good = self.points[(self.points >= self.disagreement).all(axis=1)]
            return good.max(axis=0) if len(good) else np.full(self.n_players, np.nan)
        corners = self.best_of_each()
        return np.full(self.n_players, np.nan) if corners is None else corners.diagonal()

    def best_of_each(self) -> FloatArray | None:
        """Row i: utilities of an agreement that is best for player i, shape (n, n).

        Returns
        -------
        ndarray of shape (n, n) or None
            None if no agreement leaves everybody at least as well off. [money]

        Raises
        ------
        InvalidInputError
            If a utility has no largest value, or nothing is feasible at all.
        """
        anything = np.zeros(self.n_players)
        try:
            self.best(anything)
        except SolverError:
            self._check_feasible()
            return None
        corners = np.empty((self.n_players, self.n_players))
        for k, label in enumerate(self.players):
            try:
                corners[k] = self.best(np.eye(self.n_players)[k])
            except SolverError as reason:
                raise InvalidInputError(
                    f"utility of {label} in BargainingProblem must have a largest value. Got a set without one."
                ) from reason
        return corners

    def best(self, weights: ArrayLike, *, rational: bool = True) -> FloatArray:
        """Feasible utilities with the largest weighted sum.

        Parameters
        ----------
        weights : array_like of shape (n,)
            Weight of each player.
        rational : bool, default=True
            Only agreements that leave nobody worse off than without one.

        Returns
        -------
        ndarray of shape (n,)
            Utilities. [money]

        Raises
        ------
        SolverError
            If there is no such agreement, or no largest sum.
        """
        return self.utilities @ self.decide(np.asarray(weights) @ self.utilities, rational=rational)

    def decide(
        self, gain: FloatArray, *, rational: bool = True, rows: FloatArray | None = None, limits: ArrayLike = ()
    ) -> FloatArray:
        """A feasible decision z with the largest ``gain @ z``, under further rows if given."""
        from scipy.sparse import csr_matrix

        blocks, bounds = [self.rows], [self.limits]
        if rational:
            size = self.sizes
            blocks.append(-self.utilities / size[:, None])
            bounds.append(-self.disagreement / size)
        if rows is not None:
            blocks.append(rows)
            bounds.append(np.asarray(limits, dtype=float))
        matrix, upper = np.vstack(blocks), np.concatenate(bounds)
        k = matrix.shape[1]
        goal = np.asarray(gain, dtype=float)
        program = Program(
            goal / (np.abs(goal).max() or 1.0),
            csr_matrix(matrix),
            np.full(upper.size, -np.inf),
            upper,
            np.zeros(k),
            np.full(k, np.inf),
        )
        return maximise(program).variables

    def _check_feasible(self) -> None:
        """Refuse a problem without any feasible utilities."""
        try:
            self.best(np.zeros(self.n_players), rational=False)
        except SolverError as reason:
            raise InvalidInputError("limits of BargainingProblem leave no feasible utilities at all.") from reason

    def _check_shapes(self) -> None:
        n, k = self.n_players, self.utilities.shape[-1]
        if n < 2 or len(set(self.players)) < n:
            raise InvalidInputError(f"players of BargainingProblem must be two or more, each once. Got {self.players}.")
        wanted = {"disagreement": (n,), "utilities": (n, k), "rows": (self.limits.size, k)}
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape:
                raise InvalidInputError(
                    f"{name} of BargainingProblem must have shape {shape}. Got {getattr(self, name).shape}."
                )


def _finite(name: str, given: ArrayLike) -> FloatArray:
    """A copy as finite numbers."""
    try:
        array = np.array(given, dtype=float)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} of BargainingProblem must be numbers. Got {given!r:.80}.") from None
    if not np.isfinite(array).all():
        raise InvalidInputError(f"{name} of BargainingProblem must be finite.")
    return array


def _caps(name: str, given: ArrayLike, n: int, none: float) -> FloatArray:
    """Caps of each player's share; `none` where there is none."""
    rule = f"or {none:g} where there is no cap, one for all or one for each of {n}"
    caps = as_numbers(given, name, "BargainingProblem", (), (n,), layout=rule)
    if not (np.isfinite(caps) | (caps == none)).all():
        raise InvalidInputError(f"{name} of BargainingProblem must be finite numbers, {rule}. Got {given!r:.80}.")
    return np.broadcast_to(caps, n)
