r"""
One measured day, every game of the literature
==============================================

Who leads, who follows, and what is named (a price, an energy, a share) differ from model to model. The homes, the
tariff and the utility do not: each home maximises

    a x - b x^2 / 2 - p x    with    b = tariff / (elasticity * metered)    and    a = tariff (1 + 1 / elasticity)

so that it takes at the tariff what its meter says. One line builds and answers a model in every hour of the day.

Run with --show for a figure of prices, or with a path to write it there.
"""

import sys

import pandas as pd
import plotly.graph_objects as go

# %% Thirteen measured homes on a summer day
import gametrade as gt
from gametrade.analysis.studies.play_steps import play_steps
from gametrade.registry import systems

day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
hours = range(17, 19)
needed = {"grid_leader": {"threshold": 20.0}, "fair_sharing": {"factors": (1.0, 2.0)}}
shorter = {"payoffs_only_sellers": "nash_seeking:rounds=4000"}
shorter |= dict.fromkeys(["seller_competition", "feed_in_market"], "nested_prices:max_rounds=1:deviations=0")

# %% Two hours of the late afternoon by every system that is played hour by hour
rows = {}
for entry in systems:
    if "period" in entry.traits:
        continue
    played = play_steps(day, entry.name, hours, options=needed.get(entry.name), solver=shorter.get(entry.name))
    frame = played.to_frame()
    state = played.counts()
    rows[entry.name] = {
        "equilibria": state.get("equilibrium", 0),
        "none": state.get("no equilibrium", 0),
        **{f"{k}:00": price for k, price in zip(hours, frame["price"], strict=True)},
        "regret at most": frame["regret"].max(),
    }
table = pd.DataFrame.from_dict(rows, orient="index")
print(f"Prices at the equilibrium [{day.tariff.currency}/kWh]; no number: no price in the model, or nothing to play")
print(table.round(3).to_string())

# %% Storage is built against months, not hours
year = gt.communities.fontana("time_of_use")
capacities = play_steps(year, "storage_investment").strategies()
print("\nStorage that pays, all homes, by month [kWh]")
print(capacities.sum(axis=1).round(1).to_string())

# %% A figure, only if asked for
if len(sys.argv) > 1:
    prices = table[[f"{k}:00" for k in hours]].dropna(how="all")
    figure = go.Figure([go.Scatter(x=prices.columns, y=row, name=name) for name, row in prices.iterrows()])
    figure.update_layout(yaxis_title=f"price [{day.tariff.currency}/kWh]")
    figure.show() if sys.argv[1] == "--show" else figure.write_html(sys.argv[1], include_plotlyjs=True)

# %% Checked: one price range whatever the model, unless buyers have nowhere else to turn
bounded = ["usage_charge", "differentiated_sellers", "seller_competition", "bilateral_dispatch", "microgrid_operator"]
assert table.loc[bounded, ["17:00", "18:00"]].stack().between(0.08 - 1e-4, 0.3 + 1e-4).all()
assert (capacities.sum(axis=1) > 0).all()
