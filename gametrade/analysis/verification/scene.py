"""The scene of a claim: game, payoffs and tolerance of the whole or of one contract period."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gametrade.analysis.contracts import Periods, settles_the_whole
from gametrade.analysis.verification.case import Case, Certificate, Claim, ExactGame, Refuted, tolerance_of
from gametrade.analysis.verification.comparing import equal, same
from gametrade.typing import BoolArray

HEADLINES = ("core", "exit_cost", "least_subsidy", "n_blocking")
"""Properties that speak of the worst contract period if the report is about shorter contracts."""


@dataclass(frozen=True, eq=False)
class Scene:
    """Game, payoffs and tolerance that a claim speaks of: the whole, or one contract period."""

    exact: ExactGame
    payoffs: list[Fraction]
    tolerance: Fraction

    @classmethod
    def of(cls, case: Case, claim: Claim, certificate: Certificate) -> Scene:
        """Set the scene of a claim.

        Parameters
        ----------
        case : Case
            The report and its game.
        claim : mapping
            A headline claim, which speaks of the contract of the report, or a claim ``core_<contract>``.
        certificate : mapping
            Its certificate, with ``steps`` and ``payoffs`` of exactly one period if it speaks of one.

        Raises
        ------
        Refuted
            If the certificate is about another part of the data than the claim.
        """
        rule, name = claim["rule"], claim["property"]
        contract = headline_contract(case, rule) if name in HEADLINES else name.removeprefix("core_")
        if contract == "whole":
            if "steps" in certificate or "payoffs" in certificate:
                raise Refuted("a claim about the whole must not be proved by some of its steps")
            payoffs = case.payoffs(rule)
            return _keep(case, "whole", case.exact, payoffs)
        position = case.position(contract, certificate["steps"])
        _same_period(case, claim, contract, position)
        payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
        _payoffs_of_rule(case, rule, (contract, position), payoffs)
        game = case.kept.setdefault((contract, position), ExactGame(case.periods(contract).games[position]))
        return _keep(case, (contract, position), game, payoffs)


def _keep(case: Case, where: object, game: ExactGame, payoffs: list[Fraction]) -> Scene:
    key = (where, tuple(payoffs))
    if key not in case.kept:
        case.kept[key] = Scene(game, payoffs, tolerance_of(game.game, payoffs))
    scene: Scene = case.kept[key]
    return scene


def headline_contract(case: Case, rule: str) -> str:
    """Contract of the headline claims of a rule: the report's, unless it has no periods for this rule."""
    contract: str = case.document["contract"]
    if contract == "whole" or case.sampled(rule) or settles_the_whole(rule) or not case.periods(contract).games:
        return "whole"
    return contract


def headline_scene(case: Case, rule: str) -> Scene | None:
    """Scene of the headline claims of a rule, None where the report certifies none."""
    claim = case.claims[f"{rule}/core"]
    kind = claim["certificate"]["kind"]
    unproved = kind == "none" or (kind == "dispatch_dual" and case.exact.proven is None)
    return None if unproved else Scene.of(case, claim, claim["certificate"])


def _same_period(case: Case, claim: Claim, contract: str, position: int) -> None:
    """All claims of a rule about one contract, and its row in the table, speak of one period."""
    label, rule = case.periods(contract).labels[position], claim["rule"]
    equal(f"{contract} of {rule} in the table", case.contract_rows[rule, contract]["period"], label)
    other = case.claims[f"{rule}/core_{contract}"]["certificate"]
    if other["kind"] == "coalition":
        equal("steps of the blocked period", list(other["steps"]), case.periods(contract).steps[position].tolist())
        equal("period", other["period"], label)


def _payoffs_of_rule(case: Case, rule: str, where: tuple[str, int], stated: list[Fraction]) -> None:
    """The payoffs of a period are those of the rule."""
    contract, position = where
    if not case.known_rule(rule):
        equal(
            "payoffs of the period", stated, [Fraction(float(x)) for x in case.period_payoffs(rule, contract)[position]]
        )
        return
    known = case.periods(contract)
    if (rule, *where) not in case.kept:
        period = Periods(contract, ("",), (known.steps[position],), (known.games[position],))
        case.kept[rule, contract, position] = period.payoffs(case.recomputed(rule), rule)[0]
    again = case.kept[rule, contract, position]
    for player, payoff, number in zip(case.game.players, again, stated, strict=True):
        same(f"payoff of {player} in the period", float(number), payoff, case.game.grand_value)


def proper_members(scene: Scene, labels: list[str]) -> BoolArray:
    """Members of a proper coalition."""
    row = scene.exact.game.members(labels)
    if not row.any() or row.all() or len(labels) != row.sum():
        raise Refuted("the coalition must be proper and name each member once")
    return row


def coalition_excess(scene: Scene, labels: list[str]) -> Fraction:
    """Excess of a proper coalition given by labels. [money]"""
    return scene.exact.excess(proper_members(scene, labels), scene.payoffs)
