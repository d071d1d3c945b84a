"""Get the data of a report: embedded, bundled, from files with checksums, or a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.analysis.encoding import unpack
from gametrade.community import Community, Tariff
from gametrade.community.rebuilding import rebuild
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, TableGame


def game_of(document: Mapping[str, Any], folder: str | Path | None) -> CoalitionalGame:
    """Get the data of a report."""
    data = document["data"]
    if data["source"] == "table":
        return TableGame(tuple(document["players"]), np.array(data["values"], dtype=float))
    if data["source"] == "embedded":
        return SharingGame(_embedded_community(data))
    if "recipe" in data:
        return SharingGame(rebuild(data["recipe"], folder=folder))
    raise InvalidInputError("data of the report are not included and it names no files, so nothing can be verified.")


def _embedded_community(data: Mapping[str, Any]) -> Community:
    """Unpack meter data."""
    n = len(data["names"])

    def doubles(name: str) -> np.ndarray:
        return np.frombuffer(unpack(data[name]), dtype="<f8")

    tariff = Tariff(
        doubles("import_price"),
        doubles("export_price"),
        doubles("network_charge"),
        currency=data["currency"],
        allow_negative_spread=True,
    )
    return Community(
        data["names"],
        doubles("demand").reshape(n, -1),
        doubles("generation").reshape(n, -1),
        np.frombuffer(unpack(data["times"]), dtype="<i8").astype("datetime64[s]"),
        float(data["step_hours"]),
        tariff,
        time_zone=data["time_zone"],
    )
