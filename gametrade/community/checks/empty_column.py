"""Columns with nothing, or almost nothing, in them."""

from __future__ import annotations

from collections.abc import Iterator

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def empty_column(data: Evidence) -> Iterator[Finding]:
    """Find a load that is zero throughout, and generation that is absent while the neighbours' sun shines.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion. A home without any generation is not a finding: it has no photovoltaics.
    """
    for home, name in enumerate(data.names):
        if not data.demand[home].any():
            yield Finding(name, "load", "empty_column", "suspect", f"The load of {name} is zero in every step.")
    sunny = data.sun > 0.3
    if not sunny.any():
        return
    for home in data.producers:
        name = data.names[home]
        idle = (data.generation[home][sunny] < 0.02 * data.capacity[home]).mean()
        if idle > 0.5:
            yield Finding(
                name,
                "generation",
                "empty_column",
                "suspect",
                f"The generation of {name} is near zero in {idle:.0%} of the steps in which the other homes have sun.",
            )
