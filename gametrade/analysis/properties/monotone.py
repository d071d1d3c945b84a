"""Whether a coalition never loses by taking a player in."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.properties.worst_addition import worst_addition
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=False)
def monotone(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""A coalition is never worth less with one more player.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least :math:`v(S \cup i) - v(S)`, the empty S among them; witness: the larger coalition. [money]

    Notes
    -----
    :math:`n 2^{n-1}` differences.

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.check(gt.TableGame.from_values({("a",): 3, ("b",): 2, ("a", "b"): 4}), "monotone").margin
    1.0
    """
    shape, n = Shape.of(game, exact), game.n_players
    smaller, player = worst_addition(shape.values, np.zeros_like(shape.values, shape=n), empty=True)
    terms = [(smaller | 1 << player, 1), (smaller, -1)]
    statement = "no coalition is worth less with one more player"
    return shape.inequality("monotone", statement, terms, count=n << (n - 1))
