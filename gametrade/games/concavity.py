"""Whether payoffs are concave in a player's own variables, with a witness where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.typing import FloatArray

SAMPLES = 200


def concavity_witness(game: ContinuousGame, samples: int = SAMPLES) -> Mapping[str, Any] | None:
    """Evidence that a payoff is not concave in its owner's variables, or None.

    Parameters
    ----------
    game : ContinuousGame
        Its payoffs are examined.
    samples : int, default=200
        Pairs of points for each player, for payoffs that are not quadratic.

    Returns
    -------
    mapping or None
        For a quadratic payoff a direction of positive curvature, which decides; otherwise two strategies between
        which the payoff lies below the line. None for other payoffs is no proof.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.ContinuousGame.from_expressions({"a": "x**2"}, {"a": {"x": (0, 1)}})
    >>> concavity_witness(game)["curvature"]
    2.0
    """
    if game.concave is True:
        return None
    for player in range(game.n_players):
        found = _curved(game, player) if is_quadratic(game) else _pair(game, player, samples)
        if found is not None:
            return {"player": game.players[player], **found}
    return None


def need_concave(game: ContinuousGame, solver: str) -> None:
    """Refuse a game whose payoffs are seen not to be concave.

    Raises
    ------
    InvalidInputError
        With the player and the witness.
    """
    found = concavity_witness(game)
    if found is not None:
        shown = ", ".join(f"{key} {value}" for key, value in found.items() if key != "player")
        raise InvalidInputError(
            f"{solver} needs payoffs that are concave in the player's own variables. "
            f"Got that of {found['player']}: {shown}."
        )


def _curved(game: Any, player: int) -> Mapping[str, Any] | None:
    """Direction in which a quadratic payoff bends upwards."""
    block = game.own_block(player)
    values, vectors = np.linalg.eigh((block + block.T) / 2)
    if values[0] >= -1e-12 * max(1e-300, float(np.abs(block).max())):
        return None
    return {"direction": vectors[:, 0].tolist(), "curvature": float(-values[0])}


def _pair(game: ContinuousGame, player: int, samples: int) -> Mapping[str, Any] | None:
    """Two strategies of a player between which its payoff lies below the line through their payoffs."""
    rng = np.random.default_rng(0)
    low, high = (np.clip(bound, -1e3, 1e3) for bound in game.bounds)
    part = game.slices[player]
    for _ in range(samples):
        base = rng.uniform(low, high)
        first, second = base.copy(), base.copy()
        first[part], second[part] = _two_points(rng, low[part], high[part])
        middle = (first + second) / 2
        a, b, m = (_value(game, player, point) for point in (first, second, middle))
        if (a + b) / 2 - m > 1e-9 * max(abs(a), abs(b), abs(m)):
            return {
                "points": [first[part].tolist(), second[part].tolist()],
                "payoffs": [a, b],
                "payoff halfway": m,
                "profile": base.tolist(),
            }
    return None


def _two_points(rng: np.random.Generator, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two random points, near each other as often as far apart."""
    first, second = rng.uniform(low, high), rng.uniform(low, high)
    return first, np.asarray(first + (second - first) * 10.0 ** -rng.uniform(0, 2))


def _value(game: ContinuousGame, player: int, x: FloatArray) -> float:
    """A payoff that must be a number."""
    value = game.payoff_of(player, x)
    if not np.isfinite(value):
        raise InvalidInputError(
            f"payoff of {game.players[player]} must be finite. Got {value} at the profile {x.tolist()}."
        )
    return value
