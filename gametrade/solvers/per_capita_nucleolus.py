"""The per-capita nucleolus: as the nucleolus, with the excess of each coalition divided by its size."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.lexicographic import Concept, lexicographic_allocation


@rules.register(
    promises=("efficiency", "symmetry", "covariance"),
    needs="any",
    kind="payoff",
    settles="whole",
    source="Grotte 1970; Young, Okada and Hashimoto 1982, 10.1029/WR018i003p00463",
)
def per_capita_nucleolus(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Level the dissatisfaction per member of coalitions.

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
    Minimises :math:`(v(S) - x(S)) / |S|`, sorted from the largest down, over the vectors that share
    :math:`v(N)` and give nobody less than alone; without that bound, and with a note, if the players gain more
    alone than together. It may pay a null player. Method and cost as for
    :func:`~gametrade.solvers.nucleolus.nucleolus`.

    References
    ----------
    .. [1] H. P. Young, N. Okada and T. Hashimoto, "Cost allocation in water resources development", Water
       Resour. Res. 18 (1982) 463-475. :doi:`10.1029/WR018i003p00463`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b"): 6, ("a", "b", "c"): 9})
    >>> gt.allocate(game, "per_capita_nucleolus").payoffs
    array([4., 4., 1.])
    """
    return lexicographic_allocation(game, Concept("per_capita_nucleolus", per_member=True, bounded=True), exact)
