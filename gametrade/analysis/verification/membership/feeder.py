"""Split rules on a feeder: plans shrunk until they are feasible exactly, and prices that bound every coalition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from gametrade.analysis.encoding import floats
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.studies.network_stability import RULES, locational_price, settled_plan
from gametrade.analysis.verification.case import ExactGame, Refuted
from gametrade.analysis.verification.comparing import ROUNDING, equal
from gametrade.analysis.verification.membership.paid import ZERO, Paid
from gametrade.analysis.verification.membership.switching import check_excess
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.games.coalitional.network import NetworkGame
from gametrade.registry import rules as registered
from gametrade.rules import allocate
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, FloatArray, IntArray

FEASIBLE = Fraction(1, 10**7)
"""Share of all money that changes hands by which a plan may miss what it says: it is shrunk until it is feasible."""

Exact = list[list[Fraction]]


def _fractions(array: FloatArray) -> Any:
    """The same numbers as fractions, in lists."""
    return [_fractions(row) for row in array] if array.ndim > 1 else [Fraction(x) for x in array.tolist()]


@dataclass(frozen=True, eq=False)
class ExactNetwork:
    """A game on a feeder with its bound steps in fractions; loading, room and grants are taken as computed.

    Parameters
    ----------
    game : NetworkGame
        n homes, B bound steps.
    """

    game: NetworkGame

    @property
    def steps(self) -> IntArray:
        """The bound steps."""
        return self.game.bound_steps

    @cached_property
    def tight(self) -> list[list[int]]:
        """Rows of the limits that can bind, one list a bound step."""
        row, step = self.game.tight_rows()
        return [row[step == k].tolist() for k in range(self.steps.size)]

    @cached_property
    def loading(self) -> Exact:
        """What a kWh of each home takes of each limit."""
        exact: Exact = _fractions(self.game.loading)
        return exact

    @cached_property
    def room(self) -> Exact:
        """Room of each limit in each bound step."""
        exact: Exact = _fractions(self.game.room[:, self.steps])
        return exact

    @cached_property
    def granted(self) -> Exact:
        """What outsiders export. [kWh]"""
        exact: Exact = _fractions(self.game.outside_exports())
        return exact

    @cached_property
    def energy(self) -> tuple[Exact, Exact]:
        """Surplus and deficit of each home in the bound steps. [kWh]"""
        community = self.game.community
        return _fractions(community.surplus[:, self.steps]), _fractions(community.deficit[:, self.steps])

    @cached_property
    def money(self) -> tuple[list[Fraction], list[Fraction]]:
        """Export price and spread in the bound steps. [money/kWh]"""
        community = self.game.community
        return _fractions(community.export_price[self.steps]), _fractions(community.tariff.spread()[self.steps])

    @cached_property
    def free(self) -> ExactSharingGame:
        """The sharing game of the other steps."""
        return ExactSharingGame(self.game.free_game.community)

    @cached_property
    def alone(self) -> list[Fraction]:
        """What each home earns alone in the bound steps: it exports all that fits, if that pays. [money]"""
        surplus, price = self.energy[0], self.money[0]
        answer = []
        for i in range(self.game.n_players):
            most = [min(surplus[i][k], *self._fits(i, k)) for k in range(self.steps.size)]
            answer.append(sum((max(ZERO, price[k]) * most[k] for k in range(len(most))), ZERO))
        return answer

    def _fits(self, i: int, k: int) -> list[Fraction]:
        """How much home i alone may export in a bound step, limit by limit, at least one number."""
        inside = np.arange(self.game.n_players) == i
        left = {row: self._left(inside, row, k) for row in self.tight[k]}
        return [left[row] / self.loading[row][i] for row in left if self.loading[row][i] > 0] or [self.energy[0][i][k]]

    def _left(self, inside: BoolArray, row: int, k: int) -> Fraction:
        """Room that outsiders leave to a coalition."""
        used = sum((self.loading[row][j] * self.granted[j][k] for j in np.flatnonzero(~inside)), ZERO)
        return max(ZERO, self.room[row][k] - used)

    def earned(self, inside: BoolArray, plan: FloatArray) -> Fraction:
        """What a coalition earns with a plan, shrunk step by step until it keeps every limit exactly. [money]"""
        (surplus, deficit), (price, spread) = self.energy, self.money
        members, total = np.flatnonzero(inside).tolist(), ZERO
        for k in range(self.steps.size):
            exports = {i: min(max(ZERO, Fraction(float(plan[i, k]))), surplus[i][k]) for i in members}
            share = Fraction(1)
            for row in self.tight[k]:
                taken = sum((self.loading[row][i] * y for i, y in exports.items()), ZERO)
                if taken > 0:
                    share = min(share, self._left(inside, row, k) / taken)
            sent = share * sum(exports.values(), ZERO)
            need = sum((deficit[i][k] for i in members), ZERO)
            total += price[k] * sent + max(ZERO, spread[k]) * min(sent, need)
        return total

    def value(self, inside: BoolArray, plan: FloatArray) -> Fraction:
        """A lower bound on the value of a coalition, from its plan. [money]"""
        alone = sum((self.alone[i] for i in np.flatnonzero(inside)), ZERO)
        return self.free.value(inside) + self.earned(inside, plan) - alone

    def gains(self, prices: Mapping[str, Any]) -> tuple[list[Fraction], Fraction]:
        """What each home gains at prices, and the rent of the room that no home holds: weak duality. [money]"""
        n, count = self.game.n_players, self.steps.size
        energy, free = _fractions(floats(prices["energy"])), floats(prices["free"])
        limits = _fractions(floats(prices["limits"]).reshape(len(self.game.limits), count))
        (surplus, deficit), (price, spread) = self.energy, self.money
        if any(not 0 <= x <= max(ZERO, most) for x, most in zip(energy, spread, strict=True)):
            raise Refuted("a price of energy lies outside the grid prices")
        if any(mu < 0 for row in limits for mu in row):
            raise Refuted("a price of a limit is negative")
        worth, rent = self._free_gains(free), ZERO
        for k in range(count):
            held = [(row, limits[row][k]) for row in range(len(limits)) if limits[row][k] > 0]
            if any(row not in self.tight[k] for row, _ in held):
                raise Refuted("a limit that cannot bind has a price")
            for i in range(n):
                toll = sum((mu * self.loading[row][i] for row, mu in held), ZERO)
                earned = surplus[i][k] * max(ZERO, price[k] + energy[k] - toll)
                worth[i] += earned + (max(ZERO, spread[k]) - energy[k]) * deficit[i][k] + toll * self.granted[i][k]
            for row, mu in held:
                used = sum((self.loading[row][j] * self.granted[j][k] for j in range(n)), ZERO)
                rent += mu * max(ZERO, self.room[row][k] - used)
        return [w - alone for w, alone in zip(worth, self.alone, strict=True)], rent

    def _free_gains(self, free: FloatArray) -> list[Fraction]:
        """What each home gains in the free steps, at positions from 0 to 1 between the grid prices. [money]"""
        game = self.game.free_game
        if free.shape != (game.position.shape[1],) or not ((free >= 0) & (free <= 1)).all():
            raise Refuted("prices of the steps without limits must be one a trade step, from 0 to 1")
        answer = []
        for row in game.position.tolist():
            sells = ((x, Fraction(x) * Fraction(p)) for x, p in zip(row, free.tolist(), strict=True))
            answer.append(sum((y if x > 0 else y - Fraction(x) for x, y in sells), ZERO))
        return answer


def network_checks(game: CoalitionalGame, part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The claims about split rules on a feeder.

    Parameters
    ----------
    game : NetworkGame
        n homes.
    part : mapping
        ``bound_steps``, ``gains``, ``lost``, ``plan``, ``prices`` and ``rules``.

    Yields
    ------
    tuple of str and callable
        Name of a claim, and what checks it.
    """
    if not isinstance(game, NetworkGame):
        raise Refuted("these claims need a feeder")
    exact = ExactNetwork(game)
    paid = Paid(ExactGame(SharingGame(game.community)), "equal_split")
    yield "plan", partial(check_plan, exact, part)
    names = [row["rule"] for row in part["rules"]]
    if not names or len(set(names)) != len(names):
        raise Refuted("rules must be one or more, each named once")
    for row in part["rules"]:
        yield f"{row['rule']}/payoffs", partial(check_payoffs, game, part, row)
        yield f"{row['rule']}/without limits", partial(_check_free, paid, row)
        yield f"{row['rule']}/with limits", partial(check_coalition, exact, row)


def check_plan(exact: ExactNetwork, part: Mapping[str, Any]) -> str:
    """The joint plan keeps the limits and earns the gains; prices prove that none earns more.

    Raises
    ------
    Refuted
        If it does not, or a home loses another amount of surplus.
    """
    game, everybody = exact.game, np.ones(exact.game.n_players, dtype=bool)
    plan = _plan(game, part)
    equal("bound steps", part["bound_steps"], int(exact.steps.size))
    free = np.setdiff1d(np.arange(game.community.n_steps), exact.steps)
    if not np.array_equal(plan[:, free], game.community.surplus[:, free]):
        raise Refuted("the plan holds back surplus in a step in which all fits")
    lost = (game.community.surplus - plan).sum(axis=1)
    equal("homes with lost surplus", len(part["lost"]), game.n_players)
    if np.abs(np.array(part["lost"], dtype=float) - lost).max() > 1e-9 * max(1.0, game.community.surplus.sum()):
        raise Refuted("the surplus that homes lose is another")
    low = exact.value(everybody, plan[:, exact.steps])
    worth, rent = exact.gains(part["prices"])
    high, stated = sum(worth, rent), Fraction(float(part["gains"]))
    slack = _slack(exact)
    if not low - slack <= stated <= low + slack:
        raise Refuted(f"the plan gains {float(low):.9g}, the file says {float(stated):.9g}")
    if high > stated + slack:
        raise Refuted(f"prices only prove that no plan gains more than {float(high):.9g}")
    return f"{exact.steps.size} bound steps, gains {float(low):.9g} exactly, at most {float(high):.9g} by prices"


def _plan(game: NetworkGame, part: Mapping[str, Any]) -> FloatArray:
    """The joint plan, shape (n, T). [kWh]"""
    return floats(part["plan"]).reshape(game.n_players, game.community.n_steps)


def _slack(exact: ExactNetwork) -> Fraction:
    """How far plans and prices of a solver may be apart: a share of all money that changes hands. [money]"""
    community = exact.game.community
    prices = np.maximum(np.abs(community.import_price), np.abs(community.export_price))
    money = float(prices @ (community.surplus.sum(axis=0) + community.deficit.sum(axis=0)))
    return Fraction(exact.game.tolerance) + FEASIBLE * Fraction(money)


def check_payoffs(game: NetworkGame, part: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Payoffs of one rule, by the rule itself: price rules settle the joint plan.

    Raises
    ------
    Refuted
        If one is another.
    """
    rule = _rule(row["rule"])
    free = allocate(SharingGame(game.community), rule).payoffs
    priced = registered.resolve(rule)[0].traits.get("kind") == "price"
    bound = settled_plan(game, rule, _plan(game, part)) if priced else allocate(game, rule).payoffs
    scale = float(np.abs(bound).sum()) + abs(game.grand_value)
    for name, found in (("payoffs", bound), ("free_payoffs", free)):
        stated = np.array(row[name], dtype=float)
        if stated.shape != found.shape or not np.abs(stated - found).max() <= 1e-9 * scale:
            raise Refuted(f"{name} of {row['rule']} are {found.tolist()!r:.60}, the file says others")
    return "settled again" if priced else "shared again"


def _rule(name: str) -> Any:
    """A registered rule, or the price by location."""
    own = {rule.__name__: rule for rule in RULES if callable(rule)}
    assert locational_price.__name__ in own
    return own.get(name, name)


def _check_free(paid: Paid, row: Mapping[str, Any]) -> str:
    """Who would leave if the feeder had no limits."""
    return check_excess(paid, [Fraction(float(x)) for x in row["free_payoffs"]], row["without_limits"])


def check_coalition(exact: ExactNetwork, row: Mapping[str, Any]) -> str:
    """Who leaves with limits: its plan from below, prices from above.

    Raises
    ------
    Refuted
        If the coalition's plan gains less than is said, or the prices prove a larger bound only.
    """
    told, game = row["with_limits"], exact.game
    payoffs = [Fraction(float(x)) for x in row["payoffs"]]
    equal("number of payoffs", len(payoffs), game.n_players)
    inside = game.members(told["coalition"])
    if not inside.any() or inside.all() or inside.sum() != len(told["coalition"]):
        raise Refuted("the coalition must be proper and name each member once")
    plan = floats(told["plan"]).reshape(game.n_players, exact.steps.size)
    excess = exact.value(inside, plan) - sum((x for x, member in zip(payoffs, inside, strict=True) if member), ZERO)
    slack = _slack(exact) + Fraction(decision_tolerance(game.tolerance, np.array(row["payoffs"], dtype=float)))
    stated, bound = Fraction(float(told["excess"])), Fraction(float(told["upper_bound"]))
    if abs(excess - stated) > slack + ROUNDING * abs(excess):
        raise Refuted(f"the coalition's plan gains {float(excess):.9g}, the file says {told['excess']:.9g}")
    worth, rent = exact.gains(told["prices"])
    margins = sorted((w - x for w, x in zip(worth, payoffs, strict=True)), reverse=True)
    proved = margins[0] + sum((max(ZERO, m) for m in margins[1:-1]), ZERO) + rent
    if proved > bound + slack:
        raise Refuted(f"prices only prove that no coalition gains more than {float(proved):.9g}")
    if bound < stated - slack:
        raise Refuted("the bound is below what the coalition gains")
    return f"the coalition's plan gains {float(excess):.6g} exactly, none gains more than {float(proved):.6g} by prices"
