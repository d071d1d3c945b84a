"""Get the data of a report: embedded, bundled, from files with checksums, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.analysis.community_document import community_from_dict
from gametrade.analysis.dispatch_document import dispatch_from_dict
from gametrade.analysis.document import SCHEMA
from gametrade.analysis.game_document import game_from_dict
from gametrade.analysis.verification.case import MALFORMED
from gametrade.analysis.verification.fields import broken
from gametrade.community.rebuilding import rebuild
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, TableGame

LOOSER = 10
"""How many times the tolerance of its table a game of another kind may have been judged with."""


class ReportedTable(TableGame):
    """The table of a report, with the unit and the tolerance of the game that it was made from."""

    money = "money"
    stated = 0.0

    @property
    def unit(self) -> str:
        """Unit of the values."""
        return self.money

    @property
    def tolerance(self) -> float:
        """The stated one, unless it is sharper or much looser than that of a table. [money]"""
        own = super().tolerance
        return self.stated if own <= self.stated <= LOOSER * own else own


LISTS = ("players", "answers", "claims", "summary", "contracts")
ROWS = ("answers", "claims", "summary", "contracts")


def check_shape(document: Any) -> None:
    """Refuse what is not a report of this schema.

    Raises
    ------
    InvalidInputError
        If the schema is another, or a section is missing or of another type.
    """
    if not isinstance(document, Mapping):
        raise InvalidInputError(f"a report must be a mapping. Got {type(document).__name__}.")
    if document.get("schema") != SCHEMA:
        raise InvalidInputError(f"schema of the report must be {SCHEMA!r}. Got {document.get('schema')!r}.")
    sections = {"data": Mapping, "skipped": Mapping, "contract": str, **dict.fromkeys(LISTS, list)}
    for name, kind in sections.items():
        if not isinstance(document.get(name), kind):
            raise InvalidInputError(f"{name} of the report must be a {kind.__name__}. Got {document.get(name)!r:.60}.")
    for name in ROWS:
        if not all(isinstance(row, Mapping) for row in document[name]):
            raise InvalidInputError(f"{name} of the report must be a list of mappings.")


def game_of(document: Mapping[str, Any], folder: str | Path | None) -> CoalitionalGame:
    """Get the data of a report.

    Raises
    ------
    InvalidInputError
        If the data are not there, cannot be read or make no game.
    """
    try:
        return _game(document, folder)
    except InvalidInputError:
        raise
    except (*MALFORMED, OSError) as problem:
        raise InvalidInputError(f"data of the report cannot be read: {broken('its section data', problem)}.") from None


def _game(document: Mapping[str, Any], folder: str | Path | None) -> CoalitionalGame:
    data = document["data"]
    if data["source"] == "table":
        table = ReportedTable(tuple(document["players"]), np.array(data["values"], dtype=float))
        object.__setattr__(table, "money", str(data.get("unit", table.money)))
        object.__setattr__(table, "stated", float(document["tolerance"]))
        return table
    if data["source"] == "embedded":
        return SharingGame(community_from_dict(data))
    if data["source"] == "dispatch":
        return dispatch_from_dict(data["dispatch"], community_from_dict(data))
    if data["source"] == "game":
        return game_from_dict(data["game"], folder)
    if "recipe" in data:
        return SharingGame(rebuild(data["recipe"], folder=folder))
    raise InvalidInputError("data of the report are not included and it names no files, so nothing can be verified.")
