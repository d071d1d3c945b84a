"""A load that is near zero suspiciously often."""

from __future__ import annotations

from collections.abc import Iterator

from gametrade.community.evidence import NEAR_ZERO, Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def zero_hours(data: Evidence) -> Iterator[Finding]:
    """Find a load that is near zero in at least 5 % of the steps (a note) or 10 % (a suspicion).

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        Share of steps below 2 % of the home's mean, and whether they fall at night. A home that is lived in
        has a refrigerator.
    """
    for home, name in enumerate(data.names):
        share = data.near_zero[home].mean()
        if share < 0.05 or not data.demand[home].any():
            continue
        at_night = f"; {data.near_zero[home][data.night].mean():.0%} at night" if data.night.any() else ""
        yield Finding(
            name,
            "load",
            "zero_hours",
            "suspect" if share >= 0.1 else "note",
            f"The load of {name} is below {NEAR_ZERO:.0%} of its mean in {share:.0%} of the steps{at_night}.",
        )
