"""What the analyser claims about a rule, as verdicts with certificates that need no solver to check."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.counting import CoalitionCount
from gametrade.analysis.encoding import path_to_dict, tree_to_dict
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.registry import rules
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.exit_cost import ExitCost
from gametrade.solvers.least_subsidy import LeastSubsidy
from gametrade.solvers.price_tree import PriceTree, clearing_price
from gametrade.solvers.saddle_point import PRICE_GRID

ENUMERATED_PLAYERS = 14
"""Most homes for which a count of coalitions is re-proved by exact enumeration."""

Certificate = dict[str, Any]


def rule_verdicts(
    rule: str,
    allocation: Allocation,
    blocking: BlockingCoalition,
    cost: ExitCost,
    subsidy: LeastSubsidy,
    count: CoalitionCount,
    contracts: dict[str, ContractStability],
    contract: str,
) -> list[Verdict]:
    """All claims about one rule, in reading order."""
    focus = blocking.game
    period = contracts.get(contract)
    about_focus = [
        core_verdict(rule, blocking, float(blocking.payoffs.sum()) - focus.grand_value),
        exit_cost_verdict(rule, cost),
        subsidy_verdict(rule, blocking, subsidy, _subsidy_proof(blocking, subsidy)),
        count_verdict(rule, focus, count),
    ]
    if period is not None and period.periods:
        about_focus = [in_period(verdict, period) for verdict in about_focus]
    path = _clearing_path(allocation.game)
    return [
        payoffs_verdict(allocation, rule),
        balance_verdict(allocation, rule),
        rationality_verdict(allocation, rule),
        *about_focus,
        *(contract_verdict(rule, focus.unit, entry, path) for entry in contracts.values()),
    ]


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


def _clearing_path(game: CoalitionalGame) -> np.ndarray | None:
    """Prices that clear every trade step, in 128ths: they support the core of every period."""
    if not isinstance(game, SharingGame):
        return None
    return np.asarray(np.round(clearing_price(game.position) * PRICE_GRID).astype(np.uint8))


def payoffs_verdict(allocation: Allocation, rule: str) -> Verdict:
    """The payoffs are what the rule gives on these data."""
    sampled = allocation.standard_errors is not None
    known = rule.partition(":")[0] in rules
    kind = "recompute" if known and not sampled else "none"
    why = "sampled payoffs" if sampled else "the rule is the caller's own function"
    return Verdict(
        rule,
        "payoffs",
        f"payoffs and prices are those of {rule} on these data, to 1e-9 of the gains",
        True if kind == "recompute" else None,
        0.0,
        allocation.game.unit,
        (),
        {"kind": kind} if kind == "recompute" else {"kind": "none", "why": why},
    )


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
    return Verdict(
        rule,
        "core",
        f"payoffs share the gains of all and no proper coalition gains more than {blocking.tolerance:.2e} "
        f"{game.unit} by leaving",
        holds,
        margin,
        game.unit,
        blocking.coalition,
        excess_certificate(blocking),
    )


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
    return Verdict(
        rule,
        "exit_cost",
        f"nobody gains by leaving if it costs each member {cost.lower_bound:.6g} {game.unit}; at less somebody does",
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


def count_verdict(rule: str, game: CoalitionalGame, count: CoalitionCount) -> Verdict:
    """How many coalitions gain by leaving."""
    everyone = 2**game.n_players - 2
    if count.count is None:
        text = f"about {count.share:.2%} (standard error {count.standard_error:.2%}) of all coalitions gain by leaving"
        certificate: Certificate = {"kind": "none", "why": "a sample of coalitions"}
    else:
        text = f"{count.count} of {everyone} proper coalitions gain by leaving, to {game.tolerance:.2e} {game.unit}"
        enumerable = game.n_players <= ENUMERATED_PLAYERS
        certificate = {"kind": "enumeration", "count": count.count} if enumerable else {"kind": "none", "why": "2^n"}
    return Verdict(rule, "n_blocking", text, count.count is not None or None, 0.0, game.unit, (), certificate)


def contract_verdict(rule: str, unit: str, contract: ContractStability, path: np.ndarray | None) -> Verdict:
    """Nobody gains by leaving for a single month, day or step."""
    certificate: Certificate
    if contract.holds is False:
        certificate = {
            "kind": "coalition",
            "contract": contract.contract,
            "period": contract.period,
            "steps": contract.steps.tolist(),
            "payoffs": contract.payoffs.tolist(),
            "coalition": list(contract.coalition),
            "excess": contract.largest_excess,
        }
    elif contract.holds and path is not None:
        certificate = {"kind": "price_path", "contract": contract.contract, **path_to_dict(path)}
    else:
        certificate = {"kind": "none", "why": "bounds of single periods straddle the tolerance"}
    return Verdict(
        rule,
        f"core_{contract.contract}",
        f"no coalition gains by leaving for one {contract.contract} ({contract.blocked} of {contract.periods} blocked)",
        contract.holds,
        -contract.largest_excess,
        unit,
        contract.coalition,
        certificate,
    )


def in_period(verdict: Verdict, period: ContractStability) -> Verdict:
    """The same verdict, said of one contract period only."""
    where = {"steps": period.steps.tolist(), "payoffs": period.payoffs.tolist()}
    return replace(
        verdict,
        statement=f"in the {period.contract} of {period.period}: {verdict.statement}",
        certificate={**verdict.certificate, **where},
    )
