"""What one system answered over the steps, days or months of a community, as tables and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown
from gametrade.errors import SolverError
from gametrade.games.contracts.energy_classes import GRID
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.typing import TimeArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

STATES = ("equilibrium", "no equilibrium", "not solved", "nothing to play")

Answer = Solution | SolverError | None
"""What was found, how a solver failed, or None where there was nothing to play."""


@dataclass(frozen=True, eq=False)
class PlayedSteps(Shown):
    """Answers of one system over the steps, days or months of a community.

    Parameters
    ----------
    system : str
        Name of the system.
    times : ndarray of shape (k,)
        Start of each step, day or month.
    answers : tuple of Solution, SolverError or None
        One each; the failure of a solver where it failed, None where there was nothing to play.
    unit : str
        Money.
    """

    system: str
    times: TimeArray
    answers: tuple[Answer, ...]
    unit: str

    @property
    def payoff_unit(self) -> str:
        """Unit of payoffs: money, unless the system counts them in something else."""
        return next((answer.game.unit for answer in self.answers if isinstance(answer, Solution)), self.unit)

    def to_frame(self) -> pd.DataFrame:
        """One row a game: status, number of equilibria, price, what all players get, largest regret, finding.

        Numbers are those of the first equilibrium found. The price is the mean of those that players name, or of the
        multipliers of shared balances, each counted as much as is traded at it; not a number where a system has
        neither. Payoffs that an answer does not state are left out.
        """
        import pandas as pd

        rows = [_row(answer) for answer in self.answers]
        return pd.DataFrame(rows, index=pd.DatetimeIndex(self.times, name="time"))

    def strategies(self) -> pd.DataFrame:
        """What everybody does in the first equilibrium: one row a game, one column a player and entry of its strategy.

        Not a number where there is no equilibrium, and where somebody does not play.
        """
        import pandas as pd

        rows = [_strategies(answer) for answer in self.answers]
        keys = list(dict.fromkeys(key for row in rows for key in row))
        columns = pd.MultiIndex.from_arrays([*zip(*keys, strict=True)] or [[], []], names=["player", "entry"])
        values = [[row.get(key, np.nan) for key in keys] for row in rows]
        return pd.DataFrame(values, index=pd.DatetimeIndex(self.times, name="time"), columns=columns, dtype=float)

    def by_month(self) -> pd.DataFrame:
        """One row a month: games by status, mean price, sum of payoffs, largest regret."""
        import pandas as pd

        frame = self.to_frame()
        month = pd.DatetimeIndex(frame.index).to_period("M")
        states = pd.DataFrame({state: frame["status"] == state for state in STATES}).groupby(month).sum()
        numbers = frame.groupby(month).agg(price=("price", "mean"), payoff=("payoff", "sum"), regret=("regret", "max"))
        return states.join(numbers).rename_axis("month")

    def counts(self) -> dict[str, int]:
        """How many games have an equilibrium, none, were not solved, or had nothing to play."""
        told = self.to_frame()["status"].tolist()
        return {status: told.count(status) for status in sorted(set(told))}

    def plot(self) -> go.Figure:
        """Prices over time, or payoffs where a system has no price, and games without an equilibrium marked."""
        import plotly.graph_objects as go

        frame = self.to_frame()
        priced = bool(frame["price"].notna().any())
        shown, unit = ("price", f"{self.unit}/kWh") if priced else ("payoff", self.payoff_unit)
        figure = go.Figure(go.Scatter(x=frame.index, y=frame[shown], mode="markers+lines", name=shown))
        without = frame.index[frame["status"] == "no equilibrium"]
        if len(without):
            figure.add_trace(
                go.Scatter(x=without, y=[0.0] * len(without), mode="markers", name="no equilibrium", marker_symbol="x")
            )
        what = "price" if priced else "what all players get"
        figure.update_layout(title=f"{self.system}: {what} at the equilibrium", yaxis_title=f"{shown} [{unit}]")
        return figure

    def __str__(self) -> str:
        told = ", ".join(f"{count} {status}" for status, count in self.counts().items())
        units = {"price": f"{self.unit}/kWh", "payoff": self.payoff_unit, "regret": self.payoff_unit}
        frame = self.to_frame()[list(units)].dropna(axis=1, how="all")
        head = f"{self.system}, {len(self.times)} games: {told}"
        if not frame.size:
            return head
        named = frame.rename(columns={name: f"{name} [{unit}]" for name, unit in units.items()})
        return f"{head}\n{named.describe().loc[['mean', 'min', 'max']].to_string()}"


def _row(answer: Answer) -> dict[str, Any]:
    nothing = {"equilibria": 0, "price": np.nan, "payoff": np.nan, "regret": np.nan, "finding": ""}
    if answer is None:
        return {"status": "nothing to play", **nothing}
    if isinstance(answer, SolverError):
        return {"status": "not solved", **nothing, "finding": str(answer)}
    if not len(answer):
        return {"status": "no equilibrium", **nothing, "finding": answer.finding}
    found = answer[0]
    return {
        "status": "equilibrium",
        "equilibria": len(answer),
        "price": _price(found),
        "payoff": float(np.nansum(found.payoffs)),
        "regret": found.regret,
        "finding": answer.finding,
    }


def _strategies(answer: Answer) -> dict[tuple[str, str], float]:
    """Every entry of the first equilibrium by player and name."""
    if not isinstance(answer, Solution) or not len(answer):
        return {}
    game, found = answer.game, answer[0]
    return {
        (player, name): value
        for k, player in enumerate(game.players)
        for name, value in zip(game.components(k), found.strategies[k].tolist(), strict=True)
    }


def _price(found: Equilibrium) -> float:
    """Mean of the prices that players name; of shared balances that of multipliers, weighted by what is traded."""
    shared = found.certificate.get("shared_equal_prices")
    if shared is not None:
        return _traded_price(found, np.asarray(shared, dtype=float))
    named = [
        value
        for k, player in enumerate(found.game.players)
        for name, value in zip(found.game.components(k), found.strategies[k].tolist(), strict=True)
        if "price" in name.split()[:2] and player != "followers"
    ]
    return float(np.mean(named)) if named else float("nan")


def _traded_price(found: Equilibrium, prices: np.ndarray) -> float:
    """What is traded at each multiplier counts, but for what the grid sells."""
    game: Any = found.game
    rows = abs(game.shared.equal_rows)
    traded = rows @ np.abs(np.concatenate(found.strategies))
    if GRID in game.players:
        mine = game.slices[game.players.index(GRID)]
        traded = np.where(np.asarray(rows[:, mine].sum(axis=1)).ravel() > 0, 0.0, traded)
    return float(prices @ traded / traded.sum()) if traded.sum() > 0 else float("nan")
