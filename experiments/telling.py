"""What every experiment needs to tell its results: tables in Markdown, put where its README has a place for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

Tables = Mapping[str, Callable[[Path], str]]
"""Tables by name, each made from the folder of the results."""


def load(folder: Path, name: str) -> pd.DataFrame:
    """One result file; synthetic streets that differ by their seed alone are of one kind."""
    data = pd.read_csv(folder / f"{name}.csv")
    if "community" in data:
        data["kind"] = data["community"].str.replace(r" seed \d+", "", regex=True)
    return data


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with numbers to the right."""
    lines = [f"| {' | '.join(header)} |", f"|---|{'---:|' * (len(header) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def render(text: str, folder: Path, tables: Tables) -> str:
    """Put every table between its two markers."""
    for name, table in tables.items():
        pattern = re.compile(rf"(<!-- table {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            raise SystemExit(f"README has no place for the table {name}.")
        text = pattern.sub(lambda found, table=table: f"{found[1]}\n{table(folder)}\n\n{found[2]}", text)
    return text


def write_readme(folder: Path, readme: Path, tables: Tables) -> None:
    """Bring the tables of a README up to date."""
    readme.write_text(render(readme.read_text(encoding="utf-8"), folder, tables), encoding="utf-8")
