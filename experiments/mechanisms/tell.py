"""The table of the README, from the result file alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

MONEY = ("mechanism", "welfare [USD]", "of the most", "auctioneer keeps [USD]")
LIES = (
    "mechanism", "a lie pays in", "proved that none does in", "best lie, mean [USD]", "largest [USD]",
    "no lie gains more than [USD]", "every lie tried or ruled out",
)  # fmt: skip


def money_table(rows: pd.DataFrame) -> list[str]:
    """One row a mechanism: welfare and the auctioneer's money over the year."""
    lines = [f"| {' | '.join(MONEY)} |", f"|---|{'---:|' * (len(MONEY) - 1)}"]
    for _, row in rows.iterrows():
        kept = f"{row['auctioneer']:.0f}".replace("-0", "0")
        lines.append(f"| {row['mechanism']} | {row['welfare']:.0f} | {row['efficiency']:.1%} | {kept} |")
    return lines


def lies_table(rows: pd.DataFrame, about: str) -> list[str]:
    """One row a mechanism: in how many hours a lie about one thing pays, and how much."""
    lines = [f"| {' | '.join(LIES)} |", f"|---|{'---:|' * (len(LIES) - 1)}"]
    for _, row in rows.iterrows():
        cells = (
            row["mechanism"],
            f"{row[f'hours_with_a_{about}_lie']}",
            f"{row[f'hours_proved_without_a_{about}_lie']}",
            *(
                f"{abs(row[name]):.3f}"
                for name in (
                    f"mean_gain_of_best_{about}_lie",
                    f"largest_gain_of_a_{about}_lie",
                    f"no_{about}_lie_gains_more_than",
                )
            ),
            "yes" if row[f"every_{about}_lie_tried"] else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def mechanisms_tables(folder: Path) -> str:
    """The year's money, then what lies about prices and about quantities gain, of all hours with trade."""
    rows = pd.read_csv(folder / "mechanisms.csv")
    hours = int(rows["hours"].iloc[0])
    return "\n".join(
        [
            *money_table(rows),
            "",
            f"Lies about one's price, in each of {hours} hours:",
            "",
            *lies_table(rows, "price"),
            "",
            f"Lies about one's quantity, in each of {hours} hours:",
            "",
            *lies_table(rows, "quantity"),
        ]
    )


def render(text: str, folder: Path) -> str:
    """Put the table between its two markers."""
    pattern = re.compile(r"(<!-- table mechanisms -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit("README has no place for the table mechanisms.")
    return pattern.sub(lambda found: f"{found[1]}\n{mechanisms_tables(folder)}\n\n{found[2]}", text)


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    readme = here / "README.md"
    readme.write_text(render(readme.read_text(encoding="utf-8"), here / "results"), encoding="utf-8")
    sys.stdout.write("README is up to date.\n")
