"""The prenucleolus: the nucleolus without the bound that nobody gets less than alone."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.lexicographic import Concept, lexicographic_allocation


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "covariance"),
    default=False,
    needs="any",
    kind="payoff",
    settles="whole",
    source="Sobolev 1975; Schmeidler 1969, 10.1137/0117107",
)
def prenucleolus(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Level the dissatisfaction of coalitions as the nucleolus does, even below what a player gains alone.

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
    Minimises the excesses :math:`v(S) - x(S)`, sorted from the largest down, over all vectors that share
    :math:`v(N)`. It exists for every game and equals the nucleolus of a zero-monotonic one, a sharing game
    among them. Method and cost as for :func:`~gametrade.solvers.nucleolus.nucleolus`.

    References
    ----------
    .. [1] D. Schmeidler, "The nucleolus of a characteristic function game", SIAM J. Appl. Math. 17 (1969)
       1163-1170. :doi:`10.1137/0117107`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a",): 6, ("b",): 6, ("a", "b"): 8})
    >>> gt.allocate(game, "prenucleolus").payoffs
    array([4., 4.])
    """
    return lexicographic_allocation(game, Concept("prenucleolus", per_member=False, bounded=False), exact)
