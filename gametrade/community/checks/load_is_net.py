"""A load column from which the generation has been subtracted already."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding
from gametrade.typing import BoolArray, FloatArray, IntArray


@checks.register()
def load_is_net(data: Evidence) -> Iterator[Finding]:
    """Find a load that falls by a kWh for each kWh generated, or that is zero whenever the sun is strong.

    Parameters
    ----------
    data : Evidence
        Meter data of at least two weeks.

    Yields
    ------
    Finding
        A fault if load and generation of a home show it; a suspicion if the home has no generation but its
        load is zero at midday only.

    Notes
    -----
    The slope is that of a least-squares line through the differences from the mean of the same month and time
    of day, at midday in the darkest months, so that neither habits nor cooling count. Measured homes have
    slopes from -0.2 to 0.8. A net load has about -1; with large photovoltaics, whose zero hours flatten the
    slope, more than half of its hours of strong sun are near zero instead.
    """
    if data.days < 14 or not data.night.any() or not data.midday.any():
        return
    winter = data.dark_months & data.midday & (data.sun > 0)
    for home, name in enumerate(data.names):
        zero, own = data.near_zero[home], data.generation[home]
        at_midday, at_night = zero[data.midday].mean(), zero[data.night].mean()
        if not data.demand[home].any() or at_midday < max(0.1, 2 * at_night):
            continue
        told = f"{at_midday:.0%} of its midday hours are near zero ({at_night:.0%} at night)"
        strong = own > 0.5 * data.capacity[home]
        in_sun = zero[strong].mean() if strong.any() else 0.0
        slope = _slope(own, data.demand[home], winter, data.cell)
        if slope <= -0.5 or in_sun >= 0.5:
            yield Finding(
                name,
                "load",
                "load_is_net",
                "fault",
                f"The load of {name} looks net of its generation already: in the darkest months it changes "
                f"by {slope:.2f} kWh for each kWh generated, {told}, and so are {in_sun:.0%} of its hours of "
                "strong sun.",
            )
        elif not own.any() and at_midday >= 0.3 and at_night <= 0.05:
            yield Finding(
                name,
                "load",
                "load_is_net",
                "suspect",
                f"The load of {name} may be net of a generation that is not in the data: {told}.",
            )


def _slope(x: FloatArray, y: FloatArray, used: BoolArray, cell: IntArray) -> float:
    """Slope of y on x after each cell's mean is taken off; 0 where x does not vary."""
    _, group = np.unique(cell[used], return_inverse=True)
    size = np.maximum(np.bincount(group), 1)
    dx, dy = (values[used] - (np.bincount(group, weights=values[used]) / size)[group] for values in (x, y))
    spread = float(dx @ dx)
    return float(dx @ dy) / spread if spread > 0 else 0.0
