"""Equal shares of what is left when every player has its separable contribution."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.exact_payoffs import allocation_of, numbers_of


@rules.register(
    promises=("efficiency", "symmetry", "covariance", "additivity"),
    needs="any",
    kind="payoff",
    source="Moulin 1985",
)
def ensc(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Give every player what all would lose without it, and share what that misses equally (ENSC).

    Parameters
    ----------
    game : CoalitionalGame
        Any game.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds; needs the table.

    Returns
    -------
    Allocation
        Payoffs. [money]

    Notes
    -----
    Equal allocation of non-separable costs: with :math:`c_i = v(N) - v(N \setminus i)`,
    :math:`x_i = c_i + (v(N) - \sum_j c_j) / n`. It is the egalitarian split of the dual game. n + 1 values of the
    game.

    References
    ----------
    .. [1] H. Moulin, "The separability axiom and equal-sharing methods", J. Econ. Theory 36 (1985) 120-148.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 9})
    >>> gt.allocate(game, "ensc").payoffs
    array([1., 7., 1.])
    """
    _, added, total = numbers_of(game, exact=exact)
    return allocation_of(game, "ensc", added + (total - added.sum()) / game.n_players, exact=exact)
