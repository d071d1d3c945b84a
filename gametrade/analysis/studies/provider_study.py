"""A market of providers in one answer: where homes go, which choices are stable, and what each provider can charge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.analysis.studies.competition import provider_market, sampled_ends
from gametrade.community import Community
from gametrade.display import Shown, text_table
from gametrade.games.competition import Provider, ProviderMarket, ProviderOutcome
from gametrade.games.competition.market import MOST_HOMES
from gametrade.solvers.provider_choice import MOST_PROFILES, core_stable_choices, nash_stable_choices
from gametrade.solvers.provider_fees import FeeLimit, breakaway_fee, leaving_fee
from gametrade.typing import ArrayLike


@dataclass(frozen=True, eq=False)
class ProviderStudy(Shown):
    """Where homes end up among providers.

    Parameters
    ----------
    market : ProviderMarket
        Homes and providers.
    ends : tuple of ProviderOutcome
        Where best replies lead from random first choices.
    nash : tuple of ProviderOutcome or None
        Every Nash-stable choice; None if there are too many choices to list.
    core : tuple of ProviderOutcome or None
        Those among them that no homes leave together for one provider.
    """

    market: ProviderMarket
    ends: tuple[ProviderOutcome, ...]
    nash: tuple[ProviderOutcome, ...] | None = None
    core: tuple[ProviderOutcome, ...] | None = None

    @cached_property
    def settled(self) -> tuple[ProviderOutcome, ...]:
        """The ends in which no home gains by another choice."""
        return tuple(end for end in self.ends if end.concept == "Nash-stable")

    @cached_property
    def usual(self) -> ProviderOutcome | None:
        """The end that is met most often, the first one among equals; None if none settles."""
        seen: dict[bytes, list[ProviderOutcome]] = {}
        for end in self.settled:
            seen.setdefault(end.positions.tobytes(), []).append(end)
        return max(seen.values(), key=len)[0] if seen else None

    @cached_property
    def charges(self) -> dict[str, dict[str, FeeLimit]]:
        """What each provider with members could charge on top in the usual end: until one leaves, until some do."""
        if self.usual is None:
            return {}
        answer: dict[str, dict[str, FeeLimit]] = {}
        for offer in self.market.providers:
            members = self.usual.members(offer.name)
            if members:
                choice = self.usual.positions
                limits = {"one leaves": leaving_fee(self.market, choice, offer.name)}
                if len(members) <= MOST_HOMES:
                    limits["some leave together"] = breakaway_fee(self.market, choice, offer.name)
                answer[offer.name] = limits
        return answer

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "options": list(self.market.options),
            "ends": [end.to_dict() for end in self.ends],
            "nash_stable": None if self.nash is None else [list(found.choices) for found in self.nash],
            "core_stable": None if self.core is None else [list(found.choices) for found in self.core],
            "charges": {
                name: {kind: {"fee": limit.fee, "leavers": list(limit.leavers)} for kind, limit in limits.items()}
                for name, limits in self.charges.items()
            },
            "unit": self.market.unit,
        }

    def __str__(self) -> str:
        parts = [self._ends_table()]
        if self.nash is not None and self.core is not None:
            parts.append(f"Of all choices {len(self.nash)} are Nash-stable and {len(self.core)} core-stable.")
        if self.usual is None:
            parts.append("No start led to a choice that every home keeps.")
        else:
            parts.append(f"The end met most often: {self.usual}")
        if self.charges:
            parts.append(self._charges_table())
        return "\n\n".join(parts)

    def _ends_table(self) -> str:
        rows = []
        for option in self.market.options:
            counts = [len(end.members(option)) for end in self.settled]
            shown = [f"{np.mean(counts):.1f}", f"{min(counts)} to {max(counts)}"] if counts else ["", ""]
            full = sum(count == self.market.n_players for count in counts)
            rows.append([option, *shown, str(full)])
        head = f"{len(self.settled)} of {len(self.ends)} random starts settle"
        if self.settled:
            loss = np.mean([end.welfare_loss for end in self.settled])
            concentration = np.mean([end.concentration for end in self.settled])
            head += f": mean concentration {concentration:.3g}, mean welfare loss {loss:.4g} {self.market.unit}"
        return head + "\n" + text_table(["option", "homes, mean", "range", "has all"], rows)

    def _charges_table(self) -> str:
        rows = [
            [name, kind, f"{limit.fee:.6g}", ", ".join(limit.leavers[:6]) + (", ..." if len(limit.leavers) > 6 else "")]
            for name, limits in self.charges.items()
            for kind, limit in limits.items()
        ]
        head = "Fee per member that keeps everybody there"
        return head + "\n" + text_table(["provider", "until", f"fee [{self.market.unit}]", "who"], rows)


def provider_study(
    community: Community,
    offers: Sequence[str | Provider],
    *,
    rng: np.random.Generator,
    starts: int = 10,
    switching_cost: ArrayLike = 0.0,
) -> ProviderStudy:
    """Let homes choose among providers, from random starts and, where few enough, over all choices.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    offers : sequence of str or Provider
        Registered rules without fees, or providers.
    rng : numpy.random.Generator
        Draws first choices and the order of turns.
    starts : int, default=10
        Number of random starts, at least 1.
    switching_cost : array_like of shape () or (n,), default=0
        What a move costs a home, at least 0. [money]

    Returns
    -------
    ProviderStudy
        Outcomes with the regret of every home.

    Raises
    ------
    InvalidInputError
        If there is no provider or no start, or a cost is negative.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.street(4, 1, rng=1, start="2023-06-01")
    >>> study = provider_study(street, ["mid_market_rate", "bill_sharing"], rng=np.random.default_rng(0), starts=3)
    >>> len(study.ends), len(study.nash) >= len(study.core)
    (3, True)
    """
    market = provider_market(community, offers, switching_cost)
    ends = tuple(sampled_ends(market, rng=rng, starts=starts))
    if market.n_players > MOST_HOMES or len(market.options) ** market.n_players > MOST_PROFILES:
        return ProviderStudy(market, ends)
    return ProviderStudy(market, ends, nash_stable_choices(market), core_stable_choices(market))
