"""The tables at the end: input check, rules left out, and every claim with its margin."""

from __future__ import annotations

from gametrade.analysis.study import StabilityStudy
from gametrade.community import check_data
from gametrade.games.coalitional import SharingGame
from gametrade.reports.story.numbers import Writer
from gametrade.reports.story.table import Column, Table, words
from gametrade.reports.story.words import listed, rule_label

HOLDS = {True: "\N{CHECK MARK} holds", False: "\N{MULTIPLICATION X} fails", None: "\N{WHITE DIAMOND} not proved"}

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
        words("severity", "home", "data", "check", "evidence"),
        tuple(tuple(row) for row in check.rows()[:FINDINGS]),
        f"{len(check.checks)} checks were run. Nothing was changed or repaired.{rest}",
    )


def claims_table(study: StabilityStudy) -> Table:
    """Every claim of the report with its margin, witness and kind of certificate."""
    write = Writer.of(study)
    rows = tuple(
        (
            rule_label(verdict.rule),
            verdict.property.replace("_", " "),
            HOLDS[verdict.holds],
            write.number(verdict.margin),
            listed(verdict.witness, 4),
            str(verdict.certificate.get("kind", "none")).replace("_", " "),
            verdict.statement,
        )
        for verdict in study.verdicts
    )
    columns = (
        Column("rule", numeric=False),
        Column("property", numeric=False),
        Column("verdict", numeric=False),
        Column("margin", study.game.unit),
        Column("witness", numeric=False),
        Column("certificate", numeric=False),
        Column("claim", numeric=False),
    )
    return Table(
        "Every claim with its margin",
        columns,
        rows,
        "Margin: positive is room to spare, negative is what the witness gains. Certificate “none”: "
        "computed, not certified.",
    )


def left_out(study: StabilityStudy) -> list[str]:
    """Rules that were left out, and why."""
    return [f"{rule_label(rule)}: {reason}" for rule, reason in study.skipped.items()]
