"""Whether coalitions just win or lose."""

from __future__ import annotations

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.properties.simple_table import SimpleTable
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=False)
def simple(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    """Every coalition wins (1) or loses (0), more players never lose what fewer win, and all together win.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: 0, or minus the distance of a value from 0 and 1, or -1 if the game is not monotone or nobody
        wins; witness: the coalition at fault, or else a smallest winning one. [money]

    Notes
    -----
    A simple game in the sense of von Neumann and Morgenstern: monotone, with v(N) = 1.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b"): 1, ("a", "b", "c"): 1, ("c",): 0})
    >>> gt.check(game, "simple").witness
    ('a', 'b')
    """
    shape = Shape.of(game, exact)
    table = SimpleTable.of(shape)
    if table.fault:
        return table.refusal(shape, "simple")
    witness = shape.labels(table.smallest_winner())
    certificate = {"kind": "enumeration", "count": len(table.wins), "winning": int(table.wins.sum())}
    return shape.verdict("simple", "every coalition wins or loses", True, 0.0, witness, certificate)
