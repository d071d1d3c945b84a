"""Time the blocking-coalition engines beside one plain mixed-integer program of the same problem.

Every benchmark asserts the result that it times: the bracket must hold the exact excess, the tree and the
mixed-integer program must agree, and the table must agree with the tree.

    python experiments/benchmarks/run.py                     # all, about a quarter of an hour on two cores
    python experiments/benchmarks/run.py --only fontana      # again; the other rows of results.csv are kept
    python experiments/benchmarks/run.py --meter-data FOLDER # a folder with load_kw.csv[.gz] and pv_kw.csv[.gz]
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import gametrade as gt
from gametrade.solvers.blocking_milp import solve_blocking_milp
from gametrade.solvers.coalition_search import CoalitionSearch

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "data"
"""Measured and simulated communities that are not part of this repository, beside it."""
RULES = (
    "mid_market_rate",
    "supply_demand_ratio",
    "marginal_contribution",
    "bill_sharing",
    "equal_split",
    "competitive_price",
)
MILP_SECONDS = 60.0

Row = dict[str, object]


def timed(function: Callable[[], object]) -> tuple[object, float]:
    """Result and processor seconds, which other work on the machine does not change."""
    start = time.process_time()
    return function(), time.process_time() - start


def engines(name: str, community: gt.Community, rules: tuple[str, ...], *, milp: bool, tree: bool) -> Iterator[Row]:
    """Bracket, tree and plain mixed-integer program of one community under several rules."""
    game = gt.SharingGame(community)
    _, prepare = timed(lambda: game.position)
    gains = game.grand_value
    size = {
        "community": name,
        "homes": game.n_players,
        "steps": community.n_steps,
        "trade_steps": len(game.trade_steps),
    }
    yield {**size, "rule": "", "engine": "prepare", "seconds": prepare}
    for rule in rules:
        payoffs = gt.allocate(game, rule).payoffs
        bracket, seconds = timed(lambda x=payoffs: gt.blocking_coalition(game, x, engine="bracket"))
        width = bracket.upper_bound - max(bracket.excess, -np.inf)
        yield {**size, "rule": rule, "engine": "bracket", "seconds": seconds, "excess": bracket.excess,
               "upper_bound": bracket.upper_bound, "width_percent": 100 * width / gains}  # fmt: skip
        if tree and rule != "competitive_price":
            exact, seconds = timed(
                lambda x=payoffs: gt.blocking_coalition(game, x, engine="tree", nodes=10**6, seconds=60)
            )
            assert bracket.excess - 1e-9 * gains <= exact.upper_bound, "the bracket and the tree contradict"
            assert exact.excess <= bracket.upper_bound + 1e-9 * gains, "the bracket and the tree contradict"
            width = exact.upper_bound - exact.excess
            yield {**size, "rule": rule, "engine": "tree" if exact.proved else "tree (60 s, open)",
                   "seconds": seconds, "excess": exact.excess, "upper_bound": exact.upper_bound,
                   "width_percent": 100 * width / gains, "nodes": len(exact.price_tree.homes)}  # fmt: skip
        if milp and rule in ("mid_market_rate", "supply_demand_ratio"):
            yield {**size, "rule": rule, **plain_milp(game, payoffs, bracket.upper_bound)}


def plain_milp(game: gt.SharingGame, payoffs: np.ndarray, upper: float) -> Row:
    """The alternative: hand the whole problem to HiGHS."""
    search = CoalitionSearch(game.position, payoffs, 1, game.n_players - 1)
    free = np.zeros(game.n_players, dtype=np.int64)
    start, clock = time.process_time(), time.perf_counter()
    members = solve_blocking_milp(search, free, seconds=MILP_SECONDS)
    if members is None:
        return {"engine": "plain MILP (60 s, nothing)", "seconds": time.process_time() - start}
    seconds, excess = time.process_time() - start, search.excess(members)
    assert excess <= upper + 1e-6 * game.grand_value, "the mixed-integer program beats the proved bound"
    done = time.perf_counter() - clock < MILP_SECONDS
    return {"engine": "plain MILP" if done else "plain MILP (60 s, open)", "seconds": seconds, "excess": excess}


def fontana() -> Iterator[Row]:
    """13 measured homes, a year: all three engines and the table agree."""
    street = gt.communities.fontana("flat")
    yield from engines("fontana", street, RULES, milp=True, tree=True)
    game = gt.SharingGame(street)
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    table, seconds = timed(lambda: gt.blocking_coalition(gt.SharingGame(street), payoffs, engine="table"))
    tree = gt.blocking_coalition(game, payoffs, engine="tree")
    assert abs(table.excess - tree.excess) <= 1e-8 * game.grand_value
    yield {"community": "fontana", "homes": 13, "steps": 8760, "rule": "mid_market_rate", "engine": "table",
           "seconds": seconds, "excess": table.excess}  # fmt: skip


def street_100() -> Iterator[Row]:
    """100 synthetic homes, a year."""
    yield from engines("street 100", gt.communities.street(100, 365, rng=1), RULES, milp=True, tree=True)


def street_1000() -> Iterator[Row]:
    """1 000 synthetic homes, a year of hours."""
    yield from engines("street 1000", gt.communities.street(1000, 365, rng=7), RULES, milp=True, tree=True)


def street_49() -> Iterator[Row]:
    """49 synthetic homes, a year: the largest community whose tree is always grown."""
    yield from engines("street 49", gt.communities.street(49, 365, rng=1), RULES, milp=True, tree=True)


def resstock() -> Iterator[Row]:
    """100 simulated homes in California, a year of hours (NREL ResStock, CC BY 4.0)."""
    yield from beside("resstock_ca100", 1.0)


def faia() -> Iterator[Row]:
    """250 homes, a day of quarter hours (Faia et al., Data in Brief 48 (2023) 109218, CC BY 4.0)."""
    yield from beside("faia250", 0.25)


def beside(name: str, hours: float) -> Iterator[Row]:
    """A community in the folder of data beside this repository; a row says so where it is absent."""
    folder = DATA / name
    if folder.is_dir():
        yield from meter_data(folder, hours)
    else:
        yield {"community": name, "engine": f"left out: no folder {os.path.relpath(folder, HERE.parents[1])}"}


def quarter_hours() -> Iterator[Row]:
    """300 synthetic homes, a year of quarter hours."""
    street = gt.communities.street(300, 365, rng=2, step="15min")
    yield from engines("street 300 x 15 min", street, RULES[:1], milp=False, tree=False)


def scaling() -> Iterator[Row]:
    """Cost against n T: doubling the homes, doubling the days."""
    for homes, days in ((125, 365), (250, 365), (500, 365), (1000, 365), (500, 90), (500, 180)):
        street = gt.communities.street(homes, days, rng=3)
        yield from engines(f"street {homes} x {days} d", street, RULES[:1], milp=False, tree=False)


def table_20() -> Iterator[Row]:
    """All 2^20 coalitions of 20 homes over a year."""
    game = gt.SharingGame(gt.communities.street(20, 365, rng=4))
    table, seconds = timed(game.table)
    assert abs(table[-1] - game.grand_value) <= 1e-9 * game.grand_value
    yield {"community": "street 20", "homes": 20, "steps": 8760, "trade_steps": len(game.trade_steps),
           "engine": "table of 2^20", "seconds": seconds}  # fmt: skip


def imports() -> Iterator[Row]:
    """Fresh interpreter: import gametrade beside import numpy."""
    for module in ("numpy", "gametrade"):
        code = f"import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
        best = min(float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5))
        yield {"engine": f"import {module}", "seconds": best}


def meter_data(folder: Path, hours: float) -> Iterator[Row]:
    """A folder of meter data in kW."""
    import pandas as pd

    suffix = ".csv.gz" if (folder / "load_kw.csv.gz").exists() else ".csv"
    load, generation = (pd.read_csv(folder / f"{kind}_kw{suffix}", index_col=0) for kind in ("load", "pv"))
    stamps = np.arange(len(load)) * np.timedelta64(int(3600 * hours), "s") + np.datetime64("2018-01-01T00:00:00")
    used, made = (frame.to_numpy().T * hours for frame in (load, generation))
    street = gt.Community(list(load.columns), used, made, stamps, hours, gt.Tariff(0.3, 0.08))
    yield from engines(folder.name, street, RULES, milp=True, tree=True)


BENCHMARKS = {
    "imports": imports,
    "fontana": fontana,
    "table_20": table_20,
    "street_49": street_49,
    "street_100": street_100,
    "resstock_ca100": resstock,
    "faia250": faia,
    "quarter_hours": quarter_hours,
    "scaling": scaling,
    "street_1000": street_1000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run one benchmark; may be repeated")
    parser.add_argument("--meter-data", type=Path, action="append", default=[], help="folder of meter data in kW")
    parser.add_argument("--hours", type=float, default=1.0, help="settlement step of the meter data [h]")
    parser.add_argument("--output", type=Path, default=HERE / "results.csv")
    parser.add_argument("--readme", action="store_true", help="write the table of the README from this run")
    options = parser.parse_args()
    names = options.only or list(BENCHMARKS)
    sources = [(name, BENCHMARKS[name]()) for name in names]
    sources += [(folder.name, meter_data(folder, options.hours)) for folder in options.meter_data]
    rows: list[Row] = []
    for name, source in sources:
        for row in source:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            rows.append({"benchmark": name, **row, "peak_memory_gb": round(memory, 2)})
            print("  ".join(f"{key}={_short(value)}" for key, value in rows[-1].items() if value != ""), flush=True)
    rows = [*kept_rows(options.output, {name for name, _ in sources}), *rows] if options.only else rows
    rows.sort(key=lambda row: list(BENCHMARKS).index(str(row["benchmark"])) if row["benchmark"] in BENCHMARKS else 99)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with options.output.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows([{key: _short(value) for key, value in row.items()} for row in rows])
    print(f"{len(rows)} rows in {options.output}; {os.cpu_count()} cores")
    if options.readme:
        write_table(rows)


def kept_rows(path: Path, again: set[str]) -> list[Row]:
    """Rows of an earlier run that this one does not repeat."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return [
            {key: value for key, value in row.items() if value}
            for row in csv.DictReader(file)
            if row.get("benchmark") and row["benchmark"] not in again
        ]


def write_table(rows: list[Row]) -> None:
    """Put the rows into the README, between its two marks."""
    heads = ("community", "homes x steps", "rule", "engine", "seconds", "largest excess", "width [% of gains]", "nodes")
    lines = ["| " + " | ".join((*heads, "peak memory [GB]")) + " |", "|---|---|---|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        if row["engine"] == "prepare":
            continue
        size = f"{row['homes']} x {row['steps']}" if "homes" in row else ""
        cells = [row.get("community", ""), size, row.get("rule", ""), row["engine"], _cell(row, "seconds", ".2f")]
        cells += [_cell(row, "excess", ",.2f"), _cell(row, "width_percent", ".6f"), row.get("nodes", "")]
        lines.append("| " + " | ".join(map(str, [*cells, row["peak_memory_gb"]])) + " |")
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition("<!-- table -->\n")
    _, _, after = rest.partition("<!-- end -->")
    table = "\n".join(lines)
    readme.write_text(f"{before}<!-- table -->\n{table}\n<!-- end -->{after}", encoding="utf-8")


def _cell(row: Row, column: str, form: str) -> str:
    return format(float(str(row[column])), form) if column in row else ""


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
