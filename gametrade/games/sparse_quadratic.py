"""Quadratic games of many players, each of whom few others matter to, or all through a few totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False, repr=False)
class SparseQuadraticGame(ContinuousGame):
    r"""A quadratic game stored by what moves each player: :math:`\nabla_i u_i = (R x + c)_i`.

    Make one with :meth:`of`. Payoffs are
    :math:`u_i(x) = x_i^T (R x + c)_i - \tfrac12 x_i^T R_{ii} x_i + s_i^T x + k_i`.

    Parameters
    ----------
    interaction : sparse matrix of shape (d, d)
        The part of R that is stored entry by entry.
    slope : ndarray of shape (d,)
        Vector c.
    left, right : ndarray of shape (d, r)
        A part of R of low rank: R = interaction + left right^T, for games in which totals or averages matter.
    spill : sparse matrix of shape (n, d)
        Vectors s_i: what others' variables add to a payoff however the player acts.
    constants : ndarray of shape (n,)
        Constants k_i.
    """

    interaction: Any = None
    slope: FloatArray = field(default_factory=lambda: np.zeros(0))
    left: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    right: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    spill: Any = None
    constants: FloatArray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(
        cls,
        players: Sequence[str],
        interaction: Any,
        slope: ArrayLike,
        sets: Sequence[Polyhedron],
        *,
        low_rank: tuple[ArrayLike, ArrayLike] | None = None,
        spill: Any = None,
        constants: ArrayLike = 0.0,
        variables: Sequence[Sequence[str]] | None = None,
        shared: Polyhedron | None = None,
        unit: str = "money",
    ) -> SparseQuadraticGame:
        """Make the game; concavity is decided from the eigenvalues of each own block.

        Examples
        --------
        >>> import numpy as np
        >>> box = [Polyhedron.of([0.0], [100.0])] * 3
        >>> ones = np.ones((3, 1))
        >>> cournot = SparseQuadraticGame.of("abc", -np.eye(3), [90.0] * 3, box, low_rank=(-ones, ones))
        >>> cournot.concave, cournot.payoff(np.full(3, 22.5))
        (True, array([506.25, 506.25, 506.25]))
        """
        from scipy.sparse import csr_matrix

        names, vector = tuple(map(str, players)), np.array(slope, dtype=float)
        n, d = len(names), sum(points.dimension for points in sets)
        matrix = csr_matrix(interaction, dtype=float)
        left, right = (np.zeros((d, 0)),) * 2 if low_rank is None else (np.array(m, dtype=float) for m in low_rank)
        spilled = csr_matrix((n, d)) if spill is None else csr_matrix(spill, dtype=float)
        shapes = (matrix.shape, vector.shape, left.shape, right.shape, spilled.shape)
        if shapes != ((d, d), (d,), (d, left.shape[1]), (d, left.shape[1]), (n, d)):
            raise InvalidInputError(
                f"interaction, slope, low_rank and spill of SparseQuadraticGame must fit {n} players and {d} "
                f"variables. Got shapes {shapes}."
            )
        fixed = np.broadcast_to(np.asarray(constants, dtype=float), n).copy()
        labels = variables or [[f"x{k}" for k in range(points.dimension)] for points in sets]
        table = _Payoffs()
        game = cls(
            names,
            tuple(tuple(map(str, row)) for row in labels),
            tuple(table.payoff(i) for i in range(n)),
            tuple(table.slope(i) for i in range(n)),
            tuple(sets),
            shared,
            None,
            unit,
            {},
            matrix,
            vector,
            left,
            right,
            spilled,
            fixed,
        )
        table.game = game
        object.__setattr__(game, "concave", game._is_concave())
        return game

    def rates(self, x: FloatArray) -> FloatArray:
        """Derivative of each player's payoff by its own variables, shape (d,)."""
        return np.asarray(self.interaction @ x + self.left @ (self.right.T @ x) + self.slope)

    def pseudo_gradient(self, x: FloatArray) -> FloatArray:
        """Minus the gradients of all players one after the other, shape (d,)."""
        return -self.rates(x)

    def payoff(self, x: FloatArray) -> FloatArray:
        """Payoff of every player, shape (n,). [unit]"""
        own = x * (self.rates(x) - 0.5 * (self._own_matrix @ x))
        return np.asarray(np.bincount(self.owner, own, self.n_players) + self.spill @ x + self.constants)

    @cached_property
    def jacobian(self) -> FloatArray | csr_matrix:
        """Derivative of the pseudo-gradient, shape (d, d); dense if there is a part of low rank."""
        if self.left.shape[1]:
            return np.asarray(-(self.interaction.toarray() + self.left @ self.right.T))
        negative: csr_matrix = -self.interaction
        return negative

    @property
    def offset(self) -> FloatArray:
        """Pseudo-gradient at the origin, shape (d,)."""
        return -self.slope

    def own_block(self, player: int) -> FloatArray:
        """Minus the Hessian of a player's payoff in its own variables, shape (d_i, d_i)."""
        part = self.slices[player]
        return np.asarray(-self._own_matrix[part, part].toarray())

    @cached_property
    def own_diagonal(self) -> FloatArray | None:
        """Diagonal of the own blocks, minus; None if a block is not diagonal."""
        own = self._own_matrix
        diagonal = own.diagonal()
        off = own.copy()
        off.setdiag(0.0)
        return None if off.count_nonzero() else -diagonal

    @cached_property
    def _own_matrix(self) -> Any:
        """The blocks of R on the diagonal, sparse."""
        from scipy.sparse import coo_matrix

        entries, owner = self.interaction.tocoo(), self.owner
        kept = owner[entries.row] == owner[entries.col]
        rows, columns, values = [entries.row[kept]], [entries.col[kept]], [entries.data[kept]]
        if self.left.shape[1]:
            for part in self.slices:
                where = np.arange(part.start, part.stop)
                rows.append(np.repeat(where, where.size))
                columns.append(np.tile(where, where.size))
                values.append((self.left[part] @ self.right[part].T).ravel())
        shape = (self.dimension, self.dimension)
        return coo_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape).tocsr()

    def _is_concave(self) -> bool:
        size = np.abs(self._own_matrix.data).max(initial=0.0)
        diagonal = self.own_diagonal
        if diagonal is not None:
            return bool(diagonal.min() >= -1e-12 * size)
        blocks = (self.own_block(i) for i in range(self.n_players))
        return bool(min(np.linalg.eigvalsh((b + b.T) / 2).min() for b in blocks) >= -1e-12 * size)


class _Payoffs:
    """Payoff functions of one player each, for a game that is still being made."""

    game: SparseQuadraticGame

    def payoff(self, player: int) -> Any:
        return lambda x: float(self.game.payoff(x)[player])

    def slope(self, player: int) -> Any:
        return lambda x: self.game.rates(x)[self.game.slices[player]]


AnyQuadratic = QuadraticGame | SparseQuadraticGame
"""Games whose pseudo-gradient is affine."""


def is_quadratic(game: ContinuousGame) -> TypeGuard[AnyQuadratic]:
    """Whether the pseudo-gradient is affine: Jacobian and offset are known."""
    return isinstance(game, QuadraticGame | SparseQuadraticGame)


def dense_jacobian(game: AnyQuadratic) -> FloatArray:
    """Derivative of the pseudo-gradient as an array."""
    matrix = game.jacobian
    return matrix if isinstance(matrix, np.ndarray) else np.asarray(matrix.toarray())
