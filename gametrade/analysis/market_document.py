"""The section on mechanisms as plain data, with the lies that refute and the counts of those that were tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.analysis.market_section import MarketSection


def market_to_dict(section: MarketSection) -> dict[str, Any]:
    """Write the section as JSON-ready data.

    Parameters
    ----------
    section : MarketSection
        What was found.

    Returns
    -------
    dict
        ``stride``, ``trading``, ``counted``, ``optimum``, ``totals`` (one a mechanism), ``hours`` (why, step, time),
        ``verdicts`` (one a mechanism, property and hour, with its certificate), ``meters`` (one a split rule and way).
    """
    times = section.community.local_times()
    table = section.table
    return {
        "bids": "retail",
        "stride": section.stride,
        "trading": section.trading,
        "counted": section.counted,
        "optimum": section.optimum,
        "totals": [
            {name: None if isinstance(v, float) and not np.isfinite(v) else v for name, v in row._asdict().items()}
            for row in section.totals
        ],
        "hours": [{"why": hour.why, "step": hour.step, "time": str(times[hour.step])} for hour in section.hours],
        "verdicts": []
        if table is None
        else [
            {"asked": name, "hour": hour, **verdict.to_dict()}
            for (_, name), verdicts in table.verdicts.items()
            for hour, verdict in enumerate(verdicts)
        ],
        "meters": [{"way": way, **verdict.to_dict()} for (_, way), verdict in section.meters.items()],
    }
