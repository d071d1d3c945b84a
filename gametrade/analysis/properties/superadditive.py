"""Whether disjoint coalitions never lose by joining."""

from __future__ import annotations

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.properties.splits import worst_split
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def superadditive(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""Disjoint coalitions never lose by joining.

    Parameters
    ----------
    game : CoalitionalGame
        At most 20 players.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least :math:`v(S \cup T) - v(S) - v(T)` over disjoint non-empty S and T; witness: their union,
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
    >>> gt.check(game, "superadditive").margin
    -1.0
    """
    shape = Shape.of(game, exact)
    terms, count = worst_split(shape.values, game.n_players, "superadditive")
    return shape.inequality("superadditive", "disjoint coalitions never lose by joining", terms, count=count)
