"""A report beside the game that its data make, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import numpy as np

from gametrade.analysis.contracts import Periods
from gametrade.analysis.encoding import unpack
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.exact_periods import ExactPeriods
from gametrade.analysis.exact_price_levels import ExactPriceLevels
from gametrade.analysis.studies.market_allocation import is_mechanism, split
from gametrade.errors import GametradeError
from gametrade.games.coalitional import Allocation, CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.registry import rules
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, FloatArray

Claim = Mapping[str, Any]
Certificate = Mapping[str, Any]
Row = Mapping[str, Any]

MALFORMED = (
    GametradeError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What reading something of the wrong type or size raises."""


class Refuted(Exception):
    """A certificate does not prove its claim; the message says where it breaks."""


class Listed(dict[Any, Any]):
    """Parts of a report by name; one that is not there refutes the report instead of raising a KeyError."""

    def __init__(self, what: str, parts: Mapping[Any, Any]) -> None:
        super().__init__(parts)
        self.what = what

    def __missing__(self, name: Any) -> Any:
        raise Refuted(f"there is no {self.what} {' and '.join(name) if isinstance(name, tuple) else name!r}")


def tolerance_of(game: CoalitionalGame, payoffs: list[Fraction]) -> Fraction:
    """Tolerance of a game for a payoff vector. [money]"""
    return Fraction(decision_tolerance(game.tolerance, np.array([float(x) for x in payoffs])))


@dataclass(frozen=True, eq=False)
class ExactGame:
    """Values of coalitions without rounding, for a sharing game or a table; each is computed once.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    proven : list of Fraction, length 2**n, optional
        Values of all coalitions of a dispatch game, as plans and duals prove them. [money]
    """

    game: CoalitionalGame
    proven: list[Fraction] | None = None

    @cached_property
    def priced(self) -> ExactSharingGame | ExactPriceLevels:
        """The game in whole numbers, if it has prices: a sharing game, also with individual tariffs."""
        if isinstance(self.game, SharingGame):
            return ExactSharingGame(self.game.community)
        if isinstance(self.game, IndividualTariffGame):
            return ExactPriceLevels(self.game)
        raise Refuted("price certificates need a sharing game")

    @property
    def sharing(self) -> ExactSharingGame:
        """The sharing game in whole numbers."""
        if not isinstance(self.priced, ExactSharingGame):
            raise Refuted("periods need a sharing game")
        return self.priced

    @cached_property
    def _values(self) -> dict[bytes, Fraction]:
        return {}

    def value(self, members: BoolArray) -> Fraction:
        """Value of one coalition. [money]"""
        if self.proven is not None:
            return self.proven[int(members @ (1 << np.arange(members.size)))]
        if isinstance(self.game, DispatchGame) and not members.all():
            raise Refuted("the value of a coalition of a dispatch game needs its plan")
        key = np.packbits(members).tobytes()
        if key not in self._values:
            self._values[key] = (
                self.priced.value(members)
                if isinstance(self.game, SharingGame | IndividualTariffGame)
                else Fraction(float(self.game.values(members[None, :])[0]))
            )
        return self._values[key]

    @cached_property
    def table(self) -> list[Fraction]:
        """Values of all coalitions. [money]"""
        if self.proven is not None:
            return self.proven
        if isinstance(self.game, DispatchGame):
            raise Refuted("the values of a dispatch game need plans and duals of every coalition")
        if self.game.n_players > TABLE_PLAYERS:
            raise Refuted(f"{self.game.n_players} homes are too many to look at every coalition")
        if isinstance(self.game, SharingGame | IndividualTariffGame):
            return self.priced.table()
        return [Fraction(float(number)) for number in self.game.table()]

    @cached_property
    def whole_table(self) -> tuple[list[int], int]:
        """The table in whole numbers, and into how many of them one unit of money is cut."""
        parts = lcm(*(value.denominator for value in self.table))
        return [value.numerator * (parts // value.denominator) for value in self.table], parts

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
        """The game without rounding; of a dispatch game, what plans and duals proved when the data were checked."""
        return ExactGame(self.game, self.kept.get("values"))

    @cached_property
    def answers(self) -> dict[str, Row]:
        """Answers of the report by rule."""
        return Listed("answer", {answer["rule"]: answer for answer in self.document["answers"]})

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Claims of the report by id."""
        return Listed("claim", {claim["id"]: claim for claim in self.document["claims"]})

    @cached_property
    def contract_rows(self) -> dict[tuple[str, str], Row]:
        """Table of contracts by rule and contract."""
        rows = {(row["rule"], row["contract"]): row for row in self.document["contracts"]}
        return Listed("row in the table of contracts for", rows)

    @cached_property
    def _allocations(self) -> dict[str, Allocation]:
        return {}

    @cached_property
    def _periods(self) -> dict[str, Periods]:
        return {}

    @cached_property
    def _period_payoffs(self) -> dict[tuple[str, str], FloatArray]:
        return {}

    def _stated_period_payoffs(self, rule: str, contract: str) -> FloatArray:
        """Payoffs of every period that the report states for a rule that cannot be run again."""
        certificate = self.claims[f"{rule}/core_{contract}"]["certificate"]
        stated = np.frombuffer(unpack(certificate["period_payoffs"]), dtype="<f8")
        shape = len(self.periods(contract).games), self.game.n_players
        if stated.size != shape[0] * shape[1] or not np.isfinite(stated).all():
            raise Refuted(f"payoffs of {rule} must be {shape[0]} times {shape[1]} numbers, one a {contract} and home")
        return stated.reshape(shape)

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """Scenes that were set before."""
        return {}

    def known_rule(self, rule: str) -> bool:
        """Whether a rule can be run again: it is registered, not a function of whoever wrote the report."""
        return rule.partition(":")[0] in rules or is_mechanism(rule)

    def sampled(self, rule: str) -> bool:
        """Whether the payoffs are sampled, as the answer says; contract periods are left out then."""
        return self.answers[rule]["standard_errors"] is not None

    def payoffs(self, rule: str) -> list[Fraction]:
        """Payoffs that the report states."""
        stated = self.answers[rule]["payoffs"]
        if set(stated) != set(self.game.players):
            raise Refuted("payoffs do not name the players of the game")
        return [Fraction(float(stated[player])) for player in self.game.players]

    def recomputed(self, rule: str) -> Allocation:
        """What the rule gives on the data."""
        if not self.known_rule(rule):
            raise Refuted(f"{rule} is not a registered rule and cannot be run again")
        if rule not in self._allocations:
            self._allocations[rule] = split(self.game, rule)
        return self._allocations[rule]

    def periods(self, contract: str) -> Periods:
        """Contract periods of the game by the local calendar."""
        if not isinstance(self.game, SharingGame):
            raise Refuted("contract periods need a sharing game")
        if contract not in self._periods:
            self._periods[contract] = Periods.of(self.game, contract)
        return self._periods[contract]

    def position(self, contract: str, steps: Any) -> int:
        """Which period of the calendar some settlement steps are."""
        wanted = np.array(steps)
        for position, known in enumerate(self.periods(contract).steps):
            if known.shape == wanted.shape and (known == wanted).all():
                return position
        raise Refuted(f"the steps are not those of one {contract} of the calendar")

    def exact_periods(self, contract: str) -> ExactPeriods:
        """Contract periods without rounding."""
        return ExactPeriods(self.exact.sharing, self.periods(contract).steps)

    def period_payoffs(self, rule: str, contract: str) -> FloatArray:
        """What the rule gives in each contract period, shape (P, n); as stated if it cannot be run again. [money]"""
        if (rule, contract) not in self._period_payoffs:
            known = self.known_rule(rule)
            self._period_payoffs[rule, contract] = (
                self.periods(contract).payoffs(self.recomputed(rule), rule)
                if known
                else self._stated_period_payoffs(rule, contract)
            )
        return self._period_payoffs[rule, contract]
