"""A load column that holds generation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding
from gametrade.typing import FloatArray


@checks.register()
def load_is_solar(data: Evidence) -> Iterator[Finding]:
    """Find a load that is a solar curve: almost nothing at night, and following the sun of the community.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A fault, or a suspicion if the data cover less than two weeks. Measured homes have at night at least
        40 % of their mean load and a correlation with the winter sun below 0.8; solar curves have below 10 %
        and above 0.9.
    """
    if not data.producers.size or not data.night.any():
        return
    winter = data.dark_months
    for home, name in enumerate(data.names):
        demand = data.demand[home]
        if not demand.any():
            continue
        at_night = demand[data.night].mean() / demand.mean()
        likeness = max(_correlation(demand[winter], curve[winter]) for curve in (data.sun, data.generation[home]))
        if at_night < 0.2 and likeness > 0.75:
            yield Finding(
                name,
                "load",
                "load_is_solar",
                "fault" if data.days >= 14 else "suspect",
                f"The load of {name} looks like a solar curve: at night it is {at_night:.0%} of its mean, "
                f"and in "
                f"the darkest months its correlation with the sun is {likeness:.2f}.",
            )


def _correlation(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0
