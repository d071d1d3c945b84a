"""Photovoltaics that yield far more or far less than a roof can, or than the neighbours'."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding


@checks.register()
def implausible_yield(data: Evidence) -> Iterator[Finding]:
    """Find yields per kW of photovoltaics out of line with the other homes, or with the sun anywhere.

    Parameters
    ----------
    data : Evidence
        Meter data of at least 30 days.

    Yields
    ------
    Finding
        A suspicion if the yield is below half or above 1.75 times the median of at least three homes, or,
        over at least 300 days, outside 300 to 2700 kWh a year for each kW.

    Notes
    -----
    The rated power is used where it is known; otherwise the power that the home exceeds in one step of a
    thousand, which hides a wrong scale but not a broken shape.
    """
    if data.days < 30 or not data.producers.size:
        return
    yields = {int(home): _yearly_yield(data, int(home)) for home in data.producers}
    median = float(np.median(list(yields.values())))
    for home, found in yields.items():
        compared = len(yields) >= 3 and not 0.5 * median <= found <= 1.75 * median
        absolute = data.days >= 300 and not 300 <= found <= 2700
        if not (compared or absolute):
            continue
        name = data.names[home]
        of = "rated power" if name in data.peak_kw else "the power it exceeds in 1 step of 1000"
        yield Finding(
            name,
            "generation",
            "implausible_yield",
            "suspect",
            f"The generation of {name} yields {found:.0f} kWh a year for each kW of {of}; "
            f"the median of the homes is {median:.0f}.",
        )


def _yearly_yield(data: Evidence, home: int) -> float:
    power = data.peak_kw.get(data.names[home]) or data.capacity[home] / data.step_hours
    return float(data.generation[home].sum() / power * 365 / data.days)
