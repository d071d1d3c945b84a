"""What the analyser claims about a rule, as verdicts with certificates that need no solver to check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.dispatch_document import evidence_of
from gametrade.analysis.dispatch_evidence import coalitions_to_dict, proof_to_dict
from gametrade.analysis.encoding import pack, path_to_dict, tree_to_dict
from gametrade.analysis.exact_dispatch import Broken
from gametrade.analysis.period_proofs import PeriodProofs
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.statements import Facts, write_statement
from gametrade.analysis.studies.market_allocation import is_mechanism
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation, DispatchGame, SharingGame
from gametrade.registry import rules
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.exit_cost import ExitCost
from gametrade.solvers.least_subsidy import LeastSubsidy
from gametrade.solvers.price_tree import PriceTree
from gametrade.typing import Coalition

ENUMERATED_PLAYERS = 14
"""Most homes for which a count of coalitions is re-proved by exact enumeration."""

Certificate = dict[str, Any]
OWN_FUNCTION = "the rule is the caller's own function"
STATED_PAYOFFS = 100_000
"""Most payoffs of periods that a report states for a rule that verification cannot run."""


def rule_verdicts(result: RuleStability) -> dict[str, Verdict]:
    """All claims about one rule by property, in reading order."""
    about_focus = [exit_cost_verdict(result), subsidy_verdict(result), count_verdict(result)]
    game = result.blocking.game
    if isinstance(game, DispatchGame) and not coalitions_to_dict(game):
        about_focus = [not_certified(verdict) for verdict in about_focus]
    verdicts = [
        payoffs_verdict(result),
        balance_verdict(result),
        rationality_verdict(result),
        core_verdict(result),
        *about_focus,
        *(contract_verdict(result, entry) for entry in result.contracts),
    ]
    return {verdict.property: verdict for verdict in verdicts}


def _subsidy_proof(blocking: BlockingCoalition, subsidy: LeastSubsidy) -> dict[str, Any]:
    """A price tree for the payoffs with the subsidy on top: grown if exact, else the root's single path.

    Nothing for few homes, where all coalitions are looked at instead.
    """
    game = blocking.game
    if not isinstance(game, SharingGame) or blocking.price_tree is None or game.n_players <= ENUMERATED_PLAYERS:
        return {}
    if subsidy.from_price_path:
        limit = game.tolerance
        tree = PriceTree(limit, blocking.price_tree.paths[:1], (-1,), (-1,), (-1,))
        return {"tree": tree_to_dict(tree, game.players), "upper_bound": limit}
    proof = blocking_coalition(game, blocking.payoffs + subsidy.subsidy, engine="tree", floor=0.0)
    assert proof.price_tree is not None
    return {"tree": tree_to_dict(proof.price_tree, game.players), "upper_bound": proof.upper_bound}


def recomputable(rule: str) -> bool:
    """Whether verification can run the rule again: it is registered, not a function of the caller's."""
    return rule.partition(":")[0] in rules or is_mechanism(rule)


def _verdict(
    result: RuleStability,
    claim: str,
    answer: tuple[bool | None, float],
    witness: Coalition,
    certificate: Certificate,
    entry: ContractStability | None = None,
) -> Verdict:
    """Write a claim about the whole, or about the periods of one contract, in words."""
    game, allocation = result.allocation.game, result.allocation
    facts = Facts(result.rule, game.unit, allocation.tolerance, game.n_players, certificate)
    if entry is not None:
        facts = replace(facts, contract=entry.contract, periods=entry.periods, blocked=entry.blocked)
    return Verdict(result.rule, claim, write_statement(claim, facts), *answer, game.unit, witness, certificate)


def _headline(
    result: RuleStability, claim: str, answer: tuple[bool | None, float], witness: Coalition, certificate: Certificate
) -> Verdict:
    """Write a claim about the whole or the worst contract period.

    Payoffs of a period that verification neither recomputes nor finds in the report certify nothing.
    """
    game, period = result.blocking.game, result.focus
    holds, margin = answer
    facts = Facts(result.rule, game.unit, result.blocking.tolerance, game.n_players, certificate)
    if period is not None:
        facts = replace(facts, contract=period.contract, period=period.period)
        certificate |= {"steps": period.steps.tolist(), "payoffs": period.payoffs.tolist()}
        if not settled_again(result.rule, period):
            holds, certificate = None, {**certificate, "kind": "none", "why": OWN_FUNCTION}
    return Verdict(result.rule, claim, write_statement(claim, facts), holds, margin, game.unit, witness, certificate)


def payoffs_verdict(result: RuleStability) -> Verdict:
    """The payoffs are what the rule gives on these data."""
    allocation = result.allocation
    sampled = allocation.standard_errors is not None
    certified = recomputable(result.rule) and not sampled
    why = {"kind": "none", "why": "sampled payoffs" if sampled else OWN_FUNCTION}
    certificate = _payoffs_certificate(allocation) if certified else why
    return _verdict(result, "payoffs", (True if certified else None, 0.0), (), certificate)


def _payoffs_certificate(allocation: Allocation) -> Certificate:
    """What comes with the payoffs; levels without a table are proved by finding them again."""
    certificate: Certificate = {"kind": "recompute", **(allocation.certificate or {})}
    return {**certificate, "kind": "recompute"} if certificate["kind"] == "kohlberg_by_rows" else certificate


def balance_verdict(result: RuleStability) -> Verdict:
    """What is paid out is what is gained."""
    imbalance = result.allocation.imbalance
    holds = abs(imbalance) <= result.allocation.tolerance
    certificate = {"kind": "recompute", "imbalance": imbalance}
    return _verdict(result, "budget_balance", (holds, -abs(imbalance)), (), certificate)


def rationality_verdict(result: RuleStability) -> Verdict:
    """Nobody is worse off than alone."""
    game, tolerance = result.allocation.game, result.allocation.tolerance
    gains = result.allocation.payoffs - game.single_values
    home = int(gains.argmin())
    answer = (bool(gains[home] >= -tolerance), float(gains[home]))
    return _verdict(result, "individual_rationality", answer, (game.players[home],), {"kind": "recompute"})


def core_verdict(result: RuleStability) -> Verdict:
    """No proper coalition gains by leaving, and the gains of all are shared."""
    blocking = result.blocking
    imbalance = float(blocking.payoffs.sum()) - blocking.game.grand_value
    blocks = blocking.blocks
    balanced = abs(imbalance) <= blocking.tolerance
    holds = False if not balanced else None if blocks is None else not blocks
    margin = -blocking.excess if balanced else min(-blocking.excess, -abs(imbalance))
    certificate = {**core_certificate(blocking), "exact": blocking.proved}
    holds = None if certificate["kind"] == "none" else holds
    return _headline(result, "core", (holds, margin), blocking.coalition, certificate)


def not_certified(verdict: Verdict) -> Verdict:
    """The same verdict as computed by linear programs, without a certificate that could be checked without them."""
    why = {"kind": "none", "why": "computed by linear programs of many coalitions"}
    return replace(verdict, holds=None, certificate={**verdict.certificate, **why})


def core_certificate(blocking: BlockingCoalition) -> Certificate:
    """What proves the core claim; for a dispatch game the plan of the coalition and the prices of the leaves."""
    certificate = excess_certificate(blocking)
    if blocking.dispatch_proof is None:
        return certificate
    no_room = {**certificate, "kind": "none", "why": "limits that leave no room for exact plans"}
    assert isinstance(blocking.game, DispatchGame)
    if not evidence_of(blocking.game):
        return no_room
    try:
        return {**certificate, "kind": "dispatch_dual", **proof_to_dict(blocking)}
    except Broken:
        return no_room


def excess_certificate(blocking: BlockingCoalition) -> Certificate:
    """The coalition bounds the largest excess from below, the price tree from above."""
    certificate: Certificate = {
        "kind": "enumeration" if blocking.price_tree is None else "price_tree",
        "coalition": list(blocking.coalition),
        "excess": blocking.excess,
        "upper_bound": blocking.upper_bound,
        "cost_per_member": blocking.exit_cost_per_member,
    }
    if blocking.price_tree is not None:
        certificate["tree"] = tree_to_dict(blocking.price_tree, blocking.game.players)
    return certificate


def exit_cost_verdict(result: RuleStability) -> Verdict:
    """At this cost of leaving per member nobody gains, and at less somebody does."""
    cost: ExitCost = result.exit_cost
    certificate = excess_certificate(cost.proof)
    needed_by = () if cost.coalition is None else cost.coalition.coalition
    certificate["needed_by"] = list(needed_by)
    certificate["bracket"] = [cost.lower_bound, cost.upper_bound]
    decided = cost.upper_bound - cost.lower_bound <= 2 * cost.proof.tolerance
    return _headline(result, "exit_cost", (True if decided else None, cost.lower_bound), needed_by, certificate)


def subsidy_verdict(result: RuleStability) -> Verdict:
    """With this subsidy nobody gains by leaving, and a smaller total does not do."""
    blocking, subsidy = result.blocking, result.subsidy
    game, tolerance = blocking.game, blocking.tolerance
    certificate = {
        "kind": "balancing_weights",
        "coalitions": [list(game.labels(row)) for row in subsidy.coalitions[subsidy.weights > 0]],
        "weights": subsidy.weights[subsidy.weights > 0].tolist(),
        "subsidy": subsidy.subsidy.tolist(),
        "bracket": [subsidy.lower_bound, subsidy.upper_bound],
        **_subsidy_proof(blocking, subsidy),
    }
    exact = subsidy.upper_bound - subsidy.lower_bound <= game.n_players * tolerance
    answer = (True if exact else None, subsidy.upper_bound)
    return _headline(result, "least_subsidy", answer, game.labels(subsidy.subsidy > tolerance), certificate)


def count_verdict(result: RuleStability) -> Verdict:
    """How many coalitions gain by leaving."""
    count, few = result.n_blocking, result.blocking.game.n_players <= ENUMERATED_PLAYERS
    if count is None:
        sample = {"share": result.blocking_share, "standard_error": result.blocking_error}
        certificate: Certificate = {"kind": "none", "why": "a sample of coalitions", **sample}
    elif few:
        certificate = {"kind": "enumeration", "count": count}
    else:
        certificate = {"kind": "none", "why": f"more than {ENUMERATED_PLAYERS} homes", "count": count}
    return _headline(result, "n_blocking", (True if certificate["kind"] != "none" else None, 0.0), (), certificate)


def contract_verdict(result: RuleStability, contract: ContractStability) -> Verdict:
    """Nobody gains by leaving for a single month, day or step."""
    certificate = period_certificate(result.rule, contract, result.blocking.game.players)
    holds = contract.holds if certificate["kind"] != "none" else None
    answer = (holds, -contract.largest_excess)
    return _verdict(result, f"core_{contract.contract}", answer, contract.coalition, certificate, contract)


def settled_again(rule: str, contract: ContractStability) -> bool:
    """Whether verification has the payoffs of every period: it runs the rule again, or the report states them."""
    payoffs = contract.period_payoffs
    return recomputable(rule) or payoffs is None or payoffs.size <= STATED_PAYOFFS


def period_certificate(rule: str, contract: ContractStability, players: tuple[str, ...]) -> Certificate:
    """A coalition that gains in one period, or how each period is settled."""
    if not settled_again(rule, contract):
        return {"kind": "none", "why": f"{OWN_FUNCTION}, with too many payoffs to state"}
    if contract.holds is False:
        certificate = _blocked_period(contract)
    elif contract.holds is None or contract.proofs is None:
        certificate = _open_periods(contract)
    else:
        certificate = _settled_periods(contract, contract.proofs, players)
    if not recomputable(rule):
        payoffs = np.zeros(0) if contract.period_payoffs is None else contract.period_payoffs
        certificate["period_payoffs"] = pack(np.ascontiguousarray(payoffs, dtype="<f8"))
    return certificate


def _settled_periods(contract: ContractStability, proofs: PeriodProofs, players: tuple[str, ...]) -> Certificate:
    """The price path, and what settles the periods that it leaves open."""
    certificate: Certificate = {"kind": "price_path", "contract": contract.contract, **path_to_dict(proofs.path)}
    if proofs.trees or proofs.enumerated:
        certificate["kind"] = "periods"
        certificate["enumerated"] = list(proofs.enumerated)
        certificate["trees"] = [
            {"period": period, "tree": tree_to_dict(tree, players)} for period, tree in proofs.trees.items()
        ]
    return certificate


def _blocked_period(contract: ContractStability) -> Certificate:
    """Who gains how much, and when."""
    return {
        "kind": "coalition",
        "contract": contract.contract,
        "period": contract.period,
        "steps": contract.steps.tolist(),
        "payoffs": contract.payoffs.tolist(),
        "coalition": list(contract.coalition),
        "excess": contract.largest_excess,
    }


def _open_periods(contract: ContractStability) -> Certificate:
    """Between which amounts the largest excess lies."""
    return {
        "kind": "none",
        "why": "neither a coalition that gains nor a proof that there is none was found",
        "bracket": [contract.largest_excess, contract.upper_bound],
    }
