"""What the worst equilibrium costs all players together."""

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
    source="Koutsoupias and Papadimitriou 1999, 10.1007/3-540-49116-3_38",
)
def price_of_anarchy(game: StrategicGame, *, equilibria: str | None = None) -> Verdict:
    """Even the worst equilibrium has the largest welfare.

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
        Margin: welfare of the worst equilibrium less the largest. The certificate holds the price of anarchy as
        ``ratio``: largest by reached welfare where payoffs are gains, reached by least cost where they are costs, None
        where signs differ. Not decided where there is no equilibrium, or the list is not proved complete and no loss
        was found. Witness: the worst equilibrium's likeliest actions.

    Notes
    -----
    Welfare is bilinear on each maximal Nash subset of two players, so the extreme equilibria hold its extremes.

    References
    ----------
    .. [1] E. Koutsoupias and C. Papadimitriou, "Worst-case equilibria", STACS (1999) 404-413.
       :doi:`10.1007/3-540-49116-3_38`

    Examples
    --------
    >>> import gametrade as gt
    >>> dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> verdict = gt.check(dilemma, "price_of_anarchy")
    >>> verdict.margin, verdict.certificate["ratio"]
    (-4.0, 3.0)
    """
    if isinstance(game, NormalFormGame):
        return welfare_verdict(game, "price_of_anarchy", equilibria or "pure_equilibria", min)
    return continuous_welfare(game, "price_of_anarchy", equilibria, worst=True)
