"""The tables of a report repeat its answers and claims: check that they say the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gametrade.analysis.verification.case import Case, Refuted


def check_tables(case: Case) -> str:
    """Compare the summary and the table of contracts with the claims, number by number.

    Raises
    ------
    Refuted
        If a table says something else than the claims that are proved.
    """
    claims = {claim["id"]: claim for claim in case.document["claims"]}
    if len(claims) != len(case.document["claims"]):
        raise Refuted("two claims have the same id")
    for row in case.document["summary"]:
        for column, stated, found in _summary_pairs(case, row, claims):
            _equal(f"{column} of {row['rule']}", stated, found)
    for row in case.document["contracts"]:
        claim = claims[f"{row['rule']}/core_{row['contract']}"]
        _equal(f"{row['contract']} excess of {row['rule']}", row["largest_excess"], -claim["margin"])
        _equal(f"{row['contract']} coalition of {row['rule']}", row["coalition"], claim["witness"])
    return f"{len(case.document['summary'])} rows agree with the claims"


def _summary_pairs(case: Case, row: Mapping[str, Any], claims: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Column, number of the table, number of the claim."""
    rule = row["rule"]
    core, cost, subsidy = (claims[f"{rule}/{name}"] for name in ("core", "exit_cost", "least_subsidy"))
    excess = core["certificate"]["excess"]
    headline = claims.get(f"{rule}/core_{case.document['contract']}", core)
    return [
        ("status", row["status"], {True: "core", False: "blocked", None: "not proved"}[headline["holds"]]),
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


def _equal(what: str, stated: Any, found: Any) -> None:
    if stated != found:
        raise Refuted(f"{what} is {found!r} in the claims, the table says {stated!r}")
