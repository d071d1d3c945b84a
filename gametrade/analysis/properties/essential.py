"""Whether there is anything to gain."""

from __future__ import annotations

from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def essential(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""All players together gain more than each of them alone.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: :math:`v(N) - \sum_i v(\{i\})`, which must be positive beyond the tolerance; witness: the grand
        coalition. [money]

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.check(gt.TableGame.from_values({("a",): 3, ("b",): 2, ("a", "b"): 5}), "essential").holds
    False
    """
    shape = Shape.of(game, exact)
    terms = [(shape.grand, 1), *((int(mask), -1) for mask in shape.alone)]
    statement = "all together gain more than each alone"
    return shape.inequality("essential", statement, terms, count=1, strict=True)
