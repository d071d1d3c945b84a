"""The tables of the README, from the result file alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from telling import load, markdown, write_readme

MONEY = ("mechanism", "welfare [USD]", "of the most", "auctioneer keeps [USD]")
LIES = (
    "mechanism", "a lie pays in", "proved that none does in", "best lie, mean [USD]", "largest [USD]",
    "no lie gains more than [USD]", "every lie tried or ruled out",
)  # fmt: skip
GAINS = ("mean_gain_of_best_{}_lie", "largest_gain_of_a_{}_lie", "no_{}_lie_gains_more_than")


def money_table(data: pd.DataFrame) -> str:
    """One row a mechanism: welfare and the auctioneer's money over the year."""
    rows = [
        (row["mechanism"], f"{row['welfare']:.0f}", f"{row['efficiency']:.1%}", f"{round(row['auctioneer']) + 0}")
        for _, row in data.iterrows()
    ]
    return markdown(MONEY, rows)


def lies_table(data: pd.DataFrame, about: str) -> str:
    """One row a mechanism: in how many hours a lie about one thing pays, and how much."""
    rows = [
        (
            row["mechanism"],
            f"{row[f'hours_with_a_{about}_lie']}",
            f"{row[f'hours_proved_without_a_{about}_lie']}",
            *(f"{abs(row[name.format(about)]):.3f}" for name in GAINS),
            "yes" if row[f"every_{about}_lie_tried"] else "no",
        )
        for _, row in data.iterrows()
    ]
    return markdown(LIES, rows)


def mechanisms_tables(folder: Path) -> str:
    """The year's money, then what lies about prices and about quantities gain, of all hours with trade."""
    data = load(folder, "mechanisms")
    hours = int(data["hours"].iloc[0])
    parts = [money_table(data)]
    for about in ("price", "quantity"):
        parts += [f"Lies about one's {about}, in each of {hours} hours:", lies_table(data, about)]
    return "\n\n".join(parts)


TABLES = {"mechanisms": mechanisms_tables}


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_readme(here / "results", here / "README.md", TABLES)
    sys.stdout.write("README is up to date.\n")
