"""Which split rules stay stable when the grid binds, and who pays? On a low-voltage grid of SimBench.

python experiments/grid_limits/run.py [--quick] [--output FOLDER]
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import gametrade as gt
from gametrade.analysis.studies.network_stability import network_stability
from gametrade.community.feeder_files import feeder_from_pandapower
from gametrade.solvers.network_prices import network_prices

HERE = Path(__file__).parent
CODE = "1-LV-rural1--1-sw"
DAYS = ("2016-03-20", "2016-05-05", "2016-07-19", "2016-09-11")
HIGHEST = (1.10, 1.06, 1.045, 1.035)
HELD = 1.025
"""Voltage at the transformer, as SimBench has it; the limits above it are hypothetical but for EN 50160's 1.10."""


def network():  # type: ignore[no-untyped-def]
    """The grid, without the warnings of its packages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import simbench

        return simbench.get_simbench_net(CODE)


def rows(day: str, highest: float, year: gt.Community, net: object) -> list[dict[str, object]]:
    """One day under one voltage limit: a row a rule."""
    street = year.select(start=day, end=str(np.datetime64(day) + 1)).resample("1h")
    feeder = feeder_from_pandapower(net, homes={name: name for name in year.names}, held=HELD, highest=highest)
    study = network_stability(street, feeder)
    rent = network_prices(study.game).rent
    common = {
        "day": day,
        "highest_voltage": highest,
        "bound_hours": study.game.bound_steps.size,
        "not_exported_kwh": round(float(study.lost.sum()), 1),
        "gains": round(study.game.grand_value, 2),
        "gains_without_limits": round(gt.SharingGame(street).grand_value, 2),
        "rent_nobody_holds": round(rent, 2),
    }
    return [
        common
        | {
            "rule": rule,
            "largest_excess_without_limits": round(free.excess, 2),
            "largest_excess": round(bound.excess, 2),
            "at_most": round(bound.upper_bound, 2),
            "least_payoff": round(float(bound.payoffs.min()), 2),
            "who": study.game.players[int(bound.payoffs.argmin())],
        }
        for rule, free, bound in zip(study.rules, study.free, study.bound, strict=True)
    ]


def told(table: pd.DataFrame, day: str) -> str:
    """Markdown table of one day: gains and excess of each rule by voltage limit."""
    part = table[table["day"] == day]
    limits = sorted(part["highest_voltage"].unique(), reverse=True)
    facts = part.drop_duplicates("highest_voltage").set_index("highest_voltage")
    lines = [
        "| largest excess [EUR a day] | " + " | ".join(f"{x:g}" for x in limits) + " |",
        "|---" * (len(limits) + 1) + "|",
    ]
    for name, words in (
        ("bound_hours", "hours in which a limit binds"),
        ("not_exported_kwh", "surplus not exported [kWh]"),
        ("gains", "gains of all [EUR]"),
    ):
        lines.append(f"| *{words}* | " + " | ".join(f"{facts.at[x, name]:g}" for x in limits) + " |")
    for rule in part["rule"].unique():
        one = part[part["rule"] == rule].set_index("highest_voltage")
        lines.append(f"| {rule} | " + " | ".join(f"{one.at[x, 'largest_excess']:.2f}" for x in limits) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run all days and limits and write one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    net, year = network(), gt.communities.simbench(CODE)
    days, limits = (DAYS[1:2], HIGHEST[2:3]) if options.quick else (DAYS, HIGHEST)
    table = pd.DataFrame([row for day in days for highest in limits for row in rows(day, highest, year, net)])
    options.output.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.output / "rules.csv", index=False)
    print(told(table, DAYS[1]))


if __name__ == "__main__":
    main()
