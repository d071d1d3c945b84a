"""A leader with linear constraints over a follower that solves a linear or convex quadratic program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class Quadratic:
    r"""A function :math:`\tfrac12 z^T H z + c^T z + k` of :math:`z = (x, y)`.

    Parameters
    ----------
    hessian : ndarray of shape (d, d)
        H, symmetric.
    linear : ndarray of shape (d,)
        c.
    constant : float
        k.
    """

    hessian: FloatArray
    linear: FloatArray
    constant: float = 0.0

    @classmethod
    def of(cls, d: int, linear: ArrayLike, hessian: ArrayLike | None = None, constant: float = 0.0) -> Quadratic:
        """Check shapes and symmetrise."""
        slope = np.array(linear, dtype=float).ravel()
        square = np.zeros((d, d)) if hessian is None else np.array(hessian, dtype=float)
        if slope.shape != (d,) or square.shape != (d, d):
            raise InvalidInputError(f"coefficients of a Quadratic must have shapes {(d,)} and {(d, d)}.")
        if not (np.isfinite(slope).all() and np.isfinite(square).all() and np.isfinite(constant)):
            raise InvalidInputError("coefficients of a Quadratic must be finite.")
        return cls((square + square.T) / 2, slope, float(constant))

    def __call__(self, z: FloatArray) -> float:
        """Value at z."""
        return float(z @ self.hessian @ z / 2 + self.linear @ z + self.constant)


@dataclass(frozen=True, eq=False)
class BilevelGame:
    r"""A leader who minimises F(x, y), where y minimises the follower's f(x, y) once x is chosen.

    Parameters
    ----------
    leader, follower : Quadratic
        Costs F and f of :math:`z = (x, y)`; f has to be convex in y. [unit]
    n_leader : int
        Number of variables x of the leader, the first ones.
    leader_rows, leader_limits : array_like of shape (r, d) and (r,)
        Constraints :math:`A z \le a` of the leader.
    follower_rows, follower_limits : array_like of shape (m, d) and (m,)
        Constraints :math:`B z \le b` of the follower; bounds are rows.
    labels : (str, str)
        Names of leader and follower.
    unit : str
        Unit of the costs.
    names : tuple of str
        Names of all variables, the leader's first; x1, ... and y1, ... if empty.

    Raises
    ------
    InvalidInputError
        If shapes do not fit or the follower's cost is not convex in y.

    Notes
    -----
    Constraints of the leader on y restrict x only: the follower does not see them. If the follower has several
    best answers, an optimistic leader counts on the one it likes best, a pessimistic one fears the worst.

    References
    ----------
    .. [1] S. Dempe, "Foundations of Bilevel Programming", Kluwer, Dordrecht (2002).
    """

    leader: Quadratic
    follower: Quadratic
    n_leader: int
    leader_rows: FloatArray
    leader_limits: FloatArray
    follower_rows: FloatArray
    follower_limits: FloatArray
    labels: tuple[str, str] = ("leader", "follower")
    unit: str = "money"
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        d = self.dimension
        for side in ("leader", "follower"):
            rows = np.array(getattr(self, f"{side}_rows"), dtype=float).reshape(-1, d)
            limits = np.array(getattr(self, f"{side}_limits"), dtype=float).ravel()
            if len(rows) != limits.size or not (np.isfinite(rows).all() and np.isfinite(limits).all()):
                raise InvalidInputError(f"{side}_limits of BilevelGame must be finite, one a row. Got {limits.size}.")
            for name, array in ((f"{side}_rows", rows), (f"{side}_limits", limits)):
                array.setflags(write=False)
                object.__setattr__(self, name, array)
        if not 0 < self.n_leader < d or self.follower.linear.size != d:
            raise InvalidInputError("n_leader of BilevelGame must leave variables to leader and follower.")
        if self.names and len(self.names) != d:
            raise InvalidInputError(f"names of BilevelGame must be {d}, one a variable. Got {len(self.names)}.")
        own = self.follower.hessian[self.n_leader :, self.n_leader :]
        if np.linalg.eigvalsh(own).min() < -1e-12 * np.abs(own).max(initial=0.0):
            raise InvalidInputError("follower of BilevelGame must have a cost that is convex in its own variables.")

    @classmethod
    def of(
        cls,
        leader: Mapping[str, Any],
        follower: Mapping[str, Any],
        *,
        n_leader: int,
        n_follower: int,
        bounds: Sequence[tuple[float, float]] | None = None,
        labels: tuple[str, str] = ("leader", "follower"),
        names: Sequence[str] = (),
        unit: str = "money",
    ) -> BilevelGame:
        """Make a game from two mappings with keys linear, hessian, constant, rows and limits.

        Parameters
        ----------
        leader, follower : mapping
            Cost (linear, and hessian and constant if any) and constraints (rows, limits, if any) of each side,
            over all variables, the leader's first.
        n_leader, n_follower : int
            Number of variables.
        bounds : sequence of (low, high), optional
            Bounds of all variables: the leader's are constraints of the leader, the follower's of the follower.
        labels : (str, str)
            Names of leader and follower.
        names : sequence of str, optional
            Names of all variables.
        unit : str
            Unit of the costs.

        Returns
        -------
        BilevelGame
            The game.
        """
        d = n_leader + n_follower
        parts = {}
        for name, side in (("leader", leader), ("follower", follower)):
            rows = np.array(side.get("rows", np.zeros((0, d))), dtype=float).reshape(-1, d)
            limits = np.array(side.get("limits", ()), dtype=float).ravel()
            mine = range(n_leader) if name == "leader" else range(n_leader, d)
            extra = [(sign * np.eye(d)[k], sign * end) for k in mine for sign, end in _ends(bounds, k)]
            parts[f"{name}_rows"] = np.vstack([rows, *(row[None] for row, _ in extra)])
            parts[f"{name}_limits"] = np.concatenate([limits, [end for _, end in extra]])
        costs = [
            Quadratic.of(d, side["linear"], side.get("hessian"), float(side.get("constant", 0.0)))
            for side in (leader, follower)
        ]
        return cls(
            costs[0],
            costs[1],
            n_leader,
            parts["leader_rows"],
            parts["leader_limits"],
            parts["follower_rows"],
            parts["follower_limits"],
            labels,
            unit,
            tuple(names),
        )

    @property
    def dimension(self) -> int:
        """Number of variables of both."""
        return self.leader.linear.size

    @property
    def n_follower(self) -> int:
        """Number of variables of the follower."""
        return self.dimension - self.n_leader

    @property
    def players(self) -> tuple[str, ...]:
        """Leader and follower."""
        return self.labels

    def components(self, player: int) -> tuple[str, ...]:
        """Names of the variables of one of them."""
        if self.names:
            return (self.names[: self.n_leader], self.names[self.n_leader :])[player]
        count, letter = ((self.n_leader, "x"), (self.n_follower, "y"))[player]
        return tuple(f"{letter}{k + 1}" for k in range(count))

    def stationarity(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        r"""Matrices with :math:`G z + g + B_y^T \lambda = 0` at every answer of the follower."""
        own = slice(self.n_leader, None)
        return self.follower.hessian[own], self.follower.linear[own], self.follower_rows[:, own].T

    def __repr__(self) -> str:
        return f"<BilevelGame: {self.n_leader} + {self.n_follower} variables, {len(self.follower_rows)} follower rows>"


def _ends(bounds: Sequence[tuple[float, float]] | None, k: int) -> list[tuple[float, float]]:
    """Finite bounds of one variable as (sign, end): -x <= -low and x <= high."""
    if bounds is None:
        return []
    low, high = bounds[k]
    return [(sign, end) for sign, end in ((-1.0, low), (1.0, high)) if np.isfinite(end)]
