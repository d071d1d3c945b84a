"""Whether disjoint coalitions never gain by joining."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.properties.splits import worst_split
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def subadditive(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""Disjoint coalitions never gain by joining, as costs of sensible projects do not grow.

    Parameters
    ----------
    game : CoalitionalGame
        At most 20 players.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least :math:`v(S) + v(T) - v(S \cup T)` over disjoint non-empty S and T; witness: their union,
        with both parts in the certificate. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 20 players.

    Notes
    -----
    All :math:`3^n` pairs are looked at.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a",): 3, ("b",): 2, ("a", "b"): 4})
    >>> gt.check(game, "subadditive").holds
    True
    """
    shape = Shape.of(game, exact)
    terms, count = worst_split(np.negative(shape.values), game.n_players, "subadditive")
    terms = [(mask, -weight) for mask, weight in terms]
    return shape.inequality("subadditive", "disjoint coalitions never gain by joining", terms, count=count)
