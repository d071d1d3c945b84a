"""Re-prove regret bounds of quadratic games in exact rational arithmetic, without any solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import positive_definite
from gametrade.analysis.verification.case import Refuted
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame, dense_jacobian, is_quadratic
from gametrade.typing import ArrayLike

SLACK = Fraction(1, 10**9)


def prove_regrets(equilibrium: Equilibrium) -> dict[str, Fraction]:
    r"""Recompute every player's regret bound exactly, from the game and the certificate alone.

    Parameters
    ----------
    equilibrium : Equilibrium
        Of a quadratic game, with a certificate of the kind ``regret_bounds`` whose methods are ``best_reply``.

    Returns
    -------
    dict of str to Fraction
        A bound on each player's regret, valid whatever computed the certificate. [unit of the game]

    Raises
    ------
    Refuted
        If a multiplier has the wrong sign, the curvature is not one, or a bound exceeds the reported regret by
        more than 1e-9 of the payoffs' size.

    Notes
    -----
    Weak duality as in `regret_bounds`; that the curvature m is below the own Hessian is proved by the leading
    minors of :math:`Q - mI`.

    Examples
    --------
    >>> import gametrade as gt
    >>> duopoly = gt.ContinuousGame.from_expressions({"a": "x*(9-x-y)", "b": "y*(9-x-y)"},
    ...     {"a": {"x": (0, 9)}, "b": {"y": (0, 9)}})
    >>> prove_regrets(gt.solve(duopoly)[0])
    {'a': Fraction(0, 1), 'b': Fraction(0, 1)}
    """
    game, certificate = equilibrium.game, equilibrium.certificate
    if not isinstance(game, QuadraticGame | SparseQuadraticGame) or certificate.get("kind") != "regret_bounds":
        raise Refuted("only regret bounds of quadratic games can be proved exactly")
    x = np.concatenate(equilibrium.strategies)
    size = Fraction(float(max(1.0, np.abs(equilibrium.payoffs).max())))
    proved = {}
    for player, name in enumerate(game.players):
        bound = _bound(game, player, x, certificate["players"][name])
        if bound > Fraction(float(equilibrium.regrets[player])) + SLACK * size:
            raise Refuted(f"regret of {name} is proved to be at most {float(bound):.3g} only")
        proved[name] = max(Fraction(0), bound)
    return proved


def _bound(game: Any, player: int, x: Any, part: Mapping[str, Any]) -> Fraction:
    """Bound of one player."""
    if not is_quadratic(game) or part.get("method") != "best_reply":
        raise Refuted("there is no best reply to check")
    where, points = game.slices[player], game.deviations(player, x)
    block = game.own_block(player)
    curvature = Fraction(float(part["curvature"]))
    if curvature < 0 or not positive_definite(block, curvature, strict=False):
        raise Refuted("the curvature is not below the own Hessian")
    reply, own, rows, equal = (_vector(v) for v in (part["reply"], x[where], part["rows"], part["equal"]))
    if any(price < 0 for price in rows):
        raise Refuted("a multiplier of an inequality is negative")
    bend, profile = _matrix(block), _vector(x)
    full = _matrix(dense_jacobian(game)[where])
    at = [-(_dot(row, profile) + offset) for row, offset in zip(full, _vector(game.offset[where]), strict=True)]
    move = [r - o for r, o in zip(reply, own, strict=True)]
    gain = _dot(at, move) - _dot([_dot(row, move) for row in bend], move) / 2
    rate = [a - _dot(row, move) for a, row in zip(at, bend, strict=True)]
    left, limits = _matrix(points.rows), _vector(points.limits)
    same, levels = _matrix(points.equal_rows), _vector(points.equal_limits)
    gap = sum((p * (b - _dot(row, reply)) for p, b, row in zip(rows, limits, left, strict=True)), Fraction(0))
    gap += sum((p * (b - _dot(row, reply)) for p, b, row in zip(equal, levels, same, strict=True)), Fraction(0))
    for k, held in enumerate(reply):
        slope = rate[k] - sum(
            (p * row[k] for p, row in [*zip(rows, left, strict=True), *zip(equal, same, strict=True)]), Fraction(0)
        )
        gap += _most(slope, curvature, (float(points.lower[k]), float(points.upper[k])), held)
    return gain + gap


def _most(slope: Fraction, bend: Fraction, ends: tuple[float, float], held: Fraction) -> Fraction:
    """Largest value of slope t - bend t^2 / 2 where held + t stays within the ends."""
    low, high = ends
    if bend:
        best = slope / bend
    elif slope == 0:
        return Fraction(0)
    else:
        end = high if slope > 0 else low
        if not np.isfinite(end):
            raise Refuted("the bound is infinite")
        return slope * (Fraction(end) - held)
    if np.isfinite(low):
        best = max(best, Fraction(low) - held)
    if np.isfinite(high):
        best = min(best, Fraction(high) - held)
    return slope * best - bend * best * best / 2


def _vector(values: ArrayLike) -> list[Fraction]:
    return [Fraction(float(value)) for value in np.asarray(values, dtype=float).ravel()]


def _matrix(values: Any) -> list[list[Fraction]]:
    return [_vector(row) for row in np.asarray(values, dtype=float)]


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True) if x and y), Fraction(0))
