"""Welfare, deficit and truthfulness of each mechanism on the bundled community, hour by hour for a year.

python experiments/mechanisms/run.py [--quick] [--output FOLDER]
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import gametrade as gt
from gametrade.analysis.properties.breakpoints import KNOWN
from gametrade.mechanisms import Valuation, drawn_preference
from gametrade.mechanisms.community_market import books
from gametrade.registry import mechanisms

HERE = Path(__file__).parent
SEED = 20_240_601
HOURS = 200
"""Hours with trade, drawn without replacement, in which every lie about a price that can matter is tried."""

FEW_HOURS = 24
"""The first of them, for mechanisms whose form is not known: a search there proves nothing."""


def homes(quick: bool) -> Valuation:
    """Homes that prefer local energy by 0 to 0.05 a kWh, drawn once for each home."""
    community = gt.communities.fontana("flat")
    if quick:
        community = community.select(start="2017-06-01", end="2017-06-04")
    return drawn_preference(community, 0.0, 0.05, rng=np.random.default_rng(SEED))


def row(valuation: Valuation, name: str, optimum: float, drawn: list[gt.OrderBook]) -> dict[str, object]:
    """One mechanism: the year's money, and the best lie of each drawn hour."""
    market = gt.clear(valuation, name)
    asked = drawn if name in KNOWN else drawn[:FEW_HOURS]
    lies = [gt.check(gt.clear(book, name), "strategyproofness", about="price", most=20_000) for book in asked]
    gains = np.array([-verdict.margin for verdict in lies])
    return {
        "mechanism": name,
        "traded_kwh": round(market.volume, 3),
        "welfare": round(market.welfare, 4),
        "efficiency": round(market.welfare / optimum, 6),
        "auctioneer": round(market.surplus, 4),
        "least_gain_of_a_home": round(float(market.gains.sum(axis=1).min()), 4),
        "hours_checked": len(lies),
        "hours_with_a_lie": sum(verdict.holds is False for verdict in lies),
        "hours_proved_truthful": sum(verdict.holds is True for verdict in lies),
        "mean_gain_of_best_lie": round(float(gains.mean()), 6),
        "largest_gain_of_a_lie": round(float(gains.max()), 6),
        "no_lie_gains_more_than": round(max(map(most_gained, lies)), 6),
        "every_lie_tried": all(verdict.certificate["exhaustive"] for verdict in lies),
    }


def most_gained(verdict: gt.Verdict) -> float:
    """What no lie gains more than: the supremum where every lie was tried, else what the mechanism promises."""
    told = verdict.certificate
    return float(told["supremum"] - told["honest"] if told["exhaustive"] else told["bound"])


def main() -> None:
    """Run every mechanism that draws no lots and write one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    valuation = homes(options.quick)
    every = [book for _, book, _ in books(valuation)]
    picked = np.random.default_rng(SEED).choice(len(every), 3 if options.quick else HOURS, replace=False)
    drawn = [every[k] for k in picked]
    optimum = gt.clear(valuation, "uniform_price").welfare
    names = [entry.name for entry in mechanisms if not entry.traits.get("draws")]
    table = pd.DataFrame([row(valuation, name, optimum, drawn) for name in names])
    options.output.mkdir(parents=True, exist_ok=True)
    table.to_csv(options.output / "mechanisms.csv", index=False)
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
