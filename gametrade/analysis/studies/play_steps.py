"""A named system over a community: one game an hour or a day, a year of answers in one table and one figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community import Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.pricing.step_numbers import StepNumbers
from gametrade.registry import Entry, systems
from gametrade.solvers.solve import solve
from gametrade.typing import IntArray, TimeArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

PRICES = ("price", "charge", "share", "reward")
"""First words of strategies that are prices."""


@dataclass(frozen=True, eq=False)
class PlayedSteps(Shown):
    """Answers of one system over the steps or days of a community.

    Parameters
    ----------
    system : str
        Name of the system.
    times : ndarray of shape (k,)
        Start of each step or day.
    answers : tuple of Solution or None
        One each; None where there was nothing to play.
    unit : str
        Money.
    """

    system: str
    times: TimeArray
    answers: tuple[Solution | None, ...]
    unit: str

    def to_frame(self) -> pd.DataFrame:
        """One row a step: status, number of equilibria, mean price, what all players get, largest regret, finding.

        Prices and payoffs are those of the first equilibrium found; payoffs that an answer does not state are left out.
        """
        import pandas as pd

        rows = [_row(answer) for answer in self.answers]
        return pd.DataFrame(rows, index=pd.DatetimeIndex(self.times, name="time"))

    def counts(self) -> dict[str, int]:
        """How many steps have an equilibrium, none, or nothing to play."""
        told = self.to_frame()["status"].tolist()
        return {status: told.count(status) for status in sorted(set(told))}

    def plot(self) -> go.Figure:
        """Prices over time, and steps without an equilibrium marked."""
        import plotly.graph_objects as go

        frame = self.to_frame()
        figure = go.Figure(go.Scatter(x=frame.index, y=frame["price"], mode="markers+lines", name="price"))
        without = frame.index[frame["status"] == "no equilibrium"]
        if len(without):
            figure.add_trace(
                go.Scatter(x=without, y=[0.0] * len(without), mode="markers", name="no equilibrium", marker_symbol="x")
            )
        figure.update_layout(title=f"{self.system}: price at the equilibrium", yaxis_title=f"{self.unit}/kWh")
        return figure

    def __str__(self) -> str:
        told = ", ".join(f"{count} {status}" for status, count in self.counts().items())
        frame = self.to_frame()[["price", "payoff", "regret"]].describe().loc[["mean", "min", "max"]]
        return f"{self.system}, {len(self.times)} games: {told}\n{frame.to_string()}"


def step_game(
    community: Community,
    system: str,
    step: int | Iterable[int],
    *,
    elasticity: float = 0.3,
    options: Mapping[str, Any] | None = None,
) -> Any:
    """Build a named system from one step of a community, or from several where it plays days.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    system : str
        Registered name.
    step : int or iterable of int
        Position of the step, or positions of the steps of a day.
    elasticity : float, default=0.3
        Of demand at the tariff: the utility that explains what homes import.
    options : mapping, optional
        Further keywords of the system's builder, which replace those from the community.

    Returns
    -------
    game or None
        None where there is nothing to play: nobody sells, or nobody buys.

    Raises
    ------
    InvalidInputError
        If the system cannot be built from a community, or the step is not in it.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> step_game(street, "usage_charge", 13)
    <UsageChargeGame: 1 followers, price from 0.08 to 0.3>
    """
    entry = _entry(system)
    steps = np.atleast_1d(np.array(step if isinstance(step, int) else list(step), dtype=int))
    if not steps.size or steps.min() < 0 or steps.max() >= community.n_steps:
        raise InvalidInputError(f"step of step_game must be from 0 to {community.n_steps - 1}. Got {step}.")
    if steps.size > 1 and entry.traits.get("period") != "day":
        raise InvalidInputError(f"{system} is played step by step. Got {steps.size} steps.")
    numbers = entry.traits["of_step"](StepNumbers(community, steps, elasticity))
    return None if numbers is None else entry.function(**{**numbers, **(options or {})})


def play_steps(
    community: Community,
    system: str,
    steps: Iterable[int] | None = None,
    *,
    elasticity: float = 0.3,
    solver: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> PlayedSteps:
    """Play a named system in every step of a community, or on every day where it plays days.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    system : str
        Registered name.
    steps : iterable of int, optional
        Positions of the steps; of a system that plays days, those days that begin in them. All if not given.
    elasticity : float, default=0.3
        Of demand at the tariff.
    solver : str, optional
        Registered name with options; the first choice for the game if not given. Over a year shorter ways pay:
        ``"nested_prices:max_rounds=1:deviations=0"`` for sellers' competition, ``"exchange_admm"`` for buildings.
    options : mapping, optional
        Further keywords of the system's builder.

    Returns
    -------
    PlayedSteps
        Answers with a table and a figure.

    Raises
    ------
    InvalidInputError
        If the system cannot be built from a community.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> play_steps(street, "capacity_sellers").counts()
    {'equilibrium': 9, 'nothing to play': 15}
    """
    entry = _entry(system)
    groups = _groups(community, entry.traits.get("period") == "day", steps)
    answers = []
    for group in groups:
        at = [int(k) for k in group]
        game = step_game(community, system, at, elasticity=elasticity, options=options)
        answers.append(None if game is None else solve(game, solver))
    times = community.times[[group[0] for group in groups]]
    return PlayedSteps(system, times, tuple(answers), community.tariff.currency)


def _entry(system: str) -> Entry:
    """The system, if it says what it takes from a community."""
    entry = systems.get(system)
    if "of_step" not in entry.traits:
        known = ", ".join(other.name for other in systems if "of_step" in other.traits)
        raise InvalidInputError(f"{entry.name} is built from numbers only. From a community: {known}.")
    return entry


def _groups(community: Community, days: bool, steps: Iterable[int] | None) -> list[IntArray]:
    """Steps of each game."""
    wanted = np.arange(community.n_steps) if steps is None else np.array(list(steps), dtype=int)
    if wanted.size and (wanted.min() < 0 or wanted.max() >= community.n_steps):
        raise InvalidInputError(f"steps of play_steps must be from 0 to {community.n_steps - 1}.")
    if not days:
        return [np.array([k]) for k in wanted]
    date = community.times.astype("datetime64[D]")
    firsts = np.unique(date, return_index=True)[1]
    return [np.flatnonzero(date == date[k]) for k in firsts if k in set(wanted.tolist())]


def _row(answer: Solution | None) -> dict[str, Any]:
    if answer is None:
        return {"status": "nothing to play", "equilibria": 0, "price": np.nan, "payoff": np.nan, "regret": np.nan,
                "finding": ""}  # fmt: skip
    found = answer[0] if len(answer) else None
    return {
        "status": "no equilibrium" if found is None else "equilibrium",
        "equilibria": len(answer),
        "price": np.nan if found is None else _price(found),
        "payoff": np.nan if found is None else float(np.nansum(found.payoffs)),
        "regret": np.nan if found is None else found.regret,
        "finding": answer.finding,
    }


def _price(found: Equilibrium) -> float:
    """Mean of the prices that players name; of a shared balance its multiplier."""
    shared = found.certificate.get("shared_equal_prices")
    if shared is not None:
        return float(np.mean(shared)) if len(shared) else float("nan")
    named = [
        value
        for k, player in enumerate(found.game.players)
        for name, value in zip(found.game.components(k), found.strategies[k].tolist(), strict=True)
        if name.split()[0] in PRICES and player != "followers"
    ]
    return float(np.mean(named)) if named else float("nan")
