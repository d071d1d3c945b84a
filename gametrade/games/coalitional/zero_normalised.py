"""A game without what each player has alone."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.table import TableGame
from gametrade.games.coalitional.tabulated import tabulated


def zero_normalised(game: CoalitionalGame, *, exact: bool = False) -> TableGame:
    r"""Take from each coalition what its members are worth alone.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Subtract the floats without rounding.

    Returns
    -------
    TableGame
        :math:`v_0(S) = v(S) - \sum_{i \in S} v(\{i\})`. [money]

    Examples
    --------
    >>> zero_normalised(TableGame.from_values({("a",): 1, ("b",): 2, ("a", "b"): 7})).table()
    array([0., 0., 0., 4.])
    """
    alone = 1 << np.arange(game.n_players)
    return tabulated(game).changed(lambda v: v - subset_sums(v[alone]), exact=exact)
