"""What the analyser claims about a rule, as verdicts with certificates that need no solver to check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.dispatch_evidence import proof_to_dict
from gametrade.analysis.encoding import path_to_dict, tree_to_dict
from gametrade.analysis.exact_dispatch import Broken
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation, DispatchGame, SharingGame
from gametrade.registry import rules
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.exit_cost import ExitCost
from gametrade.solvers.least_subsidy import LeastSubsidy
from gametrade.solvers.price_tree import PriceTree

ENUMERATED_PLAYERS = 14
"""Most homes for which a count of coalitions is re-proved by exact enumeration."""

Certificate = dict[str, Any]


def rule_verdicts(result: RuleStability) -> dict[str, Verdict]:
    """All claims about one rule by property, in reading order."""
    rule, blocking = result.rule, result.blocking
    about_focus = [
        core_verdict(rule, blocking, float(blocking.payoffs.sum()) - blocking.game.grand_value),
        exit_cost_verdict(rule, result.exit_cost),
        subsidy_verdict(rule, blocking, result.subsidy, _subsidy_proof(blocking, result.subsidy)),
        count_verdict(result),
    ]
    if isinstance(blocking.game, DispatchGame):
        about_focus = [about_focus[0], *map(not_certified, about_focus[1:])]
    period = next((entry for entry in result.contracts if entry.contract == result.contract), None)
    if period is not None and period.periods:
        about_focus = [in_period(verdict, period) for verdict in about_focus]
    verdicts = [
        payoffs_verdict(result.allocation, rule),
        balance_verdict(result.allocation, rule),
        rationality_verdict(result.allocation, rule),
        *about_focus,
        *(contract_verdict(result, entry) for entry in result.contracts),
    ]
    return {verdict.property: verdict for verdict in verdicts}


def _subsidy_proof(blocking: BlockingCoalition, subsidy: LeastSubsidy) -> dict[str, Any]:
    """A price tree for the payoffs with the subsidy on top: grown if exact, else the root's single path."""
    game = blocking.game
    if not isinstance(game, SharingGame) or blocking.price_tree is None:
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
    return rule.partition(":")[0] in rules


def payoffs_verdict(allocation: Allocation, rule: str) -> Verdict:
    """The payoffs are what the rule gives on these data."""
    sampled = allocation.standard_errors is not None
    kind = "recompute" if recomputable(rule) and not sampled else "none"
    why = "sampled payoffs" if sampled else "the rule is the caller's own function"
    return Verdict(
        rule,
        "payoffs",
        f"payoffs and prices are those of {rule} on these data, to 1e-9 of the gains",
        True if kind == "recompute" else None,
        0.0,
        allocation.game.unit,
        (),
        _payoffs_certificate(allocation) if kind == "recompute" else {"kind": "none", "why": why},
    )


def _payoffs_certificate(allocation: Allocation) -> Certificate:
    """What comes with the payoffs; levels without a table are proved by finding them again."""
    certificate: Certificate = {"kind": "recompute", **(allocation.certificate or {})}
    return {**certificate, "kind": "recompute"} if certificate["kind"] == "kohlberg_by_rows" else certificate


def balance_verdict(allocation: Allocation, rule: str) -> Verdict:
    """What is paid out is what is gained."""
    game = allocation.game
    imbalance = allocation.imbalance
    return Verdict(
        rule,
        "budget_balance",
        f"payoffs add up to the gains of all, to {allocation.tolerance:.2e} {game.unit}",
        abs(imbalance) <= allocation.tolerance,
        -abs(imbalance),
        game.unit,
        (),
        {"kind": "recompute", "imbalance": imbalance},
    )


def rationality_verdict(allocation: Allocation, rule: str) -> Verdict:
    """Nobody is worse off than alone."""
    game = allocation.game
    gains = allocation.payoffs - game.single_values
    home = int(gains.argmin())
    return Verdict(
        rule,
        "individual_rationality",
        f"no home is worse off than alone over the whole period, to {allocation.tolerance:.2e} {game.unit}",
        bool(gains[home] >= -allocation.tolerance),
        float(gains[home]),
        game.unit,
        (game.players[home],),
        {"kind": "recompute"},
    )


def core_verdict(rule: str, blocking: BlockingCoalition, imbalance: float) -> Verdict:
    """No proper coalition gains by leaving, and the gains of all are shared."""
    game = blocking.game
    blocks = blocking.blocks
    balanced = abs(imbalance) <= blocking.tolerance
    holds = False if not balanced else None if blocks is None else not blocks
    margin = -blocking.excess if balanced else min(-blocking.excess, -abs(imbalance))
    certificate = core_certificate(blocking)
    holds = None if certificate["kind"] == "none" else holds
    return Verdict(
        rule,
        "core",
        f"payoffs share the gains of all and no proper coalition gains more than {blocking.tolerance:.2e} "
        f"{game.unit} by leaving",
        holds,
        margin,
        game.unit,
        blocking.coalition,
        certificate,
    )


def not_certified(verdict: Verdict) -> Verdict:
    """The same verdict as computed by linear programs, without a certificate that could be checked without them."""
    why = {"kind": "none", "why": "computed by linear programs of many coalitions"}
    return replace(verdict, holds=None, certificate={**verdict.certificate, **why})


def core_certificate(blocking: BlockingCoalition) -> Certificate:
    """What proves the core claim; for a dispatch game the plan of the coalition and the prices of the leaves."""
    certificate = excess_certificate(blocking)
    if blocking.dispatch_proof is None:
        return certificate
    try:
        return {**certificate, "kind": "dispatch_dual", **proof_to_dict(blocking)}
    except Broken:
        return {**certificate, "kind": "none", "why": "limits that leave no room for exact plans"}


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


def exit_cost_verdict(rule: str, cost: ExitCost) -> Verdict:
    """At this cost of leaving per member nobody gains, and at less somebody does."""
    game = cost.proof.game
    certificate = excess_certificate(cost.proof)
    certificate["needed_by"] = [] if cost.coalition is None else list(cost.coalition.coalition)
    certificate["bracket"] = [cost.lower_bound, cost.upper_bound]
    decided = cost.upper_bound - cost.lower_bound <= 2 * cost.proof.tolerance
    less = "; at less somebody does" if cost.coalition is not None else ""
    return Verdict(
        rule,
        "exit_cost",
        f"nobody gains by leaving if it costs each member {cost.lower_bound:.6g} {game.unit}{less}",
        True if decided else None,
        cost.lower_bound,
        game.unit,
        () if cost.coalition is None else cost.coalition.coalition,
        certificate,
    )


def subsidy_verdict(rule: str, blocking: BlockingCoalition, subsidy: LeastSubsidy, proof: Certificate) -> Verdict:
    """With this subsidy nobody gains by leaving, and a smaller total does not do."""
    game, tolerance = blocking.game, blocking.tolerance
    certificate = {
        "kind": "balancing_weights",
        "coalitions": [list(game.labels(row)) for row in subsidy.coalitions[subsidy.weights > 0]],
        "weights": subsidy.weights[subsidy.weights > 0].tolist(),
        "subsidy": subsidy.subsidy.tolist(),
        "bracket": [subsidy.lower_bound, subsidy.upper_bound],
        **proof,
    }
    exact = subsidy.upper_bound - subsidy.lower_bound <= game.n_players * tolerance
    return Verdict(
        rule,
        "least_subsidy",
        f"a subsidy of {subsidy.upper_bound:.6g} {game.unit} in all leaves nobody a gain from leaving; "
        f"less than {subsidy.lower_bound:.6g} {game.unit} never does",
        True if exact else None,
        subsidy.upper_bound,
        game.unit,
        game.labels(subsidy.subsidy > tolerance),
        certificate,
    )


def count_verdict(result: RuleStability) -> Verdict:
    """How many coalitions gain by leaving."""
    game, count = result.blocking.game, result.n_blocking
    certificate: Certificate = {"kind": "none", "why": f"more than {ENUMERATED_PLAYERS} homes"}
    if count is None:
        error = f"standard error {result.blocking_error:.2%}"
        text = f"about {result.blocking_share:.2%} ({error}) of all proper coalitions gain by leaving"
        certificate["why"] = "a sample of coalitions"
    else:
        tolerance = f"{result.blocking.tolerance:.2e} {game.unit}"
        text = f"{count} of {2**game.n_players - 2} proper coalitions gain by leaving, to {tolerance}"
        if game.n_players <= ENUMERATED_PLAYERS:
            certificate = {"kind": "enumeration", "count": count}
    holds = True if certificate["kind"] == "enumeration" else None
    return Verdict(result.rule, "n_blocking", text, holds, 0.0, game.unit, (), certificate)


def contract_verdict(result: RuleStability, contract: ContractStability) -> Verdict:
    """Nobody gains by leaving for a single month, day or step."""
    certificate: Certificate = {"kind": "none", "why": "no price path supports every period to the tolerance"}
    if not recomputable(result.rule):
        certificate["why"] = "the rule is the caller's own function"
    elif contract.holds is False:
        certificate = {
            "kind": "coalition",
            "contract": contract.contract,
            "period": contract.period,
            "steps": contract.steps.tolist(),
            "payoffs": contract.payoffs.tolist(),
            "coalition": list(contract.coalition),
            "excess": contract.largest_excess,
        }
    elif contract.holds and contract.supporting_path is not None:
        certificate = {"kind": "price_path", "contract": contract.contract, **path_to_dict(contract.supporting_path)}
    blocked = f"{contract.blocked} of {contract.periods} blocked"
    return Verdict(
        result.rule,
        f"core_{contract.contract}",
        f"no coalition gains by leaving for one {contract.contract} ({blocked})",
        contract.holds if certificate["kind"] != "none" else None,
        -contract.largest_excess,
        result.blocking.game.unit,
        contract.coalition,
        certificate,
    )


def in_period(verdict: Verdict, period: ContractStability) -> Verdict:
    """The same verdict, said of one contract period only; payoffs that cannot be recomputed certify nothing."""
    statement = f"in the {period.contract} of {period.period}: {verdict.statement}"
    if not recomputable(verdict.rule):
        why = {"kind": "none", "why": "the rule is the caller's own function"}
        return replace(verdict, statement=statement, holds=None, certificate={**verdict.certificate, **why})
    where = {"steps": period.steps.tolist(), "payoffs": period.payoffs.tolist()}
    return replace(verdict, statement=statement, certificate={**verdict.certificate, **where})
