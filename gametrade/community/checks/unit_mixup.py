"""Power taken for energy, or watt-hours for kilowatt-hours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding

PLAUSIBLE = (1_000.0, 18_000.0)
"""Yearly demand of a median home. [kWh]"""


@checks.register()
def unit_mixup(data: Evidence) -> Iterator[Finding]:
    """Find a yearly demand of the median home that is implausible, but plausible in another unit.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion about the whole community, if the median home would use 1 000 to 18 000 kWh a year had the
        numbers been kW instead of kWh, kWh instead of kW, or W and Wh.
    """
    yearly = float(np.median(data.demand.sum(axis=1))) * 365 / data.days
    low, high = PLAUSIBLE
    if low <= yearly <= high or yearly == 0:
        return
    readings = [
        (data.step_hours, "the numbers may be kW and were read as kWh"),
        (1 / data.step_hours, "the numbers may be kWh and were read as kW"),
        (0.001, "the numbers may be W or Wh"),
        (0.001 * data.step_hours, "the numbers may be W and were read as kWh"),
        (1000.0, "the numbers may be MW or MWh"),
    ]
    for factor, words in readings:
        if factor != 1 and low <= yearly * factor <= high:
            told = (
                f"The median home would use {yearly:,.0f} kWh a year; {words}, which would be "
                f"{yearly * factor:,.0f} kWh."
            )
            yield Finding(None, "load", "unit_mixup", "suspect", told)
            return
