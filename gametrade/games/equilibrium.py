"""What a solver answers: strategies, and how much anybody could gain by changing its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


class StrategicGame(Protocol):
    """What every non-cooperative game offers to its answers."""

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in player order."""

    @property
    def unit(self) -> str:
        """Unit of the payoffs."""

    def components(self, player: int) -> tuple[str, ...]:
        """Names of the entries of a player's strategy: its actions, or its decision variables."""


@dataclass(frozen=True, eq=False)
class Equilibrium(Shown):
    """One profile of strategies with a bound on every player's regret.

    Parameters
    ----------
    game : StrategicGame
        The game.
    strategies : sequence of array_like
        One vector a player: probabilities of its actions, or values of its decision variables.
    payoffs : array_like of shape (n,)
        What each player gets. [unit of the game]
    regrets : array_like of shape (n,)
        Upper bound on what each player could gain by changing its strategy alone. [unit of the game]
    concept : str
        What the profile is: "Nash", "variational", "normalised", "correlated", "Stackelberg", ...
    certificate : mapping
        JSON-ready evidence for the regrets; its ``kind`` names the check that re-proves them.
    notes : tuple of str
        Findings.
    """

    game: StrategicGame
    strategies: tuple[FloatArray, ...]
    payoffs: FloatArray
    regrets: FloatArray
    concept: str = "Nash"
    certificate: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        strategies = tuple(_frozen(strategy) for strategy in self.strategies)
        object.__setattr__(self, "strategies", strategies)
        n = len(self.game.players)
        for name in ("payoffs", "regrets"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
            if getattr(self, name).shape != (n,):
                raise InvalidInputError(f"{name} of Equilibrium must have one number for each of the {n} players.")
        if len(strategies) != n:
            raise InvalidInputError(f"strategies of Equilibrium must be {n}, one a player. Got {len(strategies)}.")

    @property
    def regret(self) -> float:
        """The most that any player could gain by changing its strategy alone. [unit of the game]"""
        return float(self.regrets.max())

    def strategy(self, player: str) -> dict[str, float]:
        """Strategy of one player by name of its entries."""
        position = self.game.players.index(player)
        return dict(zip(self.game.components(position), self.strategies[position].tolist(), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """One row an entry of a strategy: player, name of the entry, value."""
        import pandas as pd

        rows = [
            {"player": player, "entry": name, "value": value}
            for player in self.game.players
            for name, value in self.strategy(player).items()
        ]
        return pd.DataFrame(rows).set_index(["player", "entry"])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        players = self.game.players
        return {
            "concept": self.concept,
            "unit": self.game.unit,
            "strategies": {player: self.strategy(player) for player in players},
            "payoffs": dict(zip(players, self.payoffs.tolist(), strict=True)),
            "regrets": dict(zip(players, self.regrets.tolist(), strict=True)),
            "certificate": dict(self.certificate),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        rows = [
            [player, _told(self.strategy(player)), f"{payoff:.6g}", f"{regret:.2g}"]
            for player, payoff, regret in zip(self.game.players, self.payoffs, self.regrets, strict=True)
        ]
        table = text_table(["player", "strategy", f"gets [{self.game.unit}]", "regret at most"], rows)
        return "\n".join([f"{self.concept} equilibrium", table, *(f"[{i}] {t}" for i, t in enumerate(self.notes, 1))])


@dataclass(frozen=True, eq=False)
class Solution(Shown):
    """All that a solver found in a game.

    Parameters
    ----------
    game : StrategicGame
        The game.
    solver : str
        Name of the solver.
    equilibria : tuple of Equilibrium
        What was found; empty if nothing was.
    complete : bool
        Whether it is proved that there are no others: with no equilibria, that there is none of this kind.
    finding : str
        In words: none exists, a cycle, how many there are, components of a degenerate game.
    trace : tuple of mappings
        Steps of an iteration: residuals, profiles, step sizes.
    cycle : tuple of profiles
        The profiles that an iteration repeats, if it does.
    """

    game: StrategicGame
    solver: str
    equilibria: tuple[Equilibrium, ...]
    complete: bool = False
    finding: str = ""
    trace: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    cycle: tuple[tuple[FloatArray, ...], ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __getitem__(self, position: int) -> Equilibrium:
        if not self.equilibria:
            raise InvalidInputError(f"{self.solver} found no equilibrium: {self.finding or 'see the trace'}.")
        return self.equilibria[position]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "solver": self.solver,
            "complete": self.complete,
            "finding": self.finding,
            "equilibria": [equilibrium.to_dict() for equilibrium in self.equilibria],
            "cycle": [[strategy.tolist() for strategy in profile] for profile in self.cycle],
        }

    def __str__(self) -> str:
        count = f"{len(self)} equilibri{'um' if len(self) == 1 else 'a'}"
        head = f"{self.solver}: {count}{', and there are no others' if self.complete else ''}"
        told = [f"{head}. {self.finding}".rstrip(), *map(str, self.equilibria[:10])]
        return "\n".join(told + ([f"... and {len(self) - 10} more"] if len(self) > 10 else []))


def _frozen(values: Sequence[float] | FloatArray) -> FloatArray:
    array = np.array(values, dtype=float)
    array.setflags(write=False)
    return array


def _told(strategy: Mapping[str, float]) -> str:
    """Entries that are not zero, at most six."""
    shown = [
        f"{name}{':' if name[-1:].isdigit() else ''} {value:.6g}" for name, value in strategy.items() if value != 0
    ] or ["all zero"]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")
