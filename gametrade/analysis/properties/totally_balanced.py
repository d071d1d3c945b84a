"""Whether every subgame has a core."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.properties.balance import Balance
from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.verdict import Verdict
from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame, subgame, subset_sums
from gametrade.games.coalitional.tabulated import tabulated
from gametrade.registry import properties

SUBGAME_PLAYERS = 12
"""Most players for which the core of every subgame is looked at."""


@properties.register(of="game", covariant=True)
def totally_balanced(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    """Every coalition can share its own gains so that no part of it gains by leaving: a market game.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: least margin of :func:`~gametrade.analysis.properties.balanced.balanced` over the subgames of
        two players or more; witness: the players of that subgame, whose balancing weights and payoff vector
        are in the certificate. [money]

    Raises
    ------
    TooManyPlayersError
        If there are more than 12 players.

    Notes
    -----
    The totally balanced games are the market games [1]_, all sharing games among them. One least core for each
    of the :math:`2^n - n - 1` subgames.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
       :doi:`10.1016/0022-0531(69)90008-8`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abcd", lambda s: [0, 0, 1, 1, 2][len(s)])
    >>> verdict = gt.check(game, "totally_balanced")
    >>> gt.check(game, "balanced").holds, verdict.holds, verdict.witness
    (True, False, ('a', 'b', 'c'))
    """
    n = game.n_players
    if n > SUBGAME_PLAYERS:
        raise TooManyPlayersError(
            f"totally_balanced solves 2^n linear programs and stops at {SUBGAME_PLAYERS} players. Got {n}; "
            "balanced looks at the whole game, and convex is enough for every subgame to have a core."
        )
    shape = Shape.of(game, exact)
    statement = "every coalition can share its gains so that no part of it gains by leaving"
    table = tabulated(game)
    worst: tuple[Fraction, int, Balance] | None = None
    undecided: tuple[Fraction, int, Balance] | None = None
    for mask in range(1, 1 << n):
        if mask.bit_count() < 2:
            continue
        balance = Balance.of(subgame(table, shape.labels(mask)), exact)
        if worst is None or balance.margin < worst[0]:
            worst = balance.margin, mask, balance
        if balance.holds(shape.tolerance) is None:
            undecided = undecided or (balance.margin, mask, balance)
    if worst is None:
        return shape.inequality("totally_balanced", statement, [], count=0, witness=1)
    _, mask, balance = worst if undecided is None or worst[2].holds(shape.tolerance) is False else undecided
    masks = subset_sums(1 << np.flatnonzero([mask >> i & 1 for i in range(n)]))
    return balance.verdict(shape, "totally_balanced", statement, masks=masks)
