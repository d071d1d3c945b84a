"""Welfare, deficit and truthfulness of each mechanism on the bundled community, hour by hour for a year.

python experiments/mechanisms/run.py [--quick] [--output FOLDER]
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import gametrade as gt
from gametrade.mechanisms import CommunityMarket, Valuation, drawn_preference
from gametrade.mechanisms.community_market import books
from gametrade.registry import mechanisms

HERE = Path(__file__).parent
SEED = 20_240_601

ABOUT = {"price": "strategyproofness:about=price", "quantity": "quantity_truthfulness"}
"""Lies that are tried, and the property that they refute."""

LIES = 20_000
"""Lies tried at most in an hour: more than can matter wherever the form of a mechanism is known."""


def homes(quick: bool) -> Valuation:
    """Homes that prefer local energy by 0 to 0.05 a kWh, drawn once for each home."""
    community = gt.communities.fontana("flat")
    if quick:
        community = community.select(start="2017-06-01", end="2017-06-02")
    return drawn_preference(community, 0.0, 0.05, rng=np.random.default_rng(SEED))


def row(market: CommunityMarket, optimum: float, lies: dict[str, list[gt.Verdict]]) -> dict[str, object]:
    """One mechanism: the year's money, and the best lies of every hour with trade."""
    told: dict[str, object] = {
        "mechanism": market.mechanism,
        "traded_kwh": round(market.volume, 3),
        "welfare": round(market.welfare, 4),
        "efficiency": round(market.welfare / optimum, 6),
        "auctioneer": round(market.surplus, 4) + 0.0,
        "least_gain_of_a_home": round(float(market.gains.sum(axis=1).min()), 4),
        "hours": len(lies["price"]),
    }
    for about, verdicts in lies.items():
        gains = np.array([gained(verdict) for verdict in verdicts])
        told |= {
            f"hours_with_a_{about}_lie": sum(verdict.holds is False for verdict in verdicts),
            f"hours_proved_without_a_{about}_lie": sum(verdict.holds is True for verdict in verdicts),
            f"mean_gain_of_best_{about}_lie": round(float(gains.mean()), 6),
            f"largest_gain_of_a_{about}_lie": round(float(gains.max()), 6),
            f"no_{about}_lie_gains_more_than": round(max(map(most_gained, verdicts)), 6),
            f"every_{about}_lie_tried": all(map(tried, verdicts)),
        }
    return told


def gained(verdict: gt.Verdict) -> float:
    """What the best lie gains: its least upper bound where every lie was tried, else the largest gain met."""
    told = verdict.certificate
    return max(-verdict.margin, told["supremum"] - told["honest"]) if told["exhaustive"] else -verdict.margin


def most_gained(verdict: gt.Verdict) -> float:
    """What no lie gains more than: the bound where all were tried or ruled out, else what follows from promises."""
    return gained(verdict) if tried(verdict) else float(verdict.certificate.get("bound", np.inf))


def tried(verdict: gt.Verdict) -> bool:
    """Whether every lie was tried, or the mechanism's definition rules it out."""
    return bool(verdict.certificate["exhaustive"] or verdict.certificate["kind"] == "theorem")


def main() -> None:
    """Run every mechanism that draws no lots in every hour with trade, and write two tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    valuation = homes(options.quick)
    every = [(step, book) for step, book, _ in books(valuation)]
    optimum = gt.clear(valuation, "uniform_price").welfare
    rows, hours = [], pd.DataFrame({"hour": valuation.community.local_times()[[step for step, _ in every]]})
    for name in [entry.name for entry in mechanisms if not entry.traits.get("draws")]:
        cleared = [gt.clear(book, name) for _, book in every]
        lies = {about: [gt.check(one, asked, most=LIES) for one in cleared] for about, asked in ABOUT.items()}
        rows.append(row(gt.clear(valuation, name), optimum, lies))
        hours[f"{name}_missed"] = [round(one.optimal_welfare - one.welfare, 5) + 0.0 for one in cleared]
        hours[f"{name}_auctioneer"] = [round(one.surplus, 5) + 0.0 for one in cleared]
        for about, verdicts in lies.items():
            hours[f"{name}_{about}_lie"] = [round(gained(verdict), 5) + 0.0 for verdict in verdicts]
    options.output.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame(rows)
    table.to_csv(options.output / "mechanisms.csv", index=False)
    hours.to_csv(options.output / "hours.csv.gz", index=False, compression={"method": "gzip", "mtime": 0})
    print(table.iloc[:, :9].to_string(index=False))


if __name__ == "__main__":
    main()
