"""Electric water heaters as flexible demand: tank temperatures, comfort, and the bids that they make possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.normal_form import NormalFormGame
from gametrade.typing import ArrayLike, BoolArray, FloatArray

MOST_PLAYERS = 14
"""Players of an on/off game at most: it has 2^n profiles."""


@dataclass(frozen=True, eq=False)
class WaterHeaters:
    r"""Tanks of n homes, each with an electric heater that is on or off for a whole step.

    Parameters
    ----------
    heat : array_like, broadcast to shape (n,)
        Q, heat of the heater when on. [kW]
    resistance, capacitance : array_like, broadcast to shape (n,)
        Thermal resistance R [degC/kW] and capacitance C of the tank [kWh/degC].
    volume : array_like, broadcast to shape (n,)
        V. [litre]
    lowest, highest : array_like, broadcast to shape (n,)
        Temperatures between which the owner is comfortable. [degC]
    ambient : float
        :math:`\theta`, temperature around the tank and of the water that flows in. [degC]
    step_hours : float
        :math:`\Delta t`; half an hour in the source. [h]

    Raises
    ------
    InvalidInputError
        If a number is missing or not positive where it has to be, or a range of comfort is empty.

    Notes
    -----
    :math:`T' = \theta - (\theta - T) e^{-\Delta t / RC} + c\,Q R (1 - e^{-\Delta t / RC})` with c = 1 when on, and
    after d litres are drawn :math:`T \leftarrow [T (V - d) + \theta d] / V` [1]_.

    References
    ----------
    .. [1] C. Zhang, J. Wu, Y. Zhou, M. Cheng and C. Long, "Peer-to-peer energy trading in a microgrid", Applied
       Energy 220 (2018) 1-12.

    Examples
    --------
    >>> tank = WaterHeaters(3.0, 500.0, 0.2, 150.0)
    >>> tank.after([50.0], [True], [30.0]).round(3).tolist()
    [50.342]
    """

    heat: ArrayLike
    resistance: ArrayLike
    capacitance: ArrayLike
    volume: ArrayLike
    lowest: ArrayLike = 45.0
    highest: ArrayLike = 65.0
    ambient: float = 15.0
    step_hours: float = 0.5

    def __post_init__(self) -> None:
        for name in ("heat", "resistance", "capacitance", "volume", "lowest", "highest", "ambient", "step_hours"):
            value = np.array(getattr(self, name), dtype=float)
            if not np.isfinite(value).all():
                raise InvalidInputError(f"{name} of WaterHeaters must be finite. Got {value}.")
            if name in ("resistance", "capacitance", "volume", "step_hours") and not (value > 0).all():
                raise InvalidInputError(f"{name} of WaterHeaters must be positive. Got {value.min():g}.")
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        if (np.asarray(self.lowest) > np.asarray(self.highest)).any():
            raise InvalidInputError("lowest of WaterHeaters must be at most highest.")

    def after(self, temperature: ArrayLike, on: ArrayLike, drawn: ArrayLike = 0.0) -> FloatArray:
        """Temperatures at the end of a step, hot water being drawn before the heater works, shape (n,). [degC]

        Raises
        ------
        InvalidInputError
            If more is drawn than a tank holds, or less than nothing.
        """
        litres, volume = np.asarray(drawn, dtype=float), np.asarray(self.volume)
        if (litres < 0).any() or (litres > volume).any():
            raise InvalidInputError("drawn water of WaterHeaters must be from 0 to the volume of the tank.")
        mixed = (np.asarray(temperature, dtype=float) * (volume - litres) + self.ambient * litres) / volume
        resistance = np.asarray(self.resistance)
        kept = np.exp(-np.asarray(self.step_hours) / (resistance * np.asarray(self.capacitance)))
        warmed = np.asarray(on, dtype=float) * np.asarray(self.heat) * resistance * (1 - kept)
        return np.asarray(self.ambient - (self.ambient - mixed) * kept + warmed)

    def comfort(self, temperature: ArrayLike, on: bool, drawn: ArrayLike = 0.0) -> BoolArray:
        """Comfort index of one action: not on and too hot after it, nor off and too cold after it, shape (n,)."""
        reached = self.after(temperature, on, drawn)
        return np.asarray(reached <= np.asarray(self.highest) if on else reached >= np.asarray(self.lowest))


def onoff_game(
    injections: ArrayLike,
    comfort: ArrayLike,
    *,
    constant: float | None,
    smallest_exchange: float,
    players: tuple[str, ...] | None = None,
) -> NormalFormGame:
    r"""Tabulate the game of homes whose heaters are on or off in one step.

    Parameters
    ----------
    injections : array_like of shape (2, n)
        :math:`E_i` of each home when its heater is on (first row) and off; above 0 it feeds in. [kWh]
    comfort : array_like of bool, shape (2, n)
        Comfort index of both actions.
    constant : float or None
        L, so large that :math:`L + E_i \ge 0`; the least that will do, plus one, if None. [kWh]
    smallest_exchange : float
        What is taken for the microgrid's exchange when it is smaller. [kWh]
    players : tuple of str, optional
        Labels.

    Returns
    -------
    NormalFormGame
        Actions "on" and "off".

    Raises
    ------
    InvalidInputError
        If shapes do not fit, L is too small or the smallest exchange not positive.
    TooManyPlayersError
        From 15 homes on.
    """
    energy, content = np.array(injections, dtype=float), np.array(comfort, dtype=bool)
    if energy.ndim != 2 or len(energy) != 2 or not energy.size or content.shape != energy.shape:
        raise InvalidInputError(f"injections and comfort of onoff_game must have shape (2, n). Got {energy.shape}.")
    if not np.isfinite(energy).all() or not smallest_exchange > 0:
        raise InvalidInputError("injections of onoff_game must be finite and smallest_exchange positive.")
    n = energy.shape[1]
    if n > MOST_PLAYERS:
        raise TooManyPlayersError(f"onoff_game has 2^n profiles and takes at most {MOST_PLAYERS} homes. Got {n}.")
    level = 1.0 - min(0.0, float(energy.min())) if constant is None else float(constant)
    if not level + energy.min() >= 0:
        raise InvalidInputError(f"constant of onoff_game must be at least {-energy.min():g}. Got {level:g}.")
    where = np.indices((2,) * n)
    fed = np.stack([energy[where[i], i] for i in range(n)])
    pleased = np.stack([content[where[i], i] for i in range(n)])
    exchange = np.maximum(np.abs(fed.sum(axis=0)), smallest_exchange)
    return NormalFormGame((level + fed) * pleased / exchange, players, [("on", "off")] * n, unit="index")
