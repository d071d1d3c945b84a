"""Whether a coalition always gains at least what a newcomer has alone."""

from __future__ import annotations

from gametrade.analysis.properties.shape import Shape, Term
from gametrade.analysis.properties.worst_addition import worst_addition
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def zero_monotone(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""A newcomer always adds at least what it is worth alone.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least :math:`v(S \cup i) - v(S) - v(\{i\})` over non-empty S; witness: the larger coalition.
        [money]

    Notes
    -----
    The zero-normalised game is monotone. Weaker than superadditive, and enough for the prenucleolus to be the
    nucleolus [1]_. :math:`n 2^{n-1}` differences.

    References
    ----------
    .. [1] M. Maschler, B. Peleg and L. S. Shapley, "Geometric properties of the kernel, nucleolus, and related
       solution concepts", Math. Oper. Res. 4 (1979) 303-338. :doi:`10.1287/moor.4.4.303`

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.check(gt.TableGame.from_values({("a",): 3, ("b",): 2, ("a", "b"): 4}), "zero_monotone").margin
    -1.0
    """
    shape, n = Shape.of(game, exact), game.n_players
    terms: list[Term] = []
    if n > 1:
        smaller, player = worst_addition(shape.values, shape.values[shape.alone], empty=False)
        terms = [(smaller | 1 << player, 1), (smaller, -1), (1 << player, -1)]
    statement = "a newcomer adds at least what it is worth alone"
    return shape.inequality("zero_monotone", statement, terms, count=n * ((1 << (n - 1)) - 1))
