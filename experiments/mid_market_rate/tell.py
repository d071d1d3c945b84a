"""Tables of the README and the figures, from the result files alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from line_chart import line_chart
from telling import load, markdown, write_readme

SHOWN = (
    "competitive_price",
    "marginal_contribution",
    "shapley",
    "supply_demand_ratio",
    "mid_market_rate",
    "proportional",
    "bill_sharing_period",
    "equal_split",
    "proportional:to=demand",
    "proportional:to=generation",
    "bill_sharing",
)
"""Rules that share all gains, by how stable they are; the others are in the result files."""

CONTRACTS = ("whole", "month", "day", "step")


def streets(folder: Path) -> pd.DataFrame:
    """Synthetic streets of the growth experiment."""
    growth = load(folder, "growth")
    return growth[growth["community"].str.startswith("street")]


def bundled_table(folder: Path) -> str:
    """All rules on the bundled community."""
    growth = load(folder, "growth").set_index(["community", "rule"])
    rows = []
    for rule in SHOWN:
        cells = [f"`{rule}`"]
        for tariff in ("flat", "time_of_use"):
            row = growth.loc[(f"fontana {tariff}", rule)]
            cells += [
                f"{row['largest_excess']:.2f}",
                f"{row['excess_per_member']:.2f}",
                f"{row['excess_share_of_bill']:.2%}",
                f"{row['exit_cost_per_member']:.2f}",
            ]
        rows.append(cells)
    names = ("largest excess", "per member", "of its bill", "exit cost per member")
    return markdown(["rule", *(f"{kind}: {name}" for kind in ("flat", "time of use") for name in names)], rows)


def growth_table(folder: Path, column: str, form: Callable[[float], str]) -> str:
    """Mean over streets, one row a rule, one column a size."""
    means = streets(folder).groupby(["rule", "homes"])[column].mean().unstack()
    shown = [rule for rule in SHOWN if rule in means.index]
    rows = [[f"`{rule}`", *("" if pd.isna(v) else form(v) for v in means.loc[rule])] for rule in shown]
    return markdown(["rule", *(f"n = {n}" for n in means.columns)], rows)


def blocked_table(folder: Path) -> str:
    """In how many of the streets each rule is blocked."""
    data = streets(folder)
    counts = data.assign(hit=data["status"] == "blocked").groupby(["rule", "homes"])["hit"].agg(["sum", "size"])
    text = (counts["sum"].astype(str) + "/" + counts["size"].astype(str)).unstack()
    shown = [rule for rule in SHOWN if rule in text.index]
    rows = [[f"`{rule}`", *("" if pd.isna(v) else str(v) for v in text.loc[rule])] for rule in shown]
    return markdown(["rule", *(f"n = {n}" for n in text.columns)], rows)


def who_table(folder: Path) -> str:
    """Who is in the most profitable coalition under the mid-market rate."""
    data = streets(folder)
    means = data[data["rule"] == "mid_market_rate"].groupby("homes").mean(numeric_only=True)
    rows = [
        [
            str(n),
            f"{row['members']:.1f}",
            f"{row['members_with_pv'] / row['homes_with_pv']:.0%}",
            f"{(row['members'] - row['members_with_pv']) / (n - row['homes_with_pv']):.0%}",
            f"{row['ratio_community']:.2f}",
            f"{row['ratio_coalition']:.2f}",
        ]
        for n, row in means.iterrows()
    ]
    header = ["homes", "members", "of homes with PV", "of homes without", "deficit / surplus, all", "in the coalition"]
    return markdown(header, rows)


def contracts_table(folder: Path, kind: str) -> str:
    """Share of periods blocked, and what could be gained by leaving in each period, as a share of the gains."""
    data = load(folder, "contracts")
    data = data[data["community"].str.startswith(kind)]
    data = data.assign(rate=data["blocked"] / data["periods"])
    means = data.groupby(["rule", "contract"])[["rate", "share_of_gains"]].mean()
    rows = []
    for rule in SHOWN:
        cells = [means.loc[(rule, contract)] for contract in CONTRACTS]
        rows.append([f"`{rule}`", *(f"{cell['rate']:.0%} / {cell['share_of_gains']:.1%}" for cell in cells)])
    return markdown(["rule", *CONTRACTS], rows)


def exit_table(folder: Path) -> str:
    """What is left of the largest excess when leaving costs every member something."""
    data = load(folder, "exit_costs")
    data = data.assign(kind=data["community"].where(data["community"].str.startswith("fontana"), "street 25"))
    costs = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    rows = []
    for kind in ("fontana flat", "street 25"):
        means = data[data["kind"] == kind].groupby(["rule", "exit_cost_per_member"])["excess_net_of_cost"].mean()
        rows += [
            [f"{kind}, `{rule}`", *(f"{means.loc[(rule, cost)]:.1f}" for cost in costs)]
            for rule in ("supply_demand_ratio", "mid_market_rate", "equal_split", "bill_sharing")
        ]
    return markdown(["largest excess net of an exit cost per member of", *(f"{cost:g}" for cost in costs)], rows)


def tariff_table(folder: Path, axis: str, form: Callable[[float], str]) -> str:
    """Mean excess as a share of the gains along one axis, the other two at their middle values."""
    data = load(folder, "tariff")
    middle = {"pv_share": 0.5, "export_price": 0.08, "network_charge": 0.0}
    for name, value in middle.items():
        if name != axis:
            data = data[data[name] == value]
    shares = data.groupby(["rule", axis])["excess_share_of_gains"].mean().clip(lower=0).unstack()
    bills = data[data["rule"] == "mid_market_rate"].groupby(axis)["excess_share_of_bill"].mean()
    money = data[data["rule"] == "mid_market_rate"].groupby(axis)["excess_per_member"].mean()
    rows = [[f"`{rule}`, of the gains", *(f"{v:.1%}" for v in row)] for rule, row in shares.iterrows()]
    rows.append(["`mid_market_rate`, of the coalition's bill", *(f"{v:.1%}" for v in bills)])
    rows.append(["`mid_market_rate`, per member [EUR]", *(f"{v:.2f}" for v in money)])
    return markdown([axis.replace("_", " "), *(form(float(v)) for v in shares.columns)], rows)


TABLES: dict[str, Callable[[Path], str]] = {
    "bundled": bundled_table,
    "blocked": blocked_table,
    "growth-gains": lambda folder: growth_table(folder, "excess_share_of_gains", lambda v: f"{v:.2%}"),
    "growth-member": lambda folder: growth_table(folder, "excess_per_member", lambda v: f"{v:.2f}"),
    "growth-exit": lambda folder: growth_table(folder, "exit_cost_per_member", lambda v: f"{v:.2f}"),
    "who": who_table,
    "contracts-fontana": lambda folder: contracts_table(folder, "fontana flat"),
    "contracts-street": lambda folder: contracts_table(folder, "street"),
    "exit": exit_table,
    "pv": lambda folder: tariff_table(folder, "pv_share", lambda v: f"{v:.0%}"),
    "export": lambda folder: tariff_table(folder, "export_price", lambda v: f"{v:.2f}"),
    "charge": lambda folder: tariff_table(folder, "network_charge", lambda v: f"{v:.2f}"),
}


def write_figures(folder: Path) -> None:
    """Draw the figures of the README."""
    means = streets(folder).groupby(["rule", "homes"])["excess_share_of_gains"].mean().clip(lower=0)
    named = ("competitive_price", "supply_demand_ratio", "mid_market_rate", "bill_sharing_period", "bill_sharing")
    line_chart(
        folder / "growth.svg",
        {rule: [(float(n), 100 * v) for n, v in means.loc[rule].items()] for rule in named},
        title="What the best coalition gains by leaving, synthetic streets, one year",
        x_label="homes",
        y_label="largest excess [% of the gains]",
        log_x=True,
    )
    tariff = load(folder, "tariff")
    middle = tariff[(tariff["export_price"] == 0.08) & (tariff["network_charge"] == 0)]
    by_share = middle.groupby(["rule", "pv_share"])["excess_share_of_gains"].mean().clip(lower=0)
    line_chart(
        folder / "pv_share.svg",
        {rule: [(float(s), 100 * v) for s, v in by_share.loc[rule].items()] for rule in by_share.index.unique(0)},
        title="Photovoltaics decide how much is gained by leaving",
        x_label="share of homes with photovoltaics",
        y_label="largest excess [% of the gains]",
    )
    costs = load(folder, "exit_costs")
    of_streets = costs[costs["community"].str.startswith("street")]
    left = of_streets.groupby(["rule", "exit_cost_per_member"])["excess_net_of_cost"].mean()
    line_chart(
        folder / "exit_cost.svg",
        {rule: [(float(c), v) for c, v in left.loc[rule].items()] for rule in named},
        title="An exit cost holds a community together",
        x_label="exit cost per member and year [EUR]",
        y_label="largest excess net of it [EUR]",
    )


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    write_figures(here / "results")
    write_readme(here / "results", here / "README.md", TABLES)
    sys.stdout.write("README and figures are up to date.\n")
