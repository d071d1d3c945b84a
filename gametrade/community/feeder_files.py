"""Read a feeder from a CSV file of lines, or from a pandapower network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.community.feeder import Feeder
from gametrade.errors import InvalidInputError

COLUMNS = ("from_bus", "to_bus", "resistance_ohm", "reactance_ohm")


def read_feeder(
    path: str | Path,
    homes: Mapping[str, str],
    *,
    root: str | None = None,
    voltage: float = 400.0,
    lowest: float = 0.9,
    highest: float = 1.1,
    held: float = 1.0,
) -> Feeder:
    r"""Read the lines of a feeder from a CSV file.

    Parameters
    ----------
    path : str or Path
        Columns ``from_bus``, ``to_bus``, ``resistance_ohm``, ``reactance_ohm`` and, if lines have ratings,
        ``capacity_kva``. The first line starts at the transformer, unless ``root`` says otherwise.
    homes : mapping of str to str
        The bus of each home.
    root, voltage, lowest, highest, held
        As in :class:`Feeder`.

    Returns
    -------
    Feeder

    Raises
    ------
    InvalidInputError
        If the file cannot be read, a column is missing, or a line lacks a number: the row is named.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "lines.csv"
    >>> _ = file.write_text("from_bus,to_bus,resistance_ohm,reactance_ohm\ngrid,a,0.1,0.05\n")
    >>> read_feeder(file, {"Ada": "a"}).buses
    ('grid', 'a')
    """
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype={"from_bus": str, "to_bus": str})
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise InvalidInputError(f"lines of read_feeder must be a CSV file. Got {str(path)!r}: {reason}.") from None
    missing = next((name for name in COLUMNS if name not in table.columns), None)
    if missing is not None:
        raise InvalidInputError(f"lines of read_feeder must have a column {missing!r}. Got {list(table.columns)}.")
    numbers = [name for name in (*COLUMNS[2:], "capacity_kva") if name in table.columns]
    values = table[numbers].apply(pd.to_numeric, errors="coerce")
    empty = values.isna() | table[["from_bus", "to_bus"]].isna().any(axis=1).to_numpy()[:, None]
    if empty.to_numpy().any():
        row, column = np.argwhere(empty.to_numpy())[0]
        raise InvalidInputError(
            f"{numbers[column]} of read_feeder must be a number in every line. Got none in line "
            f"{row + 2} of {str(path)!r}."
        )
    capacity = values["capacity_kva"].to_numpy() if "capacity_kva" in values else np.inf
    pairs = list(zip(table["from_bus"], table["to_bus"], strict=True))
    resistance, reactance = values["resistance_ohm"].to_numpy(), values["reactance_ohm"].to_numpy()
    limits = {"lowest": lowest, "highest": highest, "held": held}
    return Feeder(pairs, resistance, reactance, homes=homes, capacity=capacity, root=root, voltage=voltage, **limits)


def feeder_from_pandapower(
    net: Any,
    *,
    low_bus: int | None = None,
    homes: Mapping[str, Any] | None = None,
    lowest: float = 0.9,
    highest: float = 1.1,
    held: float = 1.0,
) -> Feeder:
    r"""Take the part of a pandapower network below one transformer as a feeder, the transformer included.

    Parameters
    ----------
    net : pandapower network
        Lines in service and closed switches are kept.
    low_bus : int, optional
        Bus on the low-voltage side of the transformer; needed if the network has several transformers.
    homes : mapping of str to int or str, optional
        Bus of each home, as index or as name. One home for each bus with a load, named as the bus, if not given.
    lowest, highest, held : float
        As in :class:`Feeder`.

    Returns
    -------
    Feeder
        The root ``"grid"`` is the high-voltage side, seen from the low one.

    Raises
    ------
    InvalidInputError
        If the transformer is not named where there are several, or lines are missing numbers or form a mesh.

    Notes
    -----
    The transformer is a line with :math:`r = v_{kr} V^2 / S` and :math:`z = v_k V^2 / S`, its tap in the neutral
    position; parallel lines divide the impedance. Line charging and magnetising current are left out.
    """
    trafo = net.trafo if low_bus is None else net.trafo[net.trafo["lv_bus"] == low_bus]
    if len(trafo) != 1:
        raise InvalidInputError(
            f"low_bus of feeder_from_pandapower must be the low-voltage side of one transformer. Got {low_bus!r} and "
            f"{len(trafo)} transformers."
        )
    unit = trafo.iloc[0]
    nominal = float(net.bus.at[unit["lv_bus"], "vn_kv"]) * 1000
    base = (nominal / 1000) ** 2 / unit["sn_mva"]
    real, whole = unit["vkr_percent"] / 100 * base, unit["vk_percent"] / 100 * base
    rows: list[tuple[Any, ...]] = [
        ("grid", int(unit["lv_bus"]), real, np.sqrt(whole**2 - real**2), unit["sn_mva"] * 1000)
    ]
    rows += _lines_below(net, int(unit["lv_bus"]), nominal)
    pairs = [(str(first), str(second)) for first, second, *_ in rows]
    places = _places(net, {end for pair in pairs for end in pair}) if homes is None else _named(net, homes)
    resistance, reactance, capacity = (np.array([row[k] for row in rows], dtype=float) for k in (2, 3, 4))
    limits = {"lowest": lowest, "highest": highest, "held": held}
    return Feeder(pairs, resistance, reactance, homes=places, capacity=capacity, root="grid", voltage=nominal, **limits)


def _lines_below(net: Any, start: int, nominal: float) -> list[tuple[int, int, float, float, float]]:
    """Lines that hang on a bus, directly or through others."""
    opened = net.switch[(net.switch["et"] == "l") & ~net.switch["closed"]]["element"]
    lines = net.line[net.line["in_service"] & ~net.line.index.isin(opened)]
    reached, queue, rows, used = {start}, [start], [], set()
    for bus in queue:
        for index, line in lines[(lines["from_bus"] == bus) | (lines["to_bus"] == bus)].iterrows():
            if index in used:
                continue
            used.add(index)
            other = int(line["to_bus"] if line["from_bus"] == bus else line["from_bus"])
            parallel = line.get("parallel", 1)
            length = line["length_km"] / parallel
            rating = np.sqrt(3) * nominal / 1000 * line["max_i_ka"] * 1000 * parallel
            rows.append((bus, other, line["r_ohm_per_km"] * length, line["x_ohm_per_km"] * length, float(rating)))
            if other not in reached:
                reached.add(other)
                queue.append(other)
    return rows


def _places(net: Any, known: set[str]) -> dict[str, str]:
    """One home a bus with a load."""
    buses = dict.fromkeys(int(bus) for bus in net.load["bus"])
    return {str(net.bus.at[bus, "name"] or bus): str(bus) for bus in buses if str(bus) in known}


def _named(net: Any, homes: Mapping[str, Any]) -> dict[str, str]:
    """Buses by index, where they were given by name."""
    index = {str(name): str(bus) for bus, name in net.bus["name"].items()}
    return {home: index.get(str(bus), str(bus)) for home, bus in homes.items()}
