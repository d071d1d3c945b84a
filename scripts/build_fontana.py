"""Rebuild the bundled community of 13 homes in Fontana from the wheel CityLearn 2.1.2.

python scripts/build_fontana.py [CityLearn-2.1.2-py3-none-any.whl] [--into FOLDER]

Without a wheel, pip downloads it. The output is the same bytes every time; SHA256SUMS holds the checksums of
the uncompressed files.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

PACKAGE = "CityLearn==2.1.2"
WHEEL_SHA256 = "95730b1deed73b1f5a4d17eb8334be3c99efa4aef8677822378d62d8359511dd"
FOLDER = "citylearn/data/citylearn_challenge_2022_phase_all"
LICENCE = "CityLearn-2.1.2.dist-info/LICENSE"
FAULTY_LOAD = (7, 12, 14, 15)
HOMES = tuple(number for number in range(1, 18) if number not in FAULTY_LOAD)
FIRST_HOUR = datetime(2016, 8, 1)
LOAD = "Equipment Electric Power [kWh]"
GENERATION = "Solar Generation [W/kW]"
PRICE = "Electricity Pricing [$/kWh]"
TARGET = Path(__file__).resolve().parents[1] / "gametrade" / "community" / "data"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the data files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("wheel", nargs="?", type=Path, help="wheel file; downloaded with pip if left out")
    parser.add_argument("--into", type=Path, default=TARGET, help="folder to write to")
    options = parser.parse_args(arguments)
    if options.wheel:
        build(options.wheel, options.into)
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)
        build(next(Path(folder).glob("*.whl")), options.into)


def build(wheel: Path, target: Path) -> None:
    """Write load, generation, price, homes, licence and checksums into `target`."""
    checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if checksum != WHEEL_SHA256:
        raise SystemExit(f"{wheel} must be the wheel of {PACKAGE} with SHA-256 {WHEEL_SHA256}. Got {checksum}.")
    target.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        buildings = json.loads(archive.read(f"{FOLDER}/schema.json"))["buildings"]
        homes = [buildings[f"Building_{number}"] for number in HOMES]
        rows = [read_rows(archive, home["energy_simulation"]) for home in homes]
        prices = [float(row[PRICE]) for row in read_rows(archive, "pricing.csv")]
        licence = archive.read(LICENCE)
    peaks = [home["pv"]["attributes"]["nominal_power"] for home in homes]
    loads = [[float(row[LOAD]) for row in home] for home in rows]
    suns = [[float(row[GENERATION]) / 1000 * peak for row in home] for home, peak in zip(rows, peaks, strict=True)]
    names = [f"home{number:02d}" for number in HOMES]
    contents = {
        "fontana_load_kwh.csv": table(["time", *names], by_hour(loads)),
        "fontana_generation_kwh.csv": table(["time", *names], by_hour(suns)),
        "fontana_import_price.csv": table(["time", "import_price"], by_hour([prices])),
        "fontana_homes.csv": table(*describe(names, homes, peaks)),
    }
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in contents.items()]
    for name, content in contents.items():
        write(target, name, content)
    (target / "fontana_LICENSE.txt").write_bytes(licence)
    (target / "fontana_SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="ascii")


def read_rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """Read one CSV file of the source's folder."""
    text = archive.read(f"{FOLDER}/{name}").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def by_hour(columns: Sequence[Sequence[float]]) -> Iterable[list[str]]:
    """Turn columns into rows that begin with the time; four significant digits, as precise as a meter."""
    for hour, values in enumerate(zip(*columns, strict=True)):
        time = FIRST_HOUR + timedelta(hours=hour)
        yield [f"{time:%Y-%m-%d %H:%M}", *(f"{max(value, 0.0):.4g}" for value in values)]


def describe(
    names: Sequence[str], homes: Sequence[dict[str, dict[str, dict[str, float]]]], peaks: Sequence[float]
) -> tuple[list[str], list[list[str]]]:
    """List the photovoltaic peak power and the scenario's battery of each home."""
    header = ["home", "pv_kwp", "battery_kwh", "battery_kw", "battery_efficiency"]
    rows = []
    for name, home, peak in zip(names, homes, peaks, strict=True):
        battery = home["electrical_storage"]["attributes"]
        sizes = (battery["capacity"], battery["nominal_power"], battery["efficiency"])
        rows.append([name, f"{peak:g}", *(f"{size:g}" for size in sizes)])
    return header, rows


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a CSV table with line feeds, whatever the platform."""
    return "".join(",".join(line) + "\n" for line in [header, *rows]).encode("ascii")


def write(target: Path, name: str, content: bytes) -> None:
    """Write a file, compressed without a date if it is large."""
    if len(content) < 10_000:
        (target / name).write_bytes(content)
    else:
        (target / f"{name}.gz").write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
