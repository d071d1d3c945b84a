"""Re-prove regret bounds of quadratic games in exact rational arithmetic, without any solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import positive_definite
from gametrade.analysis.verification.case import Refuted
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame, dense_jacobian
from gametrade.typing import ArrayLike

SLACK = Fraction(1, 10**9)

KINDS = ("regret_bounds", "price_taking_gap")
"""Certificates that bound the regrets of a quadratic game."""


def prove_regrets(equilibrium: Equilibrium) -> dict[str, Fraction]:
    r"""Recompute every player's regret bound exactly, from the game and the certificate alone.

    Parameters
    ----------
    equilibrium : Equilibrium
        Of a quadratic game, with a certificate of the kind ``regret_bounds`` or ``price_taking_gap``.

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
    Weak duality as in `regret_bounds` and `price_taking_gap`; that the curvature m is below the own Hessian is proved
    by elimination in :math:`Q - mI`. Separable and convex payoffs of one variable need no certificate.

    Examples
    --------
    >>> import gametrade as gt
    >>> duopoly = gt.ContinuousGame.from_expressions({"a": "x*(9-x-y)", "b": "y*(9-x-y)"},
    ...     {"a": {"x": (0, 9)}, "b": {"y": (0, 9)}})
    >>> prove_regrets(gt.solve(duopoly)[0])
    {'a': Fraction(0, 1), 'b': Fraction(0, 1)}
    """
    game, certificate = equilibrium.game, equilibrium.certificate
    if not isinstance(game, QuadraticGame | SparseQuadraticGame) or certificate.get("kind") not in KINDS:
        raise Refuted("only regret bounds of quadratic games can be proved exactly")
    x = np.concatenate(equilibrium.strategies)
    size = Fraction(float(max(1.0, np.abs(equilibrium.payoffs).max())))
    proved = {}
    for player, name in enumerate(game.players):
        bound = _bound(game, player, x, certificate)
        if bound > Fraction(float(equilibrium.regrets[player])) + SLACK * size:
            raise Refuted(f"regret of {name} is proved to be at most {float(bound):.3g} only")
        proved[name] = max(Fraction(0), bound)
    return proved


def _bound(game: Any, player: int, x: Any, certificate: Mapping[str, Any]) -> Fraction:
    """Bound of one player."""
    if certificate.get("method") == "separable":
        return _separable(game, player, x)
    part = certificate["players"][game.players[player]]
    if part.get("method") == "vertices":
        return _vertices(game, player, x)
    if part.get("method") != "best_reply":
        raise Refuted("there is no best reply to check")
    if certificate["kind"] == "regret_bounds":
        return by_reply(game, player, x, part, points=game.deviations(player, x))
    weight = _vector(certificate["weights"])[player]
    above, same = (_vector(certificate[name]) for name in ("shared_prices", "shared_equal_prices"))
    if weight <= 0 or any(price < 0 for price in above):
        raise Refuted("a weight is not positive, or a price of a shared inequality is negative")
    shared, profile = game.shared, _vector(x)
    rows = [*zip(above, _matrix(shared.rows), strict=True), *zip(same, _matrix(shared.equal_rows), strict=True)]
    tilt = [sum((p * row[k] for p, row in rows), Fraction(0)) / weight for k in range(len(profile))][
        game.slices[player]
    ]
    left = zip(above, _vector(shared.limits), _matrix(shared.rows), strict=True)
    extra = sum((p * max(Fraction(0), b - _dot(row, profile)) for p, b, row in left), Fraction(0)) / weight
    return by_reply(game, player, x, part, points=_own_set(game, player), tilt=tilt) + extra


def _own_set(game: Any, player: int) -> Polyhedron:
    """A player's own set, within the bounds that the shared constraints set on single variables."""
    own, part = game.sets[player], game.slices[player]
    low, high = (bound[part] for bound in game.bounds)
    return Polyhedron(low, high, own.rows, own.limits, own.equal_rows, own.equal_limits)


def rates(game: Any, player: int, x: Any) -> list[Fraction]:
    """Derivatives of a player's payoff by its own variables, without rounding."""
    where, profile = game.slices[player], _vector(x)
    full, offset = _matrix(dense_jacobian(game)[where]), _vector(game.offset[where])
    return [-(_dot(row, profile) + c) for row, c in zip(full, offset, strict=True)]


def by_reply(
    game: Any, player: int, x: Any, part: Mapping[str, Any], *, points: Polyhedron, tilt: Sequence[Fraction] = ()
) -> Fraction:
    """Bound a player's regret by weak duality at the best reply that the certificate states; prices tilt the payoff.

    Raises
    ------
    Refuted
        If a multiplier has the wrong sign, the curvature is not one, or the bound is infinite.
    """
    where = game.slices[player]
    block = game.own_block(player)
    curvature = Fraction(float(part["curvature"]))
    if curvature < 0 or not positive_definite(block, curvature, strict=False):
        raise Refuted("the curvature is not below the own Hessian")
    reply, own, rows, equal = (_vector(v) for v in (part["reply"], x[where], part["rows"], part["equal"]))
    if any(price < 0 for price in rows):
        raise Refuted("a multiplier of an inequality is negative")
    bend, at = _matrix(block), rates(game, player, x)
    at = [a - t for a, t in zip(at, tilt, strict=True)] if tilt else at
    move = [r - o for r, o in zip(reply, own, strict=True)]
    gain = _dot(at, move) - _dot([_dot(row, move) for row in bend], move) / 2
    rate = [a - _dot(row, move) for a, row in zip(at, bend, strict=True)]
    left, limits = _matrix(points.rows), _vector(points.limits)
    same, levels = _matrix(points.equal_rows), _vector(points.equal_limits)
    gap = sum((p * (b - _dot(row, reply)) for p, b, row in zip(rows, limits, left, strict=True)), Fraction(0))
    gap += sum((p * (b - _dot(row, reply)) for p, b, row in zip(equal, levels, same, strict=True)), Fraction(0))
    low, high = points.lower, points.upper
    if not np.isfinite([low, high]).all() and (left or same):
        low, high = points.implied_bounds()
    for k, held in enumerate(reply):
        slope = rate[k] - sum(
            (p * row[k] for p, row in [*zip(rows, left, strict=True), *zip(equal, same, strict=True)]), Fraction(0)
        )
        gap += most(slope, curvature, (float(low[k]), float(high[k])), held)
    return gain + gap


def _separable(game: Any, player: int, x: Any) -> Fraction:
    """Exact regret where own blocks are diagonal and sets are boxes: every variable by itself."""
    where, block = game.slices[player], _matrix(game.own_block(player))
    if game.shared is not None or any(block[i][j] for i in range(len(block)) for j in range(len(block)) if i != j):
        raise Refuted("the variables of a player are not separable")
    ends = [(float(a), float(b)) for a, b in zip(*(bound[where] for bound in game.bounds), strict=True)]
    if min(row[k] for k, row in enumerate(block)) < 0 or not game.sets[player].is_box:
        raise Refuted("a payoff is not concave, or a strategy set is no box")
    slopes, held = rates(game, player, x), _vector(x[where])
    return sum((most(rate, block[k][k], ends[k], held[k]) for k, rate in enumerate(slopes)), Fraction(0))


def _vertices(game: Any, player: int, x: Any) -> Fraction:
    """Exact regret of a player with one variable and a payoff that bends upwards: the best end of its interval."""
    points, where = game.deviations(player, x), game.slices[player]
    bend, rate, held = _matrix(game.own_block(player))[0][0], rates(game, player, x)[0], _vector(x[where])[0]
    if points.dimension != 1 or len(points.equal_rows) or bend > 0:
        raise Refuted("the best strategy need not be at an end")
    ends: list[list[Fraction]] = [[], []]
    for side, bound in enumerate((points.lower[0], points.upper[0])):
        ends[side] += [Fraction(float(bound))] if np.isfinite(bound) else []
    for row, limit in zip(_vector(points.rows[:, 0]), _vector(points.limits), strict=True):
        if row:
            ends[int(row > 0)].append(limit / row)
    if not ends[0] or not ends[1]:
        raise Refuted("the interval has no end")
    return max(rate * (y - held) - bend * (y - held) ** 2 / 2 for y in (max(ends[0]), min(ends[1])))


def most(slope: Fraction, bend: Fraction, ends: tuple[float, float], held: Fraction) -> Fraction:
    """Largest value of slope t - bend t^2 / 2 where held + t stays within the ends.

    Raises
    ------
    Refuted
        If there is no end to it.
    """
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
