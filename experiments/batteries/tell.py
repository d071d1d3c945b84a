"""Tables of the README and the figures, from the result files alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from line_chart import line_chart
from telling import load, markdown, write_readme


def value_table(folder: Path) -> str:
    """What batteries and sharing save, alone and together, mean over the streets of a kind."""
    means = load(folder, "value").groupby(["kind", "owners"]).mean(numeric_only=True)
    columns = ("saved_by_batteries_alone", "saved_by_sharing_alone", "saved_by_both", "complementarity")
    rows = [
        [f"{kind}, {owners:.0f} batteries", *(f"{row[name] / row['bill']:.1%}" for name in columns),
         f"{row['gains_of_sharing'] / row['homes']:.0f}"]
        for (kind, owners), row in means.iterrows()
    ]  # fmt: skip
    header = ["community", "batteries alone", "sharing alone", "both", "both less the sum", "gains of sharing per home"]
    return markdown(header, rows)


def split_table(folder: Path) -> str:
    """What owners of batteries get under each rule: half of the homes."""
    data = load(folder, "splits")
    data = data[data["owners"] > 0]
    means = data.groupby(["kind", "rule"])[["share_of_owners", "in_core"]].mean()
    excess = data.assign(share=data["largest_excess"] / data["gains"]).groupby(["kind", "rule"])["share"].max()
    kinds = list(dict.fromkeys(data["kind"]))
    rows = []
    for rule in dict.fromkeys(data["rule"]):
        cells = [f"`{rule}`"]
        for kind in kinds:
            core = "core" if means.loc[(kind, rule), "in_core"] == 1 else f"{max(0.0, excess[(kind, rule)]):.1%}"
            cells += [f"{means.loc[(kind, rule), 'share_of_owners']:.0%}", core]
        rows.append(cells)
    return markdown(["rule", *(f"{kind}: {name}" for kind in kinds for name in ("to owners", "blocked by"))], rows)


def fee_table(folder: Path) -> str:
    """Up to which fee there is a core if all must enter, and for which fees there is none if homes may stay out."""
    data = load(folder, "fees")
    rows = []
    for (community, owners), part in data.groupby(["community", "owners"], sort=False):
        free = part[part["may_stay_apart"]]
        empty, worst = free[free["core_empty"]], free.loc[free["cost_of_stability"].idxmax()]
        gain = free["value"].max()
        limit, homes = part["fee_limit"].iloc[0], free["members"].max()
        cells = [f"{limit:.0f}", f"{limit * homes / gain:.0%}", f"{len(empty)} of {len(free)}"]
        if len(empty):
            span = f"{empty['fee'].min():.0f} to {empty['fee'].max():.0f}"
            cells += [span, f"{worst['cost_of_stability']:.1f}", f"{worst['members']:.0f}"]
        else:
            cells += ["", "", ""]
        rows.append([f"{community}, {owners} batteries", *cells])
    header = [
        "community", "all enter: largest fee", "of the gains per home", "may stay out: fees with an empty core",
        "between", "largest cost of stability", "members there",
    ]  # fmt: skip
    return markdown(header, rows)


TABLES: dict[str, Callable[[Path], str]] = {"value": value_table, "splits": split_table, "fees": fee_table}


def write_figures(folder: Path) -> None:
    """Draw the figures of the README."""
    value = load(folder, "value")
    value["share"] = 100 * value["owners"] / value["homes"]
    value["gain"] = 100 * value["gains_of_sharing"] / value["bill"]
    gains = value.groupby(["kind", "share"])["gain"].mean()
    line_chart(
        folder / "gains.svg",
        {kind: list(gains.loc[kind].items()) for kind in dict.fromkeys(value["kind"])},
        title="Some batteries make sharing worth more, one in every home may not",
        x_label="homes with a battery [%]",
        y_label="gains of sharing [% of the bill]",
    )
    fees = load(folder, "fees")
    fees = fees[~fees["may_stay_apart"] & (fees["owners"] > 0)]
    fees = fees.assign(gain=fees.groupby("community")["value"].transform("max"))
    fees["share"] = 100 * fees["cost_of_stability"] / fees["gain"]
    curves = fees.groupby(["kind", "fee_share"])["share"].mean()
    line_chart(
        folder / "fees.svg",
        {kind: list(curves.loc[kind].items()) for kind in dict.fromkeys(fees["kind"])},
        title="Where everyone must enter, an entry fee empties the core",
        x_label="entry fee per member, as a share of the gains per home",
        y_label="cost of stability [% of the gains without a fee]",
    )


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_figures(here / "results")
    write_readme(here / "results", here / "README.md", TABLES)
    sys.stdout.write("README and figures are up to date.\n")
