"""What the best equilibrium costs all players together."""

from __future__ import annotations

from gametrade.analysis.properties.continuous_welfare import continuous_welfare
from gametrade.analysis.properties.equilibrium_welfare import welfare_verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.equilibrium import StrategicGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "ContinuousGame", "StackelbergGame", "BilevelGame", "EvolutionaryGame", "PriceLeaderGame"),
    enumerates=("NormalFormGame",),
    source="Anshelevich et al. 2008, 10.1137/070680096",
)
def price_of_stability(game: StrategicGame, *, equilibria: str | None = None) -> Verdict:
    """The best equilibrium has the largest welfare.

    Parameters
    ----------
    game : StrategicGame
        Finite, quadratic with a concave sum of payoffs, formulas of up to four variables, or a price leader's. Welfare
        is the sum of payoffs. Other kinds are refused with the reason.
    equilibria : str, optional
        Solver that lists the equilibria: ``"vertex_enumeration"`` for all of two players, mixed ones too. If not
        given the pure ones of a finite game, and what the first choice finds in others.

    Returns
    -------
    Verdict
        Margin: welfare of the best equilibrium less the largest. The certificate holds the price of stability as
        ``ratio``: largest by reached welfare where payoffs are gains, reached by least cost where they are costs.
        Witness: the best equilibrium's likeliest actions.

    References
    ----------
    .. [1] E. Anshelevich, A. Dasgupta, J. Kleinberg, E. Tardos, T. Wexler and T. Roughgarden, "The price of stability
       for network design with fair cost allocation", SIAM J. Comput. 38 (2008) 1602-1623. :doi:`10.1137/070680096`

    Examples
    --------
    >>> import gametrade as gt
    >>> hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    >>> gt.check(hunt, "price_of_stability").holds, gt.check(hunt, "price_of_anarchy").certificate["ratio"]
    (True, 1.3333333333333333)
    """
    if isinstance(game, NormalFormGame):
        return welfare_verdict(game, "price_of_stability", equilibria or "pure_equilibria", max)
    return continuous_welfare(game, "price_of_stability", equilibria, worst=False)
