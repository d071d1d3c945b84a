"""The point of the least core at which the gains are spread most evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.display import Shown
from gametrade.errors import SolverError
from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.games.coalitional.game import check_game
from gametrade.solvers.exact_excess import excesses_of, largest_excess
from gametrade.solvers.exact_levels import certified_point
from gametrade.solvers.exact_projection import Pulled
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import VIOLATION, Level, LevelSearch
from gametrade.solvers.kohlberg import KohlbergCertificate
from gametrade.solvers.least_core_value import allowed_gap, dual_value, level_search, no_gains
from gametrade.typing import BoolArray, FloatArray, IntArray

ROUNDS = 200
"""Rounds of row generation after which the search gives up."""


@dataclass(frozen=True, eq=False, slots=True)
class FairCorePoint(Shown):
    """The fair point, the excess of the least core, and what proves both.

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Payoffs. [money]
    fractions : tuple of Fraction, length n
        The point that the coalitions below determine, without rounding. [money]
    epsilon : Fraction
        Excess of the least core. [money]
    gap : Fraction
        Most by which an excess lies above it, rounding included. [money]
    levels : KohlbergCertificate
        Balanced coalitions whose excess is `epsilon` at every point of the least core.
    active : ndarray of bool, shape (k, n)
        Other coalitions that hold the point back from the even split.
    """

    payoffs: FloatArray
    fractions: tuple[Fraction, ...]
    epsilon: Fraction
    gap: Fraction
    levels: KohlbergCertificate
    active: BoolArray

    def __str__(self) -> str:
        held = f"{len(self.active)} coalitions hold it back"
        return f"fair point of the least core: excess {float(self.epsilon):.6g}, {held}"


def fair_core_point(game: CoalitionalGame, *, weak: bool = False, exact: bool = False) -> FairCorePoint:
    r"""Find the vector of the least core with the smallest variance of what players gain over being alone.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players, and a table.
    weak : bool, default=False
        Whether excesses are per member.
    exact : bool, default=False
        Whether the point is proved without tolerance.

    Returns
    -------
    FairCorePoint
        The point with its proof.

    Raises
    ------
    SolverError
        If the search fails or the point is not certified.

    Notes
    -----
    .. math:: \min_x \sum_i \bigl(x_i - v(\{i\})\bigr)^2 \quad \text{s.t. } x \text{ in the least core}

    A convex quadratic program with one solution [1]_. Coalitions whose excess is the same at every point of the
    least core become equations, the others rows that are added as they are met; the projection is found by
    non-negative least squares, which also names the rows that hold it back. From those the point follows by an
    exact linear system; it is then checked against every coalition.

    References
    ----------
    .. [1] D. Fioriti, G. Bigi, A. Frangioni, M. Passacantando and D. Poli, "Fair least core: efficient, stable and
       unique game-theoretic reward allocation in energy communities by row-generation", IEEE Trans. Energy Mark.
       Policy Regul. 3 (2025) 170-181. :doi:`10.1109/TEMPR.2024.3495237`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a",): 0, ("b",): 0, ("c",): 0, ("a", "b"): 8, ("a", "b", "c"): 9})
    >>> fair_core_point(game).payoffs
    array([4.25, 4.25, 0.5 ])
    """
    check_game(game, "fair_core_point")
    table = ExactTable.of(game, "least_core") if exact else ExactTable.of_size(game, "least_core")
    levels, active = held_back(table, weak)
    certificate = KohlbergCertificate.of(levels, game.n_players, per_member=weak, bounded=False)
    epsilon, _ = dual_value(table, levels[0], list(certificate.weights[0]), weak)
    active = Pulled(table, levels, epsilon, weak).without_wrong_pulls(active)
    point = projection(table, levels, active, epsilon, weak)
    gap = gap_of(table, point, certificate, epsilon, exact=exact)
    if exact and gap > 0:
        _, proof = certified_point(table, weak, bounded=False, no_gain=False)
        certificate = KohlbergCertificate(proof.levels[:1], proof.weights[:1], weak, bounded=False)
        epsilon, _ = dual_value(table, proof.levels[0], list(proof.weights[0]), weak)
        active = Pulled(table, proof.levels[:1], epsilon, weak).all_satisfied()
        point = projection(table, proof.levels[:1], active, epsilon, weak)
        gap = gap_of(table, point, certificate, epsilon, exact=True)
    if gap > (0 if exact else allowed_gap(table, point)):
        raise SolverError(f"The fair point is only proved up to {float(gap):.3g} {game.unit}.", "not certified")
    payoffs = np.array([float(x) for x in point])
    return FairCorePoint(payoffs, tuple(point), epsilon, gap, certificate, all_coalitions(game.n_players, active))


def gap_of(
    table: ExactTable, point: Sequence[Fraction], certificate: KohlbergCertificate, epsilon: Fraction, *, exact: bool
) -> Fraction:
    """Most by which an excess of the point is above epsilon, or one of the balanced coalitions below it. [money]"""
    gap = max(Fraction(0), largest_excess(table, point, per_member=certificate.per_member, exact=exact) - epsilon)
    for level in certificate.levels:
        numbers, denominator, sizes = excesses_of(table, point, level.masks, certificate.per_member)
        for number, size in zip(numbers, sizes, strict=True):
            gap = max(gap, abs(Fraction(int(number), denominator * int(size)) - epsilon))
    return gap


def held_back(table: ExactTable, weak: bool) -> tuple[list[Level], IntArray]:
    """Levels whose excess is that of the least core, and the other coalitions that hold the fair point back."""
    search = level_search(table, weak)
    if search is None:
        return [no_gains(table)[0]], np.zeros(0, dtype=np.int64)
    levels = list[Level]()
    first = 0.0
    while search.span.freedom:
        before = search.span.copy(), search.point.copy()
        level, height = search.next_level()
        first = height if not levels else first
        if height < first - VIOLATION:
            search.span, search.point = before
            break
        levels.append(level)
    return levels, _project(search, first) if search.span.freedom else np.zeros(0, dtype=np.int64)


def _project(search: LevelSearch, level: float) -> IntArray:
    """Coalitions with a positive multiplier at the point of the least core nearest to the even split."""
    search.forget_settled()
    basis = np.linalg.qr(search.span.normals.astype(float))[0]
    even = search.point + basis @ (basis.T @ (search.point.mean() - search.point))
    point, masks, used = even, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    for _ in range(ROUNDS):
        new = search.violated(point, level)
        if not len(new):
            return masks
        used = np.union1d(used, new)
        rows, gains, sizes = search.known(used)
        step, held = nearest(rows @ basis, gains - level * sizes - rows @ even)
        point, masks = even + basis @ step, used[held]
    raise SolverError("The fair point of the least core was not found.", "too many rounds")


def nearest(matrix: FloatArray, least: FloatArray) -> tuple[FloatArray, IntArray]:
    """Shortest vector s with matrix s >= least, and the rows with a positive multiplier.

    Parameters
    ----------
    matrix : ndarray of shape (m, d)
        Rows.
    least : ndarray of shape (m,)
        Right-hand side.

    Returns
    -------
    step : ndarray of shape (d,)
        The shortest vector.
    held : ndarray of int
        Positions of the rows that hold it back.

    Raises
    ------
    SolverError
        If no vector satisfies the rows.

    Notes
    -----
    Least-distance programming by non-negative least squares (Lawson and Hanson, chapter 23).

    Examples
    --------
    >>> nearest(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([-1.0, 2.0]))
    (array([1., 1.]), array([1]))
    """
    from scipy.optimize import nnls

    multipliers, _ = nnls(np.vstack([matrix.T, least]), np.append(np.zeros(matrix.shape[1]), 1.0))
    if 1.0 - multipliers @ least <= 1e-14:
        raise SolverError("The rows of the least core contradict each other.", "infeasible")
    held = np.flatnonzero(multipliers > 0)
    step = np.linalg.lstsq(matrix[held], least[held])[0] if len(held) else np.zeros(matrix.shape[1])
    return np.asarray(step), held


def projection(
    table: ExactTable, levels: Sequence[Level], active: IntArray, epsilon: Fraction, weak: bool
) -> list[Fraction]:
    """The point nearest to the even split of the gains at which the coalitions have the excess epsilon.

    Raises
    ------
    SolverError
        If a coalition pulls the point the wrong way.
    """
    point, pulls = Pulled(table, levels, epsilon, weak).point(active)
    if min(pulls, default=Fraction(0)) < 0:
        raise SolverError("A coalition pulls the fair point the wrong way.", "not certified")
    return point
