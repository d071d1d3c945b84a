r"""
Published games, recomputed
===========================

A solver that is right on the games of the literature may be right on yours. Each game of the catalogue is written down
from its definition, with its source and its exact answers:

    v(S) = max( 0, E - claims of the others )      bankruptcy (Talmud)
    c(S) = runway of the largest aircraft in S     airport
    v(S) = pairs of gloves, or of traders, in S    glove, assignment
    v(S) = 1 if the votes of S reach the quota     UN Security Council

Every answer is computed again here, in fractions; the script ends in assertions.

Run with --show or a path for the figure.
"""

import sys

import plotly.graph_objects as go

import gametrade as gt

# %% What is in the catalogue
print(gt.catalogue)


def recomputed(name, rule):
    """Exact payoffs of one rule, as the source states them: gains, or shares of a cost."""
    entry = gt.catalogue[name]
    fractions = gt.allocate(entry.game, rule, exact=True).fractions
    return tuple(-x if entry.is_cost else x for x in fractions)


# %% Three wives and an estate: the Talmud's division is the nucleolus
for name in ("talmud_100", "talmud", "talmud_300"):
    print(name, *map(str, recomputed(name, "nucleolus")))

# %% A runway: each aircraft pays a share of the parts that it uses
print("airport, Shapley:", *map(str, recomputed("airport", "shapley")))
print("airport, nucleolus:", *map(str, recomputed("airport", "nucleolus")))

# %% Gloves: the core gives everything to the short side, the Shapley value does not
glove = gt.catalogue["glove"]
print("glove, Shapley:", *map(str, recomputed("glove", "shapley")))
print(gt.blocking_coalition(glove.game, gt.allocate(glove.game, "shapley").payoffs))

# %% Houses: two ends of the core, and the nucleolus between them
houses = gt.catalogue["assignment"]
ends = gt.assignment_core(houses.game)
print(ends)
print("nucleolus:", *map(str, recomputed("assignment", "nucleolus")))

# %% The UN Security Council: how much power is a veto?
for rule in ("shapley", "banzhaf", "nucleolus"):
    permanent, *_, elected = recomputed("un_security_council", rule)
    print(f"{rule}: a permanent member {float(permanent):.2%}, an elected one {float(elected):.2%}")

# %% All of it as it is known
for name in ("talmud_100", "talmud", "talmud_300", "airport", "glove", "assignment", "un_security_council"):
    for concept, answer in gt.catalogue[name].known.items():
        if concept in gt.rules:
            assert recomputed(name, concept) == answer, f"{concept} of {name}"
assert ends.seller_optimal.payoffs.tolist() == [float(x) for x in houses.known["seller_optimal"]]
assert ends.buyer_optimal.payoffs.tolist() == [float(x) for x in houses.known["buyer_optimal"]]

# %% A figure, only if asked for
target = sys.argv[1] if len(sys.argv) > 1 else None
if target:
    estates = ("talmud_100", "talmud", "talmud_300")
    shares = [[float(x) for x in gt.catalogue[name].known["nucleolus"]] for name in estates]
    bars = [
        go.Bar(name=f"claim of {claim}", x=["100", "200", "300"], y=[share[i] for share in shares])
        for i, claim in enumerate((100, 200, 300))
    ]
    figure = go.Figure(bars)
    figure.update_layout(
        barmode="stack", title="Who gets what of the estate: the nucleolus", xaxis_title="estate", yaxis_title="share"
    )
    figure.show() if target == "--show" else figure.write_html(target)

# References
# ----------
# R. J. Aumann and M. Maschler, "Game theoretic analysis of a bankruptcy problem from the Talmud", J. Econ. Theory 36
# (1985) 195-213.
# S. C. Littlechild and G. Owen, "A simple expression for the Shapley value in a special case", Manage. Sci. 20 (1973)
# 370-372.
# L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130.
