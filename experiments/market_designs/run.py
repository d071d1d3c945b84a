"""Which market design is worth most, to whom, and does anybody want to leave it?

Run ``python experiments/market_designs/run.py`` (some minutes) or ``--quick`` (three days, seconds). The bundled
community of 13 homes, every hour of a year; demand answers prices with one elasticity, the same for all designs.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
from designs import BY_RULE, DESIGNS, Hour, Outcome, by_rule, price_war

import gametrade as gt
from gametrade.solvers.payment_bargaining import payment_bargaining

HERE = Path(__file__).resolve().parent
ELASTICITY = 0.3
PEAK_SHARE = 0.1
"""Share of the hours in which the grid leader acts: those with the largest demand."""

NAMES = ("alone", *BY_RULE, *(name for name in DESIGNS if name != "alone"))
"""All designs, in the order of the tables."""

ALWAYS = ("alone", "grid leads at peak")
"""Designs that say something about hours in which nobody has a surplus; the others leave those to the grid."""

LIE_HOURS, SEED = 24, 20_240_701
Row = dict[str, Any]


def hours_of(community: gt.Community, elasticity: float = ELASTICITY) -> list[tuple[int, np.ndarray, np.ndarray, Hour]]:
    """Every step in which somebody imports: its number, buyers, sellers and the hour."""
    net, demand = community.net_load, community.demand.sum(axis=0)
    threshold = float(np.quantile(demand, 1 - PEAK_SHARE))
    found = []
    for step in range(community.n_steps):
        buyers, sellers = np.flatnonzero(net[:, step] > 0), np.flatnonzero(net[:, step] < 0)
        if buyers.size:
            prices = float(community.import_price[step]), float(community.export_price[step])
            total = float(demand[step])
            hour = Hour(net[buyers, step], -net[sellers, step], *prices, elasticity, total, total > threshold)
            found.append((step, buyers, sellers, hour))
    return found


def settled(hour: Hour, outcome: Outcome) -> tuple[np.ndarray, np.ndarray, float, float]:
    """What each buyer and each seller has [money], what is left for a leader, and the import from the grid [kWh]."""
    total, supply = float(outcome.taken.sum()), hour.supply
    imported, exported = max(0.0, total - supply), max(0.0, supply - total)
    buyers = hour.utilities(outcome.taken) - outcome.buy * outcome.taken
    sellers = outcome.sell * hour.surpluses
    money = outcome.buy * total - outcome.sell * supply
    leader = money - hour.import_price * imported + hour.export_price * exported
    return buyers, sellers, leader, imported


def played(name: str, hours: list[tuple[int, np.ndarray, np.ndarray, Hour]]) -> list[Outcome]:
    """What happens in every hour under a design."""
    trading = [hour for _, _, sellers, hour in hours if sellers.size]
    at_once = iter(by_rule(name, trading)) if name in BY_RULE else None
    found = []
    for _, _, sellers, hour in hours:
        if not sellers.size and name not in ALWAYS:
            found.append(DESIGNS["alone"](hour))
        else:
            found.append(DESIGNS[name](hour) if at_once is None else next(at_once))
    return found


def run_design(community: gt.Community, name: str) -> tuple[Row, list[Row], np.ndarray, dict[str, list[Any]]]:
    """A year under one design: its row, one row a month, what each home has, and facts hour by hour."""
    have = np.zeros(community.n_prosumers)
    months = community.local_times().astype("datetime64[M]")
    monthly: dict[str, float] = {}
    leader, worth, peak, imported, paid, bought, bill = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    facts: dict[str, list[Any]] = {}
    hours = hours_of(community)
    for (step, buyers, sellers, hour), outcome in zip(hours, played(name, hours), strict=True):
        mine, yours, left, energy = settled(hour, outcome)
        have[buyers] += mine
        have[sellers] += yours
        leader += left
        value = float(mine.sum() + yours.sum()) + left
        worth += value
        monthly[str(months[step])] = monthly.get(str(months[step]), 0.0) + value
        peak, imported = max(peak, energy), imported + energy
        bill += outcome.buy * float(outcome.taken.sum()) - outcome.sell * hour.supply
        if sellers.size:
            paid += outcome.buy * float(outcome.taken.sum())
            bought += float(outcome.taken.sum())
        for fact, value in outcome.facts.items():
            facts.setdefault(fact, []).append(value)
    nobody_buys = community.net_load.max(axis=0) <= 0
    unsold = community.surplus[:, nobody_buys]
    have += unsold @ community.export_price[nobody_buys]
    row = {
        "design": name,
        "welfare": worth,
        "bill": bill - float(unsold.sum(axis=0) @ community.export_price[nobody_buys]),
        "leader": leader,
        "price": paid / bought if bought else float("nan"),
        "import_kwh": imported,
        "peak_kwh": peak,
    }
    return row, [{"design": name, "month": month, "welfare": value} for month, value in monthly.items()], have, facts


def bargained(community: gt.Community, alone: np.ndarray, trade: np.ndarray) -> np.ndarray:
    """What each home has if the gains of the best trades are shared by equal bargaining power."""
    deal = payment_bargaining(community.names, trade, alone)
    assert deal.agreed
    return deal.together + deal.payments


def outcomes(community: gt.Community) -> tuple[list[Row], list[Row], list[Row], dict[str, dict[str, list[Any]]]]:
    """All designs: one row each, months, homes and facts."""
    rows, months, homes, facts, have = [], [], [], {}, {}
    for name in NAMES:
        row, monthly, of_homes, told = run_design(community, name)
        rows.append(row)
        months += monthly
        facts[name], have[name] = told, of_homes
    have["bargaining"] = bargained(community, have["alone"], have["bargaining"])
    best = max(row["welfare"] for row in rows)
    reference = rows[0]["welfare"]
    for row in rows:
        gains = have[row["design"]] - have["alone"]
        slack = 1e-9 * abs(reference)
        row["gain"] = row["welfare"] - reference
        row["share_of_best"] = row["gain"] / (best - reference)
        row["homes_gain"] = float(gains.sum())
        row["worse_off"] = int((gains < -slack).sum())
        row["largest_loss"] = float(max(0.0, -gains.min()))
        homes += [
            {"design": row["design"], "home": home, "gain": float(gain)}
            for home, gain in zip(community.names, gains, strict=True)
        ]
    return rows, months, homes, facts


def properties(community: gt.Community, facts: dict[str, dict[str, list[Any]]], lies: int) -> list[Row]:
    """What holds of each design's equilibrium, with the number that says so."""
    found: list[Row] = []

    def add(design: str, what: str, number: float, count: int) -> None:
        found.append({"design": design, "property": what, "number": number, "of": count})

    game = gt.SharingGame(community)
    for design in BY_RULE:
        residuals = facts[design]["fixed_point_residual"]
        add(design, "largest residual of the fixed point, share of demand", max(residuals), len(residuals))
        blocked = gt.blocking_coalition(game, gt.allocate(game, design).payoffs)
        add(design, "what the best coalition gains by leaving, metered demand [USD]", max(0.0, blocked.excess), 1)
    fair = gt.blocking_coalition(game, gt.allocate(game, "competitive_price").payoffs)
    add(
        "uniform_price auction",
        "what the best coalition gains by leaving, metered demand [USD]",
        max(0.0, fair.excess),
        1,
    )
    equal = gt.blocking_coalition(game, np.full(game.n_players, game.grand_value / game.n_players))
    add("bargaining", "what the best coalition gains by leaving, metered demand [USD]", max(0.0, equal.excess), 1)
    inside = facts["uniform_price auction"]["inside"]
    add("uniform_price auction", "hours with a price between the grid's", sum(inside), len(inside))
    gains = lying(community, lies)
    paying = sum(g > 1e-9 for g in gains)
    add("uniform_price auction", "hours in which a lie about a price pays, of a drawn sample", paying, len(gains))
    told = facts["sellers in quantities"]
    add("sellers in quantities", "largest regret, share of what sellers earn", max(told["regret_share"]), len(inside))
    shares = told["sold_share"]
    add("sellers in quantities", "hours in which energy is held back", sum(s < 1 - 1e-9 for s in shares), len(shares))
    wars = [price_war(hour) for _, _, sellers, hour in hours_of(community) if sellers.size > 1]
    add("sellers in prices", "hours with an equilibrium in pure prices, two sellers or more", sum(wars), len(wars))
    told = facts["one owner leads"]
    add("one owner leads", "largest regret bound, share of the profit", max(told["regret_share"]), len(inside))
    many = told["local_maxima"]
    add("one owner leads", "hours with more than one local maximum", sum(k > 1 for k in many), len(many))
    told = facts["grid leads at peak"]
    add("grid leads at peak", "hours in which the grid acts", len(told.get("acts", [])), len(hours_of(community)))
    stable = told.get("stable", [])
    add("grid leads at peak", "of those with trade, hours with a stable coalition", sum(stable), len(stable))
    add("grid leads at peak", "highest price [USD/kWh]", max(told.get("price", [0.0])), 1)
    return found


def lying(community: gt.Community, count: int) -> list[float]:
    """Gain of the best single lie about a price in hours drawn at random, homes bidding as metered at premiums."""
    from gametrade.mechanisms import drawn_preference
    from gametrade.mechanisms.community_market import books

    rng = np.random.default_rng(SEED)
    every = [book for _, book, _ in books(drawn_preference(community, 0.0, 0.05, rng=rng))]
    picked = sorted(rng.choice(len(every), min(count, len(every)), replace=False))
    verdicts = [gt.check(gt.clear(every[k], "uniform_price"), "strategyproofness", about="price") for k in picked]
    return [-verdict.margin for verdict in verdicts]


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write a table with nine significant digits."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in row.items()})


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Three days only: a check that everything runs.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None,
    help="Folder for the tables and the figure [default: results/ beside this file; required with --quick].",
)  # fmt: skip
def main(quick: bool, output: Path | None) -> None:
    if quick and output is None:
        raise click.UsageError("--quick needs --output, so that it does not overwrite the full results.")
    folder = output or HERE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    community = gt.communities.fontana("flat")
    if quick:
        community = community.select(start="2017-06-01", end="2017-06-04")
    rows, months, homes, facts = outcomes(community)
    tables = {"designs": rows, "months": months, "homes": homes}
    tables["properties"] = properties(community, facts, 2 if quick else LIE_HOURS)
    for name, table in tables.items():
        write_csv(folder / f"{name}.csv", table)
        click.echo(f"{name}: {len(table)} rows")
    sys.path.insert(0, os.fspath(HERE))
    from tell import TABLES, write_figures, write_readme

    write_figures(folder)
    if output is None:
        write_readme(folder, HERE / "README.md", TABLES)


if __name__ == "__main__":
    main()
