"""The nucleolus: the imputation whose largest excess, then next largest, and so on, is as small as can be."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.lexicographic import Concept, lexicographic_allocation


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
        Any game with a table: at most 25 players, or 28 if the table is given.
    exact : bool, default=False
        Whether payoffs are computed and certified as fractions.

    Returns
    -------
    Allocation
        Payoffs with a Kohlberg certificate. [money]

    Raises
    ------
    TooManyPlayersError
        If there are too many players for a table.
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
    return lexicographic_allocation(game, Concept("nucleolus", per_member=False, bounded=True), exact)
