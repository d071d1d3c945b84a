"""Who would join whom in the community of a study, and which provider homes would choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.membership_parts import competition_part, formation_part
from gametrade.analysis.studies.formation import FormationStudy, formation_study
from gametrade.analysis.studies.provider_study import ProviderStudy, provider_study
from gametrade.games.coalitional import CoalitionalGame, SharingGame

MEMBERSHIP_PARTS = ("formation", "competition")
"""Parts of the section, by name."""

MEMBERSHIP_HOMES = 16
"""Most homes for which the section is made without being asked for."""

FORMING = ("mid_market_rate", "competitive_price", "equal_split")
"""Rules under which coalitions form."""

COMPETING = ("mid_market_rate", "competitive_price", "supply_demand_ratio")
"""Rules that compete, without fees."""

LISTED_HOMES = 8
"""Most homes for which every structure is examined."""

STARTS = 3
"""Random first choices among providers."""


@dataclass(frozen=True, eq=False, slots=True)
class MembershipSection:
    """Formation and competition in one community.

    Parameters
    ----------
    formations : tuple of FormationStudy
        One a rule, empty if not asked for.
    competition : ProviderStudy or None
        Providers without fees, None if not asked for.
    """

    formations: tuple[FormationStudy, ...] = ()
    competition: ProviderStudy | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "formation": [formation_part(study) for study in self.formations],
            "competition": None if self.competition is None else competition_part(self.competition),
        }


def membership_parts(sections: str | Iterable[str] | None, game: CoalitionalGame) -> tuple[str, ...]:
    """Which parts to make: those asked for, or both where they are cheap.

    Parameters
    ----------
    sections : str or iterable of str, optional
        Names that were asked for, checked already; None decides by the size of the game.
    game : CoalitionalGame
        n players.

    Returns
    -------
    tuple of str
        In reading order.
    """
    if not isinstance(game, SharingGame) or game.n_players < 2:
        return ()
    if sections is None:
        return MEMBERSHIP_PARTS if game.n_players <= MEMBERSHIP_HOMES else ()
    names = {sections} if isinstance(sections, str) else set(sections)
    return tuple(part for part in MEMBERSHIP_PARTS if part in names)


def membership_section(game: CoalitionalGame, parts: tuple[str, ...]) -> MembershipSection | None:
    """Let coalitions form and providers compete.

    Parameters
    ----------
    game : CoalitionalGame
        The game of the study.
    parts : tuple of str
        Names of parts, from :func:`membership_parts`.

    Returns
    -------
    MembershipSection or None
        None if nothing is asked for or nothing can be shared.
    """
    if not (parts and isinstance(game, SharingGame) and game.grand_value > game.tolerance):
        return None
    notions = ("nash", "strong_nash", "core") if game.n_players <= LISTED_HOMES else ()
    formations = tuple(formation_study(game, rule, notions) for rule in FORMING) if "formation" in parts else ()
    competition = None
    if "competition" in parts:
        competition = provider_study(game.community, COMPETING, rng=np.random.default_rng(0), starts=STARTS)
    return MembershipSection(formations, competition)
