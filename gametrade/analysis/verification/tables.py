"""The summary repeats the answers and claims or follows from them: check that it says the same."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.fairness import correlation, gini, jain
from gametrade.analysis.verification.case import Case, Refuted, Row
from gametrade.analysis.verification.comparing import BORDER, equal, same, same_or_missing
from gametrade.analysis.verification.contract_rows import check_contract_row
from gametrade.analysis.verification.core_part import check_core
from gametrade.analysis.verification.listed import check_listed, check_named
from gametrade.analysis.verification.scene import Scene, headline_contract, headline_scene, proper_members
from gametrade.analysis.verification.supporting import check_supporting_path
from gametrade.games.coalitional import CoalitionalGame, SharingGame

STATUS = {True: "core", False: "blocked", None: "not proved"}
NEVER_CERTIFIED = ("summary.other_weeks", "contracts.exact", "standard_errors")
"""Columns that no certificate covers."""


def check_tables(case: Case) -> str:
    """Compare summary, lists of coalitions and table of contracts with the claims, number by number.

    Returns
    -------
    str
        How much agrees, and which columns are computed, not certified.

    Raises
    ------
    Refuted
        If a table says something else than the claims that are proved.
    """
    loose: set[str] = set(NEVER_CERTIFIED)
    for row in case.document["summary"]:
        for column, stated, found in _repeated(case, row):
            equal(f"{column} of {row['rule']}", stated, found)
        _check_payoff_columns(case, row)
        loose |= _check_count_columns(case, row)
        if (scene := headline_scene(case, row["rule"])) is None:
            check_named(case, case.answers[row["rule"]])
            loose |= {f"summary, most_profitable and alternatives of {row['rule']}"}
            continue
        _check_scene_columns(case, row, scene)
        check_listed(scene, case.answers[row["rule"]])
    for row in case.document["contracts"]:
        loose |= check_contract_row(case, row)
    loose |= check_core(case)
    rows = f"{len(case.document['summary'])} rows of the summary and {len(case.document['contracts'])} of contracts"
    return f"{rows} agree with the claims; computed, not certified: {', '.join(sorted(loose))}"


def _repeated(case: Case, row: Row) -> list[tuple[str, Any, Any]]:
    """Column, number of the table, number of the claim."""
    rule, claims = row["rule"], case.claims
    core, cost, subsidy = (claims[f"{rule}/{name}"] for name in ("core", "exit_cost", "least_subsidy"))
    excess = core["certificate"]["excess"]
    headline = claims.get(f"{rule}/core_{case.document['contract']}", core)
    return [
        ("status", row["status"], STATUS[headline["holds"]]),
        ("imbalance", row["imbalance"], claims[f"{rule}/budget_balance"]["certificate"]["imbalance"]),
        ("smallest gain", row["smallest_gain"], claims[f"{rule}/individual_rationality"]["margin"]),
        ("largest excess", row["largest_excess"], excess),
        ("upper bound", row["upper_bound"], core["certificate"]["upper_bound"]),
        ("members", row["members"], len(core["witness"])),
        ("excess per member", row["per_member"], excess / len(core["witness"])),
        ("exit cost", row["exit_cost"], max(0.0, excess)),
        ("exit cost per member", row["exit_cost_per_member"], cost["certificate"]["bracket"][0]),
        ("least subsidy", row["least_subsidy"], subsidy["certificate"]["bracket"][1]),
        ("least subsidy from below", row["least_subsidy_lower"], subsidy["certificate"]["bracket"][0]),
    ]


def _check_payoff_columns(case: Case, row: Row) -> None:
    """Columns that follow from the payoffs alone."""
    rule, game = row["rule"], case.game
    exact = case.payoffs(rule)
    tolerance = case.tolerance(exact)
    losses = [Fraction(float(v)) - x for v, x in zip(game.single_values, exact, strict=True)]
    sure, maybe = (sum(loss > (1 + side * BORDER) * tolerance for loss in losses) for side in (1, -1))
    if not sure <= row["worse_off"] <= maybe:
        raise Refuted(f"{sure} homes are worse off under {rule}, the summary says {row['worse_off']}")
    payoffs = np.array([float(x) for x in exact])
    if "marginal" not in case.kept:
        case.kept["marginal"] = game.grand_value - game.values(~np.eye(game.n_players, dtype=bool))
    same_or_missing(f"gini of {rule}", row["gini"], gini(payoffs))
    same_or_missing(f"jain of {rule}", row["jain"], jain(payoffs))
    same_or_missing(f"correlation of {rule}", row["correlation"], correlation(payoffs, case.kept["marginal"]))


def _check_count_columns(case: Case, row: Row) -> set[str]:
    """Number and share of blocking coalitions; what is only sampled or too many to count is not certified."""
    rule, count, share = row["rule"], row["n_blocking"], row["blocking_share"]
    certificate = case.claims[f"{rule}/n_blocking"]["certificate"]
    everything = 2**case.game.n_players - 2
    if not 0 <= share <= 1:
        raise Refuted(f"the share of blocking coalitions of {rule} is {share}")
    if count is not None:
        same(f"blocking share of {rule}", share, count / everything, 1.0)
    if certificate["kind"] != "none":
        equal(f"blocking coalitions of {rule}", count, certificate["count"])
        return set()
    equal(f"blocking coalitions of {rule}", count, certificate.get("count"))
    if count is None:
        equal(f"blocking share of {rule}", share, certificate["share"])
    return {"summary.blocking_share where sampled"} if count is None else {"summary.n_blocking and blocking_share"}


def _check_scene_columns(case: Case, row: Row, scene: Scene) -> None:
    """Columns about the most profitable coalition and the price path that comes closest."""
    rule, game = row["rule"], scene.exact.game
    claim = case.claims[f"{rule}/core"]
    members = proper_members(scene, claim["certificate"]["coalition"])
    share = float("nan")
    if isinstance(game, SharingGame):
        bill = float(game.community.stand_alone_bills()[members].sum())
        share = float(row["largest_excess"]) / bill if bill > 0 else share
    same_or_missing(f"share of the bill of {rule}", row["share_of_bill"], share)
    _check_period_columns(case, row, game)
    check_supporting_path(case, row, scene)


def _check_period_columns(case: Case, row: Row, game: CoalitionalGame) -> None:
    """Which period the headline numbers describe, and what is at stake in it."""
    rule, contract = row["rule"], headline_contract(case, row["rule"])
    period = "" if contract == "whole" else case.contract_rows[rule, contract]["period"]
    equal(f"period of {rule}", row["period"], period)
    same(f"gains of the period of {rule}", row["period_gains"], game.grand_value, case.game.grand_value)
    bill = float("nan")
    if isinstance(game, SharingGame):
        bill = float(game.community.stand_alone_bills().sum())
    same_or_missing(f"bill of the period of {rule}", row["period_bill"], bill)
