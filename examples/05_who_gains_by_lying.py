r"""
Who gains by lying?
===================

Hold the others' orders fixed. A trader with true limit v and energy e who says (p, q) gains

    u(p, q) = v * min(fill, e) - payment

which is linear between the others' limits and cumulative energies, so finitely many lies decide. The best lie under
each mechanism is the witness; it is run again at the end.

Run with --show for a figure of what the best lie gains.
"""

import sys

import plotly.graph_objects as go

# %% Ten orders, told honestly
import gametrade as gt
from gametrade.analysis.properties.lies import replay

book = gt.OrderBook.of(
    bids=[(20, 1), (17, 1), (14, 1), (10, 1), (6, 1)], asks=[(4, 1), (7, 1), (11, 1), (15, 1), (18, 1)], unit="EUR"
)
names = ["uniform_price", "pay_as_bid", "mcafee", "trade_reduction", "vickrey_clarke_groves"]

# %% The best lie about a price under each mechanism
verdicts = {name: gt.check(gt.clear(book, name), "strategyproofness", about="price") for name in names}
for name, verdict in verdicts.items():
    orders = verdict.certificate["orders"]
    lie = f"{orders[0]['id']} says {orders[0]['price']:g}" if orders else "no lie pays"
    print(f"{name:<24} {lie:<16} gains {-verdict.margin:5.2f} EUR  ({verdict.certificate['tried']} lies tried)")

# %% What each mechanism gives up instead
table = gt.mechanism_table(book, names)
print(table)

# %% A figure, only if asked for
if "--show" in sys.argv:
    go.Figure(go.Bar(x=names, y=[-verdict.margin for verdict in verdicts.values()])).show()

# %% The answers, checked
assert verdicts["uniform_price"].margin == -1.5
assert replay(gt.clear(book, "uniform_price"), verdicts["uniform_price"].certificate) == 1.5
assert all(verdicts[name].holds for name in ("mcafee", "trade_reduction", "vickrey_clarke_groves"))
assert abs(gt.clear(book, "vickrey_clarke_groves").surplus + 9) < 1e-9

# References
# ----------
# R. P. McAfee, "A dominant strategy double auction", J. Econ. Theory 56 (1992) 434-450.
# R. B. Myerson and M. A. Satterthwaite, "Efficient mechanisms for bilateral trading", J. Econ. Theory 29 (1983)
# 265-281.
