"""What leaders play among themselves once the followers' answer is put into their payoffs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import ArrayLike, FloatArray

AGREES = 1e-7
"""Share of the payoffs by which the quadratic may miss points that it was not made from."""

FINEST = 1e-4
"""Share of the intervals at which the search for a region without kinks ends."""


def leaders_game(game: StackelbergGame, around: ArrayLike | None = None) -> QuadraticGame:
    r"""Find the quadratic game that leaders play in the region of choices in which followers answer in one way.

    Parameters
    ----------
    game : StackelbergGame
        Leaders with one variable each, between finite bounds.
    around : array_like of shape (n,), optional
        Choices near which followers answer; the middle of the intervals if not given.

    Returns
    -------
    QuadraticGame
        Players: the leaders, on their whole intervals, with the payoffs of that region.

    Raises
    ------
    InvalidInputError
        If a leader has several variables or no bounds, or payoffs are not quadratic near these choices.

    Notes
    -----
    Quadratics are determined by their values at :math:`1 + d + d (d + 1) / 2` points; 2 d others have to agree.
    The stencil, at the choices or to one side of them, shrinks until no change of the answer's form is inside it.

    Examples
    --------
    Two leading firms and one that follows, price 12 - Q; each leader gets x (12 - Q) / 2:

    >>> import gametrade as gt
    >>> sets = [gt.Polyhedron.of([0.0], [6.0])] * 2
    >>> pair = StackelbergGame(("a", "b"), (("x",), ("y",)), tuple(sets),
    ...     (lambda x, y: x[0] * (12 - x.sum() - y[0]), lambda x, y: x[1] * (12 - x.sum() - y[0])),
    ...     lambda x: np.maximum(0.0, (12 - x.sum(keepdims=True)) / 2))
    >>> leaders_game(pair).hessians.round(9).tolist()
    [[[-1.0, -0.5], [-0.5, 0.0]], [[0.0, -0.5], [-0.5, -1.0]]]
    """
    low, high = bounds_of(game)
    width, share = high - low, 0.125
    x = game.start if around is None else np.array(around, dtype=float).ravel()
    if x.shape != low.shape:
        raise InvalidInputError(f"around of leaders_game must be {low.size} choices. Got {x.size}.")
    while share >= FINEST:
        step = np.where(width > 0, share * width, 1.0)
        for side in (0.0, -1.5, 1.5):
            middle = np.where(width > 0, np.clip(x + side * step, low + step, high - step), low)
            fits = [_fit(game, leader, middle, step) for leader in range(game.n_leaders)]
            if all(fit is not None for fit in fits):
                return _quadratic(game, fits)  # type: ignore[arg-type]
        share /= 4
    raise InvalidInputError(f"payoffs of leaders_game must be quadratic near the choices. Got others at {x.tolist()}.")


def _quadratic(game: StackelbergGame, fits: Sequence[tuple[FloatArray, FloatArray, float]]) -> QuadraticGame:
    """The game of these payoffs, on the whole intervals."""
    hessians, linear, constants = (np.array(part) for part in zip(*fits, strict=True))
    return QuadraticGame.of(
        game.leaders,
        hessians,
        linear,
        game.sets,
        constants=constants,
        variables=game.variables,
        unit=game.unit,
    )


def bounds_of(game: StackelbergGame) -> tuple[FloatArray, FloatArray]:
    """Ends of the intervals of all leaders.

    Raises
    ------
    InvalidInputError
        If a leader has several variables, other constraints or no bounds.
    """
    for leader, points in zip(game.leaders, game.sets, strict=True):
        if points.dimension != 1 or not points.is_box or not np.isfinite([points.lower[0], points.upper[0]]).all():
            raise InvalidInputError(f"choices of {leader} must be one variable between finite bounds.")
    low, high = (np.array([end(points) for points in game.sets]) for end in (_lower, _upper))
    return low, high


def _lower(points: object) -> float:
    return float(points.lower[0])  # type: ignore[attr-defined]


def _upper(points: object) -> float:
    return float(points.upper[0])  # type: ignore[attr-defined]


def _fit(
    game: StackelbergGame, leader: int, middle: FloatArray, step: FloatArray
) -> tuple[FloatArray, FloatArray, float] | None:
    """Hessian, slope and constant of a leader's payoff about 0; None if other points do not agree."""
    d = middle.size
    unit = np.diag(step)

    def at(*moves: FloatArray) -> float:
        low, high = bounds_of(game)
        return game.payoff(np.clip(middle + np.sum(moves, axis=0), low, high), leader)

    here = game.payoff(middle, leader)
    ahead, behind = (np.array([at(sign * unit[k]) for k in range(d)]) for sign in (1.0, -1.0))
    curve = np.diag((ahead - 2 * here + behind) / step**2)
    for j in range(d):
        for k in range(j):
            both = at(unit[j], unit[k]) - ahead[j] - ahead[k] + here
            curve[j, k] = curve[k, j] = both / (step[j] * step[k])
    slope = (ahead - behind) / (2 * step)
    size = max(abs(here), float(np.abs([*ahead, *behind]).max()))
    for k in range(d):
        for sign in (1.0, -1.0):
            move = sign * unit[k] / 2 - unit.sum(axis=0) * 0.4
            found = here + slope @ move + move @ curve @ move / 2
            if abs(at(move) - found) > AGREES * max(size, 1e-300):
                return None
    return curve, slope - curve @ middle, float(here - slope @ middle + middle @ curve @ middle / 2)
