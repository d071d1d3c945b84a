"""The table of the README, from the result file alone."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from telling import load, markdown, write_readme

HEADER = (
    "mechanism", "welfare [USD]", "of the most", "auctioneer keeps [USD]", "hours checked", "a lie pays in",
    "proved truthful in", "best lie, mean [USD]", "largest met [USD]", "no lie gains more than [USD]",
    "every lie tried",
)  # fmt: skip


def mechanisms_table(folder: Path) -> str:
    """One row a mechanism: the year's money, and what lies gain in the hours that were drawn."""
    rows = []
    for _, row in load(folder, "mechanisms").iterrows():
        cells = (
            row["mechanism"],
            f"{row['welfare']:.0f}",
            f"{row['efficiency']:.1%}",
            f"{row['auctioneer'] + 0.0:.0f}".replace("-0", "0"),
            f"{row['hours_checked']}",
            f"{row['hours_with_a_lie']}",
            f"{row['hours_proved_truthful']}",
            *(f"{abs(row[name]):.3f}" for name in ("mean_gain_of_best_lie", "largest_gain_of_a_lie")),
            f"{row['no_lie_gains_more_than']:.3f}",
            "yes" if row["every_lie_tried"] else "no",
        )
        rows.append(cells)
    return markdown(HEADER, rows)


TABLES = {"mechanisms": mechanisms_table}


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_readme(here / "results", here / "README.md", TABLES)
    sys.stdout.write("README is up to date.\n")
