"""A dispatch game as plain data, and back: batteries, flexible demand and joint terms beside the meter data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from gametrade.analysis.dispatch_evidence import alone_to_dict, coalitions_to_dict, grand_to_dict
from gametrade.analysis.encoding import digest, doubles, floats
from gametrade.analysis.exact_dispatch import Broken
from gametrade.community import Batteries, Community, CurtailableLoad, ShiftableLoad
from gametrade.games.coalitional import DispatchGame

OPTIONS = ("peak_charge", "connection_limit")
LIMITS = ("import_limit", "export_limit")


def dispatch_to_dict(game: DispatchGame) -> dict[str, Any]:
    """Everything that a dispatch game adds to its community, with one SHA-256 of both.

    Parameters
    ----------
    game : DispatchGame
        The game.

    Returns
    -------
    dict
        ``sha256`` and ``dispatch``.
    """
    batteries = game.community.batteries
    held = None if batteries is None else {name: doubles(getattr(batteries, name)) for name in batteries.__slots__}
    limits = {name: None if getattr(game, name) is None else doubles(getattr(game, name)) for name in LIMITS}
    data = {
        "batteries": held,
        "flexibility": [_load_to_dict(load, game.community) for load in game.flexibility],
        **{name: getattr(game, name) for name in OPTIONS},
        **limits,
    }
    return {"sha256": digest([game.community.fingerprint, data]), "dispatch": data}


def dispatch_from_dict(data: Mapping[str, Any], community: Community) -> DispatchGame:
    """Make the game of a report again.

    Parameters
    ----------
    data : mapping
        ``dispatch`` of :func:`dispatch_to_dict`.
    community : Community
        Its meter data and tariff.

    Returns
    -------
    DispatchGame
        The same game.
    """
    held = data["batteries"]
    batteries = None if held is None else Batteries(**{name: floats(held[name]) for name in Batteries.__slots__})
    own, theirs = (None if data[name] is None else floats(data[name]) for name in LIMITS)
    whole = replace(community, batteries=batteries)
    return DispatchGame(
        whole,
        tuple(_load_from_dict(load) for load in data["flexibility"]),
        peak_charge=data["peak_charge"],
        connection_limit=data["connection_limit"],
        import_limit=own,
        export_limit=theirs,
    )


@lru_cache(maxsize=1)
def evidence_of(game: DispatchGame) -> dict[str, Any]:
    """Plans and duals that bracket the cost of every home alone and of all together; empty if none can be exact.

    Parameters
    ----------
    game : DispatchGame
        The game.

    Returns
    -------
    dict
        ``alone``, ``grand`` and, where they are few, ``coalitions``, which bracket the value of each.
    """
    try:
        return {"alone": alone_to_dict(game), "grand": grand_to_dict(game), "coalitions": coalitions_to_dict(game)}
    except Broken:
        return {}


def _load_to_dict(load: ShiftableLoad | CurtailableLoad, community: Community) -> dict[str, Any]:
    if isinstance(load, CurtailableLoad):
        return {"home": load.home, "share": float(load.share), "value": float(load.value)}
    steps = load.steps(community)
    return {
        "home": load.home,
        "energy_kwh": float(load.energy_kwh),
        "power_kw": float(load.power_kw),
        "start": int(steps[0]),
        "end": int(steps[-1]) + 1,
    }


def _load_from_dict(data: Mapping[str, Any]) -> ShiftableLoad | CurtailableLoad:
    return ShiftableLoad(**data) if "energy_kwh" in data else CurtailableLoad(**data)
