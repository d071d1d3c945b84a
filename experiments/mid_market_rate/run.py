"""How often, by whom and for how much is each rule for sharing the money blocked?

Run ``python experiments/mid_market_rate/run.py`` (about a quarter of an hour) or ``--quick`` (under a minute, for
tests). Every community is either the bundled one or drawn from a seed written in the results, so the tables are the
same on every machine up to the last digits of floating point.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

import gametrade as gt
from gametrade.analysis.contracts import Periods
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.exit_cost import exit_cost_per_member
from gametrade.solvers.least_subsidy import least_subsidy

HERE = Path(__file__).resolve().parent
Row = dict[str, Any]

PRICE_RULES = ("competitive_price", "mid_market_rate", "supply_demand_ratio", "bill_sharing")
EXIT_COSTS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0, 100.0)
TABLE_PLAYERS = 13
"""Most homes for which the Shapley value is exact here."""


@dataclass(frozen=True)
class Plan:
    """How much of the experiment to run."""

    sizes: Sequence[int]
    seeds: Sequence[int]
    days: int
    contract_seeds: Sequence[int]
    bundled: Sequence[str]
    exit_seeds: Sequence[int]
    pv_shares: Sequence[float]
    prices: Sequence[tuple[float, float]]
    charges: Sequence[float]
    tariff_seeds: Sequence[int]
    tariff_homes: int


FULL = Plan(
    sizes=(3, 5, 8, 13, 25, 50, 100, 200),
    seeds=(1, 2, 3, 4, 5),
    days=365,
    contract_seeds=(1, 2, 3, 4, 5),
    bundled=("flat", "time_of_use"),
    exit_seeds=(1, 2, 3, 4, 5),
    pv_shares=(0.1, 0.25, 0.5, 0.75, 0.9, 1.0),
    prices=((0.30, 0.04), (0.30, 0.08), (0.30, 0.16)),
    charges=(0.0, 0.05, 0.10),
    tariff_seeds=(1, 2, 3),
    tariff_homes=16,
)
QUICK = Plan(
    sizes=(3, 6),
    seeds=(1,),
    days=14,
    contract_seeds=(1,),
    bundled=(),
    exit_seeds=(1,),
    pv_shares=(0.5, 1.0),
    prices=((0.30, 0.08),),
    charges=(0.0, 0.05),
    tariff_seeds=(1,),
    tariff_homes=6,
)


RULES = (
    "bill_sharing",
    "bill_sharing_period",
    "competitive_price",
    "dynamic_key",
    "dynamic_key:method=equal",
    "equal_split",
    "marginal_contribution",
    "mid_market_rate",
    "proportional",
    "proportional:to=demand",
    "proportional:to=generation",
    "shapley",
    "stand_alone",
    "static_key",
    "supply_demand_ratio",
)
"""Rules that communities use or that need no table of coalitions, and the Shapley value."""


def rules_for(n: int) -> list[str]:
    """The rules compared; the Shapley value only where it is exact."""
    return [rule for rule in RULES if rule != "shapley" or n <= TABLE_PLAYERS]


# Growth: the whole period, as the street gets longer


def growth_of(task: tuple[str, gt.Community]) -> list[Row]:
    """Stability of every rule in one community."""
    label, community = task
    game = gt.SharingGame(community)
    return [{"community": label, **examine(game, rule)} for rule in rules_for(game.n_players)]


def examine(game: gt.SharingGame, rule: str, engine: str = "auto") -> Row:
    """Largest excess with its proof, who gains it, exit cost and subsidy, for one rule."""
    community, allocation = game.community, gt.allocate(game, rule)
    found = gt.blocking_coalition(game, allocation.payoffs, engine=engine, seconds=20.0)
    fee_engine = "bracket" if game.n_players >= 50 else engine
    cost = exit_cost_per_member(game, allocation.payoffs, engine=fee_engine)
    subsidy = least_subsidy(game, allocation.payoffs)
    members, owners = found.members, (community.generation > 0).any(axis=1)
    bill = float(community.stand_alone_bills()[members].sum())
    position = game.position
    return {
        "rule": rule,
        "homes": game.n_players,
        "gains": game.grand_value,
        "imbalance": allocation.imbalance,
        "smallest_gain": float(allocation.payoffs.min()),
        "status": {True: "blocked", False: "not blocked", None: "not proved"}[found.blocks],
        "largest_excess": found.excess,
        "upper_bound": found.upper_bound,
        "members": int(members.sum()),
        "excess_per_member": found.excess / int(members.sum()),
        "bill_of_coalition": bill,
        "excess_share_of_bill": found.excess / bill if bill > 0 else float("nan"),
        "excess_share_of_gains": found.excess / game.grand_value if game.grand_value > 0 else float("nan"),
        "exit_cost_per_member": cost.lower_bound,
        "exit_cost_upper": cost.upper_bound,
        "least_subsidy": subsidy.lower_bound,
        "least_subsidy_upper": subsidy.upper_bound,
        "homes_with_pv": int(owners.sum()),
        "members_with_pv": int((owners & members).sum()),
        "ratio_community": demand_to_supply(position),
        "ratio_coalition": demand_to_supply(position[members]),
    }


def demand_to_supply(position: np.ndarray) -> float:
    """Total deficit over total surplus in the steps with trade, in money of the spread."""
    supply = np.maximum(position, 0).sum()
    return float(np.maximum(-position, 0).sum() / supply) if supply > 0 else float("inf")


def growth_tasks(plan: Plan) -> Iterator[tuple[str, gt.Community]]:
    for tariff in plan.bundled:
        yield f"fontana {tariff}", gt.communities.fontana(tariff)  # type: ignore[arg-type]
    for n in sorted(plan.sizes, reverse=True):
        for seed in plan.seeds:
            yield f"street {n} seed {seed}", gt.communities.street(n, plan.days, rng=seed)


# Contract length: may a coalition leave for a month, a day, a single hour?


def contracts_of(task: tuple[str, gt.Community]) -> list[Row]:
    """Blocked periods of every rule, by enumeration of all coalitions of every period."""
    label, community = task
    game = gt.SharingGame(community)
    rules = rules_for(game.n_players)
    whole = {rule: gt.allocate(game, rule) for rule in rules}
    rows = all_coalitions(game.n_players)[1:-1]
    answer = []
    for contract in ("whole", "month", "day", "step"):
        if contract == "whole":
            games, payoffs = (game,), {rule: whole[rule].payoffs[None, :] for rule in rules}
        else:
            periods = Periods.of(game, contract)
            games = periods.games
            payoffs = {rule: periods.payoffs(whole[rule], rule) for rule in rules}
        largest = np.empty((len(rules), len(games)))
        for p, period in enumerate(games):
            stream = np.array([payoffs[rule][p] for rule in rules])
            largest[:, p] = (period.table()[1:-1, None] - rows @ stream.T).max(axis=0)
        for rule, excess in zip(rules, largest, strict=True):
            blocked = excess > game.tolerance
            answer.append(
                {
                    "community": label,
                    "rule": rule,
                    "contract": contract,
                    "periods": len(games),
                    "blocked": int(blocked.sum()),
                    "largest_excess": float(excess.max()),
                    "sum_of_excesses": float(np.maximum(0, excess).sum()),
                    "share_of_gains": float(np.maximum(0, excess).sum() / game.grand_value),
                    "periods_with_a_loser": int((payoffs[rule].min(axis=1) < -game.tolerance).sum()),
                }
            )
    return answer


def contract_tasks(plan: Plan) -> Iterator[tuple[str, gt.Community]]:
    for tariff in plan.bundled:
        yield f"fontana {tariff}", gt.communities.fontana(tariff)  # type: ignore[arg-type]
    n = min(TABLE_PLAYERS, max(plan.sizes))
    for seed in plan.contract_seeds:
        yield f"street {n} seed {seed}", gt.communities.street(n, plan.days, rng=seed)


# Exit costs: what a coalition still gains when leaving costs every member something


def exit_costs_of(task: tuple[str, gt.Community]) -> list[Row]:
    """Largest excess net of a cost per member."""
    label, community = task
    game = gt.SharingGame(community)
    answer = []
    for rule in rules_for(game.n_players):
        if rule == "stand_alone":
            continue
        payoffs = gt.allocate(game, rule).payoffs
        for cost in EXIT_COSTS:
            found = gt.blocking_coalition(game, payoffs, exit_cost_per_member=cost, floor=0.0)
            answer.append(
                {
                    "community": label,
                    "rule": rule,
                    "exit_cost_per_member": cost,
                    "excess_net_of_cost": max(0.0, found.excess),
                    "upper_bound": max(0.0, found.upper_bound),
                    "members": int(found.members.sum()) if found.excess > game.tolerance else 0,
                }
            )
    return answer


def exit_tasks(plan: Plan) -> Iterator[tuple[str, gt.Community]]:
    for tariff in plan.bundled[:1]:
        yield f"fontana {tariff}", gt.communities.fontana(tariff)  # type: ignore[arg-type]
    n = min(25, max(plan.sizes))
    for seed in plan.exit_seeds:
        yield f"street {n} seed {seed}", gt.communities.street(n, plan.days, rng=seed)


# Tariff and photovoltaics


def tariff_of(task: tuple[int, float, tuple[float, float], float, int, int]) -> list[Row]:
    """One street under one tariff, price rules only, by enumeration of all coalitions."""
    n, share, (bought, sold), charge, seed, days = task
    community = gt.communities.street(
        n, days, rng=seed, pv_share=share, import_price=bought, export_price=sold, network_charge=charge
    )
    game = gt.SharingGame(community)
    where = {
        "homes": n,
        "seed": seed,
        "pv_share": share,
        "import_price": bought,
        "export_price": sold,
        "network_charge": charge,
        "spread": round(bought - sold - charge, 10),
    }
    kept = (
        "rule", "status", "gains", "imbalance", "smallest_gain", "largest_excess", "upper_bound", "members",
        "excess_per_member", "excess_share_of_bill", "excess_share_of_gains", "exit_cost_per_member",
        "members_with_pv", "homes_with_pv",
    )  # fmt: skip
    answer = []
    for rule in PRICE_RULES:
        row = examine(game, rule, engine="table")
        answer.append({**where, **{name: row[name] for name in kept}})
    return answer


def tariff_tasks(plan: Plan) -> Iterator[tuple[int, float, tuple[float, float], float, int, int]]:
    for share in plan.pv_shares:
        for price in plan.prices:
            for charge in plan.charges:
                for seed in plan.tariff_seeds:
                    yield plan.tariff_homes, share, price, charge, seed, plan.days


# Running it

EXPERIMENTS: dict[str, tuple[Callable[[Plan], Iterable[Any]], Callable[[Any], list[Row]]]] = {
    "growth": (growth_tasks, growth_of),
    "contracts": (contract_tasks, contracts_of),
    "exit_costs": (exit_tasks, exit_costs_of),
    "tariff": (tariff_tasks, tariff_of),
}


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write a table with nine significant digits."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in row.items()})


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Small streets and two weeks only: a check that everything runs.")
@click.option("--only", type=click.Choice(sorted(EXPERIMENTS)), multiple=True, help="Run some tables only.")
@click.option("--jobs", default=1, show_default=True, help="Processes.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None,
    help="Folder for the tables and figures [default: results/ beside this file; required with --quick].",
)  # fmt: skip
def main(quick: bool, only: tuple[str, ...], jobs: int, output: Path | None) -> None:
    if quick and output is None:
        raise click.UsageError("--quick needs --output, so that it does not overwrite the full results.")
    folder = output or HERE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    plan = QUICK if quick else FULL
    for name in only or tuple(EXPERIMENTS):
        tasks, run = EXPERIMENTS[name]
        started = time.perf_counter()
        if jobs > 1:
            with ProcessPoolExecutor(jobs) as pool:
                rows = [row for part in pool.map(run, tasks(plan)) for row in part]
        else:
            rows = [row for task in tasks(plan) for row in run(task)]
        write_csv(folder / f"{name}.csv", rows)
        click.echo(f"{name}: {len(rows)} rows in {time.perf_counter() - started:.0f} s")
    sys.path.insert(0, os.fspath(HERE))
    from tell import TABLES, write_figures, write_readme

    if all((folder / f"{name}.csv").exists() for name in EXPERIMENTS):
        write_figures(folder)
        if output is None:
            write_readme(folder, HERE / "README.md", TABLES)


if __name__ == "__main__":
    main()
