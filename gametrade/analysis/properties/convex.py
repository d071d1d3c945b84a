"""Whether players add more to larger coalitions."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from gametrade.analysis.properties.shape import Shape, Term
from gametrade.analysis.properties.worst_addition import with_zero_at
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.coalitional.marginal_values import added_by
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def convex(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""Everybody adds at least as much to a larger coalition as to a smaller one inside it.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least :math:`v(S \cup ij) - v(S \cup i) - v(S \cup j) + v(S)` over all S and i, j outside;
        witness: :math:`S \cup ij`. [money]

    Notes
    -----
    The core of a convex game is not empty; the Shapley value is in it [1]_. Pairs of players suffice:
    :math:`\binom n2 2^{n-2}` second differences, under a second for n = 20.

    References
    ----------
    .. [1] L. S. Shapley, "Cores of convex games", Int. J. Game Theory 1 (1971) 11-26.
       :doi:`10.1007/BF01753431`

    Examples
    --------
    >>> import gametrade as gt
    >>> glove = gt.TableGame.from_values({("l", "r"): 1, ("m", "r"): 1, ("l", "m", "r"): 1})
    >>> verdict = gt.check(glove, "convex")
    >>> verdict.holds, verdict.margin, verdict.witness
    (False, -1.0, ('l', 'r', 'm'))
    """
    shape, n = Shape.of(game, exact), game.n_players
    statement = "everybody adds at least as much to a larger coalition as to a smaller one inside it"
    pairs = n * (n - 1) // 2
    return shape.inequality("convex", statement, _worst_pair(shape.values, n), count=pairs << max(0, n - 2))


def _worst_pair(values: NDArray[Any], n: int) -> list[Term]:
    """Least second difference: v(S with i and j) - v(S with i) - v(S with j) + v(S)."""
    best: tuple[Any, int, int, int] | None = None
    for i in range(n - 1):
        first = added_by(values, i).ravel()
        for j in range(i + 1, n):
            second = added_by(first, j - 1).ravel()
            k = int(second.argmin())
            if best is None or second[k] < best[0]:
                best = second[k], with_zero_at(with_zero_at(k, j - 1), i), 1 << i, 1 << j
    if best is None:
        return []
    _, base, i, j = best
    return [(base | i | j, 1), (base | i, -1), (base | j, -1), (base, 1)]
