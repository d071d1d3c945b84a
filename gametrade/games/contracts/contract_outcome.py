"""Contracts concluded at prices, and what anybody could still gain at these prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gametrade.display import Shown, text_table
from gametrade.games.contracts.contract_network import ContractNetwork
from gametrade.games.contracts.talk import Talk
from gametrade.games.contracts.valuations import Bundle

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class ContractOutcome(Shown):
    """Which contracts are concluded, and a price of every one.

    Parameters
    ----------
    network : ContractNetwork
        m contracts.
    concluded : frozenset of str
        Names of the contracts that are signed.
    prices : mapping of str to Fraction
        Price of each contract; of those not signed the price at which it was refused. [money]
    talk : Talk
        Messages and rounds, and whether the process ended by itself.

    Notes
    -----
    The price-taking gap of a player is its best net value at these prices less its net value of what it signed. Where
    all gaps are 0 the outcome is a competitive equilibrium, and no set of contracts blocks it: whatever a group signs,
    payments inside it cancel, so together it gains at most the sum of its gaps. Exact, in fractions.
    """

    network: ContractNetwork
    concluded: Bundle
    prices: Mapping[str, Fraction]
    talk: Talk

    @property
    def utilities(self) -> dict[str, Fraction]:
        """Net value of each player. [money]"""
        network = self.network
        return {
            player: network.valuations[player].net(
                network.own(player, self.concluded), network.income(player, self.prices)
            )
            for player in network.players
        }

    @property
    def gaps(self) -> dict[str, Fraction]:
        """What each player could gain at these prices by signing other contracts. [money]"""
        gaps = {}
        for player, now in self.utilities.items():
            income, valuation = self.network.income(player, self.prices), self.network.valuations[player]
            gaps[player] = valuation.net(valuation.choice(income), income) - now
        return gaps

    @property
    def welfare(self) -> Fraction:
        """Value to all. [money]"""
        return sum(self.utilities.values(), Fraction(0))

    @property
    def certificate(self) -> dict[str, Any]:
        """JSON-ready evidence: prices and gaps as fractions."""
        return {
            "kind": "price_taking_gap",
            "concluded": sorted(self.concluded),
            "prices": {name: str(price) for name, price in self.prices.items()},
            "gaps": {player: str(gap) for player, gap in self.gaps.items()},
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a signed contract: seller, buyer, time, energy, price, cost."""
        import pandas as pd

        signed = [c for c in self.network.contracts if c.name in self.concluded]
        rows = [
            (c.name, c.seller, c.buyer, c.time, c.energy, float(self.prices[c.name]), float(c.cost)) for c in signed
        ]
        return pd.DataFrame(rows, columns=["contract", "seller", "buyer", "time", "energy", "price", "cost"])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {"welfare": float(self.welfare), "talk": self.talk.to_dict(), "certificate": self.certificate}

    def __str__(self) -> str:
        signed = [c for c in self.network.contracts if c.name in self.concluded]
        rows = [[c.name, c.seller, c.buyer, c.time, f"{float(self.prices[c.name]):.6g}"] for c in signed]
        table = text_table(["contract", "seller", "buyer", "time", "price"], rows, numeric={4})
        gap = max(self.gaps.values())
        told = f"value to all {float(self.welfare):.6g}; largest gain at these prices {float(gap):.3g}"
        return "\n".join([str(self.talk), table, told])
