r"""
All equilibria, or the proof that some are missing
==================================================

A program that returns "an" equilibrium leaves the question how many others there are. Two players with finitely many
actions: every equilibrium is a pair of vertices of the best-reply polytopes, so a complete list can be made in
rational arithmetic. Players with quadratic payoffs: every equilibrium meets the optimality conditions with some set of
constraints that bind, so all sets are tried.

Run with --show for the best replies of the quadratic game.
"""

import sys
import warnings
from fractions import Fraction

import nashpy
import numpy as np
import plotly.graph_objects as go

# %% Ten random games of 5 x 5: what a floating-point support enumeration finds of the whole
import gametrade as gt

found, there = 0, 0
warnings.simplefilter("ignore")
for seed in range(10):
    tables = np.random.default_rng(seed).integers(0, 10_000, (2, 5, 5))
    found += len(list(nashpy.Game(*tables).support_enumeration()))
    every = gt.solve(gt.NormalFormGame.bimatrix(*tables), "vertex_enumeration")
    assert every.complete
    assert all(equilibrium.regret == 0 for equilibrium in every)
    there += len(every)
print(f"of {there} equilibria of ten games, nashpy's support enumeration yields {found}")

# %% A degenerate game: components, not points
ties = gt.solve(gt.NormalFormGame.bimatrix([[1, 1], [1, 0]], [[1, 1], [1, 0]]), "vertex_enumeration")
print(ties.finding)

# %% Two rivals who crowd each other out: three equilibria of a game with concave payoffs
rivals = gt.ContinuousGame.from_expressions(
    {"a": "x - x**2/2 - 2*x*y", "b": "y - y**2/2 - 2*x*y"}, {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}}
)
quadratic = gt.solve(rivals, "complementary_bases")
for equilibrium in quadratic:
    print(equilibrium.certificate["exact"], "payoffs", equilibrium.payoffs.round(4).tolist())
single = gt.solve(rivals, "lemke")
print("Lemke's path ends at one of them:", single[0].certificate["exact"])

# %% A figure, only if asked for
if "--show" in sys.argv:
    own = np.linspace(0, 1, 101)
    reply = np.clip(1 - 2 * own, 0, 1)
    go.Figure([go.Scatter(x=reply, y=own, name="a"), go.Scatter(x=own, y=reply, name="b")]).show()

# %% The answers, checked
assert found < there
assert quadratic.complete
listed = [[Fraction(value) for value in equilibrium.certificate["exact"]] for equilibrium in quadratic]
assert listed == [[0, 1], [Fraction(1, 3), Fraction(1, 3)], [1, 0]]
assert [Fraction(value) for value in single[0].certificate["exact"]] in listed

# References
# ----------
# C. E. Lemke and J. T. Howson, "Equilibrium points of bimatrix games", J. SIAM 12 (1964) 413-423.
# C. E. Lemke, "Bimatrix equilibrium points and mathematical programming", Manag. Sci. 11 (1965) 681-689.
