"""Published leader-follower games: global and local optima told apart, ties, cycles, prices of anarchy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.games.stackelberg import BilevelGame, PriceLeaderGame, StackelbergGame

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "known_values" / "noncooperative.json"
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["entries"] if FILE.exists() else []
KNOWN = {entry["id"]: entry for entry in ENTRIES}
pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published games is not on this machine")

BILEVEL = {
    "bilevel_as_1984": (
        {"linear": [2, 2, -3, -3], "constant": -60, "rows": [[1, 1, 1, -2]], "limits": [40]},
        {
            "linear": [-40, -40, 40, 40],
            "constant": 800,
            "hessian": [[2, 0, -2, 0], [0, 2, 0, -2], [-2, 0, 2, 0], [0, -2, 0, 2]],
            "rows": [[-1, 0, 2, 0], [0, -1, 0, 2]],
            "limits": [-10, -10],
        },
        (2, 2, [(0, 50), (0, 50), (-10, 20), (-10, 20)]),
    ),
    "bilevel_bard_1988": (
        {"linear": [-10, 4], "hessian": [[2, 0], [0, 8]], "constant": 26},
        {
            "linear": [0, -2],
            "constant": 1,
            "hessian": [[0, -1.5], [-1.5, 2]],
            "rows": [[-3, 1], [1, -0.5], [1, 1]],
            "limits": [-3, 4, 7],
        },
        (1, 1, [(0, np.inf), (0, np.inf)]),
    ),
    "bilevel_bard_1991": (
        {"linear": [1, 0, 1]},
        {"linear": [0, 2, 0], "hessian": [[0, 0, 1], [0, 0, 0], [1, 0, 0]], "rows": [[1, -1, -1]], "limits": [-4]},
        (1, 2, [(2, 4), (0, np.inf), (0, np.inf)]),
    ),
    "bilevel_book_kleinert": (
        {"linear": [1, 3], "rows": [[0, 1]], "limits": [5]},
        {"linear": [0, -1], "rows": [[1, 1], [-1, -4], [1, 2], [-7, 2]], "limits": [8, -8, 13, 0]},
        (1, 1, [(0, 8), (-np.inf, np.inf)]),
    ),
    "bilevel_lmp_1987": (
        {"linear": [-0.5, 0], "hessian": [[0, 1], [1, 0]], "constant": 0.5},
        {"linear": [0, -1], "hessian": [[0, 1], [1, 0]]},
        (1, 1, [(0, 1), (0, 1)]),
    ),
    "bilevel_sib_1997": (
        {"linear": [0, 0], "hessian": [[32, 0], [0, 18]], "rows": [[-4, 1]], "limits": [0]},
        {"linear": [-40, -40], "hessian": [[2, 2], [2, 2]], "constant": 400, "rows": [[4, 1]], "limits": [50]},
        (1, 1, [(0, 12.5), (0, 50)]),
    ),
    "bilevel_tuy_2007": (
        {"linear": [0, 0], "hessian": [[2, 0], [0, 2]]},
        {"linear": [0, -1], "rows": [[3, 1], [1, 1], [1, 3]], "limits": [15, 7, 15]},
        (1, 1, [(0, 10), (0, 10)]),
    ),
}


def game_of(name):
    leader, follower, (p, q, bounds) = BILEVEL[name]
    return BilevelGame.of(leader, follower, n_leader=p, n_follower=q, bounds=bounds)


def test_every_published_bilevel_problem_is_here():
    published = {name for name, entry in KNOWN.items() if entry["category"] == "bilevel"}
    assert published == set(BILEVEL)


@pytest.mark.parametrize("name", BILEVEL)
def test_global_optima_of_bilevel_problems(name):
    wanted = KNOWN[name]["answer"]
    answer = gt.solve(game_of(name), "active_sets")
    cost = wanted["F"] if "F" in wanted else wanted["optimistic"]["F"]
    assert answer.complete
    for equilibrium in answer:
        assert -equilibrium.payoffs[0] == pytest.approx(cost, abs=1e-6)
        assert equilibrium.regrets.max() <= 1e-6
    points = [np.concatenate(equilibrium.strategies) for equilibrium in answer]
    solutions = wanted.get("solutions", [wanted.get("optimistic", wanted)])
    for solution in solutions:
        x, y = (solution["y"], solution["x"]) if "kleinert" in name else (solution["x"], solution["y"])
        point = np.concatenate([np.atleast_1d(x), np.atleast_1d(y)])
        assert min(np.abs(found - point).max() for found in points) <= 1e-6
        if "f" in solution and "sib" not in name:
            assert min(abs(-found.payoffs[1] - solution["f"]) for found in answer) <= 1e-6


@pytest.mark.parametrize("name", [name for name in BILEVEL if "local" in KNOWN.get(name, {"answer": {}})["answer"]])
def test_local_optima_are_told_apart(name):
    local = KNOWN[name]["answer"]["local"]
    point = np.concatenate([np.atleast_1d(local["x"]), np.atleast_1d(local["y"])])
    answer = gt.solve(game_of(name), "active_sets")
    near = [step for step in answer.trace if np.abs(np.array(step["point"]) - point).max() <= 1e-6]
    assert len(near) == 1
    assert near[0]["local"]
    assert near[0]["cost"] == pytest.approx(local["F"], abs=1e-6)
    assert near[0]["cost"] > -answer[0].payoffs[0] + 1e-3


@pytest.mark.parametrize("name", ["bilevel_as_1984", "bilevel_book_kleinert"])
def test_the_mixed_integer_program_agrees(name):
    assert gt.solve(game_of(name), "kkt_milp")[0].payoffs[0] == pytest.approx(-KNOWN[name]["answer"]["F"], abs=1e-6)


@pytest.mark.parametrize("name", BILEVEL)
@pytest.mark.parametrize("solver", ["active_sets", "kkt_milp", "pessimistic_leader"])
def test_reports_on_bilevel_problems_prove_the_leaders_bound(name, solver):
    """The report carries the game; its verification walks the tree, or decides the worst answers again."""
    try:
        study = gt.analyse_equilibria(game_of(name), solver, properties=())
    except gt.InvalidInputError:
        assert solver != "active_sets"
        return
    found = {one.id: one for one in verify_document(json.loads(json.dumps(study.to_dict(), allow_nan=False)))}
    for k in range(1, len(study) + 1):
        for part in ("strategies", "payoffs", "regrets"):
            assert found[f"equilibrium {k}/{part}"].outcome == "proved", found[f"equilibrium {k}/{part}"]
    assert not [one for one in found.values() if one.outcome == "refuted"]


def test_ties_of_the_follower_are_reported_for_both_kinds_of_leaders():
    bard = gt.solve(game_of("bilevel_bard_1991"), "active_sets")[0]
    assert bard.certificate["optimistic"] == pytest.approx(2.0)
    assert bard.certificate["pessimistic"] == pytest.approx(8.0)
    lmp = gt.solve(game_of("bilevel_lmp_1987"), "active_sets")[0]
    assert lmp.certificate["optimistic"] == pytest.approx(0.0)
    assert lmp.certificate["pessimistic"] == pytest.approx(1.0)
    assert "optimistic" in lmp.concept


def test_a_leader_who_fears_the_worst_answer():
    """Lucchetti, Mignanego and Pieri: 0.5 at x = 0, where the follower is not indifferent."""
    answer = gt.solve(game_of("bilevel_lmp_1987"), "pessimistic_leader")
    assert answer.complete
    assert len(answer) == 1
    assert [part.tolist() for part in answer[0].strategies] == [[0.0], [1.0]]
    assert answer[0].certificate["bound"] == "1/2"
    assert answer[0].certificate["attained"]
    at_one = [step for step in answer.trace if step["low"] == step["high"] == "1"]
    assert at_one[0]["least"] == "1"


def test_the_leaders_of_pang_and_fukushima_walk_in_a_circle():
    unit = gt.Polyhedron.of([0.0], [1.0])
    game = StackelbergGame(
        ("one", "two"),
        (("x1",), ("x2",)),
        (unit, unit),
        (lambda x, y: -x[0] / 2 - y[0], lambda x, y: x[1] / 2 + y[0]),
        lambda x: np.maximum(0.0, 1.0 - x.sum(keepdims=True)),
        kinks=lambda i, x: 1.0 - x[[1 - i]],
        between="quadratic",
    )
    answer = gt.solve(game, "diagonalisation")
    assert len(answer) == 0
    assert not answer.complete
    cycle = {tuple(float(part[0]) for part in profile) for profile in answer.cycle}
    assert cycle == {tuple(profile) for profile in KNOWN["epec_pang_fukushima"]["answer"]["cycle"]}


def test_the_retailer_with_two_customers():
    entry = KNOWN["retailer_piecewise"]
    data, wanted = entry["data"], entry["answer"]
    answer = gt.solve(PriceLeaderGame(data["a"], data["b"], unit_cost=data["retail_cost"]))
    assert answer[0].strategies[0][0] == pytest.approx(wanted["p"], abs=1e-9)
    assert answer[0].payoffs[0] == pytest.approx(wanted["profit"], abs=1e-9)
    assert answer[0].strategies[1] == pytest.approx(wanted["x"], abs=1e-9)
    listed = [(step["price"], step["payoff"]) for step in answer.trace[:2]]
    assert listed == [pytest.approx((c["p"], c["profit"]), abs=1e-9) for c in wanted["candidates"]]


def one_leader(high, payoff, response, **told):
    return StackelbergGame(("leader",), (("x",),), (gt.Polyhedron.of([0.0], [high]),), (payoff,), response, **told)


def test_leading_firms():
    duopoly = one_leader(90.0, lambda x, y: x[0] * (90 - x[0] - y[0]), lambda x: (90 - x) / 2, between="quadratic")
    wanted = KNOWN["stackelberg_quantity"]["answer"]
    answer = gt.solve(duopoly, "leader_scan")[0]
    assert [float(s[0]) for s in answer.strategies] == pytest.approx([wanted["qL"], wanted["qF"]], abs=1e-6)
    assert answer.payoffs[0] == pytest.approx(wanted["profit"][0], abs=1e-6)
    two = one_leader(
        12.0, lambda x, y: x[0] * (12 - x[0] - y.sum()), lambda x: np.repeat((12 - x) / 3, 2), between="quadratic"
    )
    wanted = KNOWN["stackelberg_siddiqui_gabriel"]["answer"]
    answer = gt.solve(two, "leader_scan")[0]
    assert answer.strategies[0][0] == pytest.approx(wanted["Q"], abs=1e-6)
    assert answer.strategies[1] == pytest.approx(wanted["q"], abs=1e-6)
    assert answer.payoffs[0] == pytest.approx(wanted["leader_profit"], abs=1e-6)


def test_leading_in_prices():
    game = one_leader(2.0, lambda x, y: x[0] * (1 - x[0] + y[0] / 2), lambda x: (1 + x / 2) / 2, between="quadratic")
    wanted = KNOWN["stackelberg_price"]["answer"]
    answer = gt.solve(game, "leader_scan")[0]
    prices = [float(s[0]) for s in answer.strategies]
    assert prices == pytest.approx(wanted["p"], abs=1e-6)
    assert answer.payoffs[0] == pytest.approx(wanted["profit"][0], abs=1e-6)
    assert prices[1] * (1 - prices[1] + prices[0] / 2) == pytest.approx(wanted["profit"][1], abs=1e-6)


COSTS, BETAS, K = np.array([10.0, 8, 6, 4, 2]), np.array([1.2, 1.1, 1, 0.9, 0.8]), 5.0


def oligopoly(gamma, most=150.0, linear=False):
    """Firm 1 leads the market of Murphy, Sherali and Soyster; firms 2 to 5 answer with a Cournot equilibrium."""
    from scipy.optimize import brentq

    powers = np.append(1 / BETAS[0], np.ones(4) if linear else 1 / BETAS[1:])
    factors = K ** (-1 / BETAS)

    def price(total):
        return (5000.0 / total) ** (1 / gamma)

    def wanted(total):
        """What each follower sells where all sell this much: its marginal profit is 0, or it is at a bound."""
        p = price(total)
        slope = -p / (gamma * total)

        def excess(y):
            return p + slope * y - COSTS[1:] - factors[1:] * y ** powers[1:]

        low, high = np.zeros(4), np.full(4, most)
        for _ in range(60):
            middle = (low + high) / 2
            above = excess(middle) > 0
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return (low + high) / 2

    def response(x):
        total = brentq(lambda q: x[0] + wanted(q).sum() - q, max(x[0], 1e-6) + 1e-9, 5 * 150.0 + 10, xtol=1e-13)
        return wanted(total)

    def cost(q):
        b = powers[0]
        return COSTS[0] * q + factors[0] * q ** (1 + b) / (1 + b)

    def payoff(x, y):
        return x[0] * price(x[0] + y.sum()) - cost(x[0])

    def ceiling(i, low, high, x):
        """Total sales rise with the leader's, so the price is at most that at the lower end."""
        at = np.array([low])
        return high * price(low + response(at).sum()) - cost(low)

    return one_leader(most, payoff, response, ceiling=ceiling)


MARKETS = {
    "stackelberg_mss_g1": (1.0, 150.0, False),
    "stackelberg_mss_g1.1": (1.1, 150.0, False),
    "stackelberg_mss_g1.3": (1.3, 150.0, False),
    "stackelberg_mss_g1.5": (1.5, 150.0, False),
    "mpec_gnash10": (1.0, 150.0, True),
    "mpec_gnash12": (1.3, 150.0, True),
    "mpec_gnash19": (1.7, 20.0, True),
}


@pytest.mark.parametrize("name", MARKETS)
def test_a_leader_over_an_oligopoly(name):
    entry = KNOWN[name]
    game = oligopoly(*MARKETS[name])
    answer = gt.solve(game, "leader_scan", gap=0.02)
    best = answer[0]
    assert answer.complete
    assert -best.payoffs[0] == pytest.approx(entry["answer"]["leader_cost"], abs=1e-6 * abs(best.payoffs[0]))
    assert best.strategies[0][0] == pytest.approx(entry["answer"]["x"], abs=1e-4)
    assert best.strategies[1] == pytest.approx(entry["answer"]["y"], abs=1e-4)
    assert best.certificate["leaders"]["leader"]["method"] == "branch_and_bound"


def test_every_published_leader_is_here():
    published = {name for name, entry in KNOWN.items() if entry["category"] in ("stackelberg", "epec")}
    here = {*MARKETS, "retailer_piecewise", "stackelberg_price", "stackelberg_quantity"}
    assert published == here | {"stackelberg_siddiqui_gabriel", "epec_pang_fukushima"}
