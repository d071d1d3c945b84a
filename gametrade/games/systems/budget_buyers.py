"""Producers lead with prices, consumers follow by spreading a budget over them."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.budget_buyers import BudgetBuyersGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Anoh et al. 2020, IEEE Trans. Smart Grid 11; Maharjan et al. 2013, 10.1109/TSG.2012.2223766",
    example={"supplies": [4.0, 9.0], "budgets": [6.0, 4.0], "satiations": [0.5, 0.5]},
    of_step=step_numbers.budgets,
)
def budget_buyers(
    *,
    supplies: ArrayLike,
    budgets: ArrayLike,
    satiations: ArrayLike = 1.0,
    cap: float | None = None,
    sellers: Sequence[str] | None = None,
    buyers: Sequence[str] | None = None,
    unit: str = "money",
) -> BudgetBuyersGame:
    r"""Build the game of producers in a virtual microgrid who price their energy for buyers with budgets.

    Parameters
    ----------
    supplies, budgets, satiations, cap, sellers, buyers, unit
        As in :class:`~gametrade.games.stackelberg.BudgetBuyersGame`.

    Returns
    -------
    BudgetBuyersGame
        Leaders: sellers, prices; followers: buyers, energies.

    Notes
    -----
    Players: sellers (leaders), buyers (followers). Strategies: prices [money/kWh]; energies from each seller [kWh].
    Payoffs: revenue :math:`p_k \min(\sum_i x_{ik}, G_k)` [money]; logarithmic utility, a number without unit.
    Source: Maharjan et al. 2013 for the model, Anoh et al. 2020 for microgrids. Interpretation: that producers of a
    virtual microgrid lead buyers with budgets; the source on microgrids could not be read.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = budget_buyers(supplies=[4.0, 9.0], budgets=[10.0])
    >>> [round(float(s[0]), 6) for s in gt.solve(game)[0].strategies[:2]]
    [1.176471, 0.588235]
    """
    return BudgetBuyersGame(supplies, budgets, satiations, cap=cap, sellers=sellers, buyers=buyers, unit=unit)
