"""The real community that comes with the package: 13 measured homes in Fontana, California."""

from __future__ import annotations

from importlib import resources
from typing import Literal

import numpy as np

from gametrade.community.batteries import Batteries
from gametrade.community.community import Community
from gametrade.community.source import Source
from gametrade.community.tariff import Tariff
from gametrade.errors import UnknownNameError
from gametrade.typing import FloatArray

HYPOTHETICAL_EXPORT_PRICE = 0.08
HYPOTHETICAL_FLAT_PRICE = 0.30
_N_HOMES = 13

_NOTES = (
    "13 measured single-family homes with photovoltaics in Fontana, California, hourly for a year; 4 of the "
    "source's 17 homes are left out because their load columns are faulty.",
    "Source: CityLearn 2.1.2, data set citylearn_challenge_2022_phase_all, MIT licence. Cite: Nweye et al., "
    "The CityLearn Challenge 2022, PMLR 220:85-103, 2023; EPRI, Grid Integration of Zero Net Energy "
    "Communities.",
    "The source has no year; 2016-08-01 to 2017-07-31 is inferred from its months and weekdays. Times are "
    "naive "
    "local wall clock without daylight-saving rows.",
    "The batteries are those of the source's scenario, not necessarily what the homes had.",
)
_TARIFF_NOTES = {
    "time_of_use": f"Tariff: the import price is the source's time-of-use price; the export price of "
    f"{HYPOTHETICAL_EXPORT_PRICE:.2f} USD/kWh is hypothetical, because the source has none.",
    "flat": f"Tariff: the flat price of {HYPOTHETICAL_FLAT_PRICE:.2f} / {HYPOTHETICAL_EXPORT_PRICE:.2f} "
    "USD/kWh is "
    "hypothetical.",
}


def fontana(tariff: Literal["time_of_use", "flat"] = "time_of_use") -> Community:
    """Load 13 measured homes with photovoltaics in Fontana, California: every hour of a year.

    Parameters
    ----------
    tariff : {"time_of_use", "flat"}, default="time_of_use"
        ``"time_of_use"`` takes the import price of the source and a hypothetical export price of 0.08
        USD/kWh; ``"flat"`` is a hypothetical 0.30 / 0.08 USD/kWh.

    Returns
    -------
    Community
        13 homes, 8760 hours from 2016-08-01 to 2017-07-31. Homes keep their numbers in the source.

    Raises
    ------
    UnknownNameError
        If there is no such tariff.

    References
    ----------
    .. [1] K. Nweye et al., "The CityLearn Challenge 2022: Overview, Results, and Lessons Learned," PMLR 220,
       pp. 85-103, 2023.
    .. [2] EPRI, "Grid Integration of Zero Net Energy Communities," 2017.

    Examples
    --------
    >>> fontana().demand.shape
    (13, 8760)
    >>> print(fontana("flat").tariff)
    import 0.3, export 0.08 USD/kWh
    """
    if tariff not in _TARIFF_NOTES:
        raise UnknownNameError("tariff of fontana", tariff, _TARIFF_NOTES)
    flat = tariff == "flat"
    import_price = HYPOTHETICAL_FLAT_PRICE if flat else _column_table("fontana_import_price.csv.gz", 1)[0]
    return Community(
        names=_home_names(),
        demand=_column_table("fontana_load_kwh.csv.gz", _N_HOMES),
        generation=_column_table("fontana_generation_kwh.csv.gz", _N_HOMES),
        times=np.datetime64("2016-08-01T00:00:00") + np.arange(8760) * np.timedelta64(3600, "s"),
        step_hours=1.0,
        tariff=Tariff(import_price, HYPOTHETICAL_EXPORT_PRICE, currency="USD"),
        batteries=Batteries(*_homes_table()),
        source=Source(
            "bundled",
            "13 measured homes in Fontana, California",
            {"community": "fontana", "tariff": tariff},
            (*_NOTES, _TARIFF_NOTES[tariff]),
        ),
    )


def _column_table(name: str, n_columns: int) -> FloatArray:
    """Read the columns after the first of a bundled table, as rows: shape (n_columns, T)."""
    import gzip

    packed = (resources.files("gametrade.community") / "data" / name).read_bytes()
    text = gzip.decompress(packed).decode("ascii")
    lines = text.splitlines()[1:]
    table = np.loadtxt(lines, delimiter=",", usecols=range(1, n_columns + 1), ndmin=2)
    return np.ascontiguousarray(table.T)


def _homes_lines() -> list[list[str]]:
    text = (resources.files("gametrade.community") / "data" / "fontana_homes.csv").read_text(encoding="ascii")
    return [line.split(",") for line in text.splitlines()[1:]]


def _home_names() -> list[str]:
    return [line[0] for line in _homes_lines()]


def _homes_table() -> FloatArray:
    """Battery capacity, power and efficiency, of shape (3, n)."""
    return np.array([line[2:] for line in _homes_lines()], dtype=np.float64).T
