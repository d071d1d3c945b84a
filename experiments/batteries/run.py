"""How much value do batteries add, who earns it under each rule, and when do fees empty the core?"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.cost_of_stability import cost_of_stability
from gametrade.solvers.fee_limits import fee_limits
from gametrade.typing import FloatArray

Row = dict[str, Any]
HERE = Path(__file__).resolve().parent
CAPACITY, POWER, EFFICIENCY, WEAR = 6.4, 5.0, 0.9, 0.02
RULES = (
    "competitive_price",
    "nucleolus",
    "per_capita_nucleolus",
    "least_core",
    "shapley",
    "tau_value",
    "ensc",
    "marginal_contribution",
    "equal_split",
)


@dataclass(frozen=True)
class Street:
    """A community of the experiment: where it comes from, and its Mondays."""

    name: str
    homes: int
    mondays: tuple[str, ...]
    tariff: str = "flat"
    seed: int | None = None

    def week(self, monday: str, owners: int) -> gt.Community:
        """One week, with a battery in evenly spread homes."""
        if self.seed is None:
            year = gt.communities.fontana(self.tariff)  # type: ignore[arg-type]
            year = year.select(homes=year.names[: self.homes])
        else:
            year = gt.communities.street(self.homes, 365, rng=self.seed)
        part = year.select(start=monday, end=str(np.datetime64(monday) + 7))
        return replace(part, batteries=spread(self.homes, owners), source=None)


def spread(homes: int, owners: int) -> gt.Batteries:
    """Equal batteries in every second home, then in the others."""
    order = [*range(0, homes, 2), *range(1, homes, 2)]
    has = np.zeros(homes)
    has[order[:owners]] = 1.0
    return gt.Batteries(CAPACITY * has, POWER * has, np.full(homes, EFFICIENCY), WEAR)


@dataclass(frozen=True)
class Plan:
    """What is computed; a quick plan for tests, the full one for the README."""

    streets: tuple[Street, ...]
    weeks_a_year: float
    owner_shares: tuple[float, ...]
    fees: tuple[float, ...]


MEASURED = ("2016-10-10", "2017-01-09", "2017-04-10", "2017-07-10")
SYNTHETIC = ("2023-01-09", "2023-04-10", "2023-07-10", "2023-10-09")
FULL = Plan(
    (
        Street("fontana flat", 13, MEASURED),
        Street("fontana time_of_use", 13, MEASURED, "time_of_use"),
        *(Street(f"street 10 seed {seed}", 10, SYNTHETIC, seed=seed) for seed in (1, 2, 3)),
    ),
    weeks_a_year=13.0,
    owner_shares=(0, 0.25, 0.5, 0.75, 1),
    fees=tuple(np.round(np.linspace(0, 2, 101), 3).tolist()),
)
QUICK = Plan(
    (Street("fontana flat", 4, MEASURED[:1]), Street("street 5 seed 1", 5, SYNTHETIC[2:3], seed=1)),
    weeks_a_year=52.0,
    owner_shares=(0, 0.5, 1),
    fees=(0.0, 0.5, 1.0),
)


# How much do batteries add?


def bills(week: gt.Community) -> tuple[float, float]:
    """What all homes pay alone, and together."""
    game = gt.DispatchGame(week)
    return float(game.alone_costs.sum()), game.grand.cost


def value_of(task: tuple[Plan, Street, int]) -> list[Row]:
    """The four bills of one community: with and without batteries, alone and together."""
    plan, street, owners = task
    bare = np.sum([bills(street.week(monday, 0)) for monday in street.mondays], axis=0) * plan.weeks_a_year
    full = np.sum([bills(street.week(monday, owners)) for monday in street.mondays], axis=0) * plan.weeks_a_year
    batteries, sharing, both = bare[0] - full[0], bare[0] - bare[1], bare[0] - full[1]
    return [
        {
            "community": street.name,
            "homes": street.homes,
            "owners": owners,
            "bill": bare[0],
            "saved_by_batteries_alone": batteries,
            "saved_by_sharing_alone": sharing,
            "saved_by_both": both,
            "gains_of_sharing": both - batteries,
            "complementarity": both - batteries - sharing,
        }
    ]


def value_tasks(plan: Plan) -> Iterator[tuple[Plan, Street, int]]:
    for street in plan.streets:
        for owners in sorted({round(share * street.homes) for share in plan.owner_shares}):
            yield plan, street, owners


# Who earns it, and when do fees empty the core?


def half(homes: int) -> int:
    """Owners in the communities whose tables are made."""
    return (homes + 1) // 2


def tabulated(task: tuple[Plan, Street, str, int]) -> tuple[str, int, FloatArray, FloatArray]:
    """Values of all coalitions in one week, and payoffs at its dual prices."""
    plan, street, monday, owners = task
    game = gt.DispatchGame(street.week(monday, owners))
    values = np.zeros(2**street.homes)
    values[1:] = game.values(all_coalitions(street.homes)[1:])
    priced = gt.allocate(game, "competitive_price").payoffs
    return street.name, owners, values * plan.weeks_a_year, priced * plan.weeks_a_year


def table_tasks(plan: Plan) -> Iterator[tuple[Plan, Street, str, int]]:
    for street in plan.streets:
        for monday in street.mondays:
            for owners in (0, half(street.homes)):
                yield plan, street, monday, owners


@dataclass(frozen=True)
class Year:
    """The game of one community over its weeks, which commit together."""

    street: Street
    owners: int
    game: gt.TableGame
    priced: FloatArray

    @property
    def has_battery(self) -> FloatArray:
        """1 for each home with a battery."""
        return spread(self.street.homes, self.owners).energy_kwh / CAPACITY


def years(plan: Plan, parts: Iterable[tuple[str, int, FloatArray, FloatArray]]) -> Iterator[Year]:
    """Add the weeks of each community up."""
    listed = list(parts)
    for street in plan.streets:
        names = street.week(street.mondays[0], 0).names
        for owners in (0, half(street.homes)):
            mine = [part for part in listed if part[:2] == (street.name, owners)]
            table = np.sum([part[2] for part in mine], axis=0)
            yield Year(street, owners, gt.TableGame(names, table), np.sum([part[3] for part in mine], axis=0))


def splits_of(year: Year) -> list[Row]:
    """What each home gets under each rule, and how far the rule is from the core."""
    game, has = year.game, year.has_battery
    answer = []
    for rule in RULES:
        payoffs = year.priced if rule == "competitive_price" else gt.allocate(game, rule).payoffs
        found = gt.blocking_coalition(game, payoffs, engine="table")
        answer.append(
            {
                "community": year.street.name,
                "owners": year.owners,
                "rule": rule,
                "gains": game.grand_value,
                "largest_excess": found.excess,
                "in_core": found.excess <= game.tolerance * 10,
                "to_owners": float(payoffs @ has),
                "share_of_owners": float(payoffs @ has) / game.grand_value,
                "smallest_payoff": float(payoffs.min()),
                "largest_payoff": float(payoffs.max()),
                "payoffs": " ".join(f"{x:.6g}" for x in payoffs),
            }
        )
    return answer


def fees_of(year: Year, fees: Sequence[float]) -> list[Row]:
    """The core under an entry fee per member, where homes may stay out and where all must enter."""
    game = year.game
    limit = fee_limits(game).per_member
    answer = []
    for optional in (True, False):
        for level in fees if optional else [level for level in fees if level <= 1]:
            fee = level * game.grand_value / game.n_players
            charged = gt.FeeGame(game, per_member=fee, may_stay_apart=optional)
            core, subsidy = core_emptiness(charged), cost_of_stability(charged)
            answer.append(
                {
                    "community": year.street.name,
                    "owners": year.owners,
                    "may_stay_apart": optional,
                    "fee_share": level,
                    "fee": fee,
                    "fee_limit": limit,
                    "members": len(charged.community_of(game.players)),
                    "value": charged.grand_value,
                    "core_empty": core.empty,
                    "least_core_excess": core.excess,
                    "cost_of_stability": subsidy.subsidy,
                    "proof_coalitions": len(core.weights) if core.empty else 0,
                    "proof_margin": float(core.margin) if core.empty else 0.0,
                }
            )
    return answer


# Running it


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write a table with seven significant digits, more than a solver may change."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({k: f"{v:.7g}" if isinstance(v, float) else v for k, v in row.items()})


def spread_out(jobs: int, run: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
    """Run tasks in a few processes, in order."""
    if jobs == 1:
        return [run(task) for task in tasks]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(run, tasks))


@click.command(help=__doc__)
@click.option("--quick", is_flag=True, help="Few homes and one week: a check that everything runs.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
@click.option(
    "--output", type=click.Path(path_type=Path), default=None,
    help="Folder for the tables and figures [default: results/ beside this file; required with --quick].",
)  # fmt: skip
def main(quick: bool, jobs: int, output: Path | None) -> None:
    if quick and output is None:
        raise click.UsageError("--quick needs --output, so that it does not overwrite the full results.")
    folder = output or HERE / "results"
    folder.mkdir(parents=True, exist_ok=True)
    plan = QUICK if quick else FULL
    started = time.perf_counter()
    values = [row for rows in spread_out(jobs, value_of, value_tasks(plan)) for row in rows]
    games = list(years(plan, spread_out(jobs, tabulated, table_tasks(plan))))
    tables = {
        "value": values,
        "splits": [row for year in games for row in splits_of(year)],
        "fees": [row for year in games for row in fees_of(year, plan.fees)],
    }
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", rows)
        click.echo(f"{name}: {len(rows)} rows")
    sys.path.insert(0, os.fspath(HERE))
    from tell import TABLES, write_figures, write_readme

    write_figures(folder)
    if output is None:
        write_readme(folder, HERE / "README.md", TABLES)
    click.echo(f"all: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
