"""The Jacobian of the pseudo-gradient over whole boxes, and what it proves about the number of equilibria."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import is_p_matrix
from gametrade.games.continuous import ContinuousGame
from gametrade.games.definite import is_definite
from gametrade.games.formula_bounds import Box, halves
from gametrade.games.intervals import Intervals, NoBounds
from gametrade.typing import FloatArray

MOST_VARIABLES = 8
"""Variables of all players up to which boxes are halved."""

MOST_ENTRIES = 3000
"""Entries of Jacobians that are bounded before a test is given up."""

MOST_LEFT = 200
"""Boxes that may be left in a round of halving."""

ROUNDS = 40

MOST_MINORS = 4
"""Variables up to which all principal minors are bounded."""

Test = Callable[[FloatArray, FloatArray], float | None]


class IntervalJacobian:
    r"""Bounds of :math:`J_{ij} = -\partial^2 u_{o(i)} / \partial x_i \partial x_j`, o(i) the owner of variable i.

    Parameters
    ----------
    game : ContinuousGame
        With formulas and finite bounds.

    Raises
    ------
    NoBounds
        If there are no formulas, too many variables, or a variable without bounds.
    """

    def __init__(self, game: ContinuousGame) -> None:
        import sympy

        formulas, (low, high) = game.formulas, game.bounds
        if formulas is None or game.dimension > MOST_VARIABLES:
            raise NoBounds(f"payoffs are not formulas of at most {MOST_VARIABLES} variables")
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise NoBounds("a variable has no bounds")
        self.box: Box = tuple(zip(low.tolist(), high.tolist(), strict=True))
        self.symbols, self.intervals = formulas.symbols, Intervals()
        self.slopes = [
            -sympy.diff(formulas.payoffs[player], symbol)
            for player, symbol in zip(game.owner, formulas.symbols, strict=True)
        ]
        self.entries = [[sympy.diff(slope, symbol) for symbol in formulas.symbols] for slope in self.slopes]

    def over(self, box: Box) -> tuple[FloatArray, FloatArray]:
        """Bounds of every entry on a box, rounded outwards, shapes (d, d)."""
        at = self.values(box)
        parts = [[_outward(self.intervals(entry, at)) for entry in row] for row in self.entries]
        both = np.array(parts)
        if not np.isfinite(both).all():
            raise NoBounds("a second derivative has no bound")
        return both[..., 0], both[..., 1]

    def values(self, box: Box) -> dict[Any, Any]:
        """Intervals of the variables."""
        return {s: self.intervals.box(*ends) for s, ends in zip(self.symbols, box, strict=True)}

    def middle(self, box: Box) -> FloatArray:
        """The Jacobian in the middle of a box, to rounding, shape (d, d)."""
        at = tuple(((a + b) / 2, (a + b) / 2) for a, b in box)
        low, high = self.over(at)
        return np.asarray((low + high) / 2)


def everywhere(
    jacobian: IntervalJacobian, test: Test, within: Box | None = None, most: int | None = None
) -> tuple[float, int] | None:
    """Show that a test holds on every box of some that cover all profiles.

    Parameters
    ----------
    jacobian : IntervalJacobian
        Of a game.
    test : callable
        ``test(low, high)`` is a number if all matrices between the bounds have the property, None if not.
    within : tuple of (low, high), optional
        A box of profiles; all of them if not given.
    most : int, optional
        Boxes after which it is given up.

    Returns
    -------
    (float, int) or None
        The least number over all boxes, and how many; None if a middle fails or a box stays open.
    """
    queue, least, looked = [within or jacobian.box], float("inf"), 0
    allowed = MOST_ENTRIES // len(jacobian.box) ** 2 if most is None else most
    while queue:
        box = queue.pop()
        looked += 1
        try:
            found = test(*jacobian.over(box))
        except NoBounds:
            found = None
        if found is not None:
            least = min(least, found)
            continue
        parts = halves(box)
        if parts is None or looked + len(queue) > allowed or not _possible(jacobian, test, box):
            return None
        queue += parts
    return least, looked


def where_equilibria_are(jacobian: IntervalJacobian, within: Box | None = None) -> Iterator[Box]:
    """Boxes that hold all equilibria of a game on a box, smaller and smaller; none at the end if there is none.

    Parameters
    ----------
    jacobian : IntervalJacobian
        Of a game whose strategy sets are intervals.
    within : tuple of (low, high), optional
        Stop as soon as all are within this box.

    Yields
    ------
    tuple of (low, high)
        The smallest box around those that are left, after each round of halving all of them.

    Notes
    -----
    At an equilibrium a variable whose slope of cost is positive is at its lower end, and at its upper end if it is
    negative. A box on which a slope has one sign, and which does not touch that end, holds none.
    """
    left = [jacobian.box]
    for _ in range(ROUNDS):
        parts = [half for box in left for half in halves(box) or [box]]
        left = [box for box in parts if not _excluded(jacobian, box)]
        if not left or len(left) > MOST_LEFT:
            return
        hull = tuple((min(box[k][0] for box in left), max(box[k][1] for box in left)) for k in range(len(jacobian.box)))
        yield hull
        if within and all(a <= low and high <= b for (low, high), (a, b) in zip(hull, within, strict=True)):
            return


def _excluded(jacobian: IntervalJacobian, box: Box) -> bool:
    values = jacobian.values(box)
    for slope, (low, high), (first, last) in zip(jacobian.slopes, box, jacobian.box, strict=True):
        try:
            found = jacobian.intervals(slope, values)
        except NoBounds:
            continue
        if (found.a > 0 and low > first) or (found.b < 0 and high < last):
            return True
    return False


def _possible(jacobian: IntervalJacobian, test: Test, box: Box) -> bool:
    """Whether the middle has the property at least."""
    try:
        middle = jacobian.middle(box)
    except NoBounds:
        return True
    return test(middle, middle) is not None


def definite_with(weights: Sequence[float]) -> Test:
    r"""Test of :math:`\mathrm{diag}(r) J + J^T \mathrm{diag}(r)` on an interval matrix, r one weight a variable.

    Parameters
    ----------
    weights : sequence of float
        Positive.

    Returns
    -------
    callable
        Its number is a lower bound, in floating point, of the smallest eigenvalue with the diagonal scaled to one.

    Notes
    -----
    A symmetric matrix within R of the middle M is at least M - diag(row sums of R); decided in fractions.

    Examples
    --------
    >>> test = definite_with([1.0, 1.0])
    >>> test(np.array([[2.0, 0.9], [0.9, 2.0]]), np.array([[2.0, 1.1], [1.1, 2.0]])) > 0.4
    True
    """
    r = [Fraction(weight) for weight in weights]

    def test(low: FloatArray, high: FloatArray) -> float | None:
        d = len(r)
        bottom, top = ([[r[i] * Fraction(m[i, j]) for j in range(d)] for i in range(d)] for m in (low, high))
        middle = [[(bottom[i][j] + top[i][j] + bottom[j][i] + top[j][i]) / 4 for j in range(d)] for i in range(d)]
        radius = [[(top[i][j] - bottom[i][j] + top[j][i] - bottom[j][i]) / 4 for j in range(d)] for i in range(d)]
        less = [[middle[i][j] - (sum(radius[i], Fraction(0)) if i == j else 0) for j in range(d)] for i in range(d)]
        if not is_definite(less):
            return None
        values = np.array(less, dtype=float)
        size = np.sqrt(np.diag(values))
        return float(np.linalg.eigvalsh(values / np.outer(size, size))[0])

    return test


def p_matrices(low: FloatArray, high: FloatArray) -> float | None:
    """Test whether all matrices between bounds are P-matrices: a number if so, None if it is not seen.

    Parameters
    ----------
    low, high : ndarray of shape (d, d)
        Bounds.

    Returns
    -------
    float or None
        With u > 0 and C u > 0, C the comparison matrix (least diagonal, minus the largest size elsewhere): the least of
        (C u)_i beside C_ii u_i, 1 where nobody depends on others. For up to four variables else the least bound of a
        principal minor.

    Examples
    --------
    >>> p_matrices(np.array([[2.0, -1.0], [-3.0, 2.0]]), np.array([[2.0, 1.0], [1.0, 2.0]])) is not None
    True
    """
    diagonal = np.diag(low)
    if (diagonal <= 0).any():
        return None
    compared = -np.maximum(np.abs(low), np.abs(high))
    np.fill_diagonal(compared, diagonal)
    try:
        u = np.linalg.solve(compared, diagonal)
    except np.linalg.LinAlgError:
        u = np.zeros(len(low))
    if (u > 0).all():
        exact = [sum((Fraction(a) * Fraction(b) for a, b in zip(row, u, strict=True)), Fraction(0)) for row in compared]
        if min(exact) > 0:
            return float(
                min(value / (Fraction(a) * Fraction(b)) for value, a, b in zip(exact, diagonal, u, strict=True))
            )
    if (low == high).all():
        return 0.0 if is_p_matrix(low) else None
    least = min(_minors(low, high), default=Fraction(0)) if len(low) <= MOST_MINORS else Fraction(0)
    return float(least) if least > 0 else None


def _minors(low: FloatArray, high: FloatArray) -> Iterator[Fraction]:
    """Lower bounds of all principal minors, by expansion along rows in interval arithmetic of fractions."""
    pairs = [
        [(Fraction(a), Fraction(b)) for a, b in zip(*rows, strict=True)]
        for rows in zip(low.tolist(), high.tolist(), strict=True)
    ]
    for size in range(1, len(low) + 1):
        for kept in combinations(range(len(low)), size):
            yield _determinant([[pairs[i][j] for j in kept] for i in kept])[0]


Pair = tuple[Fraction, Fraction]


def _determinant(matrix: list[list[Pair]]) -> Pair:
    if len(matrix) == 1:
        return matrix[0][0]
    low = high = Fraction(0)
    for j, (a, b) in enumerate(matrix[0]):
        c, d = _determinant([row[:j] + row[j + 1 :] for row in matrix[1:]])
        products = (a * c, a * d, b * c, b * d)
        ends = (min(products), max(products)) if j % 2 == 0 else (-max(products), -min(products))
        low, high = low + ends[0], high + ends[1]
    return low, high


def _outward(interval: Any) -> tuple[float, float]:
    """Ends of an interval as floats around it."""
    return float(np.nextafter(float(interval.a), -np.inf)), float(np.nextafter(float(interval.b), np.inf))
