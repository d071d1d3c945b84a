"""Single steps that tower over the rest of a home's load."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding
from gametrade.community.problems import Quantity
from gametrade.typing import FloatArray


@checks.register()
def implausible_peaks(data: Evidence) -> Iterator[Finding]:
    """Find a step whose power is above 30 kW and more than ten times what the home exceeds in a step of a
    hundred.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion, with the highest power and its time.
    """
    for home, name in enumerate(data.names):
        quantities: tuple[tuple[Quantity, FloatArray], ...]
        quantities = (("load", data.demand[home]), ("generation", data.generation[home]))
        for quantity, energies in quantities:
            step = int(energies.argmax())
            power, usual = energies[step] / data.step_hours, np.quantile(energies, 0.99) / data.step_hours
            if power > 30 and power > 10 * usual:
                yield Finding(
                    name,
                    quantity,
                    "implausible_peaks",
                    "suspect",
                    f"The {quantity} of {name} peaks at {power:.1f} kW at "
                    f"{show_time(data.local_times[step])}; "
                    f"99 % of the steps stay below {usual:.1f} kW.",
                )
