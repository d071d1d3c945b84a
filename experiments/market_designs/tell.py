"""Tables of the README and the figure, from the result files alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from line_chart import line_chart
from telling import load, markdown, write_readme

DRAWN = ("uniform_price auction", "supply_demand_ratio", "mid_market_rate", "sellers in quantities", "one owner leads")


def designs_table(folder: Path) -> str:
    """What each design is worth, to whom, and what the grid sees."""
    rows = [
        [
            row["design"],
            f"{row['gain']:.2f}",
            f"{row['bill']:.0f}",
            f"{row['homes_gain']:.0f}",
            f"{round(row['leader']) + 0}",
            "" if pd.isna(row["price"]) else f"{row['price']:.4f}",
            f"{row['import_kwh']:.0f}",
            f"{row['peak_kwh']:.2f}",
            f"{row['worse_off']}",
        ]
        for _, row in load(folder, "designs").iterrows()
    ]
    header = [
        "design", "welfare over alone [USD]", "bills [USD]", "homes gain [USD]", "kept by others [USD]",
        "buyers pay [USD/kWh]", "import [kWh]", "largest import [kWh/h]", "homes worse off",
    ]  # fmt: skip
    return markdown(header, rows)


def properties_table(folder: Path) -> str:
    """What is proved of each design's equilibrium."""
    rows = [
        [row["design"], row["property"], f"{row['number']:.4g}", "" if row["of"] == 1 else f"{row['of']:.0f}"]
        for _, row in load(folder, "properties").iterrows()
    ]
    return markdown(["design", "property", "number", "of"], rows)


def homes_table(folder: Path) -> str:
    """What each home gains over being alone."""
    table = load(folder, "homes").pivot(index="home", columns="design", values="gain")
    shown = [name for name in load(folder, "designs")["design"] if name != "alone"]
    return markdown(["home", *shown], ([home, *(f"{v:.1f}" for v in row)] for home, row in table[shown].iterrows()))


TABLES: dict[str, Callable[[Path], str]] = {
    "designs": designs_table,
    "properties": properties_table,
    "homes": homes_table,
}


def write_figures(folder: Path) -> None:
    """Draw the figure of the README."""
    months = load(folder, "months").pivot(index="month", columns="design", values="welfare")
    curves = {
        name: [(float(month[5:7]), float(gain)) for month, gain in (months[name] - months["alone"]).items()]
        for name in DRAWN
    }
    line_chart(
        folder / "welfare.svg",
        curves,
        title="What each design adds to welfare, month by month",
        x_label="month",
        y_label="welfare over standing alone [USD]",
    )


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_figures(here / "results")
    write_readme(here / "results", here / "README.md", TABLES)
    sys.stdout.write("README and figure are up to date.\n")
