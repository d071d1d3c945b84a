"""What each coalition adds when it comes last."""

from __future__ import annotations

from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.table import TableGame
from gametrade.games.coalitional.tabulated import tabulated


def dual(game: CoalitionalGame, *, exact: bool = False) -> TableGame:
    r"""Make the dual game: what the grand coalition loses without each coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Subtract the floats without rounding.

    Returns
    -------
    TableGame
        :math:`v^*(S) = v(N) - v(N \setminus S)`; its dual is the game itself. [money]

    Examples
    --------
    >>> glove = TableGame.from_values({("l", "r"): 1, ("m", "r"): 1, ("l", "m", "r"): 1})
    >>> dual(glove).value(["r"])
    1.0
    """
    return tabulated(game).changed(lambda v: v[-1] - v[::-1], exact=exact)
