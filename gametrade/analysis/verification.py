"""Re-prove every claim of a report from its data, in exact arithmetic and without any solver."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.analysis.contracts import Periods
from gametrade.analysis.document import SCHEMA, data_section
from gametrade.analysis.encoding import allocation_prices, tree_from_dict, unpack
from gametrade.analysis.exact import ExactSharingGame
from gametrade.community import Community, Tariff
from gametrade.community.rebuilding import rebuild
from gametrade.errors import GametradeError, InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame, TableGame, all_coalitions
from gametrade.rules import allocate
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.price_tree import PriceTree
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import BoolArray, IntArray

PROVED, REFUTED, NOT_PROVED = "proved", "refuted", "not proved"
ROUNDING = Fraction(1, 10**9)
"""Share of the gains by which recomputed payoffs may differ: floating point on another machine."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verification says of one claim.

    Parameters
    ----------
    id : str
        The claim.
    outcome : {"proved", "refuted", "not proved"}
        "not proved" means that the report itself gives no certificate for it.
    detail : str
        How tightly it was proved, or what is wrong.
    """

    id: str
    outcome: str
    detail: str


class Refuted(Exception):
    """A certificate does not prove its claim; the message says where it breaks."""


def verify_document(document: Mapping[str, Any], data_folder: str | Path | None = None) -> list[Outcome]:
    """Check every claim of a report.

    Parameters
    ----------
    document : mapping
        A report, schema ``gametrade-report/1``.
    data_folder : str or Path, optional
        Where to look for the meter data when the report names files.

    Returns
    -------
    list of Outcome
        One for the data and one for each claim.

    Raises
    ------
    InvalidInputError
        If this is not a report of that schema or its data cannot be had.

    Notes
    -----
    Every float is a whole number over a power of two, so values, payoffs and price bounds are compared
    without rounding. Only payoffs are recomputed in floating point, by the rule itself, to 1e-9.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> document = gt.analyse_stability(game, ["equal_split"]).to_dict()
    >>> {outcome.outcome for outcome in verify_document(document)}
    {'proved'}
    """
    if document.get("schema") != SCHEMA:
        raise InvalidInputError(f"schema of the report must be {SCHEMA!r}. Got {document.get('schema')!r}.")
    case = _Case(document, _game(document, data_folder))
    outcomes = [_guard("data", lambda: _check_data(case))]
    if outcomes[0].outcome == REFUTED:
        return outcomes
    return outcomes + [_guard(str(claim.get("id")), lambda claim=claim: _check(case, claim)) for claim in document["claims"]]


def _guard(name: str, check: Callable[[], tuple[str, str]]) -> Outcome:
    """Turn a broken certificate into a refutation; malformed ones are refuted too."""
    try:
        return Outcome(name, *check())
    except Refuted as reason:
        return Outcome(name, REFUTED, str(reason))
    except (GametradeError, KeyError, TypeError, ValueError, IndexError, RecursionError) as reason:
        return Outcome(name, REFUTED, f"malformed: {reason}")


@dataclass(frozen=True, eq=False)
class _Case:
    """A report beside the game that its data make."""

    document: Mapping[str, Any]
    game: CoalitionalGame

    @cached_property
    def tolerance(self) -> Fraction:
        """Tolerance of the game itself, not the one the report writes down."""
        return Fraction(self.game.tolerance)

    @cached_property
    def exact(self) -> ExactGame:
        return ExactGame(self.game)

    @cached_property
    def answers(self) -> dict[str, Mapping[str, Any]]:
        return {answer["rule"]: answer for answer in self.document["answers"]}

    @cached_property
    def allocations(self) -> dict[str, Allocation]:
        return {}

    def payoffs(self, rule: str) -> list[Fraction]:
        """Payoffs that the report states."""
        stated = self.answers[rule]["payoffs"]
        if set(stated) != set(self.game.players):
            raise Refuted("payoffs do not name the players of the game")
        return [Fraction(float(stated[player])) for player in self.game.players]

    def recomputed(self, rule: str) -> Allocation:
        """What the rule gives on the data."""
        if rule not in self.allocations:
            self.allocations[rule] = allocate(self.game, rule)
        return self.allocations[rule]


@dataclass(frozen=True, eq=False)
class ExactGame:
    """Values of coalitions without rounding, for a sharing game or a table."""

    game: CoalitionalGame

    @cached_property
    def sharing(self) -> ExactSharingGame:
        """The sharing game in whole numbers."""
        if not isinstance(self.game, SharingGame):
            raise Refuted("price certificates need a sharing game")
        return ExactSharingGame(self.game.community)

    def value(self, members: BoolArray) -> Fraction:
        """Value of one coalition. [money]"""
        if isinstance(self.game, SharingGame):
            return self.sharing.value(members)
        return Fraction(float(self.game.values(members[None, :])[0]))

    @cached_property
    def table(self) -> list[Fraction]:
        """Values of all coalitions. [money]"""
        if isinstance(self.game, SharingGame):
            return self.sharing.table()
        return [Fraction(float(number)) for number in self.game.table()]

    def excess(self, members: BoolArray, payoffs: list[Fraction]) -> Fraction:
        """Excess of one coalition. [money]"""
        return self.value(members) - sum((x for x, inside in zip(payoffs, members, strict=True) if inside), Fraction(0))


def _game(document: Mapping[str, Any], folder: str | Path | None) -> CoalitionalGame:
    """Get the data of a report."""
    data = document["data"]
    if data["source"] == "table":
        return TableGame(tuple(document["players"]), np.array(data["values"], dtype=float))
    if data["source"] == "embedded":
        return SharingGame(_embedded_community(data))
    if "recipe" in data:
        return SharingGame(rebuild(data["recipe"], folder=folder))
    raise InvalidInputError("data of the report are not included and it names no files, so nothing can be verified.")


def _embedded_community(data: Mapping[str, Any]) -> Community:
    """Unpack meter data."""
    n = len(data["names"])

    def doubles(name: str) -> np.ndarray:
        return np.frombuffer(unpack(data[name]), dtype="<f8")

    tariff = Tariff(
        doubles("import_price"),
        doubles("export_price"),
        doubles("network_charge"),
        currency=data["currency"],
        allow_negative_spread=True,
    )
    return Community(
        data["names"],
        doubles("demand").reshape(n, -1),
        doubles("generation").reshape(n, -1),
        np.frombuffer(unpack(data["times"]), dtype="<i8").astype("datetime64[s]"),
        float(data["step_hours"]),
        tariff,
        time_zone=data["time_zone"],
    )


def _check_data(case: _Case) -> tuple[str, str]:
    """The data are those that the report was made from, and its headline totals follow from them."""
    found = data_section(case.game)["sha256"]
    if found != case.document["data"]["sha256"]:
        raise Refuted(f"SHA-256 of the data is {found}, the report says {case.document['data']['sha256']}")
    if list(case.game.players) != list(case.document["players"]):
        raise Refuted("players of the report are not those of the data")
    _same("gains", case.document["gains"], case.game.grand_value, case.game.grand_value)
    _same("tolerance", case.document["tolerance"], case.game.tolerance, case.game.tolerance)
    return PROVED, f"SHA-256 {found[:16]}..., {len(case.game.players)} players"


def _same(what: str, stated: float, found: float, scale: float) -> None:
    if abs(Fraction(float(stated)) - Fraction(float(found))) > ROUNDING * abs(Fraction(float(scale))):
        raise Refuted(f"{what} is {found!r}, the report says {stated!r}")


def _check(case: _Case, claim: Mapping[str, Any]) -> tuple[str, str]:
    """Check one claim by the property that it is about."""
    certificate = claim["certificate"]
    if certificate["kind"] == "none":
        return NOT_PROVED, f"computed, not certified ({certificate.get('why', 'no reason given')})"
    check = _CHECKS.get("contract" if claim["property"] in _CONTRACT_CLAIMS else claim["property"])
    if check is None:
        return NOT_PROVED, f"no check for the property {claim['property']!r}"
    return PROVED, check(case, claim, certificate)


def _check_payoffs(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """Run the rule again."""
    rule = claim["rule"]
    stated, again = case.answers[rule], case.recomputed(rule)
    scale = max(abs(case.game.grand_value), float(np.abs(again.payoffs).max()))
    for player, payoff in zip(case.game.players, again.payoffs, strict=True):
        _same(f"payoff of {player}", stated["payoffs"][player], payoff, scale)
    for name, path in allocation_prices(again).items():
        given = stated[name]
        if (path is None) != (given is None):
            raise Refuted(f"{name} of the rule and of the report differ")
        if path is not None:
            off = np.abs(np.array(path) - np.array(given, dtype=float))
            if len(path) != len(given) or off.max() > 1e-9 * np.abs(path).max():
                raise Refuted(f"{name} differs from the rule's in step {int(off.argmax())}")
    return "payoffs and prices recomputed to 1e-9"


def _check_balance(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """Add up the payoffs."""
    everyone = np.ones(case.game.n_players, dtype=bool)
    imbalance = -case.exact.excess(everyone, case.payoffs(claim["rule"]))
    _expect(claim, abs(imbalance) <= case.tolerance, -abs(imbalance), case.tolerance)
    return f"imbalance {float(imbalance):+.3e}"


def _check_rationality(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """Compare each payoff with being alone."""
    alone = [Fraction(float(v)) for v in case.game.single_values]
    gains = [x - v for x, v in zip(case.payoffs(claim["rule"]), alone, strict=True)]
    _expect(claim, min(gains) >= -case.tolerance, min(gains), case.tolerance)
    _home_is(claim, case, gains)
    return f"smallest gain {float(min(gains)):+.6g}"


def _home_is(claim: Mapping[str, Any], case: _Case, gains: list[Fraction]) -> None:
    witness = gains[case.game.players.index(claim["witness"][0])]
    if witness - min(gains) > case.tolerance:
        raise Refuted("the witness is not the home that gains least")


def _expect(claim: Mapping[str, Any], holds: bool | None, margin: Fraction, tolerance: Fraction) -> None:
    """Compare verdict and margin with what was found."""
    if claim["holds"] is not holds:
        raise Refuted(f"holds is {holds}, the report says {claim['holds']}")
    if abs(Fraction(float(claim["margin"])) - margin) > 4 * tolerance + abs(margin) * ROUNDING:
        raise Refuted(f"margin is {float(margin):.9g}, the report says {claim['margin']:.9g}")


@dataclass(frozen=True, eq=False)
class _Scene:
    """Game, payoffs and tolerance that a claim speaks of: the whole, or one contract period."""

    exact: ExactGame
    payoffs: list[Fraction]
    tolerance: Fraction

    @classmethod
    def of(cls, case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> _Scene:
        if "steps" not in certificate or "payoffs" not in certificate:
            return cls(case.exact, case.payoffs(claim["rule"]), case.tolerance)
        if not isinstance(case.game, SharingGame):
            raise Refuted("contract periods need a sharing game")
        period = case.game.during(np.array(certificate["steps"], dtype=np.int64))
        payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
        _period_payoffs(case, claim["rule"], certificate, payoffs)
        return cls(ExactGame(period), payoffs, max(case.tolerance, Fraction(period.tolerance)))


def _period_payoffs(case: _Case, rule: str, certificate: Mapping[str, Any], stated: list[Fraction]) -> None:
    """The payoffs of a period are those of the rule."""
    assert isinstance(case.game, SharingGame)
    steps = np.array(certificate["steps"], dtype=np.int64)
    period = Periods("period", ("",), (steps,), (case.game.during(steps),))
    again = period.payoffs(case.recomputed(rule), rule)[0]
    for player, payoff, number in zip(case.game.players, again, stated, strict=True):
        _same(f"payoff of {player} in the period", float(number), payoff, case.game.grand_value)


def _check_core(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """The coalition bounds the largest excess from below, the price tree or enumeration from above."""
    scene = _Scene.of(case, claim, certificate)
    lower = _coalition_excess(scene, certificate["coalition"])
    _close("excess of the coalition", certificate["excess"], lower, scene.tolerance)
    if list(claim["witness"]) != list(certificate["coalition"]):
        raise Refuted("witness and coalition of the certificate differ")
    upper = _upper_bound(scene, certificate, Fraction(0))
    everyone = np.ones(len(scene.payoffs), dtype=bool)
    imbalance = abs(scene.exact.excess(everyone, scene.payoffs))
    margin = -lower if imbalance <= scene.tolerance else min(-lower, -imbalance)
    decided = upper <= lower + 4 * scene.tolerance or upper <= scene.tolerance
    blocked = lower > scene.tolerance or imbalance > scene.tolerance
    _expect(claim, False if blocked else True if decided else None, margin, scene.tolerance)
    return f"largest excess in [{float(lower):.9g}, {float(upper):.9g}]"


def _close(what: str, stated: float, found: Fraction, tolerance: Fraction) -> None:
    if abs(Fraction(float(stated)) - found) > tolerance + abs(found) * ROUNDING:
        raise Refuted(f"{what} is {float(found):.9g}, the report says {stated:.9g}")


def _members(scene: _Scene, labels: list[str]) -> BoolArray:
    """Members of a proper coalition."""
    row = scene.exact.game.members(labels)
    if not row.any() or row.all() or len(labels) != row.sum():
        raise Refuted("the coalition must be proper and name each member once")
    return row


def _coalition_excess(scene: _Scene, labels: list[str]) -> Fraction:
    return scene.exact.excess(_members(scene, labels), scene.payoffs)


def _upper_bound(scene: _Scene, certificate: Mapping[str, Any], cost_per_member: Fraction) -> Fraction:
    """Upper bound on the excess of every proper coalition, net of a cost per member, as the certificate proves it."""
    payoffs = [x + cost_per_member for x in scene.payoffs]
    stated = Fraction(float(certificate["upper_bound"]))
    if "tree" in certificate:
        tree = tree_from_dict(certificate["tree"], scene.exact.game.players)
        check_tree(scene.exact.sharing, payoffs, tree, smallest=1)
        if Fraction(tree.limit) > stated + scene.tolerance:
            raise Refuted("the tree proves a larger bound than the certificate states")
        return max(stated, Fraction(tree.limit))
    found = max(_all_excesses(scene.exact, payoffs)[1:-1])
    if found > stated + scene.tolerance:
        raise Refuted(f"a coalition gains {float(found):.9g}, more than the bound {float(stated):.9g}")
    return found


def _all_excesses(exact: ExactGame, payoffs: list[Fraction]) -> list[Fraction]:
    """Excess of every coalition in bitmask order."""
    sums = [Fraction(0)]
    for x in payoffs:
        sums += [total + x for total in sums]
    return [v - total for v, total in zip(exact.table, sums, strict=True)]


def check_tree(game: ExactSharingGame, payoffs: list[Fraction], tree: PriceTree, *, smallest: int) -> None:
    """Check that a price tree proves its limit for every coalition with `smallest` to n - 1 members.

    Parameters
    ----------
    game : ExactSharingGame
        n homes, T' trade steps.
    payoffs : list of Fraction, length n
        What leaving costs each home. [money]
    tree : PriceTree
        The proof.
    smallest : int
        Fewest members of a coalition.

    Raises
    ------
    Refuted
        If a leaf is not closed by its price path, or the leaves do not cover all coalitions.

    Notes
    -----
    Exact: one product of whole numbers a node, O(nodes n T').
    """
    if tree.paths.shape[1] != len(game.steps) or (tree.paths > PRICE_GRID).any():
        raise Refuted(f"price paths must have {len(game.steps)} positions from 0 to {PRICE_GRID}")
    limit, largest = Fraction(tree.limit), len(payoffs) - 1
    seen: set[int] = set()
    todo: list[tuple[int, IntArray]] = [(0, np.zeros(len(payoffs), dtype=np.int64))]
    while todo:
        node, state = todo.pop()
        if not 0 <= node < len(tree.homes) or node in seen:
            raise Refuted(f"node {node} is missing or used twice")
        seen.add(node)
        gains = game.price_values(tree.paths[node].astype(np.int64), PRICE_GRID)
        margins = [w - x for w, x in zip(gains, payoffs, strict=True)]
        if (bound := region_bound(margins, state, smallest, largest)) is None or bound <= limit:
            continue
        state = _settle(margins, state, limit)
        if not (state == FREE).any():
            _check_single(game, payoffs, state, limit, smallest, largest)
            continue
        home = tree.homes[node]
        if home < 0:
            raise Refuted(f"leaf {node} has the bound {float(bound):.9g}, above the limit {float(limit):.9g}")
        for side, child in ((INSIDE, tree.inside[node]), (OUTSIDE, tree.outside[node])):
            if state[home] in (FREE, side):
                branch = state.copy()
                branch[home] = side
                todo.append((child, branch))


def region_bound(margins: list[Fraction], state: IntArray, smallest: int, largest: int) -> Fraction | None:
    """Largest sum of margins over the coalitions of a region with an allowed size, None if it has none."""
    inside = [m for m, s in zip(margins, state, strict=True) if s == INSIDE]
    free = sorted((m for m, s in zip(margins, state, strict=True) if s == FREE), reverse=True)
    fewest, most = smallest - len(inside), largest - len(inside)
    if most < 0 or fewest > len(free):
        return None
    positive = sum(m > 0 for m in free)
    wanted = min(max(positive, fewest, 0), most, len(free))
    return sum(inside, Fraction(0)) + sum(free[:wanted], Fraction(0))


def _settle(margins: list[Fraction], state: IntArray, limit: Fraction) -> IntArray:
    """Put every free home on its side whose other side the same price path closes."""
    state = state.copy()
    inside = sum((m for m, s in zip(margins, state, strict=True) if s == INSIDE), Fraction(0))
    bound = inside + sum((m for m, s in zip(margins, state, strict=True) if s == FREE and m > 0), Fraction(0))
    for home, margin in enumerate(margins):
        if state[home] == FREE and bound - abs(margin) <= limit:
            state[home] = INSIDE if margin > 0 else OUTSIDE
    return state


def _check_single(
    game: ExactSharingGame, payoffs: list[Fraction], state: IntArray, limit: Fraction, smallest: int, largest: int
) -> None:
    """Evaluate the one coalition that is left in a region."""
    members = state == INSIDE
    if not smallest <= members.sum() <= largest:
        return
    excess = game.value(members) - sum((x for x, m in zip(payoffs, members, strict=True) if m), Fraction(0))
    if excess > limit:
        raise Refuted(f"a coalition gains {float(excess):.9g}, above the limit {float(limit):.9g}")


def _check_exit_cost(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """Nobody gains at the cost, and the named coalition gains at any smaller one."""
    scene = _Scene.of(case, claim, certificate)
    lower, upper = (Fraction(float(end)) for end in certificate["bracket"])
    cost = Fraction(float(certificate["cost_per_member"]))
    if certificate["needed_by"]:
        members = _members(scene, certificate["needed_by"])
        per_member = scene.exact.excess(members, scene.payoffs) / int(members.sum())
        if per_member < lower - scene.tolerance:
            raise Refuted(f"the coalition gains {float(per_member):.9g} a member, less than {float(lower):.9g}")
    elif lower > scene.tolerance:
        raise Refuted("a positive cost needs a coalition that gains without it")
    left = _upper_bound(scene, certificate, cost)
    if cost + max(left, Fraction(0)) > upper + 4 * scene.tolerance:
        raise Refuted(f"at this cost a coalition may still gain {float(left):.9g}")
    _close("cost", claim["margin"], lower, scene.tolerance)
    if claim["holds"] and upper - lower > 4 * scene.tolerance:
        raise Refuted("the bracket is too wide for the claim")
    return f"exit cost per member in [{float(lower):.9g}, {float(upper):.9g}]"


def _check_subsidy(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """The weights bound the subsidy from below, the tree shows that it is enough."""
    scene = _Scene.of(case, claim, certificate)
    n = len(scene.payoffs)
    weights = [Fraction(float(weight)) for weight in certificate["weights"]]
    rows = [scene.exact.game.members(labels) for labels in certificate["coalitions"]]
    if any(weight < 0 for weight in weights) or len(weights) != len(rows):
        raise Refuted("weights must be non-negative, one a coalition")
    load = max((sum((w for w, row in zip(weights, rows, strict=True) if row[i]), Fraction(0)) for i in range(n)))
    excess = [scene.exact.excess(row, scene.payoffs) for row in rows]
    lower = sum((w * e for w, e in zip(weights, excess, strict=True)), Fraction(0)) / max(load, Fraction(1))
    stated_lower, stated_upper = (Fraction(float(end)) for end in certificate["bracket"])
    slack = n * max(scene.tolerance, ROUNDING * abs(lower))
    if max(lower, Fraction(0)) < stated_lower - slack:
        raise Refuted(f"the weights prove only {float(lower):.9g}, the report says {float(stated_lower):.9g}")
    subsidy = [Fraction(float(t)) for t in certificate["subsidy"]]
    if len(subsidy) != n or min(subsidy) < 0 or sum(subsidy) > stated_upper + slack:
        raise Refuted("the subsidy is negative or more than the report says")
    paid = _Scene(scene.exact, [x + t for x, t in zip(scene.payoffs, subsidy, strict=True)], scene.tolerance)
    left = _upper_bound(paid, {"upper_bound": float(scene.tolerance), **_tree_only(certificate)}, Fraction(0))
    everyone = paid.exact.excess(np.ones(n, dtype=bool), paid.payoffs)
    if max(left, everyone) > 4 * scene.tolerance:
        raise Refuted(f"after the subsidy a coalition may still gain {float(max(left, everyone)):.9g}")
    _close("subsidy", claim["margin"], stated_upper, scene.tolerance)
    if claim["holds"] and stated_upper - stated_lower > 4 * slack:
        raise Refuted("the bracket is too wide for the claim")
    return f"least subsidy in [{float(stated_lower):.9g}, {float(stated_upper):.9g}]"


def _tree_only(certificate: Mapping[str, Any]) -> dict[str, Any]:
    return {name: certificate[name] for name in ("tree", "upper_bound") if name in certificate}


def _check_count(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """Enumerate."""
    scene = _Scene.of(case, claim, certificate)
    excesses = _all_excesses(scene.exact, scene.payoffs)[1:-1]
    tolerance = Fraction(scene.exact.game.tolerance)
    near = ROUNDING * scene.tolerance + Fraction(1, 10**12) * max(abs(v) for v in scene.exact.table)
    sure = sum(e > tolerance + near for e in excesses)
    maybe = sum(e > tolerance - near for e in excesses)
    if not sure <= certificate["count"] <= maybe:
        raise Refuted(f"{sure} coalitions gain, the report says {certificate['count']}")
    if str(certificate["count"]) not in re.findall(r"\d+", claim["statement"]):
        raise Refuted("the statement and the certificate name different counts")
    return f"{sure} of {len(excesses)} coalitions gain"


def _check_contract(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """A coalition that gains in one period, or a price path that supports every period."""
    if claim["holds"] is False:
        scene = _Scene.of(case, claim, certificate)
        excess = _coalition_excess(scene, certificate["coalition"])
        if excess <= case.tolerance:
            raise Refuted("the coalition does not gain")
        _close("excess", -claim["margin"], excess, scene.tolerance)
        return f"blocked by {float(excess):.9g}"
    return _check_all_periods(case, claim, certificate)


def _check_all_periods(case: _Case, claim: Mapping[str, Any], certificate: Mapping[str, Any]) -> str:
    """One price path bounds the excesses of every period."""
    if not isinstance(case.game, SharingGame):
        raise Refuted("contract periods need a sharing game")
    path = np.zeros(case.game.community.n_steps, dtype=np.int64)
    path[case.exact.sharing.steps] = np.frombuffer(unpack(certificate["path"]), dtype=np.uint8)
    if (path > PRICE_GRID).any():
        raise Refuted("price positions must be from 0 to 128")
    periods = Periods.of(case.game, certificate["contract"])
    payoffs = periods.payoffs(case.recomputed(claim["rule"]), claim["rule"]) if periods.games else []
    worst = Fraction(0)
    for steps, game, x in zip(periods.steps, periods.games, payoffs, strict=True):
        exact = ExactSharingGame(game.community)
        gains = exact.price_values(path[steps][exact.steps], PRICE_GRID)
        worst = max(worst, sum((max(w - Fraction(float(y)), Fraction(0)) for w, y in zip(gains, x, strict=True)), Fraction(0)))
    if worst > case.tolerance:
        raise Refuted(f"the prices leave room for a gain of {float(worst):.9g} in one period")
    return f"no coalition gains more than {float(worst):.3e} in any of {len(periods.games)} periods"


_CONTRACT_CLAIMS = ("core_month", "core_day", "core_step")
_CHECKS: dict[str, Callable[[_Case, Mapping[str, Any], Mapping[str, Any]], str]] = {
    "payoffs": _check_payoffs,
    "budget_balance": _check_balance,
    "individual_rationality": _check_rationality,
    "core": _check_core,
    "exit_cost": _check_exit_cost,
    "least_subsidy": _check_subsidy,
    "n_blocking": _check_count,
    "contract": _check_contract,
}
