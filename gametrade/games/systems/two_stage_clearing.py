"""Buildings share at least cost first, then those who give energy name its price."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.pricing import day_numbers
from gametrade.games.pricing.two_stage import TwoStageClearing
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Cui, Wang and Xiao 2019, two-stage energy sharing",
    example={
        "needs": [[3.0, 5.0], [-1.0, 2.0], [-4.0, -6.0]],
        "slopes": [0.1, 0.2, 0.4],
        "import_price": 0.3,
        "export_price": 0.08,
        "own": 0.1,
        "cross": 0.05,
    },
    of_step=day_numbers.cleared_days,
    period="day",
)
def two_stage_clearing(
    *,
    needs: ArrayLike,
    slopes: ArrayLike,
    import_price: ArrayLike,
    export_price: ArrayLike,
    own: float,
    cross: float,
    buildings: Sequence[str] | None = None,
    unit: str = "money",
) -> TwoStageClearing:
    """Build the clearing game of two-stage sharing, solved by relaxation of the Nikaido-Isoda function.

    Parameters
    ----------
    needs, slopes, buildings, unit
        As in :meth:`~gametrade.games.pricing.two_stage.TwoStageClearing.after_sharing`.
    import_price, export_price : array_like of shape (T,)
        Grid prices. [money/kWh]
    own, cross : float
        How buyers' worth of a kWh falls with energy of the same and of another giver. [money/kWh^2]

    Returns
    -------
    TwoStageClearing
        Players: buildings that give; strategies: prices; payoffs: what they earn above the export price.

    Notes
    -----
    Players: buildings that give in some step. Strategies: prices in those steps [money/kWh]. Payoffs: what they
    earn above the export price [money]. Source: Cui, Wang and Xiao 2019. Interpretation: the payment game of stage
    2; least cost in stage 1 and clearing as a game are stated there.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = two_stage_clearing(needs=[[4.0], [-4.0]], slopes=[0.1, 0.1], import_price=0.3, export_price=0.0,
    ...     own=0.1, cross=0.0)
    >>> game.prices.tolist(), round(float(gt.solve(game)[0].strategies[0][0]), 6)
    ([0.0], 0.2)
    """
    return TwoStageClearing.after_sharing(
        needs, slopes, (import_price, export_price), (own, cross), buildings=buildings, unit=unit
    )
