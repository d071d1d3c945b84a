"""Generation whose noon is at the wrong hour."""

from __future__ import annotations

from collections.abc import Iterator

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def generation_clock(data: Evidence) -> Iterator[Finding]:
    """Find a clock on which the sun does not peak around noon, for the community or for one home.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion if the community's generation centres before 10 or after 15 hours (times in another
        zone?), or a home's more than 3 hours away from the community's. East and west roofs stay within 2.5
        hours.
    """
    if not data.producers.size:
        return
    if not 10 <= data.noon <= 15:
        yield Finding(
            None,
            "generation",
            "generation_clock",
            "suspect",
            f"The generation of the community centres on {data.noon:.1f} h of the clock, not around noon: "
            f"are the "
            "times in another time zone?",
        )
    for home in data.producers:
        centre = data.centre(data.generation[home])
        distance = abs((centre - data.noon + 12) % 24 - 12)
        if distance > 3:
            name = data.names[home]
            yield Finding(
                name,
                "generation",
                "generation_clock",
                "suspect",
                f"The generation of {name} centres on {centre:.1f} h, {distance:.1f} h away from the "
                f"community's "
                f"{data.noon:.1f} h.",
            )
