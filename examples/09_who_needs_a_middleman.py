r"""
Who needs a middleman?
======================

Homes that trade in pairs find the least cost of their graph by telling each neighbour one number a round,

    min  sum_n  a_n p_n^2 / 2 + b_n p_n + sum_m gamma_nm |t_nm|,    t_nm + t_mn = 0,

and prove it by prices at which nobody gains by passing energy on. What they save in trust they pay in messages.

Run with --show for a figure of gains and messages, or with a path to write it there.
"""

import sys

import numpy as np

# %% Five homes, a charge of a half at either end of a trade
import gametrade as gt
from gametrade.analysis.studies.market_designs import market_designs, neighbours
from gametrade.games.contracts import BundleValue, Contract, ContractNetwork, PeerDispatch
from gametrade.reports.figures.design_figure import design_figure
from gametrade.solvers.blocking_contracts import blocking_contracts
from gametrade.solvers.central_dispatch import central_dispatch
from gametrade.solvers.consensus_dispatch import consensus_dispatch
from gametrade.solvers.price_adjustment import price_adjustment
from gametrade.solvers.relaxed_consensus import relaxed_consensus

homes = ["Ada", "Bob", "Cy", "Dee", "Eve"]
pairs = [(a, b) for k, a in enumerate(homes) for b in homes[k + 1 :]]
bounds = [0, 0, 0, -20, -20], [20, 20, 20, 0, 0]
market = PeerDispatch(homes, [1, 1.5, 0.8, 2, 1.2], [3, 4, 2.5, 9, 10], *bounds, pairs, charge=0.5)
for method in (consensus_dispatch, relaxed_consensus, central_dispatch):
    found = method(market)
    print(found, "\n")
    assert abs(found.cost - found.cost_bound) < 1e-4
    np.testing.assert_allclose(found.dispatch, [1.7745, 0.5163, 2.8431, -1.6127, -3.5212], atol=1e-4)

# %% Contracts that are signed or not: two units that only help together
contracts = [Contract(f"{s}>{b}", s, b) for s in "st" for b in "AB"]
sell = {s: BundleValue.best_of({f"{s}>A": 0, f"{s}>B": 0}, capacity=1) for s in "st"}
buy = {"A": BundleValue({("s>A", "t>A"): 3}), "B": BundleValue.best_of({"s>B": 2, "t>B": 2})}
network = ContractNetwork(contracts, {**sell, **buy})
outcome = price_adjustment(network)
print(outcome)
print(blocking_contracts(outcome), "\n")
assert not blocking_contracts(outcome).stable
assert not gt.check(network.game(), "balanced").holds

# %% A measured day by every design, homes in pairs with their next two neighbours only
day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
study = market_designs(day, partners=neighbours(day, 2), rng=np.random.default_rng(0))
print(study)
assert study["coordinated"].status == "stable"
assert study["decentralised"].price_of_anarchy > 1.1

# %% A figure, only if asked for
if len(sys.argv) > 1:
    figure = design_figure(study).plot
    figure.show() if sys.argv[1] == "--show" else figure.write_html(sys.argv[1], include_plotlyjs=True)
