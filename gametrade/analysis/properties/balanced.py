"""Whether the core has a point."""

from __future__ import annotations

from gametrade.analysis.properties.balance import Balance
from gametrade.analysis.properties.shape import Shape
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.coalitional.tabulated import tabulated
from gametrade.registry import properties


@properties.register(of="game", covariant=True)
def balanced(game: CoalitionalGame, *, exact: bool = False) -> Verdict:
    r"""The gains can be shared so that no coalition gains by leaving: the core is not empty.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Decide without tolerance, in whole numbers.

    Returns
    -------
    Verdict
        Margin: what the best payoff vector leaves every proper coalition over its value, minus the least-core
        value; witness: the coalition with the largest balancing weight. The certificate holds the balancing
        weights, as terms, and the payoff vector. None if neither decides. [money]

    Notes
    -----
    Balancing weights :math:`\lambda_S > 0` that add up to 1 over the coalitions of every player and have
    :math:`\sum \lambda_S v(S) > v(N)` exist exactly when the core is empty [1]_ [2]_; a payoff vector without
    positive excess shows that it is not. Both are checked in rational arithmetic.

    References
    ----------
    .. [1] O. N. Bondareva, "Some applications of linear programming methods to the theory of cooperative games",
       Problemy Kibernetiki 10 (1963) 119-139.
    .. [2] L. S. Shapley, "On balanced sets and cores", Naval Res. Logist. Q. 14 (1967) 453-460.
       :doi:`10.1002/nav.3800140404`

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    >>> verdict = gt.check(majority, "balanced")
    >>> verdict.holds, verdict.certificate["margin"]
    (False, '-1/3')
    """
    shape = Shape.of(game, exact)
    statement = "the gains can be shared so that no coalition gains by leaving"
    if game.n_players == 1:
        return shape.inequality("balanced", statement, [], count=0, witness=1)
    balance = Balance.of(tabulated(game), exact)
    return balance.verdict(shape, "balanced", statement)
