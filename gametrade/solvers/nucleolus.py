"""The nucleolus: the imputation whose largest excess, then next largest, and so on, is as small as can be."""

from __future__ import annotations

from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.registry import rules
from gametrade.solvers.lexicographic import Concept, lexicographic_allocation
from gametrade.solvers.nucleolus_by_rows import nucleolus_by_rows
from gametrade.solvers.table_guard import fits_a_table

ROW_PLAYERS = 60
"""Most homes of a sharing game for which the rule goes on without a table."""

ROW_STEPS = 1000
"""Most trade steps for that."""

ROW_SECONDS = 30.0
"""How long it may take then."""


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "covariance"),
    needs="any",
    kind="payoff",
    settles="whole",
    source="Schmeidler 1969, 10.1137/0117107",
)
def nucleolus(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Make the most dissatisfied coalition as content as possible, then the next, and so on.

    Parameters
    ----------
    game : CoalitionalGame
        Any game with a table: at most 25 players, or 28 if the table is given. A sharing game of up to 60 homes and
        1000 trade steps goes on without one.
    exact : bool, default=False
        Whether payoffs are computed and certified as fractions.

    Returns
    -------
    Allocation
        Payoffs with a Kohlberg certificate. [money]

    Raises
    ------
    TooManyPlayersError
        If there are too many players for a table, or if without one the levels are not proved within 30 s;
        :func:`~gametrade.solvers.nucleolus_by_rows.nucleolus_by_rows` takes as long as it is given.
    SolverError
        If a linear program fails or the answer is not certified.

    Notes
    -----
    Among the payoff vectors that share :math:`v(N)` and give nobody less than :math:`v(\{i\})`, it minimises
    the excesses :math:`e(S, x) = v(S) - x(S)`, sorted from the largest down, lexicographically. It is unique,
    and in the core if there is one. If the players gain more alone than together there is no such vector; the
    answer is then the prenucleolus, with a note.

    A linear program finds the smallest largest excess; its rows are the coalitions met so far, and passes
    over the whole table add others until none is missed. Coalitions with a positive dual are settled
    together with everything in their linear span, and the next program pushes the rest [2]_. Coalitions that
    happen to be tight at the optimum are not settled for that. Values are shifted to zero for the players
    alone and divided by their range first. The levels and the rational weights with which they balance are the
    certificate (Kohlberg's criterion), which is checked in whole numbers. At most n - 1 levels, a few passes
    of :math:`2^n` each.

    References
    ----------
    .. [1] D. Schmeidler, "The nucleolus of a characteristic function game", SIAM J. Appl. Math. 17 (1969)
       1163-1170. :doi:`10.1137/0117107`
    .. [2] M. Maschler, B. Peleg and L. S. Shapley, "Geometric properties of the kernel, nucleolus, and related
       solution concepts", Math. Oper. Res. 4 (1979) 303-338. :doi:`10.1287/moor.4.4.303`

    Examples
    --------
    An estate of 200 and claims of 100, 200 and 300 (Aumann and Maschler's Talmud example):

    >>> import gametrade as gt
    >>> claims = {"a": 100, "b": 200, "c": 300}
    >>> left = lambda coalition: max(0, 200 - sum(claims[i] for i in claims if i not in coalition))
    >>> game = gt.TableGame.from_function("abc", left)
    >>> gt.allocate(game, "nucleolus").payoffs
    array([50., 75., 75.])
    >>> [str(x) for x in gt.allocate(game, "nucleolus", exact=True).fractions]
    ['50', '75', '75']
    """
    if isinstance(game, SharingGame) and not exact and not fits_a_table(game):
        return _without_table(game)
    return lexicographic_allocation(game, Concept("nucleolus", per_member=False, bounded=True), exact)


def _without_table(game: SharingGame) -> Allocation:
    """By row generation, if that is likely to end and does."""
    steps = game.trade_steps.size
    if game.n_players > ROW_PLAYERS or steps > ROW_STEPS:
        raise TooManyPlayersError(
            f"nucleolus without a table is tried for up to {ROW_PLAYERS} homes and {ROW_STEPS} trade steps. "
            f"Got {game.n_players} and {steps}; nucleolus_by_rows takes any number and a time limit."
        )
    answer = nucleolus_by_rows(game, seconds=ROW_SECONDS)
    if answer.rule != "nucleolus":
        raise TooManyPlayersError(
            f"nucleolus of {game.n_players} homes was not proved within {ROW_SECONDS:g} s; "
            "nucleolus_by_rows takes a time limit and returns the payoffs reached with the bounds of each level."
        )
    return answer
