"""Claims that a report does not certify: nothing re-proves them, but they must agree with themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable

from gametrade.analysis.game_claims import GAME
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import equal, same

BRACKETED = {"exit_cost": 0, "least_subsidy": 1, "least_core_excess": 0, "cost_of_stability": 0}
"""End of the bracket that is the amount of a claim."""


def check_uncertified(case: Case, claim: Claim) -> None:
    """A claim without certificate names players of the game, and its margin is the number of its certificate.

    Raises
    ------
    Refuted
        If it names somebody else, a coalition twice the same home, or numbers that contradict each other.
    """
    certificate, name = claim["certificate"], claim["property"]
    for labels in (claim["witness"], *(certificate.get(part, ()) for part in ("coalition", "needed_by"))):
        _check_names(case, labels)
    for labels in certificate.get("coalitions", ()):
        _check_names(case, labels)
    if "bracket" in certificate:
        low, high = certificate["bracket"]
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise Refuted(f"the bracket from {low!r} to {high!r} is out of order")
    if name in BRACKETED:
        sign = -1 if name == "least_core_excess" else 1
        equal("margin", claim["margin"], sign * certificate["bracket"][BRACKETED[name]])
    elif name in ("payoffs", "n_blocking"):
        equal("margin", claim["margin"], 0.0)
        equal("witness", list(claim["witness"]), [])
    elif name == "core" and claim["rule"] != GAME:
        _check_core(case, claim, certificate)
    elif name.startswith("core_"):
        equal(
            "margin", claim["margin"], -case.contract_rows[claim["rule"], name.removeprefix("core_")]["largest_excess"]
        )
    {"exit_cost": _check_exit_cost, "least_subsidy": _check_subsidy, "n_blocking": _check_count}.get(name, _nothing)(
        case, claim, certificate
    )


def _nothing(case: Case, claim: Claim, certificate: Certificate) -> None:
    """No more to compare."""


def _check_core(case: Case, claim: Claim, certificate: Certificate) -> None:
    """The margin is what the named coalition gains, or what is paid out too much."""
    equal("witness", list(claim["witness"]), list(certificate["coalition"]))
    imbalance = case.claims[f"{claim['rule']}/budget_balance"]["certificate"]["imbalance"]
    excess = -certificate["excess"]
    if claim["margin"] not in (excess, min(excess, -abs(imbalance))):
        raise Refuted(f"margin is {claim['margin']!r}, the coalition is said to gain {certificate['excess']!r}")
    if certificate["upper_bound"] < certificate["excess"]:
        raise Refuted("the largest excess is above its upper bound")


def _check_exit_cost(case: Case, claim: Claim, certificate: Certificate) -> None:
    """The witness is the coalition that needs the cost."""
    equal("witness", list(claim["witness"]), list(certificate["needed_by"]))
    if certificate["bracket"][0] < 0 or (certificate["bracket"][0] > 0) != bool(certificate["needed_by"]):
        raise Refuted("a positive cost of leaving, and no other, is needed by a coalition")


def _check_subsidy(case: Case, claim: Claim, certificate: Certificate) -> None:
    """The payments add up to the upper end of the bracket, and the witnesses are who gets them."""
    paid = certificate["subsidy"]
    if len(paid) != case.game.n_players or min(paid) < 0:
        raise Refuted(f"a subsidy must be {case.game.n_players} payments, none negative")
    same("sum of the subsidy", sum(paid), certificate["bracket"][1], max(1.0, abs(sum(paid))))
    tolerance = float(case.tolerance(case.payoffs(claim["rule"])))
    receivers = [player for player, money in zip(case.game.players, paid, strict=True) if money > tolerance]
    equal("witness", list(claim["witness"]), receivers)


def _check_count(case: Case, claim: Claim, certificate: Certificate) -> None:
    """A count is one of coalitions that there are, a share lies between none and all."""
    count, most = certificate.get("count"), 2**case.game.n_players - 2
    if count is not None and (not isinstance(count, int) or not 0 <= count <= most):
        raise Refuted(f"of {most} proper coalitions {count!r} cannot gain")
    if count is None and not (0 <= certificate["share"] <= 1 and 0 <= certificate["standard_error"] <= 1):
        raise Refuted(f"the share of blocking coalitions is {certificate['share']!r}")


def _check_names(case: Case, labels: Iterable[str]) -> None:
    """Players of the game, each once."""
    listed = list(labels)
    if unknown := [label for label in listed if label not in case.game.players]:
        raise Refuted(f"{unknown[0]!r} is no player of the game")
    if len(set(listed)) < len(listed):
        raise Refuted(f"a coalition names {listed} twice")
