r"""
Who leaves with whom, and how do you know?
==========================================

A coalition bounds the largest excess from below; a price path bounds it from above:

    max_S [ v(S) - x(S) ]  <=  sum_i max( 0, w_i(lambda) - x_i ),
    w_i(lambda) = sum_t delta_t * [ lambda_t s_it + (1 - lambda_t) d_it ]    for any 0 <= lambda_t <= 1.

For few homes one path is not enough, and a tree of paths closes the gap. The claim is then checked in exact arithmetic,
by code that knows nothing of the search.

Run with --show or a path for the figure.
"""

import sys

import numpy as np
import plotly.graph_objects as go

import gametrade as gt
from gametrade.analysis.verification import verify_document

# %% The most profitable coalition
homes = gt.communities.fontana("flat")
game = gt.SharingGame(homes)
payoffs = gt.allocate(game, "mid_market_rate").payoffs
best = gt.blocking_coalition(game, payoffs)
print(best)

# %% When does it gain? Hour by hour, over the year
inside = best.members
surplus, deficit = homes.surplus[inside].sum(axis=0), homes.deficit[inside].sum(axis=0)
saved = homes.tariff.spread() * np.minimum(surplus, deficit)
prices = gt.allocate(game, "mid_market_rate")
paid = (homes.surplus[inside] * (prices.sell_price - homes.export_price)).sum(axis=0)
paid += (homes.deficit[inside] * (homes.import_price - prices.buy_price)).sum(axis=0)
hour = homes.local_times().astype("datetime64[h]").astype(int) % 24
by_hour = np.array([(saved - paid)[hour == h].sum() for h in range(24)])
print("gain by hour of the day [USD a year]:", *(f"{h}h {gain:+.1f}" for h, gain in enumerate(by_hour) if gain))

# %% Each home's best alternative
for home in homes.names[:3]:
    answer = gt.blocking_coalition(game, payoffs, containing=[home])
    print(f"{home}: best coalition has {len(answer.coalition)} members and gains {answer.excess:+.2f} USD")

# %% A bound by prices alone: any path does, some do better
middle = np.full(len(game.trade_steps), 0.5)
bound = np.maximum(0, game.price_values(middle) - payoffs).sum()
root = gt.blocking_coalition(game, payoffs, engine="bracket")
print(f"nobody gains more than {bound:.2f} (middle price), {root.upper_bound:.2f} (best path found),")
print(f"{best.upper_bound:.2f} (tree of {len(best.price_tree.homes)} nodes); the coalition gains {best.excess:.2f} USD")

# %% Check the claim without the solver
document = gt.analyse_stability(game, ["mid_market_rate"], contracts=["whole"]).to_dict()
for outcome in verify_document(document):
    print(f"{outcome.id:<40} {outcome.outcome:<8} {outcome.detail}")

# %% A figure, only if asked for
target = sys.argv[1] if len(sys.argv) > 1 else None
if target:
    figure = go.Figure(go.Bar(x=np.arange(24), y=by_hour))
    figure.update_layout(
        title=f"When {len(best.coalition)} homes gain by leaving the mid-market rate",
        xaxis_title="hour of the day",
        yaxis_title="excess [USD a year]",
    )
    figure.show() if target == "--show" else figure.write_html(target)

# References
# ----------
# G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
# L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
