"""The German low-voltage grids of SimBench as communities: profiles only, no power-flow model."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.community import Community
from gametrade.community.csv_files import Format
from gametrade.community.source import Source
from gametrade.community.tables import MeterTable, repeats
from gametrade.community.tariff import Tariff
from gametrade.community.timestamps import read_clock
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    import pandas as pd

SUBNETS = {
    "rural1": "LV1.101",
    "rural2": "LV2.101",
    "rural3": "LV3.101",
    "semiurb4": "LV4.101",
    "semiurb5": "LV5.201",
    "urban6": "LV6.201",
}
"""The six low-voltage grids and the name of each in the tables."""

_NOTES = (
    "SimBench benchmark grids: loads and photovoltaics of a typical German low-voltage grid, built from "
    "measured "
    "profiles, 15 min, 2016; not one metered street. A home is a node of the grid.",
    "Licence of the data base: Open Database License 1.0. Cite: Meinecke et al., SimBench - A Benchmark "
    "Dataset "
    "of Electric Power Systems, Energies 13(12), 2020, doi:10.3390/en13123290.",
    "Reactive power, wind, hydro and biomass plants, and the storage units of future scenarios are left out.",
)


def simbench(
    code: str = "1-LV-rural1--0-sw",
    *,
    import_price: ArrayLike = 0.30,
    export_price: ArrayLike = 0.08,
    network_charge: ArrayLike = 0.0,
    currency: str = "EUR",
    folder: str | Path | None = None,
) -> Community:
    """Load a low-voltage grid of SimBench: a year of loads and photovoltaics at 15 minutes.

    Parameters
    ----------
    code : str, default="1-LV-rural1--0-sw"
        SimBench code ``1-LV-<grid>--<scenario>-sw``, where the grid is rural1, rural2, rural3, semiurb4,
        semiurb5 or urban6 and the scenario is 0 (2016), 1 (2024) or 2 (2034).
    import_price, export_price : float or array_like of shape (T,), default=0.30 and 0.08
        Prices; hypothetical, SimBench has none. [money/kWh]
    network_charge : float or array_like of shape (T,), default=0.0
        Due on each shared kWh. [money/kWh]
    currency : str, default="EUR"
        Label of the money.
    folder : str or Path, optional
        Folder with the tables Load.csv, LoadProfile.csv, RES.csv and RESProfile.csv, instead of the installed
        package simbench.

    Returns
    -------
    Community
        One home for each node with a load or photovoltaics; 35 136 quarter hours of 2016, Europe/Berlin.

    Raises
    ------
    InvalidInputError
        If the package simbench is not installed or the code is not understood.
    UnknownNameError
        If there is no such grid or scenario.

    Notes
    -----
    A load of ``pLoad`` MW with profile p uses ``1000 pLoad p_t / 4`` kWh in a quarter hour, a plant of
    ``pRES`` MW produces likewise. The tables are read as they are, without importing simbench or pandapower.

    References
    ----------
    .. [1] S. Meinecke et al., "SimBench - A Benchmark Dataset of Electric Power Systems to Compare Innovative
       Solutions Based on Power Flow Analysis," Energies 13(12), 3290, 2020, :doi:`10.3390/en13123290`.

    Examples
    --------
    >>> simbench("1-LV-rural9--0-sw")
    Traceback (most recent call last):
    ...
    gametrade.errors.UnknownNameError: grid of simbench must be one of 'rural1', ... Did you mean 'rural3'?
    """
    grid, scenario = _parts(code)
    tables = Path(folder) if folder is not None else _installed_folder(scenario)
    loads = _elements(tables, "Load.csv", SUBNETS[grid], "pLoad")
    plants = _elements(tables, "RES.csv", SUBNETS[grid], "pRES")
    plants = plants[plants["profile"].str.startswith("PV")]
    names = list(dict.fromkeys([*loads["node"], *plants["node"]]))
    if not names:
        raise InvalidInputError(f"Load.csv of {tables} must hold loads of {SUBNETS[grid]}. Got none.")
    times, demand = _profiles(tables, "LoadProfile.csv", loads, "pLoad", "_pload", names)
    _, generation = _profiles(tables, "RESProfile.csv", plants, "pRES", "", names)
    clock = read_clock(times, Format(time_format="%d.%m.%Y %H:%M"), "Europe/Berlin")
    prices = {"import_price": import_price, "export_price": export_price, "network_charge": network_charge}
    recipe: dict[str, Any] = {"community": "simbench", "code": code, "currency": currency}
    recipe |= {name: np.asarray(price, dtype=np.float64).tolist() for name, price in prices.items()}
    recipe |= {} if folder is None else {"folder": str(folder)}
    return Community(
        names=names,
        demand=demand,
        generation=generation,
        times=clock.times,
        step_hours=0.25,
        tariff=Tariff(import_price, export_price, network_charge, currency),
        time_zone="Europe/Berlin",
        source=Source("simbench", f"SimBench grid {code}", recipe, (*_NOTES, "Tariff: the prices are hypothetical.")),
    )


def _parts(code: str) -> tuple[str, str]:
    parts = code.split("-") if isinstance(code, str) else []
    if len(parts) != 6 or parts[:2] != ["1", "LV"] or parts[3]:
        raise InvalidInputError(
            f"code of simbench must be that of one low-voltage grid, such as '1-LV-rural1--0-sw'. Got {code!r}."
        )
    if parts[2] not in SUBNETS:
        raise UnknownNameError("grid of simbench", parts[2], SUBNETS)
    if parts[4] not in ("0", "1", "2"):
        raise UnknownNameError("scenario of simbench", parts[4], ("0", "1", "2"))
    return parts[2], parts[4]


def _installed_folder(scenario: str) -> Path:
    """Find the tables of the package without importing it, which would load the power-flow model."""
    found = importlib.util.find_spec("simbench")
    if found is None or not found.submodule_search_locations:
        raise InvalidInputError(
            "simbench needs the extra of that name: pip install 'gametrade[simbench]'. Got no package simbench."
        )
    return Path(found.submodule_search_locations[0]) / "networks" / f"1-complete_data-mixed-all-{scenario}-sw"


def _elements(folder: Path, name: str, subnet: str, power: str) -> pd.DataFrame:
    """Loads or plants of one grid: columns node, profile and the power. [MW]."""
    import pandas as pd

    path = folder / name
    if not path.is_file():
        raise InvalidInputError(f"{name} of SimBench must exist. Got {str(path)!r}.")
    table = pd.read_csv(path, sep=";", usecols=["id", "node", "profile", power, "subnet"])
    return table[table["subnet"] == subnet]


def _profiles(
    folder: Path, name: str, elements: pd.DataFrame, power: str, suffix: str, names: list[str]
) -> tuple[MeterTable, FloatArray]:
    """Energy of each home in each quarter hour, and the table whose clock it has."""
    import pandas as pd

    path = folder / name
    columns = [f"{profile}{suffix}" for profile in elements["profile"].unique()]
    try:
        table = pd.read_csv(path, sep=";", usecols=["time", *columns])
    except FileNotFoundError:
        raise InvalidInputError(f"{name} of SimBench must exist. Got {str(path)!r}.") from None
    except ValueError as accident:
        raise InvalidInputError(f"{name} of SimBench must hold every profile in use. Got: {accident}.") from None
    energy = np.zeros((len(names), len(table)))
    position = {home: k for k, home in enumerate(names)}
    for node, profile, megawatts in zip(elements["node"], elements["profile"], elements[power], strict=True):
        energy[position[node]] += 250.0 * megawatts * table[f"{profile}{suffix}"].to_numpy()
    times = table["time"]
    clock = MeterTable(name, "load", tuple(names), times, repeats(times), energy, table, None, path)
    return clock, energy
