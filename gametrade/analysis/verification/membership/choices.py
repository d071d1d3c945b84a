"""Homes among providers: payoffs, regrets, stable choices and the largest fees, settled again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.studies.competition import registered_provider
from gametrade.analysis.verification.case import ExactGame, Refuted
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.membership.paid import ZERO, Paid
from gametrade.analysis.verification.membership.switching import near
from gametrade.games.coalitional import SharingGame
from gametrade.games.competition import ProviderMarket
from gametrade.games.competition.market import ALONE
from gametrade.typing import FloatArray

Choice = tuple[str, ...]
FEES = ("fee_per_member", "fee_per_kwh", "share_of_savings")


@dataclass(frozen=True, eq=False)
class Offers:
    """Providers of a file beside the meter data.

    Parameters
    ----------
    exact : ExactGame
        Of the sharing game of all homes.
    part : mapping
        ``providers``, ``switching_cost``, ``tolerance``, ``options``, ``ends``, ``nash_stable``, ``core_stable``,
        ``charges``, ``unit``.
    """

    exact: ExactGame
    part: Mapping[str, Any]

    @property
    def game(self) -> SharingGame:
        """The sharing game of all homes."""
        assert isinstance(self.exact.game, SharingGame)
        return self.exact.game

    @cached_property
    def market(self) -> ProviderMarket:
        """The market, made again; only its tolerance and its check of the input are used."""
        offers = [registered_provider(row["rule"], **_terms(row)) for row in self.part["providers"]]
        return ProviderMarket(self.game.community, offers, self.part["switching_cost"])

    @cached_property
    def settled(self) -> dict[str, Paid]:
        """Gains before fees under the rule of each provider, by its name."""
        return {row["name"]: Paid(self.exact, row["rule"]) for row in self.part["providers"]}

    @cached_property
    def terms(self) -> dict[str, Mapping[str, Any]]:
        """Fees of each provider, by its name."""
        return {row["name"]: row for row in self.part["providers"]}

    @cached_property
    def cost(self) -> list[float]:
        """Switching cost of each home. [money]"""
        cost: list[float] = self.market.switching_cost.tolist()
        return cost

    @property
    def scale(self) -> Paid:
        """With which money is compared."""
        return next(iter(self.settled.values()))

    def fee(self, provider: str, home: int, gain: float) -> float:
        """What a member pays for a gain. [money]"""
        row, community = self.terms[provider], self.game.community
        energy = {
            "traded": community.surplus[home].sum() + community.deficit[home].sum(),
            "sold": community.surplus[home].sum(),
            "bought": community.deficit[home].sum(),
        }[row["charged"]]
        fixed = row["fee_per_member"] + row["fee_per_kwh"] * float(energy)
        return float(fixed + row["share_of_savings"] * max(gain, 0.0))

    def chosen(self, stated: Mapping[str, str] | Sequence[str]) -> Choice:
        """A profile of choices of the file."""
        names = self.game.players
        if isinstance(stated, Mapping):
            equal("homes that choose", sorted(stated), sorted(names))
            stated = [stated[name] for name in names]
        if len(stated) != len(names) or not set(stated) <= set(self.part["options"]):
            raise Refuted("a choice must name an option for every home")
        return tuple(stated)

    def members(self, choice: Choice, option: str) -> tuple[str, ...]:
        """Homes with one option."""
        return tuple(home for home, taken in zip(self.game.players, choice, strict=True) if taken == option)

    def gains(self, choice: Choice) -> FloatArray:
        """Gains before fees, settled by the rules themselves, shape (n,). [money]"""
        answer = np.zeros(len(choice))
        for provider, paid in self.settled.items():
            for home, gain in paid.split(members).items() if (members := self.members(choice, provider)) else ():
                answer[self.game.players.index(home)] = float(gain)
        return answer

    def payoffs(self, choice: Choice) -> FloatArray:
        """Gains after fees, shape (n,). [money]"""
        gains = self.gains(choice)
        fees = [0.0 if option == ALONE else self.fee(option, i, gains[i]) for i, option in enumerate(choice)]
        return np.asarray(gains - fees)

    def offered(self, choice: Choice) -> FloatArray:
        """What each home would get at each option while all others stay, shape (n, m + 1). [money]"""
        table = np.zeros((len(choice), len(self.part["options"])))
        for column, provider in enumerate(self.settled):
            gains = self.settled[provider].joining(self.members(choice, provider))
            table[:, column] = [gain - self.fee(provider, i, gain) for i, gain in enumerate(gains.tolist())]
        return table

    def regrets(self, choice: Choice) -> FloatArray:
        """The most that each home gains by another option, shape (n,). [money]"""
        table, at = self.offered(choice), np.array([self.part["options"].index(option) for option in choice])
        everybody = np.arange(len(choice))
        moved = table - np.array(self.cost)[:, None]
        moved[everybody, at] = table[everybody, at]
        return np.asarray(moved.max(axis=1) - table[everybody, at])


def _terms(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("name", "charged", *FEES)}


def check_market(offers: Offers) -> str:
    """Options, tolerance and unit are those of the providers.

    Raises
    ------
    Refuted
        If one is another.
    """
    equal("options", list(offers.part["options"]), list(offers.market.options))
    equal("unit", offers.part["unit"], offers.market.unit)
    near(offers.scale, "the tolerance", offers.part["tolerance"], Fraction(offers.market.tolerance))
    return f"{len(offers.part['providers'])} providers, {offers.game.n_players} homes"


def check_end(offers: Offers, end: Mapping[str, Any]) -> str:
    """One end of best replies: payoffs, regrets, welfare, income, and the moves of a cycle.

    Raises
    ------
    Refuted
        If a number is another, a home gains in a stable choice, or a cycle does not return.
    """
    choice = offers.chosen(end["choices"])
    payoffs, regrets = offers.payoffs(choice), offers.regrets(choice)
    for i, home in enumerate(offers.game.players):
        near(offers.scale, f"the payoff of {home}", end["payoffs"][home], Fraction(payoffs[i]))
        near(offers.scale, f"the regret of {home}", end["regrets"][home], Fraction(regrets[i]))
    _check_sums(offers, choice, end)
    _check_evidence(offers, choice, end)
    stable, tolerance = float(regrets.max()) <= offers.market.tolerance, offers.market.tolerance
    if end["concept"] == "Nash-stable" and not stable:
        raise Refuted(f"{offers.game.players[int(regrets.argmax())]} gains {regrets.max():.9g} by another provider")
    if end["concept"] != "Nash-stable" and end["concept"] not in ("cycle", "not decided"):
        raise Refuted(f"nothing is known of an end that is {end['concept']!r}")
    if end["concept"] == "cycle":
        _check_cycle(offers, [offers.chosen(one) for one in end["cycle"]], tolerance)
        return f"{len(end['cycle'])} choices that return, each move gains"
    equal("choices that return", list(end["cycle"]), [])
    return f"{end['concept']}: the most that a home gains by another provider is {regrets.max():.6g}"


def _check_sums(offers: Offers, choice: Choice, end: Mapping[str, Any]) -> None:
    """Concentration, welfare and income."""
    pools = [offers.members(choice, name) for name in offers.settled]
    welfare = sum((offers.exact.value(offers.game.members(pool)) for pool in pools if pool), ZERO)
    everybody = offers.exact.value(np.ones(len(choice), dtype=bool))
    near(offers.scale, "the welfare", end["welfare"], welfare)
    near(offers.scale, "the welfare loss", end["welfare_loss"], everybody - welfare)
    counts = np.array([len(pool) for pool in pools])
    shares = counts / max(1, counts.sum())
    if abs(end["concentration"] - float(shares @ shares)) > 1e-12:
        raise Refuted(f"the concentration is {float(shares @ shares):.9g}, the file says {end['concentration']:.9g}")
    kept = offers.gains(choice) - offers.payoffs(choice)
    for name in offers.settled:
        income = sum(kept[i] for i, option in enumerate(choice) if option == name)
        near(offers.scale, f"the income of {name}", end["fee_income"][name], Fraction(float(income)))


def _check_evidence(offers: Offers, choice: Choice, end: Mapping[str, Any]) -> None:
    """A stable choice carries what every home would get at every option."""
    proof, options = end["certificate"], list(offers.part["options"])
    if end["concept"] != "Nash-stable":
        equal("evidence of a choice that is not stable", dict(proof), {})
        return
    equal("kind of the evidence", proof["kind"], "provider_choice")
    equal("options of the evidence", list(proof["options"]), options)
    equal("choices of the evidence", list(proof["choices"]), [options.index(option) for option in choice])
    equal("switching cost of the evidence", list(proof["switching_cost"]), offers.cost)
    near(offers.scale, "the tolerance of the evidence", proof["tolerance"], Fraction(offers.market.tolerance))
    table = offers.offered(choice)
    equal("size of the evidence", [len(row) for row in proof["option_payoffs"]], [len(options)] * len(choice))
    for home, stated, found in zip(offers.game.players, proof["option_payoffs"], table.tolist(), strict=True):
        for option, payoff, again in zip(options, stated, found, strict=True):
            near(offers.scale, f"what {home} would get at {option}", payoff, Fraction(again))


def _check_cycle(offers: Offers, profiles: list[Choice], tolerance: float) -> None:
    """Each choice follows from the one before by one home that gains, the first from the last."""
    if len(profiles) < 2:
        raise Refuted("a cycle has two choices at least")
    for before, after in zip(profiles, [*profiles[1:], profiles[0]], strict=True):
        movers = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        if len(movers) != 1:
            raise Refuted("in a cycle one home moves at a time")
        (i,) = movers
        gain = offers.payoffs(after)[i] - offers.payoffs(before)[i] - offers.cost[i]
        if gain <= tolerance:
            raise Refuted(f"{offers.game.players[i]} gains {gain:.9g} by its move in a cycle")


def check_charges(offers: Offers) -> str:
    """What each provider can charge in the end met most often, from the slack of its members and of all their sets.

    Raises
    ------
    Refuted
        If a limit is another, or those who leave first are others.
    """
    usual, count = _usual(offers), 0
    owners = [] if usual is None else [name for name in offers.settled if offers.members(usual, name)]
    equal("providers with a largest fee", sorted(offers.part["charges"]), sorted(owners))
    for name in owners:
        assert usual is not None
        for kind, limit in offers.part["charges"][name].items():
            slack = {"one leaves": _alone, "some leave together": _together}[kind](offers, usual, name)
            least = min(slack.values())
            near(offers.scale, f"the largest fee of {name} until {kind}", limit["fee"], least)
            leavers = tuple(limit["leavers"])
            if leavers not in slack or slack[leavers] > least + offers.scale.tolerance:
                raise Refuted(f"{', '.join(leavers)} do not leave {name} first")
            count += 1
    return f"{count} largest fees from the slack of every member and of every set of members"


def _usual(offers: Offers) -> Choice | None:
    """The stable end that is met most often, the first among equals."""
    ends = [offers.chosen(end["choices"]) for end in offers.part["ends"] if end["concept"] == "Nash-stable"]
    return max(ends, key=ends.count) if ends else None


def _alone(offers: Offers, choice: Choice, provider: str) -> dict[tuple[str, ...], Fraction]:
    """By how much a provider could raise its fee per member from nothing until each member leaves. [money]"""
    table, column = offers.offered(choice), offers.part["options"].index(provider)
    others = np.delete(table, column, axis=1).max(axis=1)
    free = offers.terms[provider]["fee_per_member"]
    return {
        (home,): Fraction(float(table[i, column] + free - others[i] + offers.cost[i]))
        for i, home in enumerate(offers.game.players)
        if choice[i] == provider
    }


def _together(offers: Offers, choice: Choice, provider: str) -> dict[tuple[str, ...], Fraction]:
    """The same until each set of members leaves to share among itself, without rounding of its value. [money]"""
    names, payoffs = offers.members(choice, provider), offers.payoffs(choice)
    free = offers.terms[provider]["fee_per_member"]
    kept = {home: payoffs[i] + free + offers.cost[i] for i, home in enumerate(offers.game.players)}
    table = ExactSharingGame(offers.game.community.select(names)).table()
    slack = {}
    for mask in range(1, len(table)):
        group = tuple(name for k, name in enumerate(names) if mask >> k & 1)
        slack[group] = (sum((Fraction(float(kept[home])) for home in group), ZERO) - table[mask]) / len(group)
    return slack
