r"""
Five lines to a report
======================

Homes that share surplus energy save the spread between the grid's import and export price on every kWh. A coalition
S saves

    v(S) = sum_t delta_t * min( sum_{i in S} s_it , sum_{i in S} d_it )

and the report asks of every rule for splitting v(N) whether some coalition would save more than it is paid. Here:
one summer month of the bundled community and a few rules, so that it runs in seconds; leave the selection out for
everything.

Run with --show for the figure, or with a path for the whole report: python 01_five_lines_to_a_report.py report.html
"""

import sys

import plotly.graph_objects as go

# %% Five lines
import gametrade as gt

homes = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-07-01")
rules = ["competitive_price", "mid_market_rate", "supply_demand_ratio", "equal_split"]
study = gt.analyse_stability(homes, rules, contracts=["whole", "day"])
print(study)

# %% What the best coalition gains by leaving, rule by rule
table = study.to_frame(["status", "largest_excess", "per_member", "share_of_bill", "members"])
print(table.round(4).to_string())

# %% A figure, or the whole report, only if asked for
target = sys.argv[1] if len(sys.argv) > 1 else None
figure = go.Figure(go.Bar(x=list(table.index), y=table["largest_excess"]))
figure.update_layout(title="Who gains by leaving? June, 13 homes", yaxis_title="largest excess [USD]")
if target == "--show":
    figure.show()
elif target:
    study.to_html(target)

# References
# ----------
# L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
# C. Long et al., "Peer-to-peer energy trading in a community microgrid", IEEE PES General Meeting, 2017.
