"""A community as plain data, and back: meter data and tariff, packed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.encoding import doubles, floats, pack, unpack
from gametrade.community import Community, Tariff

EMBEDDED_NUMBERS = 500_000
"""Meter data up to this many numbers are embedded in a report; larger data are named by file and checksum."""

SERIES = ("import_price", "export_price", "network_charge")


def community_to_dict(community: Community) -> dict[str, Any]:
    """Write meter data and prices as little-endian doubles, compressed; batteries are the dispatch game's to write.

    Parameters
    ----------
    community : Community
        n homes, T steps.

    Returns
    -------
    dict
        Packed arrays of shape (T,) and (n, T), names, currency and time zone.
    """
    return {
        "encoding": "base64(zlib(little-endian float64)), times int64 seconds since 1970",
        "names": list(community.names),
        "currency": community.tariff.currency,
        "time_zone": community.time_zone,
        "times": pack(community.times.astype("<i8")),
        **{name: doubles(getattr(community, name)) for name in ("demand", "generation", *SERIES)},
    }


def community_from_dict(data: Mapping[str, Any]) -> Community:
    """Unpack a community.

    Parameters
    ----------
    data : mapping
        What :func:`community_to_dict` writes, with ``step_hours``.

    Returns
    -------
    Community
        The same homes, without batteries.
    """
    n = len(data["names"])
    bought, sold, charge = (floats(data[name]) for name in SERIES)
    return Community(
        data["names"],
        floats(data["demand"]).reshape(n, -1),
        floats(data["generation"]).reshape(n, -1),
        np.frombuffer(unpack(data["times"]), dtype="<i8").astype("datetime64[s]"),
        float(data["step_hours"]),
        Tariff(bought, sold, charge, currency=data["currency"], allow_negative_spread=True),
        time_zone=data["time_zone"],
    )
