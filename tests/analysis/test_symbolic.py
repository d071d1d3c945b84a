"""Closed forms that sympy derives, against every numeric solver that fits, at random rational parameters."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import sympy

import gametrade as gt
from gametrade.analysis.symbolic import symbolic_equilibrium
from gametrade.analysis.symbolic.formulas import short, sign_of
from gametrade.analysis.symbolic.latex import derivation_blocks
from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg import PriceLeaderGame, StackelbergGame, UsageChargeGame
from gametrade.games.systems.capacity_sellers import capacity_sellers
from gametrade.games.systems.charging_retailer import charging_retailer
from gametrade.games.systems.differentiated_sellers import differentiated_sellers
from gametrade.games.systems.shared_facility import shared_facility
from gametrade.registry import derivations, systems

GENERAL = ("linear_quadratic", "best_response", "extragradient", "golden_ratio", "nikaido_isoda")


@cache
def derived(name, **options):
    return derivations.get(name).function(**options)


def drawn(rng, **ranges):
    """Random fractions between whole numbers, with a denominator of 8."""
    return {name: Fraction(int(rng.integers(8 * low, 8 * high + 1)), 8) for name, (low, high) in ranges.items()}


def numbers(values):
    return {name: float(value) for name, value in values.items()}


def symbols(answer, *names):
    return [answer.symbols[name] for name in names]


@pytest.mark.parametrize("name", [entry.name for entry in derivations])
def test_every_derivation_tells_all_its_parts(name):
    answer = derived(name)
    assert set(answer.equilibrium) == set(answer.owner)
    titles = [title for title, _ in derivation_blocks(answer)]
    assert {"payoffs", "best responses", "second-order conditions", "comparative statics"} <= set(titles)
    assert json.loads(json.dumps(answer.to_dict()))["cases"]
    assert all(line.strip() for line in str(answer).splitlines())
    free = {s.name for value in answer.equilibrium.values() for s in value.free_symbols}
    assert free <= set(answer.parameters)


def test_derivations_name_systems_that_exist():
    named = {system for entry in derivations for system in entry.traits["systems"]}
    assert named <= {entry.name for entry in systems}


@pytest.mark.parametrize("name", [entry.name for entry in derivations])
def test_derivatives_are_differences(name):
    """Each derivative against a central difference of the closed form at a rational point of the first case."""
    answer = derived(name)
    rng = np.random.default_rng(1)
    at = {p: Fraction(int(rng.integers(8, 40)), 8) for p in answer.parameters}
    at |= {p: Fraction(1, 4) for p in answer.parameters if p in ("g", "mu", "tau")}
    step = sympy.Rational(1, 10**6)
    exact = {answer.symbols[p]: sympy.Rational(value) for p, value in at.items()}
    for p in answer.parameters:
        s = answer.symbols[p]
        for variable, slope in answer.derivatives(p).items():
            formula = answer.equilibrium[variable]
            ahead, behind = (formula.subs({**exact, s: exact[s] + k * step}) for k in (1, -1))
            difference = float((ahead - behind) / (2 * step))
            assert float(slope.subs(exact)) == pytest.approx(difference, rel=1e-6, abs=1e-6)


def bertrand(v):
    a, b, g = v["a"], v["b"], v["g"]
    scale = f"({b}**2 - {g}**2)"
    demand = {k: f"(({b} - {g})*{a} - {b}*p{k} + {g}*p{3 - k})/{scale}" for k in (1, 2)}
    payoffs = {f"seller {k}": f"(p{k} - {v[f'c{k}']})*{demand[k]}" for k in (1, 2)}
    return gt.ContinuousGame.from_expressions(payoffs, {f"seller {k}": {f"p{k}": (-1000, 1000)} for k in (1, 2)})


@pytest.mark.parametrize("seed", range(4))
def test_price_competition_in_numbers(seed):
    rng = np.random.default_rng(seed)
    values = drawn(rng, a=(10, 20), b=(3, 5), g=(1, 2), c1=(1, 4), c2=(1, 4))
    answer = derived("price_competition")
    exact = answer.at(values)
    game = bertrand({name: f"({value})" for name, value in values.items()})
    for solver in GENERAL:
        found = gt.solve(game, solver)[0]
        assert np.concatenate(found.strategies) == pytest.approx([float(exact["p1"]), float(exact["p2"])], abs=1e-6)
    earned = answer.equilibrium_payoffs["seller 1"].subs({answer.symbols[k]: v for k, v in values.items()})
    assert found.payoffs[0] == pytest.approx(float(earned), abs=1e-6)


def test_price_competition_is_the_published_formula():
    answer = derived("price_competition")
    a, b, g, c1, c2 = symbols(answer, "a", "b", "g", "c1", "c2")
    formula = ((2 * b + g) * (b - g) * a + 2 * b**2 * c1 + b * g * c2) / (4 * b**2 - g**2)
    assert sympy.simplify(answer.equilibrium["p1"] - formula) == 0
    assert answer.strict is None
    closer = {g: sympy.Rational(1, 2) * b}
    assert all(m.subs(closer).is_positive for minors in answer.second_order.values() for m in minors)


def test_capacity_competition_against_all_unilateral_prices():
    """The clearing price is an equilibrium exactly where the conditions hold: checked on a fine grid of prices."""
    answer = derived("capacity_competition")
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(60):
        v = drawn(rng, a=(4, 12), b=(1, 2), E1=(0, 4), E2=(0, 4))
        if min(v["E1"], v["E2"]) == 0 or v["a"] <= v["b"] * (v["E1"] + v["E2"]):
            continue
        clearing = v["a"] - v["b"] * (v["E1"] + v["E2"])
        grid = [clearing + (v["a"] - clearing) * k / 400 for k in range(401)]
        gains = max(
            max(p * max(Fraction(0), (v["a"] - p) / v["b"] - v[other]) for p in grid) - clearing * v[own]
            for own, other in (("E1", "E2"), ("E2", "E1"))
        )
        exact = {answer.symbols[name]: sympy.Rational(value) for name, value in v.items()}
        holds = answer.cases[0].holds(exact)
        seen.add(holds)
        if holds:
            assert gains == 0
            assert answer.at(v)["p1"] == sympy.Rational(clearing)
        else:
            slope = max(v["b"] * (2 * v["E1"] + v["E2"]), v["b"] * (v["E1"] + 2 * v["E2"])) - v["a"]
            assert gains > 0 or slope < Fraction(1, 10)
    assert seen == {True, False}


def test_named_systems_of_sellers_meet_their_derivations():
    """Differentiated sellers in numbers, and capacity sellers: an equilibrium is found exactly where the case holds."""
    rng = np.random.default_rng(11)
    prices, limited = derived("price_competition"), derived("capacity_competition")
    seen = set()
    for _ in range(30):
        v = drawn(rng, a=(6, 9), b=(2, 3), g=(1, 1), c1=(1, 2), c2=(1, 2))
        exact, f = prices.at(v), numbers(v)
        game = differentiated_sellers(
            worth=[f["a"]] * 2, own=f["b"], cross=f["g"], costs=[f["c1"], f["c2"]], floor=0.0, cap=f["a"]
        )
        found = np.concatenate(gt.solve(game)[0].strategies)
        assert found == pytest.approx([float(exact["p1"]), float(exact["p2"])], abs=1e-9)
        w = drawn(rng, a=(4, 12), b=(1, 2), E1=(1, 4), E2=(1, 4))
        if w["a"] <= w["b"] * (w["E1"] + w["E2"]):
            continue
        f = numbers(w)
        answer = gt.solve(capacity_sellers(intercept=f["a"], slope=f["b"], capacities=[f["E1"], f["E2"]]))
        holds = limited.cases[0].holds({limited.symbols[name]: sympy.Rational(value) for name, value in w.items()})
        assert holds == (len(answer) == 1)
        seen.add(holds)
        if holds:
            assert float(answer[0].strategies[0][0]) == pytest.approx(float(limited.at(w)["p1"]), abs=1e-12)
    assert seen == {True, False}


@pytest.mark.parametrize("sellers", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_quantity_competition_in_numbers(sellers, seed):
    """With costs so different that some stay out: the right case is found, its multipliers are losses at the margin."""
    rng = np.random.default_rng(seed)
    costs = {f"c{k}": (1, 12) for k in range(1, sellers + 1)}
    values = drawn(rng, a=(12, 16), b=(1, 3), **costs)
    answer = derived("quantity_competition", sellers=sellers)
    exact = answer.at(values)
    names = [f"q{k}" for k in range(1, sellers + 1)]
    v = numbers(values)
    total = "+".join(names)
    payoffs = {f"s{k}": f"q{k}*({v['a']} - {v['b']}*({total}) - {v[f'c{k}']})" for k in range(1, sellers + 1)}
    game = gt.ContinuousGame.from_expressions(payoffs, {f"s{k}": {f"q{k}": (0, 50)} for k in range(1, sellers + 1)})
    for solver in (*GENERAL[:4], "potential_maximum"):
        found = gt.solve(game, solver)[0]
        assert np.concatenate(found.strategies) == pytest.approx([float(exact[q]) for q in names], abs=1e-6)


def test_quantities_of_three_are_the_textbook_formula():
    answer = derived("quantity_competition", sellers=3)
    a, b, *c = symbols(answer, "a", "b", "c1", "c2", "c3")
    for k in range(3):
        assert short(answer.equilibrium[f"q{k + 1}"] - (a - 4 * c[k] + sum(c)) / (4 * b)) == 0
    assert len(answer.cases) == 8
    assert answer.strict
    assert answer.directions("c1") == {"q1": "-", "q2": "+", "q3": "+"}


@pytest.mark.parametrize("seed", range(12))
def test_usage_charge_in_numbers(seed):
    rng = np.random.default_rng(seed)
    values = drawn(rng, a=(2, 9), b=(1, 3), tau=(0, 2), imported=(4, 7), exported=(1, 2))
    if values["tau"] == 0:
        values["tau"] = Fraction(1, 8)
    exact = derived("usage_charge").at(values)
    v = numbers(values)
    game = UsageChargeGame([v["a"]], [v["b"]], v["tau"], import_price=v["imported"], export_price=v["exported"])
    found = gt.solve(game, "leader_breakpoints")[0]
    assert found.strategies[1][0] == pytest.approx(float(exact["x"]), abs=1e-9)
    if exact["x"] > 0:
        assert found.strategies[0][0] == pytest.approx(float(exact["p"]), abs=1e-9)
        a, tau, low, high = v["a"], v["tau"], v["exported"], v["imported"] - v["tau"]
        assert float(exact["p"]) == pytest.approx(np.clip((a - tau + low) / 2, low, high))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("solver", ["leader_breakpoints", "leader_scan", "diagonalisation"])
def test_charging_station_in_numbers(seed, solver):
    """The enumeration with a capacity that may bind, the others, which do not know of capacities, with a large one."""
    rng = np.random.default_rng(seed)
    values = drawn(rng, b1=(8, 10), b2=(8, 10), s1=(1, 2), s2=(1, 2), w=(1, 2), C=(2, 9))
    capacity = float(values["C"])
    if solver != "leader_breakpoints":
        values["C"], capacity = Fraction(100), np.inf
    exact = derived("charging_station").at(values)
    v = numbers(values)
    groups = {"intercepts": [v["b1"], v["b2"]], "slopes": [v["s1"], v["s2"]]}
    game = charging_retailer(**groups, station_capacity=capacity, unit_cost=v["w"], cap=12)
    found = gt.solve(game, solver)[0]
    assert found.strategies[0][0] == pytest.approx(float(exact["p"]), abs=1e-6)
    assert found.strategies[1] == pytest.approx([float(exact["x1"]), float(exact["x2"])], abs=1e-6)


def test_the_station_is_the_published_maximum():
    answer = derived("charging_station")
    b1, b2, s1, s2, w, most = symbols(answer, "b1", "b2", "s1", "s2", "w", "C")
    total, slope = b1 / s1 + b2 / s2, 1 / s1 + 1 / s2
    free, full = answer.cases
    assert short(free.equilibrium["p"] - (total / (2 * slope) + w / 2)) == 0
    assert short(full.equilibrium["p"] - (total - most) / slope) == 0


@pytest.mark.parametrize("seed", range(4))
def test_welfare_penalty_in_numbers(seed):
    rng = np.random.default_rng(seed)
    values = drawn(rng, b1=(8, 10), b2=(8, 10), s1=(1, 2), s2=(1, 2), w=(1, 3))
    values["mu"] = Fraction(int(rng.integers(1, 8)), 16)
    answer = derived("welfare_penalty")
    exact = answer.at(values)
    v = numbers(values)
    game = PriceLeaderGame([v["b1"], v["b2"]], [v["s1"], v["s2"]], unit_cost=v["w"], welfare_weight=v["mu"], cap=12.0)
    for solver in ("leader_breakpoints", "leader_scan"):
        assert gt.solve(game, solver)[0].strategies[0][0] == pytest.approx(float(exact["p"]), abs=1e-6)
    b1, b2, s1, s2, w, mu = symbols(answer, "b1", "b2", "s1", "s2", "w", "mu")
    total, slope = b1 / s1 + b2 / s2, 1 / s1 + 1 / s2
    formula = (total * (1 - 2 * mu) + (1 - mu) * slope * w) / (slope * (2 - 3 * mu))
    assert short(answer.equilibrium["p"] - formula) == 0


@pytest.mark.parametrize("seed", range(4))
def test_shared_facility_in_numbers(seed):
    rng = np.random.default_rng(seed)
    values = drawn(rng, g=(1, 2), R=(40, 50), k1=(1, 2), k2=(1, 2), E1=(4, 8), E2=(4, 8))
    exact = derived("shared_facility").at(values)
    v = numbers(values)
    game = shared_facility(
        surpluses=[v["E1"], v["E2"]], preferences=[v["k1"], v["k2"]], requirement=v["R"], grid_price=v["g"]
    )
    found = gt.solve(game, "leader_scan")[0]
    assert 0 < float(exact["e1"]) < v["E1"]
    assert 0 < float(exact["e2"]) < v["E2"]
    assert found.strategies[0][0] == pytest.approx(float(exact["p"]), abs=1e-6)
    assert found.strategies[1] == pytest.approx([float(exact["e1"]), float(exact["e2"])], abs=1e-5)


@pytest.mark.parametrize(("leaders", "followers"), [(1, 1), (1, 3), (2, 1), (2, 2), (3, 2)])
def test_leading_sellers(leaders, followers):
    answer = derived("leading_sellers", leaders=leaders, followers=followers)
    a, b, c = symbols(answer, "a", "b", "c")
    leading = (a - c) / (b * (leaders + 1))
    assert all(short(answer.equilibrium[f"q{k + 1}"] - leading) == 0 for k in range(leaders))
    assert all(short(answer.equilibrium[f"y{k + 1}"] - leading / (followers + 1)) == 0 for k in range(followers))
    assert answer.strict
    values = {"a": Fraction(23, 2), "b": Fraction(3, 4), "c": Fraction(5, 3)}
    exact = [float(answer.at(values)[f"q{k + 1}"]) for k in range(leaders)]
    v, n = numbers(values), followers
    interval = gt.Polyhedron.of([0.0], [(v["a"] - v["c"]) / v["b"]])

    def reply(x):
        return np.full(n, max(0.0, (v["a"] - v["c"]) / v["b"] - x.sum()) / (n + 1))

    def payoff(k):
        return lambda x, y: x[k] * (v["a"] - v["b"] * (x.sum() + y.sum()) - v["c"])

    game = StackelbergGame(
        tuple(f"l{k}" for k in range(leaders)),
        (("q",),) * leaders,
        (interval,) * leaders,
        tuple(payoff(k) for k in range(leaders)),
        reply,
        kinks=lambda i, x: np.array([(v["a"] - v["c"]) / v["b"] - x.sum() + x[i]]),
        between="quadratic",
    )
    found = gt.solve(game, "diagonalisation")[0]
    assert np.concatenate(found.strategies[:leaders]) == pytest.approx(exact, abs=1e-6)


def test_moving_first_pays_and_moving_second_with_prices_pays_more():
    """A leader in quantities earns more than in Cournot's game; in prices of substitutes the follower earns more."""
    first, second = derived("leading_sellers"), derived("quantity_competition")
    same = {second.symbols[k]: first.symbols["c"] for k in ("c1", "c2")}
    cournot = second.equilibrium_payoffs["seller 1"].subs(same)
    a, b = symbols(first, "a", "b")
    there = cournot.subs({second.symbols["a"]: a, second.symbols["b"]: b})
    assert sign_of(short(first.equilibrium_payoffs["leader 1"] / there) - 1) == "+"
    prices = symbolic_equilibrium(
        {"lead": "p*(1 - p + d*q)", "follow": "q*(1 - q + d*p)"},
        {"lead": "p", "follow": "q"},
        ["d"],
        moves=[["lead"], ["follow"]],
    )
    both = symbolic_equilibrium(
        {"lead": "p*(1 - p + d*q)", "follow": "q*(1 - q + d*p)"}, {"lead": "p", "follow": "q"}, ["d"]
    )
    d = prices.symbols["d"]
    lead, follow = (prices.equilibrium_payoffs[p] for p in ("lead", "follow"))
    assert short(follow - lead - d**3 * (4 + 3 * d) / (16 * (2 - d**2) ** 2)) == 0
    at_once = both.equilibrium_payoffs["lead"].subs({both.symbols["d"]: d})
    assert short(lead - at_once - d**4 / (8 * (2 - d) ** 2 * (2 - d**2))) == 0


def test_random_concave_games_of_three_in_boxes():
    """Numbers as parameters: exactly one kind of case holds, and it is where the numeric solvers end."""
    rng = np.random.default_rng(8)
    own = [int(k) for k in rng.integers(6, 9, 3)]
    cross = rng.integers(-2, 3, (3, 3))
    linear = [int(k) for k in rng.integers(-4, 12, 3)]
    texts = {}
    for i in range(3):
        pulls = " + ".join(f"({int(cross[i, j])})*x{i}*x{j}" for j in range(3) if j != i)
        texts[f"p{i}"] = f"-{own[i]}*x{i}**2/2 + {pulls} + A*({linear[i]})*x{i}"
    limits = {f"p{i}": [f"x{i} >= 0", f"x{i} <= 1"] for i in range(3)}
    answer = symbolic_equilibrium(texts, {f"p{i}": f"x{i}" for i in range(3)}, ["A"], limits=limits)
    for scale in (Fraction(1, 2), Fraction(1), Fraction(3)):
        exact = answer.at({"A": scale})
        game = gt.ContinuousGame.from_expressions(
            texts, {f"p{i}": {f"x{i}": (0, 1)} for i in range(3)}, parameters={"A": float(scale)}
        )
        for solver in ("linear_quadratic", "best_response"):
            found = np.concatenate(gt.solve(game, solver)[0].strategies)
            assert found == pytest.approx([float(exact[f"x{i}"]) for i in range(3)], abs=1e-8)


def test_two_variables_a_player():
    """A seller of energy and flexibility: the Hessian's minors decide, not its diagonal."""
    answer = symbolic_equilibrium(
        {"seller": "A*x + B*y - x**2 - y**2 - k*x*y"}, {"seller": ["x", "y"]}, ["A", "B", "k"], limits={}
    )
    k = answer.symbols["k"]
    assert answer.second_order["seller"] == (2, short(4 - k**2))
    assert answer.strict is None
    assert answer.equilibrium["x"] == short((2 * answer.symbols["A"] - k * answer.symbols["B"]) / (4 - k**2))


def test_signs_are_those_of_the_assumptions():
    a, b = sympy.symbols("a b", positive=True)
    assert [sign_of(f) for f in (a * b, -a, a - a, a - b)] == ["+", "-", "0", "?"]
    for one, other in pairwise([-(b - a) / 3, (a - b) / 3, -(b - a) / 3]):
        assert short(one) == short(other)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: symbolic_equilibrium({"a": "x*z"}, {"a": "x"}), "must use declared names"),
        (lambda: symbolic_equilibrium({"a": "x"}, {"b": "x"}), "variables must be given for"),
        (lambda: symbolic_equilibrium({"a": "x*("}, {"a": "x"}), "one that sympy reads"),
        (lambda: symbolic_equilibrium({"a": "x*c"}, {"a": "x"}, ["c"]), "isolated stationary point"),
        (lambda: symbolic_equilibrium({"a": "-x**2", "b": "-x**2"}, {"a": "x", "b": "x"}), "different"),
        (lambda: symbolic_equilibrium({"a": "-x**2"}, {"a": "x"}, moves=[["a"], ["a"]]), "name each player once"),
        (lambda: symbolic_equilibrium({"a": "-x**2"}, {"a": "x"}, limits={"a": ["x + 1"]}), "must be an inequality"),
        (lambda: symbolic_equilibrium({"a": "-x**2"}, {"a": "x"}, limits={"b": ["x <= 1"]}), "must belong to players"),
        (lambda: derived("quantity_competition", sellers=9), "1 to 4"),
        (lambda: derived("leading_sellers", leaders=0), "at least 1"),
        (lambda: derived("usage_charge").derivatives("zeta"), "parameter must be one of"),
        (lambda: derived("usage_charge").at({"a": 1}), "must be given for"),
    ],
)
def test_refusals_in_one_sentence(call, told):
    with pytest.raises(InvalidInputError, match=told):
        call()


def test_the_whole_derivation_is_one_block_of_latex():
    told = derived("leading_sellers")._repr_latex_()
    assert told.startswith("$$\\begin{aligned}")
    assert told.endswith("\\end{aligned}$$")
    assert told.count("{") == told.count("}")
    assert "q^{*}_{1} &= \\frac{a - c}{2 b}" in told


def test_a_minimum_is_no_equilibrium():
    with pytest.raises(InvalidInputError, match="isolated stationary point"):
        symbolic_equilibrium({"a": "x**2 - c*x"}, {"a": "x"}, ["c"])
