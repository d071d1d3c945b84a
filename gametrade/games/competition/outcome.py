"""Who is with whom in a market of providers, what it is worth, and how concentrated it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.games.competition.market import ProviderMarket
from gametrade.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class ProviderOutcome(Shown):
    """One profile of choices with the regret of every home.

    Parameters
    ----------
    market : ProviderMarket
        The market.
    positions : ndarray of shape (n,)
        Option of each home.
    concept : str
        What the profile is: "Nash-stable", "core-stable", "sequential entry", "not stable", ...
    trace : tuple of tuples
        Moves (home, from, to) that led here.
    cycle : tuple of tuples of str
        Profiles that the dynamics repeat, if they do.
    certificate : mapping
        JSON-ready evidence.
    """

    market: ProviderMarket
    positions: IntArray
    concept: str
    trace: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    cycle: tuple[tuple[str, ...], ...] = field(default=(), repr=False)
    certificate: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        positions = np.array(self.positions, dtype=np.int64)
        positions.setflags(write=False)
        object.__setattr__(self, "positions", positions)

    @property
    def choices(self) -> tuple[str, ...]:
        """Option of each home by name, in player order."""
        return tuple(self.market.options[k] for k in self.positions)

    @cached_property
    def payoffs(self) -> FloatArray:
        """Gains of each home, fees paid, shape (n,). [money]"""
        return np.asarray(self.market.payoffs_of(self.positions[None])[0])

    @cached_property
    def regrets(self) -> FloatArray:
        """The most that each home gains by moving alone, shape (n,). [money]"""
        return self.market.regrets(self.positions)

    @property
    def stable(self) -> bool:
        """Whether no home gains by moving alone."""
        return bool(self.regrets.max() <= self.market.tolerance)

    def members(self, option: str) -> tuple[str, ...]:
        """Labels of the homes with one option, in player order."""
        return tuple(home for home, chosen in zip(self.market.players, self.choices, strict=True) if chosen == option)

    @property
    def shares(self) -> FloatArray:
        """Share of each provider in the homes that have one, shape (m,); zeros if nobody has."""
        counts = np.bincount(self.positions, minlength=len(self.market.options))[:-1]
        return np.asarray(counts / max(1, counts.sum()))

    @property
    def concentration(self) -> float:
        """Herfindahl-Hirschman index: sum of squared shares, 1 for one provider, 1/m for m equal ones."""
        return float(self.shares @ self.shares)

    @property
    def tipped(self) -> bool:
        """Whether one provider has every home."""
        return bool(np.bincount(self.positions)[: len(self.market.providers)].max() == self.market.n_players)

    @property
    def welfare(self) -> float:
        """Gains from trade of all pools together. [money]"""
        return self.market.welfare(self.positions)

    @property
    def welfare_loss(self) -> float:
        """Gains lost against one pool of everybody, at least 0 up to rounding. [money]"""
        return self.market.game.grand_value - self.welfare

    @property
    def fee_income(self) -> dict[str, float]:
        """What each provider earns. [money]"""
        names = [offer.name for offer in self.market.providers]
        return dict(zip(names, self.market.fee_income(self.positions).tolist(), strict=True))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        players = self.market.players
        return {
            "concept": self.concept,
            "choices": dict(zip(players, self.choices, strict=True)),
            "payoffs": dict(zip(players, self.payoffs.tolist(), strict=True)),
            "regrets": dict(zip(players, self.regrets.tolist(), strict=True)),
            "concentration": self.concentration,
            "welfare": self.welfare,
            "welfare_loss": self.welfare_loss,
            "fee_income": self.fee_income,
            "cycle": [list(profile) for profile in self.cycle],
            "certificate": dict(self.certificate),
        }

    def __str__(self) -> str:
        rows = [
            [home, chosen, f"{payoff:.6g}", f"{regret:.2g}"]
            for home, chosen, payoff, regret in zip(
                self.market.players, self.choices, self.payoffs, self.regrets, strict=True
            )
        ]
        head = f"{self.concept}: concentration {self.concentration:.3g}, welfare loss {self.welfare_loss:.6g}"
        return head + "\n" + text_table(["home", "choice", f"gains [{self.market.unit}]", "regret"], rows)
