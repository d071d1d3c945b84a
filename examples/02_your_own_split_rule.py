r"""
Your own split rule as one function
===================================

A rule is a function from a game to payoffs. This one blends two prices: with weight theta the price that clears each
hour, else the mid-market rate. Payoffs are linear in the price, so

    x(theta) = theta * x(competitive) + (1 - theta) * x(mid-market).

The competitive price is in the core and the mid-market rate is not. How much of it is needed? The excess of any
coalition is linear in theta, so the largest excess is convex, and the smallest stable theta is found by bisection.

Run with --show or a path for the figure.
"""

import sys

import plotly.graph_objects as go

import gametrade as gt


# %% The rule, and what every rule can be asked
def blend(theta):
    """Make the rule with weight theta on the competitive price."""

    def blended_price(game):
        stable = gt.allocate(game, "competitive_price").payoffs
        popular = gt.allocate(game, "mid_market_rate").payoffs
        return theta * stable + (1 - theta) * popular

    return blended_price


homes = gt.communities.fontana("flat")
study = gt.analyse_stability(homes, [blend(0.5), "mid_market_rate", "competitive_price"], contracts=["whole"])
print(study.to_frame(["status", "imbalance", "smallest_gain", "largest_excess", "gini"]).round(3).to_string())

# %% The smallest stable weight
game = study.game


def largest_excess(theta):
    """What the best coalition gains by leaving. [USD a year]"""
    return gt.blocking_coalition(game, blend(theta)(game)).excess


low, high = 0.0, 1.0
while high - low > 1e-3:
    middle = (low + high) / 2
    low, high = (low, middle) if largest_excess(middle) <= game.tolerance else (middle, high)
print(f"in the core from theta = {high:.3f} on, at this accuracy")

# %% A figure, only if asked for
target = sys.argv[1] if len(sys.argv) > 1 else None
if target:
    weights = [k / 20 for k in range(21)]
    figure = go.Figure(go.Scatter(x=weights, y=[largest_excess(w) for w in weights], mode="lines+markers"))
    figure.add_hline(y=0)
    figure.update_layout(
        title="How much competition makes the mid-market rate stable?",
        xaxis_title="weight on the competitive price",
        yaxis_title="largest excess [USD a year]",
    )
    figure.show() if target == "--show" else figure.write_html(target)

# References
# ----------
# C. Long et al., "Peer-to-peer energy trading in a community microgrid", IEEE PES General Meeting, 2017.
# G. Debreu and H. Scarf, "A limit theorem on the core of an economy", Int. Econ. Rev. 4 (1963) 235-246.
