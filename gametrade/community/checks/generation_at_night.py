"""Photovoltaics that produce in the dark."""

from __future__ import annotations

from collections.abc import Iterator

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def generation_at_night(data: Evidence) -> Iterator[Finding]:
    """Find generation in the six darkest hours of the day, as the community's own noon defines them.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion where more than 0.5 % of a home's energy falls there, which a wind turbine or an engine
        may explain. Time zones and daylight saving shift noon and night together.
    """
    if not data.night.any():
        return
    for home in data.producers:
        own = data.generation[home]
        share = own[data.night].sum() / own.sum()
        if share > 0.005:
            name = data.names[home]
            yield Finding(
                name,
                "generation",
                "generation_at_night",
                "suspect",
                f"{share:.1%} of the generation of {name} falls into the six hours around midnight "
                f"(noon is at {data.noon:.1f} h according to the community's generation).",
            )
