"""The section on the core: bounds by their weights, in exact arithmetic; what can be computed again is."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from gametrade.analysis.game_claims import GAME
from gametrade.analysis.verification.case import Case, Refuted
from gametrade.analysis.verification.comparing import close, equal, same
from gametrade.games.coalitional import DispatchGame, SharingGame
from gametrade.solvers.core_body import PLAYERS as BODY_PLAYERS
from gametrade.solvers.core_body import core_body
from gametrade.solvers.core_picture import core_slice
from gametrade.solvers.population_monotonicity import population_monotonicity

NUMBERS = Sequence[Fraction]


def check_core(case: Case) -> set[str]:
    """Check the section on the core, where the report has one.

    Returns
    -------
    set of str
        What is computed, not certified.

    Raises
    ------
    Refuted
        If a bound does not follow from its weights, or a number from the answers.
    """
    core = case.document.get("core")
    if core is None:
        return set()
    if core["rule"] not in case.answers:
        raise Refuted(f"the core section is about {core['rule']!r}, which has no answer")
    loose = {"core.left_out"} if core["left_out"] else set()
    for name, check in (
        ("intervals", _check_intervals),
        ("numbers", _check_numbers),
        ("projections", _check_projections),
        ("joining", _check_joining),
        ("fees", _check_fees),
        ("picture", _check_picture),
    ):
        if core[name]:
            loose |= check(case, core)
    return loose


def _check_intervals(case: Case, core: dict[str, Any]) -> set[str]:
    """No allocation of the core gives a player less than one bound or more than the other."""
    stated, game = core["intervals"], case.game
    equal("players of the core intervals", [row["player"] for row in stated["players"]], list(game.players))
    epsilon, slack = Fraction(stated["epsilon"]), _slack(case)
    for row in stated["players"]:
        ends = [Fraction(row[name]) for name in ("low_bound", "low", "high", "high_bound")]
        if any(later < earlier - slack for earlier, later in pairwise(ends)):
            raise Refuted(f"the ends of the core interval of {row['player']} are not in order")
    if isinstance(game, DispatchGame):
        return {"core.intervals"}
    for i, row in enumerate(stated["players"]):
        for sign, end in ((1, "low"), (-1, "high")):
            aim = [Fraction(sign * (j == i)) for j in range(game.n_players)]
            proved = sign * _least(case, row[f"{end}_weights"], aim, epsilon)
            if sign * (Fraction(row[f"{end}_bound"]) - proved) > slack:
                raise Refuted(f"the weights prove {float(proved):.9g} for the {end} end of {row['player']}, not more")
    return {"core.intervals.low and high", "core.intervals.epsilon"}


def _check_numbers(case: Case, core: dict[str, Any]) -> set[str]:
    """The three numbers are those of the claims."""
    low, high = case.claims[f"{core['rule']}/least_subsidy"]["certificate"]["bracket"]
    equal("least subsidy of the core section", core["numbers"]["least_subsidy"], high)
    equal("least subsidy of the core section from below", core["numbers"]["least_subsidy_lower"], low)
    for name, claim in (("least_core", "least_core_excess"), ("cost_of_stability", "cost_of_stability")):
        equal(
            f"{name} of the core section",
            core["numbers"][name],
            case.claims[f"{GAME}/{claim}"]["certificate"]["bracket"][0],
        )
    return set()


def _check_projections(case: Case, core: dict[str, Any]) -> set[str]:
    """Transfers lead from the rule to the payoffs, and the weights prove that nothing is much nearer."""
    start, slack = case.payoffs(core["rule"]), _slack(case)
    for stated in core["projections"]:
        norm = stated["norm"]
        payoffs = [Fraction(x) for x in stated["payoffs"]]
        change = [b - a for a, b in zip(start, payoffs, strict=True)]
        for moved, found in zip(stated["transfers"], change, strict=True):
            close(f"a transfer of the {norm} projection", moved, found, slack)
        close(f"total of the {norm} projection", float(sum(payoffs)), Fraction(case.game.grand_value), slack)
        length = sum(map(abs, change)) if norm == "l1" else max(Fraction(0), -min(change))
        close(f"distance of the {norm} projection", stated["distance"], Fraction(length), slack)
        if not isinstance(case.game, DispatchGame):
            _check_nearest(case, stated, start, slack)
    unchecked = {"core.projections.largest_excess and supported"}
    return unchecked | ({"core.projections.lower_bound"} if isinstance(case.game, DispatchGame) else set())


def _check_nearest(case: Case, stated: dict[str, Any], start: NUMBERS, slack: Fraction) -> None:
    """Over all core allocations x the weights bound g . x, and with that the distance."""
    weights = dict(stated["weights"])
    direction = _direction(case, weights)
    if stated["norm"] == "fee":
        top = max(Fraction(0), max(direction))
        weights["everyone"] = Fraction(weights["everyone"]) - top
        direction = [g - top for g in direction]
    size = max(map(abs, direction)) if stated["norm"] == "l1" else sum(map(abs, direction))
    if not size:
        close("lower bound of a projection", stated["lower_bound"], Fraction(0), slack)
        return
    reached = _least(case, weights, direction, Fraction(stated["epsilon"]))
    proved = (reached - sum((g * x for g, x in zip(direction, start, strict=True)), Fraction(0))) / size
    if Fraction(stated["lower_bound"]) - max(proved, Fraction(0)) > slack:
        raise Refuted(f"the weights prove a distance of {float(proved):.9g}, not {stated['lower_bound']:.9g}")


def _direction(case: Case, weights: dict[str, Any]) -> list[Fraction]:
    """How often each player is counted by weights, none of them negative."""
    total = [Fraction(weights["everyone"])] * case.game.n_players
    for labels, number in zip(weights["coalitions"], weights["weights"], strict=True):
        if number < 0:
            raise Refuted("a weight of the core section is negative")
        inside = case.game.members(labels)
        total = [g + Fraction(number) * int(i) for g, i in zip(total, inside, strict=True)]
    return total


def _least(case: Case, weights: dict[str, Any], aim: NUMBERS, epsilon: Fraction) -> Fraction:
    """What weights prove of the least of a weighted sum of payoffs; rounding is charged at the widest payoffs."""
    n, exact = case.game.n_players, case.exact
    grand = exact.value(np.ones(n, dtype=bool))
    proved = Fraction(weights["everyone"]) * grand
    for labels, number in zip(weights["coalitions"], weights["weights"], strict=True):
        members = case.game.members(labels)
        if members.all() or not members.any():
            raise Refuted("weights of the core section must be on proper coalitions")
        proved += Fraction(number) * (exact.value(members) - epsilon)
    direction = _direction(case, weights)
    for i, (wanted, found) in enumerate(zip(aim, direction, strict=True)):
        rest = wanted - found
        if rest:
            own = np.arange(n) == i
            proved += min(
                rest * (exact.value(own) - epsilon),
                rest * (grand - exact.value(~own) + epsilon),
            )
    return proved


def _check_joining(case: Case, core: dict[str, Any]) -> set[str]:
    """The rule is run again, for all and for all but one; with batteries that would take programs."""
    loose: set[str] = set()
    if isinstance(case.game, DispatchGame):
        return {"core.joining"}
    for stated in core["joining"]:
        rule = stated["rule"]
        if not case.known_rule(rule):
            loose.add(f"core.joining of {rule}")
            continue
        again = population_monotonicity(case.game, rule).gains
        if np.shape(stated["gains"]) != again.shape:
            raise Refuted(f"changes under {rule} must be {again.shape[0]} times {again.shape[1]} numbers")
        for a, b in zip(np.ravel(stated["gains"]), again.ravel(), strict=True):
            same(f"a change under {rule}", float(a), float(b), 100 * case.game.grand_value)
    return loose


def _check_fees(case: Case, core: dict[str, Any]) -> set[str]:
    """The fee per kWh is the largest spread, without batteries; the fee of a rule is the smallest gain."""
    stated, game = core["fees"], case.game
    least = min(x - Fraction(float(v)) for x, v in zip(case.payoffs(core["rule"]), game.single_values, strict=True))
    close("fee a member under the rule", stated["rule_per_member"], least, _slack(case))
    if isinstance(game, SharingGame):
        spread = float(game.spread.max(initial=0.0))
        same("fee a shared kWh", stated["per_kwh"], spread, spread)
        return {"core.fees.per_member"}
    return {"core.fees.per_member", "core.fees.per_kwh"}


def _check_picture(case: Case, core: dict[str, Any]) -> set[str]:
    """The slice is laid again, the solid is built again; with batteries that would take programs."""
    if isinstance(case.game, DispatchGame):
        return {"core.picture"}
    stated = core["picture"]
    if len(stated["players"]) == BODY_PLAYERS:
        body = core_body(case.game)
        equal("players of the core", list(stated["players"]), list(body.players))
        equal("edges of the core", [list(pair) for pair in stated["edges"]], [list(pair) for pair in body.edges])
        _same_numbers(case, "corners of the core", stated["corners"], body.corners)
        return set()
    again = core_slice(case.game, stated["payoffs"], stated["players"])
    for name in ("low", "high", "corners"):
        _same_numbers(case, f"{name} of the slice of the core", stated[name], getattr(again, name))
    return set()


def _same_numbers(case: Case, what: str, stated: Any, found: np.ndarray) -> None:
    """As many numbers as were found, each the same."""
    if np.size(stated) != found.size:
        raise Refuted(f"{what} must be {found.size} numbers")
    for a, b in zip(np.ravel(stated), np.ravel(found), strict=True):
        same(f"a number of the {what}", float(a), float(b), 100 * case.game.grand_value)


def _slack(case: Case) -> Fraction:
    """A few roundings of the money at stake."""
    return 10 * case.game.n_players * Fraction(case.game.tolerance)
