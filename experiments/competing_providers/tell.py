"""Tables of the README and the figure, from the result files alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from line_chart import line_chart
from telling import load, markdown, write_readme

RULES = ("competitive_price", "supply_demand_ratio", "mid_market_rate", "bill_sharing")


def kinds(data: pd.DataFrame) -> list[str]:
    """Communities in the order of the file."""
    return list(dict.fromkeys(data["kind"]))


def duel_table(folder: Path) -> str:
    """Mean share of the homes with the first rule of each pair, over starts that end, and how often none does."""
    data = load(folder, "duels")
    data = data[data["offers"] != "all"]
    rows = []
    for offers in dict.fromkeys(data["offers"]):
        first, second = offers.split(" / ")
        cells = [f"`{first}` against `{second}`"]
        for kind in kinds(data):
            part = data[(data["offers"] == offers) & (data["kind"] == kind)]
            ended = part[part["ending"] == "Nash-stable"]
            cells.append(f"{ended[first].mean():.0%} of {len(ended)}/{len(part)}" if len(ended) else f"0/{len(part)}")
        rows.append(cells)
    return markdown(["homes with the first rule, of starts that settle", *kinds(data)], rows)


def all_table(folder: Path) -> str:
    """Where homes end when all rules are on offer."""
    data = load(folder, "duels")
    data = data[(data["offers"] == "all") & (data["ending"] == "Nash-stable")]
    rows = []
    for kind in kinds(load(folder, "duels")):
        part = data[data["kind"] == kind]
        cells = [f"{part[rule].mean():.0%}" if len(part) else "" for rule in RULES]
        tail = [f"{part['concentration'].mean():.2f}", f"{part['loss_share'].mean():.2%}"] if len(part) else ["", ""]
        rows.append([kind, str(len(part)), *cells, *tail])
    return markdown(["community", "settled", *(f"`{r}`" for r in RULES), "concentration", "gains lost"], rows)


def leaver_table(folder: Path) -> str:
    """Who leaves, and where everybody is afterwards."""
    data = load(folder, "leavers")
    rows = []
    for rule in dict.fromkeys(data["rule"]):
        for kind in kinds(data):
            part = data[(data["rule"] == rule) & (data["kind"] == kind)]
            ratio = (part["needed_leavers"] / part["needed_stayers"]).mean()
            rows.append(
                [
                    f"`{rule}`, {kind}",
                    f"{part['excess_share'].mean():.1%}",
                    f"{(part['leavers'] / part['homes']).mean():.0%}",
                    "" if pd.isna(ratio) else f"{ratio:.2f}",
                    f"{part['left_alone'].sum():.0f}",
                    f"{(part['ending'] == 'Nash-stable').sum()}/{len(part)}",
                    f"{(part['at_entrant'] / part['homes']).mean():.0%}",
                    f"{part['loss_share'].mean():.2%}",
                ]
            )
    header = [
        "incumbent's rule", "largest excess of gains", "homes that leave", "needed: leaver / stayer",
        "leave one by one", "settles", "at the entrant then", "gains lost then",
    ]  # fmt: skip
    return markdown(header, rows)


def charge_table(folder: Path) -> str:
    """What a provider of everybody can charge."""
    data = load(folder, "charges")
    rows = []
    for kind in kinds(data):
        for rule in dict.fromkeys(data["rule"]):
            row = data[(data["kind"] == kind) & (data["rule"] == rule)].mean(numeric_only=True)
            cells = [f"{row[name]:.2f}" for name in ("mean_gain", "per_member")]
            cells += [f"{row['per_kwh']:.5f}", f"{row['share']:.0%}"]
            cells += [f"{row[name]:.2f}" for name in ("core", "together", "together_switching_1")]
            rows.append([f"`{rule}`, {kind}", *cells])
    header = [
        "rule", "mean gain", "fee per member", "fee per kWh", "share of savings", "a core exists up to",
        "nobody leaves together up to", "the same, switching costs 1",
    ]  # fmt: skip
    return markdown(header, rows)


def bertrand_table(folder: Path) -> str:
    """Equilibria of fee competition: how many, and the range of fees and profits over them."""
    data = load(folder, "bertrand")
    rows = []
    for (rules, cost, homes), part in data.groupby(["rules", "switching_cost", "homes"], sort=False):
        spans = [
            f"{part[name].min():.2f} to {part[name].max():.2f}"
            for name in ("fee_incumbent", "fee_rival", "profit_incumbent", "profit_rival")
        ]
        kind = "pure" if part["pure"].all() else "mixed"
        rows.append([rules.replace(" / ", " against "), f"{cost:.2f}", homes, f"{len(part)} {kind}", *spans])
    header = [
        "rules",
        "switching cost",
        "homes",
        "equilibria",
        "fee of incumbent",
        "fee of rival",
        "profit of incumbent",
        "profit of rival",
    ]
    return markdown(header, rows)


TABLES = {
    "duels": duel_table,
    "all": all_table,
    "leavers": leaver_table,
    "charges": charge_table,
    "bertrand": bertrand_table,
}


def write_figures(folder: Path) -> None:
    """Draw the homes that an incumbent keeps once its most profitable coalition has left."""
    data = load(folder, "leavers")
    data["kept"] = 100 * (1 - data["at_entrant"] / data["homes"])
    means = data.groupby(["rule", "homes"])["kept"].mean()
    line_chart(
        folder / "kept.svg",
        {rule: list(means.loc[rule].items()) for rule in dict.fromkeys(data["rule"])},
        title="Homes that stay once the best coalition has left for competitive prices",
        x_label="homes",
        y_label="stay with the incumbent [%]",
        log_x=True,
    )


if __name__ == "__main__":
    here = Path(__file__).parent
    write_readme(here / "results", here / "README.md", TABLES)
