"""One number that tells whether two communities are the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gametrade.community.community import Community


def fingerprint(community: Community) -> str:
    r"""SHA-256 of everything that the gains of a community depend on.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.

    Returns
    -------
    str
        64 hexadecimal digits.

    Notes
    -----
    Hashed are, in this order: the line ``gametrade-community/1\n``; one line of JSON with sorted keys, no
    blanks and ASCII escapes that holds ``currency``, ``names``, ``step_hours`` and ``time_zone``, then ``\n``;
    the times as little-endian int64 seconds since 1970; demand and generation, home by home, then import price, export
    price and network charge, all as little-endian float64, with -0 written as 0.
    """
    header = {
        "currency": community.tariff.currency,
        "names": community.names,
        "step_hours": community.step_hours,
        "time_zone": community.time_zone,
    }
    digest = hashlib.sha256(b"gametrade-community/1\n")
    digest.update(json.dumps(header, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n")
    digest.update(community.times.astype("<i8").tobytes())
    prices = (community.import_price, community.export_price, community.network_charge)
    for array in (community.demand, community.generation, *prices):
        digest.update((array + 0.0).astype("<f8").tobytes())
    return digest.hexdigest()
