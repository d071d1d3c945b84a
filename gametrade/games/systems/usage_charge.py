"""A prosumer leads consumers who owe the network a charge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.usage_charge import UsageChargeGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Jin, Choi and Won 2020, IEEE Access 8",
    example={
        "intercepts": [0.5, 0.4],
        "slopes": [0.1, 0.2],
        "usage_charge": [0.06, 0.02],
        "import_price": 0.30,
        "export_price": 0.08,
    },
    of_step=step_numbers.one_leader,
)
def usage_charge(
    *,
    intercepts: ArrayLike,
    slopes: ArrayLike,
    usage_charge: ArrayLike = 0.0,
    import_price: float,
    export_price: float,
    upper: ArrayLike = np.inf,
    surplus: float = np.inf,
    leader: str = "prosumer",
    followers: Sequence[str] | None = None,
    unit: str = "money",
) -> UsageChargeGame:
    r"""Build the game of a prosumer who sets a price for neighbours who could buy from the grid.

    Parameters
    ----------
    intercepts, slopes, usage_charge, import_price, export_price, upper, surplus, leader, followers, unit
        As in :class:`~gametrade.games.stackelberg.UsageChargeGame`.

    Returns
    -------
    UsageChargeGame
        Leader: the prosumer; followers: the consumers.

    Notes
    -----
    Players: the prosumer (leader), consumers (followers). Strategies: a price [money/kWh]; energies [kWh]. Payoffs:
    :math:`(p - \lambda_s) \sum x_i`; utility less payments [money]. Source: Jin, Choi and Won 2020. Interpretation:
    quadratic utilities; leader, follower and charge are stated by reviews.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = usage_charge(intercepts=[0.5], slopes=[0.1], usage_charge=0.06, import_price=0.30, export_price=0.08)
    >>> round(float(gt.solve(game)[0].strategies[0][0]), 12)
    0.24
    """
    return UsageChargeGame(
        intercepts,
        slopes,
        usage_charge,
        import_price=import_price,
        export_price=export_price,
        upper=upper,
        surplus=surplus,
        leader=leader,
        followers=followers,
        unit=unit,
    )
