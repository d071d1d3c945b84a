"""The scene of a verification: a report beside the game that its data make, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.analysis.contracts import Periods
from gametrade.analysis.exact import ExactSharingGame
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.rules import allocate
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray

ROUNDING = Fraction(1, 10**9)
"""Share of the gains by which recomputed payoffs may differ: floating point on another machine."""

Claim = Mapping[str, Any]
Certificate = Mapping[str, Any]


class Refuted(Exception):
    """A certificate does not prove its claim; the message says where it breaks."""


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


@dataclass(frozen=True, eq=False)
class Case:
    """A report beside the game that its data make."""

    document: Mapping[str, Any]
    game: CoalitionalGame

    def tolerance(self, payoffs: list[Fraction]) -> Fraction:
        """Tolerance of statements about payoffs, from the data and not from what the report writes down."""
        return tolerance_of(self.game, payoffs)

    @cached_property
    def exact(self) -> ExactGame:
        """The game without rounding."""
        return ExactGame(self.game)

    @cached_property
    def answers(self) -> dict[str, Mapping[str, Any]]:
        """Answers of the report by rule."""
        return {answer["rule"]: answer for answer in self.document["answers"]}

    @cached_property
    def allocations(self) -> dict[str, Allocation]:
        """Allocations recomputed so far."""
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
class Scene:
    """Game, payoffs and tolerance that a claim speaks of: the whole, or one contract period."""

    exact: ExactGame
    payoffs: list[Fraction]
    tolerance: Fraction

    @classmethod
    def of(cls, case: Case, claim: Claim, certificate: Certificate) -> Scene:
        """Set the scene of a claim; the payoffs of a period are compared with the rule's."""
        if "steps" not in certificate or "payoffs" not in certificate:
            payoffs = case.payoffs(claim["rule"])
            return cls(case.exact, payoffs, case.tolerance(payoffs))
        if not isinstance(case.game, SharingGame):
            raise Refuted("contract periods need a sharing game")
        period = case.game.during(np.array(certificate["steps"], dtype=np.int64))
        payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
        _period_payoffs(case, claim["rule"], certificate, payoffs)
        return cls(ExactGame(period), payoffs, tolerance_of(period, payoffs))


def _period_payoffs(case: Case, rule: str, certificate: Certificate, stated: list[Fraction]) -> None:
    """The payoffs of a period are those of the rule."""
    assert isinstance(case.game, SharingGame)
    steps = np.array(certificate["steps"], dtype=np.int64)
    period = Periods("period", ("",), (steps,), (case.game.during(steps),))
    again = period.payoffs(case.recomputed(rule), rule)[0]
    for player, payoff, number in zip(case.game.players, again, stated, strict=True):
        same(f"payoff of {player} in the period", float(number), payoff, case.game.grand_value)


def tolerance_of(game: CoalitionalGame, payoffs: list[Fraction]) -> Fraction:
    """Tolerance of a game for a payoff vector. [money]"""
    return Fraction(decision_tolerance(game.tolerance, np.array([float(x) for x in payoffs])))


def same(what: str, stated: float, found: float, scale: float) -> None:
    """Compare a stated number with a recomputed one, to 1e-9 of a scale."""
    if abs(Fraction(float(stated)) - Fraction(float(found))) > ROUNDING * abs(Fraction(float(scale))):
        raise Refuted(f"{what} is {found!r}, the report says {stated!r}")


def expect(claim: Claim, holds: bool | None, margin: Fraction, tolerance: Fraction) -> None:
    """Compare verdict and margin with what was found."""
    if claim["holds"] is not holds:
        raise Refuted(f"holds is {holds}, the report says {claim['holds']}")
    if abs(Fraction(float(claim["margin"])) - margin) > 4 * tolerance + abs(margin) * ROUNDING:
        raise Refuted(f"margin is {float(margin):.9g}, the report says {claim['margin']:.9g}")


def close(what: str, stated: float, found: Fraction, tolerance: Fraction) -> None:
    """Compare a stated number with an exact one, to a tolerance in money."""
    if abs(Fraction(float(stated)) - found) > tolerance + abs(found) * ROUNDING:
        raise Refuted(f"{what} is {float(found):.9g}, the report says {stated:.9g}")


def proper_members(scene: Scene, labels: list[str]) -> BoolArray:
    """Members of a proper coalition."""
    row = scene.exact.game.members(labels)
    if not row.any() or row.all() or len(labels) != row.sum():
        raise Refuted("the coalition must be proper and name each member once")
    return row


def coalition_excess(scene: Scene, labels: list[str]) -> Fraction:
    """Excess of a proper coalition given by labels. [money]"""
    return scene.exact.excess(proper_members(scene, labels), scene.payoffs)
