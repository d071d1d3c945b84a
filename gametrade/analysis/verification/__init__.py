"""Re-prove every claim of a report from its data, in exact arithmetic and without any solver."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from gametrade.analysis.document import data_section
from gametrade.analysis.equilibrium_document import SCHEMA as EQUILIBRIA
from gametrade.analysis.verification.case import Case, Claim, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict, same
from gametrade.analysis.verification.dispatch import prove_values, proven_costs
from gametrade.analysis.verification.fields import CLAIM, check_fields
from gametrade.analysis.verification.games import verify_equilibria
from gametrade.analysis.verification.guarding import guarded
from gametrade.analysis.verification.loading import check_shape, game_of
from gametrade.analysis.verification.market_part import check_market
from gametrade.analysis.verification.membership.files import FILES
from gametrade.analysis.verification.membership.section import check_membership
from gametrade.analysis.verification.outcome import NOT_PROVED, PROVED, REFUTED, Outcome
from gametrade.analysis.verification.structure import check_structure
from gametrade.analysis.verification.tables import check_tables
from gametrade.analysis.verification.uncertified import check_uncertified
from gametrade.analysis.verification.words import check_notes, check_statement
from gametrade.games.coalitional import DispatchGame
from gametrade.registry import checks

KINDS = {
    "payoffs": ("recompute", "kohlberg", "least_core"),
    "budget_balance": ("recompute",),
    "individual_rationality": ("recompute",),
    "core": ("price_tree", "enumeration", "dispatch_dual"),
    "exit_cost": ("price_tree", "enumeration"),
    "least_subsidy": ("balancing_weights",),
    "n_blocking": ("enumeration",),
    "core_of_periods": ("coalition", "price_path", "periods"),
    "balanced": ("price_path", "dispatch_dual", "pairs", "point", "balancing_weights"),
    "least_core_excess": ("balancing_weights",),
    "cost_of_stability": ("balancing_weights",),
}
"""Kinds of certificates that prove a property."""


VISIBLE_PAGE = Outcome(
    "page",
    NOT_PROVED,
    "the report inside the page was verified, what the page shows was not compared with it; "
    "render it again with gametrade report, or read the JSON report",
)
"""What is said of a page that carries a report."""


def verify_document(document: Mapping[str, Any], data_folder: str | Path | None = None) -> list[Outcome]:
    """Check every claim of a report.

    Parameters
    ----------
    document : mapping
        A report, schema ``gametrade-report/1``, or of a strategic game, ``gametrade-equilibria/1``, or a file about
        who joins whom, ``gametrade-formation/1`` and its like.
    data_folder : str or Path, optional
        Where to look for the meter data when the report names files.

    Returns
    -------
    list of Outcome
        One for the data, one for completeness, one for the tables, whose detail names the columns that are
        computed but not certified, one for the notes, whose detail names the words that nothing can be
        compared with, one for the section on mechanisms, if there is one, whose lies are told again, one for the
        section on who joins whom, and one for each claim, its statement included.

    Raises
    ------
    InvalidInputError
        If this is not a report of that schema or its data cannot be had; nothing else is raised.

    Notes
    -----
    Every float is a whole number over a power of two, so values, payoffs and price bounds are compared
    without rounding. Only payoffs are recomputed in floating point, by the rule itself, to 1e-9.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> document = gt.analyse_stability(game, ["equal_split"]).to_dict()
    >>> {outcome.outcome for outcome in verify_document(document)}
    {'proved'}
    """
    if isinstance(document, Mapping) and document.get("schema") == EQUILIBRIA:
        return verify_equilibria(document)
    if isinstance(document, Mapping) and (file := FILES.get(str(document.get("schema")))) is not None:
        return file(document, data_folder)
    check_shape(document)
    case = Case(document, game_of(document, data_folder))
    outcomes = [guarded("data", lambda: _check_data(case))]
    if outcomes[0].outcome == REFUTED:
        return outcomes
    outcomes.append(guarded("completeness", lambda: (PROVED, check_structure(case))))
    outcomes.append(guarded("tables", lambda: (PROVED, check_tables(case))))
    outcomes.append(guarded("notes", lambda: (PROVED, check_notes(case))))
    if document.get("market") is not None:
        outcomes.append(guarded("market", lambda: (PROVED, check_market(case))))
    if document.get("membership") is not None:
        outcomes.append(guarded("membership", lambda: (PROVED, check_membership(case))))
    return outcomes + [guarded(str(claim.get("id")), partial(_check, case, claim)) for claim in document["claims"]]


def _check_data(case: Case) -> tuple[str, str]:
    """The data are those that the report was made from, and its headline totals follow from them."""
    data = data_section(case.game)
    if data["sha256"] != case.document["data"]["sha256"]:
        raise Refuted(f"SHA-256 of the data is {data['sha256']}, the report says {case.document['data']['sha256']}")
    if list(case.game.players) != list(case.document["players"]):
        raise Refuted("players of the report are not those of the data")
    for name in ("homes", "steps", "step_hours"):
        if name in data:
            equal(f"{name} of the data", case.document["data"][name], data[name])
    equal("unit", case.document["unit"], case.game.unit)
    _check_listed_values(case)
    if isinstance(case.game, DispatchGame) and case.document.get("evidence"):
        proven_costs(case)
        prove_values(case)
    same("gains", case.document["gains"], case.game.grand_value, case.game.grand_value)
    same("tolerance", case.document["tolerance"], case.game.tolerance, case.game.tolerance)
    return PROVED, f"SHA-256 {data['sha256'][:16]}..., {len(case.game.players)} players"


def _check_listed_values(case: Case) -> None:
    """The values that stand beside a recipe are those of its game."""
    data = case.document["data"]
    if data["source"] == "game" and (values := data.get("values")) is not None:
        again = case.game.table()
        if len(values) != len(again):
            raise Refuted(f"the data must list {len(again)} values, one a coalition")
        for mask, (stated, found) in enumerate(zip(values, again, strict=True)):
            close(f"value of coalition number {mask}", stated, Fraction(float(found)), Fraction(case.game.tolerance))


def _check(case: Case, claim: Claim) -> tuple[str, str]:
    """Check one claim, its numbers first and then its words."""
    check_fields(f"the claim {claim.get('id')}", claim, CLAIM)
    outcome = _check_numbers(case, claim)
    check_statement(case, claim)
    return outcome


def _check_numbers(case: Case, claim: Claim) -> tuple[str, str]:
    """Check one claim by the property that it is about."""
    certificate, rule, name = claim["certificate"], claim["rule"], claim["property"]
    if claim["id"] != f"{rule}/{name}":
        raise Refuted("the id does not name the rule and the property")
    equal("unit", claim["unit"], case.game.unit)
    name = "core_of_periods" if name.startswith("core_") else name
    if name not in KINDS:
        raise Refuted(f"nothing is known of the property {name!r}")
    kind = certificate["kind"]
    again = case.known_rule(rule) and not (name == "payoffs" and case.sampled(rule))
    if kind == "none":
        expect_verdict(claim, {None})
        check_uncertified(case, claim)
        if name == "payoffs" and again:
            raise Refuted(f"{rule} can be run again, so its payoffs must not go without a certificate")
        return NOT_PROVED, f"computed, not certified ({certificate.get('why', 'no reason given')})"
    if name == "payoffs" and not again:
        raise Refuted(f"{rule} cannot be run again, so there is no certificate for this")
    if kind not in KINDS[name] or ("tree" in certificate and kind == "enumeration"):
        raise Refuted(f"a certificate of the kind {kind!r} does not prove this claim")
    return PROVED, checks.get(name).function(case, claim, certificate)
