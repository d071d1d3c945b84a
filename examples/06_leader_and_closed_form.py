r"""
What a price leader asks, in numbers and in letters
===================================================

A retailer names one price p; group i of vehicles then takes x_i = (b_i - p) / s_i, within a station that delivers at
most C. With A = sum b_i / s_i, H = sum 1 / s_i and a unit cost w

    p* = max(A / 2H + w / 2, (A - C) / H)

The formula is derived by sympy from the payoffs, and compared with the enumeration of all breakpoints, which also
holds when groups drop out one after the other and the payoff has many local maxima.

Run with --show for the leader's payoff over its price.
"""

import sys

import numpy as np
import plotly.graph_objects as go

# %% In letters: two cases, the station free or full
import gametrade as gt
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.games.systems.charging_retailer import charging_retailer
from gametrade.registry import derivations

formula = derivations.get("charging_station").function()
for case in formula.cases:
    print("station full:" if case.binding else "station free:", "p* =", case.equilibrium["p"])
print("a dearer kWh moves the price by", formula.derivatives("w")["p"])

# %% In numbers, both cases
values = {"b1": 10, "b2": 8, "s1": 1, "s2": 2, "w": 1}
for capacity in (3, 30):
    exact = formula.at({**values, "C": capacity})["p"]
    game = charging_retailer(intercepts=[10, 8], slopes=[1, 2], station_capacity=capacity, unit_cost=1.0)
    best = gt.solve(game)[0]
    print(f"C = {capacity:>2}: {exact} = {float(exact):.6f}, by breakpoints {best.strategies[0][0]:.6f}")
    assert abs(float(exact) - best.strategies[0][0]) < 1e-9

# %% Where the formula is silent: groups that value energy very differently
crowd = PriceLeaderGame([20.0, 6.0, 5.5, 2.0], [10.0, 0.5, 0.4, 0.05], unit_cost=0.5, cap=20.0)
answer = gt.solve(crowd)
print(f"{len(answer.trace)} local maxima, the global one at {answer[0].strategies[0][0]:.4f}")
prices = np.linspace(0.0, 20.0, 4001)
payoffs = [crowd.objective(price) for price in prices]

# %% A figure, only if asked for
if "--show" in sys.argv:
    go.Figure(go.Scatter(x=prices, y=payoffs)).show()

# %% The answers, checked
assert len(answer.trace) > 1
assert answer[0].payoffs[0] >= max(payoffs)
assert answer[0].regret <= 1e-9 * answer[0].payoffs[0]
assert formula.strict

# References
# ----------
# H. von Stackelberg, "Marktform und Gleichgewicht", Springer, Vienna (1934).
