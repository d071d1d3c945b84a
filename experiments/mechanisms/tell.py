"""The table of the README, from the result file alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

HEADER = (
    "mechanism", "welfare [USD]", "of the most", "auctioneer keeps [USD]", "hours checked", "a lie pays in",
    "proved truthful in", "best lie, mean [USD]", "largest met [USD]", "no lie gains more than [USD]",
    "every lie tried",
)  # fmt: skip


def mechanisms_table(folder: Path) -> str:
    """One row a mechanism: the year's money, and what lies gain in the hours that were drawn."""
    lines = [f"| {' | '.join(HEADER)} |", f"|---|{'---:|' * (len(HEADER) - 1)}"]
    for _, row in pd.read_csv(folder / "mechanisms.csv").iterrows():
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
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def render(text: str, folder: Path) -> str:
    """Put the table between its two markers."""
    pattern = re.compile(r"(<!-- table mechanisms -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit("README has no place for the table mechanisms.")
    return pattern.sub(lambda found: f"{found[1]}\n{mechanisms_table(folder)}\n\n{found[2]}", text)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    readme = here / "README.md"
    readme.write_text(render(readme.read_text(encoding="utf-8"), here / "results"), encoding="utf-8")
    sys.stdout.write("README is up to date.\n")
