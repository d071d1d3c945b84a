"""Homes bid their water heaters on or off, and are paid for what keeps the microgrid's exchange small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing import market_numbers
from gametrade.games.pricing.water_heaters import WaterHeaters, onoff_game
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Zhang, Wu, Zhou, Cheng and Long 2018, Applied Energy 220",
    example={"base": [2.0, 2.0], "flexible": [3.0, 3.0], "constant": 5.0},
    of_step=market_numbers.heated_homes,
)
def onoff_bidding(
    *,
    base: ArrayLike,
    flexible: ArrayLike,
    constant: float | None = None,
    smallest_exchange: float = 0.1,
    temperature: ArrayLike | None = None,
    drawn: ArrayLike = 0.0,
    heaters: Mapping[str, ArrayLike] | None = None,
    players: Sequence[str] | None = None,
) -> NormalFormGame:
    r"""Build the bidding game of one time slot of a microgrid with flexible heaters.

    Parameters
    ----------
    base : array_like of shape (n,)
        Energy that each home feeds in with its heater off; negative: it draws. [kWh]
    flexible : array_like, broadcast to shape (n,)
        What the heater draws when on. [kWh]
    constant : float, optional
        L, which keeps payoffs from being negative. [kWh]
    smallest_exchange : float
        The published payoff divides by the microgrid's exchange with the utility, which can be 0; a smaller
        exchange counts as this much. [kWh]
    temperature, drawn : array_like of shape (n,), optional
        Tank temperatures before the slot [degC] and hot water drawn in it [litre].
    heaters : mapping, optional
        Numbers of :class:`~gametrade.games.pricing.water_heaters.WaterHeaters`. Without temperatures and heaters
        everybody is comfortable either way.
    players : sequence of str, optional
        Labels.

    Returns
    -------
    NormalFormGame
        Players: homes; actions: on, off; payoffs
        :math:`u_i = (L + E_i)\, C_i / \max(|E_{mg}|, \epsilon)`, a number without unit, where the comfort index
        :math:`C_i` is 0 for a heater on above or off below the temperatures of comfort, after the slot.

    Raises
    ------
    InvalidInputError
        If shapes do not fit, or temperatures come without heaters.
    TooManyPlayersError
        From 15 homes on.

    Notes
    -----
    Players: the homes. Strategies: heater on or off. Payoffs: the index :math:`u_i`, a number without unit, of
    energies in [kWh]. Source: Zhang, Wu, Zhou, Cheng and Long 2018, formulas as published. Interpretation: only the
    floor of the exchange by which the formula divides.

    Formulas as published; the floor of the exchange is ours. The game of a slot depends on the temperatures that
    earlier slots left: `gametrade.analysis.studies.heater_bidding` plays slot after slot.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = onoff_bidding(base=[2, 2], flexible=3, constant=5)
    >>> [s.tolist() for s in gt.solve(game, "pure_equilibria")[0].strategies]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    off = np.array(base, dtype=float).ravel()
    try:
        on = off - np.broadcast_to(np.asarray(flexible, dtype=float), off.shape)
        before = None if temperature is None else np.broadcast_to(np.asarray(temperature, dtype=float), off.shape)
    except ValueError:
        raise InvalidInputError(f"flexible and temperature of onoff_bidding must be for {off.size} homes.") from None
    if (before is None) != (heaters is None):
        raise InvalidInputError("temperature and heaters of onoff_bidding must be given together.")
    comfort = np.ones((2, off.size), dtype=bool)
    if before is not None and heaters is not None:
        tanks = WaterHeaters(**dict(heaters))  # type: ignore[arg-type]
        comfort = np.stack([tanks.comfort(before, True, drawn), tanks.comfort(before, False, drawn)])
    labels = tuple(f"home {k + 1}" for k in range(off.size)) if players is None else tuple(map(str, players))
    return onoff_game([on, off], comfort, constant=constant, smallest_exchange=smallest_exchange, players=labels)
