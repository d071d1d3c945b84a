"""Communities in which no energy can change hands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def nothing_to_share(data: Evidence) -> Iterator[Finding]:
    """Say why there are no gains from trade, if there are none.

    Parameters
    ----------
    data : Evidence
        Meter data, with the spread of the tariff if known.

    Yields
    ------
    Finding
        A note about the whole community, with the first reason that applies.
    """
    supply = np.maximum(data.generation - data.demand, 0).sum(axis=0)
    shortage = np.maximum(data.demand - data.generation, 0).sum(axis=0)
    together = np.minimum(supply, shortage) > 0
    reasons = (
        (not (data.demand.any() or data.generation.any()), "every value is zero"),
        (len(data.names) == 1, "there is one home only"),
        (not supply.any(), "no home ever has a surplus"),
        (not shortage.any(), "no home ever has a deficit"),
        (not together.any(), "no step has both a surplus and a deficit"),
        (
            data.spread is not None and not (data.spread[together] > 0).any(),
            "in every step with a surplus and a deficit, sharing a kWh saves nothing at these prices",
        ),
    )
    for applies, words in reasons:
        if applies:
            yield Finding(None, "both", "nothing_to_share", "note", f"There is nothing to share: {words}.")
            return
