"""Games that are more than a table as plain data, and back, so that verification plays the same game again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.analysis.community_document import EMBEDDED_NUMBERS, community_from_dict, community_to_dict
from gametrade.analysis.dispatch_document import dispatch_from_dict, dispatch_to_dict
from gametrade.analysis.encoding import doubles, floats
from gametrade.community import Community
from gametrade.community.feeder import Feeder
from gametrade.community.rebuilding import rebuild
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import (
    AssignmentGame,
    CoalitionalGame,
    DispatchGame,
    ExistingStorageGame,
    FeeGame,
    GraphGame,
    IndividualTariffGame,
    LoadDataGame,
    SharingGame,
    SlabTariffGame,
    StorageInvestmentGame,
    TableGame,
)
from gametrade.games.coalitional.network import NetworkGame

KINDS: Mapping[str, type[CoalitionalGame]] = {
    kind.__name__: kind
    for kind in (
        AssignmentGame,
        ExistingStorageGame,
        FeeGame,
        GraphGame,
        IndividualTariffGame,
        LoadDataGame,
        NetworkGame,
        SharingGame,
        SlabTariffGame,
        StorageInvestmentGame,
        TableGame,
    )
}
"""Games whose fields say all about them; a dispatch game is written by its own module."""


def game_to_dict(game: CoalitionalGame) -> dict[str, Any] | None:
    """Write a game as a recipe: its kind and its fields, games inside it included.

    Parameters
    ----------
    game : CoalitionalGame
        A game of the package.

    Returns
    -------
    dict or None
        JSON-ready; None for a kind that is not the package's own, whose values are all that can be written, and
        for meter data that are too large to be embedded and come from no files.

    Examples
    --------
    >>> import gametrade as gt
    >>> trade = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> recipe = game_to_dict(gt.FeeGame(trade, per_member=1.5))
    >>> recipe["kind"], game_from_dict(recipe).grand_value
    ('FeeGame', 3.0)
    """
    if type(game) is DispatchGame:
        community = _written(game.community)
        played = {"kind": "DispatchGame", "community": community, "dispatch": dispatch_to_dict(game)["dispatch"]}
        return None if community is None else played
    if KINDS.get(type(game).__name__) is not type(game):
        return None
    parts: Any = game
    written = {field.name: _written(getattr(game, field.name)) for field in fields(parts) if field.init}
    complete = all(written.get(part, {}) is not None for part in ("game", "community"))
    return {"kind": type(game).__name__, **written} if complete else None


def game_from_dict(recipe: Mapping[str, Any], folder: str | Path | None = None) -> CoalitionalGame:
    """Make the game of a recipe.

    Parameters
    ----------
    recipe : mapping
        What :func:`game_to_dict` wrote.
    folder : str or Path, optional
        Where to look for meter data that the recipe names by file.

    Returns
    -------
    CoalitionalGame
        The same game.

    Raises
    ------
    InvalidInputError
        If the kind is unknown, or its fields make no game.
    """
    kind = recipe["kind"]
    if kind == "DispatchGame":
        return dispatch_from_dict(recipe["dispatch"], _read(recipe["community"], folder))
    if kind not in KINDS:
        raise InvalidInputError(f"kind of a game in a report must be one of {', '.join(KINDS)}. Got {kind!r:.60}.")
    parts = {name: _read(value, folder) for name, value in recipe.items() if name != "kind"}
    return KINDS[kind](**parts)


def _written(value: Any) -> Any:
    """One field as JSON-ready data."""
    if isinstance(value, CoalitionalGame):
        return game_to_dict(value)
    if isinstance(value, Community):
        return _community(value)
    if isinstance(value, Feeder):
        return {"feeder": {field.name: _written(getattr(value, field.name)) for field in fields(value)}}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return {"shape": list(value.shape), "doubles": doubles(value)}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_written(part) for part in value]
    return value


def _community(community: Community) -> dict[str, Any] | None:
    """Meter data inside the recipe, or where they come from if they are many."""
    if community.demand.size <= EMBEDDED_NUMBERS:
        return {"step_hours": community.step_hours, **community_to_dict(community)}
    source = community.source.recipe
    return {"recipe": dict(source), "sha256": community.fingerprint} if source else None


def _read(value: Any, folder: str | Path | None) -> Any:
    """Undo :func:`_written`."""
    if isinstance(value, list):
        return [_read(part, folder) for part in value]
    if not isinstance(value, Mapping):
        return value
    if "kind" in value:
        return game_from_dict(value, folder)
    if "feeder" in value:
        parts = {name: part if name == "homes" else _read(part, folder) for name, part in value["feeder"].items()}
        return Feeder(**parts)
    if "recipe" in value:
        return rebuild(value["recipe"], folder=folder)
    return community_from_dict(value) if "times" in value else floats(value["doubles"]).reshape(value["shape"])
