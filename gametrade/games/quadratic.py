"""Continuous games with quadratic payoffs: best responses and certificates are exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame, Gradient, Payoff
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class QuadraticGame(ContinuousGame):
    r"""A continuous game whose payoffs are quadratic: :math:`u_i(x) = \tfrac12 x^T H_i x + c_i^T x + k_i`.

    Make one with :meth:`of`; the certificates of quadratic games are exact.

    Parameters
    ----------
    hessians : ndarray of shape (n, d, d)
        Symmetric matrices :math:`H_i`.
    linear : ndarray of shape (n, d)
        Vectors :math:`c_i`.
    constants : ndarray of shape (n,)
        Constants :math:`k_i`.
    """

    hessians: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    linear: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    constants: FloatArray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls,
        players: Sequence[str],
        hessians: ArrayLike,
        linear: ArrayLike,
        sets: Sequence[Polyhedron],
        *,
        constants: ArrayLike = 0.0,
        variables: Sequence[Sequence[str]] | None = None,
        shared: Polyhedron | None = None,
        unit: str = "money",
        units: Mapping[str, str] | None = None,
    ) -> Self:
        """Make a quadratic game; concavity is decided from the eigenvalues of each own block.

        Examples
        --------
        >>> import numpy as np
        >>> box = [Polyhedron.of([0.0], [100.0])] * 2
        >>> hessians = [[[-2, -1], [-1, 0]], [[0, -1], [-1, -2]]]
        >>> cournot = QuadraticGame.of(["a", "b"], hessians, [[12, 0], [0, 12]], box)
        >>> cournot.concave, cournot.pseudo_gradient(np.array([4.0, 4.0]))
        (True, array([0., 0.]))
        """
        names = tuple(map(str, players))
        n, d = len(names), sum(points.dimension for points in sets)
        matrices, vectors = np.array(hessians, dtype=float), np.array(linear, dtype=float)
        if matrices.shape != (n, d, d) or vectors.shape != (n, d):
            raise InvalidInputError(
                f"hessians and linear of QuadraticGame must have shapes {(n, d, d)} and {(n, d)}. "
                f"Got {matrices.shape} and {vectors.shape}."
            )
        matrices = (matrices + matrices.transpose(0, 2, 1)) / 2
        fixed = np.broadcast_to(np.asarray(constants, dtype=float), n).copy()
        ends = np.cumsum([0, *(points.dimension for points in sets)])
        parts = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        own = [np.linalg.eigvalsh(matrices[i][part, part]).max() for i, part in enumerate(parts)]
        size = np.abs(matrices).max(initial=0.0)
        labels = variables or [[f"x{k}" for k in range(points.dimension)] for points in sets]
        return cls(
            names,
            tuple(tuple(map(str, row)) for row in labels),
            tuple(_quadratic(matrices[i], vectors[i], fixed[i]) for i in range(n)),
            tuple(_slope(matrices[i], vectors[i], part) for i, part in enumerate(parts)),
            tuple(sets),
            shared,
            bool(max(own) <= 1e-12 * size),
            unit,
            dict(units or {}),
            matrices,
            vectors,
            fixed,
        )

    @cached_property
    def jacobian(self) -> FloatArray:
        """Derivative of the pseudo-gradient, shape (d, d)."""
        rows = [-self.hessians[i][part] for i, part in enumerate(self.slices)]
        return np.vstack(rows)

    @cached_property
    def offset(self) -> FloatArray:
        """Pseudo-gradient at the origin, shape (d,)."""
        return -np.concatenate([self.linear[i][part] for i, part in enumerate(self.slices)])

    def pseudo_gradient(self, x: FloatArray) -> FloatArray:
        """Minus the gradients of all players one after the other, shape (d,)."""
        return np.asarray(self.jacobian @ x + self.offset)

    def own_block(self, player: int) -> FloatArray:
        """Minus the Hessian of a player's payoff in its own variables, shape (d_i, d_i)."""
        part = self.slices[player]
        return np.asarray(-self.hessians[player][part, part])


def _quadratic(hessian: FloatArray, linear: FloatArray, constant: float) -> Payoff:
    return lambda x: float(0.5 * x @ hessian @ x + linear @ x + constant)


def _slope(hessian: FloatArray, linear: FloatArray, part: slice) -> Gradient:
    rows, own = hessian[part], linear[part]
    return lambda x: np.asarray(rows @ x + own)
