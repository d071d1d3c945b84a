"""The egalitarian split: the centre of the imputation set."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.registry import rules
from gametrade.solvers.exact_payoffs import allocation_of, numbers_of


@rules.register(
    promises=("efficiency", "symmetry", "covariance", "additivity"),
    needs="any",
    kind="payoff",
    same_as="equal_split",
    source="van den Brink and Funaki 2009",
)
def egalitarian(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Give every player its value alone and the same share of the rest, the centre of the imputation set (CIS).

    Parameters
    ----------
    game : CoalitionalGame
        Any game.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds; needs the table.

    Returns
    -------
    Allocation
        Payoffs, those of ``equal_split``. [money]

    Notes
    -----
    :math:`x_i = v(\{i\}) + (v(N) - \sum_j v(\{j\})) / n`: the average of the extreme points of the set of
    imputations. n + 1 values of the game.

    References
    ----------
    .. [1] R. van den Brink and Y. Funaki, "Axiomatizations of a class of equal surplus sharing solutions for
       TU-games", Theory Decis. 67 (2009) 303-340.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a",): 1, ("b",): 0, ("c",): 0, ("a", "b", "c"): 4})
    >>> gt.allocate(game, "egalitarian").payoffs
    array([2., 1., 1.])
    """
    alone, _, total = numbers_of(game, exact=exact)
    return allocation_of(game, "egalitarian", alone + (total - alone.sum()) / game.n_players, exact=exact)
