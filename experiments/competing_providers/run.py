"""Which rule wins when rules compete, whom an unstable rule loses, and what a provider can charge.

python experiments/competing_providers/run.py [--quick] [--only NAME] [--output FOLDER]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import tell

import gametrade as gt
from gametrade.analysis.studies.competition import compete, registered_provider
from gametrade.games.competition import ProviderMarket
from gametrade.solvers.fee_limits import fee_limits
from gametrade.solvers.provider_dynamics import best_provider_dynamics
from gametrade.solvers.provider_fees import best_for_homes, breakaway_fee, fee_equilibria, fee_game, leaving_fee

HERE = Path(__file__).parent
SEED = 20_241_101
RULES = ("competitive_price", "supply_demand_ratio", "mid_market_rate", "bill_sharing")
LEADERS = (*RULES, "marginal_contribution", "equal_split")


def communities(quick: bool) -> Iterator[tuple[str, gt.Community]]:
    """The bundled homes for a year, and synthetic streets for the first days of June."""
    fontana = gt.communities.fontana("flat")
    yield "fontana", fontana.select(start="2017-06-01", end="2017-06-03") if quick else fontana
    for n, seed in [(8, 1)] if quick else [(n, seed) for n in (13, 40, 100) for seed in (1, 2, 3)]:
        yield f"street {n} seed {seed}", gt.communities.street(n, 1 if quick else 7, rng=seed, start="2023-06-01")


def duels(quick: bool) -> pd.DataFrame:
    """Two rules without fees, and all of them at once, from random first choices of the homes."""
    rows = []
    for name, community in communities(quick):
        rng = np.random.default_rng(SEED)
        for offers in [*combinations(RULES, 2), RULES]:
            table = compete(community, offers, rng=rng, starts=2 if quick else 10)
            gains = gt.SharingGame(community).grand_value
            for row in table.to_dict("records"):
                counts = {rule: row[f"members of {rule}"] / community.n_prosumers for rule in offers}
                rows.append(
                    {
                        "community": name,
                        "offers": "all" if len(offers) > 2 else " / ".join(offers),
                        "ending": row["ending"],
                        **{rule: counts.get(rule) for rule in RULES},
                        "concentration": row["concentration"],
                        "loss_share": row["welfare_loss"] / gains,
                    }
                )
    return pd.DataFrame(rows).round(6)


def leavers(quick: bool) -> pd.DataFrame:
    """The most profitable coalition leaves for an entrant that pays competitive prices; then all choose."""
    rows = []
    for name, community in communities(quick):
        game = gt.SharingGame(community)
        n, value = game.n_players, game.grand_value
        needed = value - game.values(~np.eye(n, dtype=bool))
        for rule in LEADERS[:3] if quick else LEADERS:
            split = gt.allocate(game, rule)
            leaving = gt.blocking_coalition(game, split)
            inside = leaving.members
            market = ProviderMarket(
                community,
                [registered_provider(rule, name="incumbent"), registered_provider("competitive_price", name="entrant")],
            )
            alone = best_provider_dynamics(market, np.zeros(n, dtype=np.int64))
            after = best_provider_dynamics(market, inside.astype(np.int64)) if leaving.blocks else alone
            rows.append(
                {
                    "community": name,
                    "rule": rule,
                    "gains": value,
                    "excess_share": max(0.0, leaving.excess) / value,
                    "leavers": int(inside.sum()) if leaving.blocks else 0,
                    "homes": n,
                    "needed_leavers": needed[inside].mean() if leaving.blocks else np.nan,
                    "needed_stayers": needed[~inside].mean() if leaving.blocks and not inside.all() else np.nan,
                    "left_alone": len(alone.members("entrant")),
                    "ending": after.concept,
                    "at_entrant": len(after.members("entrant")),
                    "entrant_share_of_gains": market.game.value(after.members("entrant")) / value,
                    "loss_share": after.welfare_loss / value,
                }
            )
    return pd.DataFrame(rows).round(6)


def charges(quick: bool) -> pd.DataFrame:
    """The largest fees of a provider that has all homes, and what covers a cost of 10 a home and year."""
    rows = []
    for name, community in communities(quick):
        if community.n_prosumers > 13:
            continue
        some = community.select(list(community.names[:12]))
        game = gt.SharingGame(some)
        core = fee_limits(game)
        for rule in RULES:
            free = ProviderMarket(some, [registered_provider(rule, name="pool")])
            costly = ProviderMarket(some, [registered_provider(rule, name="pool")], 1.0)
            all_in = ["pool"] * some.n_prosumers
            rows.append(
                {
                    "community": name,
                    "rule": rule,
                    "mean_gain": game.grand_value / some.n_prosumers,
                    "per_member": leaving_fee(free, all_in, "pool").fee,
                    "per_kwh": leaving_fee(free, all_in, "pool", kind="fee_per_kwh").fee,
                    "share": leaving_fee(free, all_in, "pool", kind="share_of_savings").fee,
                    "core": core.per_member,
                    "together": breakaway_fee(free, all_in, "pool").fee,
                    "together_switching_1": breakaway_fee(costly, all_in, "pool").fee,
                }
            )
    return pd.DataFrame(rows).round(6)


def bertrand(quick: bool) -> pd.DataFrame:
    """Two providers set a fee per member from a grid; homes follow the incumbent, or coordinate."""
    community = gt.communities.street(5, 1 if quick else 7, rng=3, start="2023-06-01")
    step = round(gt.SharingGame(community).grand_value / community.n_prosumers / 4, 6)
    rows = []
    for first, second in (("mid_market_rate", "mid_market_rate"), ("competitive_price", "mid_market_rate")):
        for cost in (0.0, step):
            offers = [registered_provider(first, name="incumbent"), registered_provider(second, name="rival")]
            market = ProviderMarket(community, offers, cost)
            for kind, respond in (("follow", best_provider_dynamics), ("coordinate", best_for_homes)):
                grid = [[k * step for k in range(3 if quick else 5)]] * 2
                game = fee_game(market, grid, respond=respond)
                found = fee_equilibria(game)
                for profile in found:
                    fees = [
                        float(np.dot(strategy, row)) for strategy, row in zip(profile.strategies, grid, strict=True)
                    ]
                    rows.append(
                        {
                            "rules": f"{first} / {second}",
                            "switching_cost": cost,
                            "homes": kind,
                            "pure": all(max(strategy) == 1 for strategy in profile.strategies),
                            "fee_incumbent": fees[0],
                            "fee_rival": fees[1],
                            "profit_incumbent": float(profile.payoffs[0]),
                            "profit_rival": float(profile.payoffs[1]),
                            "grid_step": step,
                        }
                    )
    return pd.DataFrame(rows).round(6)


TASKS = {"duels": duels, "leavers": leavers, "charges": charges, "bertrand": bertrand}


def main() -> None:
    """Run the parts, write their tables, and bring figure and README up to date."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=TASKS)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name, task in TASKS.items():
        if options.only in (None, name):
            table = task(options.quick)
            table.to_csv(options.output / f"{name}.csv", index=False)
            print(f"{name}: {len(table)} rows")
    if options.only is None:
        tell.write_figures(options.output)
        if options.output.resolve() == (HERE / "results").resolve():
            tell.write_readme(options.output, HERE / "README.md", tell.TABLES)


if __name__ == "__main__":
    main()
