"""The tables at the end: input check, rules left out, and every claim with its margin."""

from __future__ import annotations

from gametrade.analysis.study import StabilityStudy
from gametrade.analysis.verdict import Verdict
from gametrade.community import check_data
from gametrade.games.coalitional import SharingGame
from gametrade.reports.story.numbers import NOTHING, Writer
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import listed, property_label, rule_label

HOLDS = {
    True: "\N{CHECK MARK} holds",
    False: "\N{MULTIPLICATION X} does not hold",
    None: "\N{WHITE DIAMOND} not proved",
}

AMOUNTS = ("exit_cost", "least_subsidy", "cost_of_stability")
"""Claims of an amount: it stands where others have their margin."""

NO_MARGIN = ("payoffs", "n_blocking")
"""Claims that are true or false without more or less."""

FINDINGS = 200
"""Most findings of the input check that are listed."""


def input_check_table(study: StabilityStudy) -> Table | None:
    """What the input check noticed about the meter data; None for table games."""
    if not isinstance(study.game, SharingGame):
        return None
    check = check_data(study.game.community)
    counts = ", ".join(
        f"{check.count(s)} {s}{'' if check.count(s) == 1 else 's'}" for s in ("fault", "suspect", "note")
    )
    more = len(check.findings) - FINDINGS
    rest = f" {more} more are not shown." if more > 0 else ""
    return Table(
        f"Input check: {counts}",
        (
            *(Column(name, numeric=False, whole=True) for name in ("severity", "home", "data", "check")),
            Column("evidence", numeric=False),
        ),
        tuple((*row[:3], row[3].replace("_", " "), *row[4:]) for row in check.rows()[:FINDINGS]),
        f"{len(check.checks)} checks were run. Nothing was changed or repaired.{rest}",
    )


def claims_table(study: StabilityStudy) -> Table:
    """Every claim of the report with its margin, witness and kind of certificate."""
    write = Writer.of(study)
    rows = tuple(
        (
            rule_label(verdict.rule),
            property_label(verdict.property),
            HOLDS[verdict.holds],
            NOTHING if verdict.property in NO_MARGIN else write.number(verdict.margin),
            listed(verdict.witness, 4),
            str(verdict.certificate.get("kind", "none")).replace("_", " "),
            claim_words(verdict),
        )
        for verdict in study.verdicts
    )
    columns = (
        Column("rule", numeric=False),
        Column("about", numeric=False),
        Column("verdict", numeric=False),
        Column("margin or amount", study.game.unit),
        Column("witness", numeric=False),
        Column("certificate", numeric=False),
        Column("claim", numeric=False),
    )
    return Table(
        "Every claim with its margin",
        columns,
        rows,
        "Margin: positive is room to spare, negative is what the witness gains or what is missing; for exit cost, "
        "least subsidy and cost of stability the amount itself. Witness: the tightest coalition or home. "
        "Certificate “none”: computed, not certified.",
        joined=True,
    )


def claim_words(verdict: Verdict) -> str:
    """Write the claim, so that one that does not hold cannot be read as a fact."""
    words = verdict.statement.replace(f"those of {verdict.rule} ", f"those of {rule_label(verdict.rule)} ")
    if verdict.holds:
        return words
    opening = "not proved" if verdict.holds is None else "does not hold"
    return f"{opening}: \N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"


def left_out(study: StabilityStudy) -> list[str]:
    """Rules that were left out, and why."""
    return [f"{rule_label(rule)}: {reason}" for rule, reason in study.skipped.items()]
