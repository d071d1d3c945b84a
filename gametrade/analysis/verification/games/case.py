"""A report on a strategic game with its game made again from the data in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.errors import GametradeError
from gametrade.games.equilibrium import Equilibrium, Solution, StrategicGame
from gametrade.solvers.solve import solve
from gametrade.typing import FloatArray

NEAR = 1e-6
"""Share of the numbers by which a game that is solved again may answer differently on another machine."""


class NotCertified(Exception):
    """Nothing wrong was found, and nothing is proved."""


@dataclass(frozen=True, eq=False)
class GameCase:
    """One report with its game.

    Parameters
    ----------
    document : mapping
        Schema ``gametrade-equilibria/1``.
    game : StrategicGame
        Made from the data in the document.
    """

    document: Mapping[str, Any]
    game: StrategicGame

    @property
    def description(self) -> Mapping[str, Any]:
        """Data of the game."""
        answer: Mapping[str, Any] = self.document["data"]["description"]
        return answer

    @cached_property
    def equilibria(self) -> list[Equilibrium]:
        """What the report states, as equilibria of the game."""
        return [self._read(row) for row in self.document["equilibria"]]

    def _read(self, row: Mapping[str, Any]) -> Equilibrium:
        players = self.game.players
        for part in ("strategies", "payoffs", "regrets"):
            if list(row[part]) != list(players):
                raise Refuted(f"{part} do not name the players of the game in their order")
        stated = [row["strategies"][player] for player in players]
        for k, strategy in enumerate(stated):
            if list(strategy["names"]) != list(self.game.components(k)):
                raise Refuted(f"strategy of {players[k]} does not name its entries")
        strategies = tuple(floats(strategy["values"]) for strategy in stated)
        payoffs, regrets = (floats([row[part][player] for player in players]) for part in ("payoffs", "regrets"))
        if any(len(s["names"]) != v.size for s, v in zip(stated, strategies, strict=True)):
            raise Refuted("a strategy has more or fewer entries than names")
        return Equilibrium(
            self.game, strategies, payoffs, regrets, row["concept"], row["certificate"], tuple(row["notes"])
        )

    @cached_property
    def again(self) -> Solution | None:
        """What the solver of the report finds on the game; None if it finds nothing or is not known."""
        try:
            return solve(self.game, self.document["solver"])
        except GametradeError:
            return None

    def nearest(self, equilibrium: Equilibrium) -> Equilibrium:
        """The equilibrium found again whose strategies are nearest.

        Raises
        ------
        NotCertified
            If the game cannot be solved again here.
        """
        if self.again is None or not len(self.again):
            raise NotCertified("the game could not be solved again")
        x = np.concatenate(equilibrium.strategies)
        found = [e for e in self.again if np.concatenate(e.strategies).shape == x.shape]
        if not found:
            raise Refuted("solved again, the game has equilibria of another shape")
        return min(found, key=lambda e: float(np.abs(np.concatenate(e.strategies) - x).max()))


def floats(values: Any) -> FloatArray:
    """Numbers of a document: null is not a number, ``"inf"`` infinite."""
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def close(stated: FloatArray, found: FloatArray, share: float = NEAR) -> bool:
    """Whether numbers agree up to a share of their size, missing ones where others miss."""
    if stated.shape != found.shape or (np.isnan(stated) != np.isnan(found)).any():
        return False
    size = max(1e-300, float(np.abs(np.where(np.isfinite(found), found, 0.0)).max(initial=0.0)))
    with np.errstate(invalid="ignore"):
        same = (stated == found) | (np.abs(stated - found) <= share * size) | np.isnan(found)
    return bool(same.all())
