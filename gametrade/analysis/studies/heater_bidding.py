"""Water heaters that bid slot after slot: each equilibrium leaves the temperatures of the next game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing.water_heaters import WaterHeaters, onoff_game
from gametrade.solvers.least_regret import least_regret
from gametrade.solvers.pure_equilibria import pure_equilibria
from gametrade.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class HeaterBidding(Shown):
    """Days of on/off bidding, drawn several times.

    Parameters
    ----------
    exchange : ndarray of shape (samples, T)
        What the microgrid feeds into the utility's network; negative: draws. [kWh]
    thermostat : ndarray of shape (T,)
        The same when every heater follows its thermostat. [kWh]
    temperatures : ndarray of shape (samples, T, n)
        Of the tanks at the end of each slot. [degC]
    kinds : tuple of str
        For each slot of the first sample: pure, mixed, or none, where no equilibrium was found and thermostats decided.
    unanswered : int
        Slots of all samples in which no equilibrium was found.
    """

    exchange: FloatArray
    thermostat: FloatArray
    temperatures: FloatArray
    kinds: tuple[str, ...]
    unanswered: int

    def to_frame(self) -> pd.DataFrame:
        """Energy exchanged and its peak: thermostats, mean of bidding with its standard error, reduction in percent."""
        import pandas as pd

        count = len(self.exchange)
        rows = {}
        for name, drawn, before in (
            ("energy", np.abs(self.exchange).sum(axis=1), float(np.abs(self.thermostat).sum())),
            ("peak", np.abs(self.exchange).max(axis=1), float(np.abs(self.thermostat).max())),
        ):
            mean = float(drawn.mean())
            error = float(drawn.std(ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
            cut = 100 * (before - mean) / before if before else float("nan")
            rows[name] = {"thermostats": before, "bidding": mean, "standard error": error, "reduction [%]": cut}
        return pd.DataFrame.from_dict(rows, orient="index")

    def __str__(self) -> str:
        head = f"{len(self.exchange)} samples, {self.unanswered} slots without an equilibrium"
        return f"{head}\n{self.to_frame().round(3).to_string()}"


def heater_bidding(
    heaters: WaterHeaters,
    base: ArrayLike,
    drawn: ArrayLike,
    temperature: ArrayLike,
    *,
    rng: np.random.Generator,
    samples: int = 1,
    prefer: str = "pure",
    constant: float | None = None,
    smallest_exchange: float = 0.1,
) -> HeaterBidding:
    """Play the on/off game of every slot, and let what was played warm the tanks.

    Parameters
    ----------
    heaters : WaterHeaters
        Tanks of n homes.
    base : array_like of shape (n, T)
        Energy that each home feeds in without its heater; negative: it draws. [kWh]
    drawn : array_like, broadcast to shape (n, T)
        Hot water drawn. [litre]
    temperature : array_like of shape (n,)
        Of the tanks at first. [degC]
    rng : numpy.random.Generator
        Draws actions where an equilibrium is mixed.
    samples : int, default=1
        How often the period is drawn.
    prefer : str, default="pure"
        "pure": of the pure equilibria the one of least exchange with the utility, a mixed one where there is none.
        "mixed": a mixed one where one is found.
    constant, smallest_exchange : float
        As in :func:`~gametrade.games.systems.onoff_bidding.onoff_bidding`.

    Returns
    -------
    HeaterBidding
        Exchange, temperatures and what kind of equilibrium each slot had.

    Raises
    ------
    InvalidInputError
        If shapes do not fit.

    Notes
    -----
    The choice among equilibria is ours; sources draw actions by Monte Carlo from mixed equilibria. Thermostats
    switch on where the tank would otherwise end the slot below the lowest temperature.
    """
    net = np.array(base, dtype=float)
    first = np.array(temperature, dtype=float).ravel()
    if net.ndim != 2 or first.shape != (len(net),) or samples < 1 or prefer not in ("pure", "mixed"):
        raise InvalidInputError(
            "heater_bidding needs base of shape (n, T), n temperatures, a sample at least, and prefer pure or mixed."
        )
    water = np.broadcast_to(np.asarray(drawn, dtype=float), net.shape)
    use = np.broadcast_to(np.asarray(heaters.heat) * heaters.step_hours, first.shape)
    rule = (prefer, constant, smallest_exchange)
    runs = [list(_slots(heaters, (net, water, use), first, rule, rng)) for _ in range(samples)]
    return HeaterBidding(
        np.array([[slot[0] for slot in run] for run in runs]),
        _thermostats(heaters, (net, water, use), first),
        np.array([[slot[1] for slot in run] for run in runs]),
        tuple(slot[2] for slot in runs[0]),
        sum(slot[2] == "none" for run in runs for slot in run),
    )


def _slots(
    heaters: WaterHeaters,
    data: tuple[FloatArray, FloatArray, FloatArray],
    temperature: FloatArray,
    rule: tuple[str, float | None, float],
    rng: np.random.Generator,
) -> Iterator[tuple[float, FloatArray, str]]:
    """Exchange, temperatures and kind of equilibrium of one slot after another."""
    net, water, use = data
    prefer, constant, smallest = rule
    for t in range(net.shape[1]):
        comfort = [heaters.comfort(temperature, action, water[:, t]) for action in (True, False)]
        injections = [net[:, t] - use, net[:, t]]
        game = onoff_game(injections, comfort, constant=constant, smallest_exchange=smallest)
        found = _chosen(game, np.array(injections), prefer)
        if found is None:
            on, kind = ~comfort[1], "none"
        else:
            chances = np.array([strategy[0] for strategy in found.strategies])
            on = rng.random(chances.size) < chances
            kind = "mixed" if ((chances > 0) & (chances < 1)).any() else "pure"
        temperature = heaters.after(temperature, on, water[:, t])
        yield float(net[:, t].sum() - use[on].sum()), temperature, kind


def _chosen(game: NormalFormGame, injections: FloatArray, prefer: str) -> Equilibrium | None:
    """The equilibrium that is played."""
    mixed: Solution | None = None
    if prefer == "mixed":
        mixed = least_regret(game, starts=2)
        if len(mixed):
            return max(mixed, key=lambda found: sum(float(s.min() > 0) for s in found.strategies))
    pure = pure_equilibria(game)
    if len(pure):
        return min(
            pure, key=lambda found: abs(sum(float(s @ injections[:, i]) for i, s in enumerate(found.strategies)))
        )
    mixed = least_regret(game) if mixed is None else mixed
    return mixed[0] if len(mixed) else None


def _thermostats(
    heaters: WaterHeaters, data: tuple[FloatArray, FloatArray, FloatArray], temperature: FloatArray
) -> FloatArray:
    """Exchange of every slot when heaters keep to the lowest temperature."""
    net, water, use = data
    exchange = np.empty(net.shape[1])
    for t in range(net.shape[1]):
        on = ~heaters.comfort(temperature, False, water[:, t])
        temperature = heaters.after(temperature, on, water[:, t])
        exchange[t] = net[:, t].sum() - use[on].sum()
    return exchange
