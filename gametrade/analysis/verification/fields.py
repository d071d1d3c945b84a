"""Which fields the parts of a report have, and of which type: what is missing or malformed is said in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gametrade.analysis.verification.case import Refuted
from gametrade.errors import GametradeError

NUMBER, COUNT, TEXT, LIST, TABLE = "a number", "a whole number", "a text", "a list", "a mapping"
OR_NULL = " or null"

KINDS: Mapping[str, tuple[type, ...]] = {
    NUMBER: (int, float),
    COUNT: (int,),
    TEXT: (str,),
    LIST: (list, tuple),
    TABLE: (Mapping,),
    "true, false": (bool,),
    "true or false": (bool,),
}

CLAIM = {
    "id": TEXT,
    "rule": TEXT,
    "property": TEXT,
    "statement": TEXT,
    "holds": "true, false" + OR_NULL,
    "margin": NUMBER,
    "unit": TEXT,
    "witness": LIST,
    "certificate": TABLE,
}
ANSWER = {
    "rule": TEXT,
    "unit": TEXT,
    "payoffs": TABLE,
    "standard_errors": LIST + OR_NULL,
    "buy_price": LIST + OR_NULL,
    "sell_price": LIST + OR_NULL,
    "supporting_path": TABLE + OR_NULL,
    "price_unit": TEXT,
    "most_profitable": LIST,
    "alternatives": TABLE,
    "notes": LIST,
}
SUMMARY = {
    "rule": TEXT,
    "status": TEXT,
    **dict.fromkeys(("imbalance", "smallest_gain", "largest_excess", "upper_bound", "per_member"), NUMBER),
    **dict.fromkeys(("exit_cost", "exit_cost_per_member", "least_subsidy", "least_subsidy_lower"), NUMBER),
    **dict.fromkeys(("worse_off", "members"), COUNT),
    "n_blocking": COUNT + OR_NULL,
    "blocking_share": NUMBER,
    **dict.fromkeys(("share_of_bill", "price_shortfall", "gini", "jain", "correlation"), NUMBER + OR_NULL),
    **dict.fromkeys(("other_weeks", "period_bill"), NUMBER + OR_NULL),
    "period": TEXT,
    "period_gains": NUMBER,
}
CONTRACT = {
    "rule": TEXT,
    "contract": TEXT,
    **dict.fromkeys(("periods", "blocked"), COUNT),
    **dict.fromkeys(("largest_excess", "upper_bound", "smallest_gain"), NUMBER),
    "coalition": LIST,
    **dict.fromkeys(("period", "loser"), TEXT),
    "exact": "true or false",
}


def check_fields(what: str, row: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """Check that a part of a report has its fields, each of its type.

    Raises
    ------
    Refuted
        If a field is missing or of another type.
    """
    for name, kind in fields.items():
        if name not in row:
            raise Refuted(f"{what} lacks the field {name!r}")
        value, wanted = row[name], kind.removesuffix(OR_NULL)
        if value is None and kind.endswith(OR_NULL):
            continue
        boolean = isinstance(value, bool) and wanted in (NUMBER, COUNT)
        if boolean or not isinstance(value, KINDS[wanted]) or value != value:
            raise Refuted(f"the field {name!r} of {what} must be {kind}, the report says {value!r:.60}")


def broken(what: str, problem: Exception) -> str:
    """Say what an exception means for the part of a report that was read.

    Examples
    --------
    >>> broken("the claim equal_split/core", KeyError("tree"))
    "the claim equal_split/core lacks the field 'tree'"
    >>> broken("the tables", IndexError("list index out of range"))
    'a value in the tables is of the wrong type or size'
    """
    if isinstance(problem, GametradeError):
        return f"{what}: {problem}"
    if isinstance(problem, KeyError) and problem.args and isinstance(problem.args[0], str):
        return f"{what} lacks the field {problem.args[0]!r}"
    return f"a value in {what} is of the wrong type or size"
