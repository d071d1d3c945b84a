"""The report as Markdown: the same sentences and tables, without figures."""

from __future__ import annotations

import os

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.registry import formats
from gametrade.reports.story.answer import report_title, three_sentences
from gametrade.reports.story.appendix import claims_table, input_check_table, left_out
from gametrade.reports.story.contract_lengths import contracts_table
from gametrade.reports.story.core import core_tables
from gametrade.reports.story.details import RuleStory, rule_stories
from gametrade.reports.story.game_answer import game_sentences, game_title
from gametrade.reports.story.game_tables import certificates_table, game_sections
from gametrade.reports.story.letters import letters
from gametrade.reports.story.markets import market_tables
from gametrade.reports.story.membership import membership_tables
from gametrade.reports.story.overview import assumptions_table, rules_table
from gametrade.reports.story.supporting import supporting_table
from gametrade.reports.story.table import Table
from gametrade.reports.writing import check_writable, write_atomically


@formats.register(extension=".md")
def markdown(study: StabilityStudy | EquilibriumStudy, path: str | os.PathLike[str]) -> None:
    """Write the report as Markdown.

    Parameters
    ----------
    study : StabilityStudy or EquilibriumStudy
        The answer.
    path : path
        File to write, whole or not at all.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gametrade as gt
    >>> study = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "report.md"
    >>> markdown(study, file)
    >>> file.read_text(encoding="utf-8").splitlines()[0]
    '# Does anybody gain by leaving? A game of 2 players'
    """
    check_writable(path)
    write_atomically(path, game_text(study) if isinstance(study, EquilibriumStudy) else markdown_text(study))


def markdown_text(study: StabilityStudy) -> str:
    """Lay the text out."""
    parts = [f"# {_escaped(report_title(study))}", "## The answer"]
    parts.append("\n".join(f"{k}. {_escaped(text)}" for k, text in enumerate(three_sentences(study), 1)))
    parts += ["## Assumptions", markdown_table(assumptions_table(study))]
    parts += [] if study.nothing_shared else _rules(study)
    parts += [*_section("Input check", input_check_table(study)), "## Notes"]
    parts.append("\n".join(f"{k}. {_escaped(note)}" for k, note in enumerate(study.notes, 1)))
    parts += [*([] if study.nothing_shared else _section("Claims", claims_table(study))), VERIFY]
    return "\n\n".join(parts) + "\n"


def game_text(study: EquilibriumStudy) -> str:
    """Lay the text of an equilibrium-property report out."""
    parts = [f"# {_escaped(game_title(study))}", "## The answer"]
    parts.append("\n".join(f"{k}. {_escaped(text)}" for k, text in enumerate(game_sentences(study), 1)))
    for section in game_sections(study, drawn=False):
        parts += [f"## {section.title}", *map(markdown_table, section.tables)]
        parts += [f"- Left out: {_escaped(text)}" for text in section.left_out]
    derived = letters(study)
    parts += [
        *(["## In letters"] if derived else []),
        *(f"{one.summary}\n\n{one.answer.to_latex()}" for one in derived),
    ]
    parts += ["## Notes", "\n".join(f"{k}. {_escaped(note)}" for k, note in enumerate(study.notes, 1))]
    return "\n\n".join([*parts, "## Certificates", markdown_table(certificates_table(study)), VERIFY]) + "\n"


def _rules(study: StabilityStudy) -> list[str]:
    """Everything about the rules, where there is anything to share."""
    parts = _section("The rules side by side", rules_table(study))
    parts += [f"- Left out: {_escaped(text)}" for text in left_out(study)]
    parts += _section("Supporting prices", supporting_table(study))
    parts += _section("Contract lengths", contracts_table(study))
    tables = core_tables(study)
    parts += ["## The core itself"] * bool(tables) + [markdown_table(table) for table in tables]
    tables = market_tables(study)
    parts += ["## Auctions between the homes"] * bool(tables) + [markdown_table(table) for table in tables]
    tables = membership_tables(study)
    parts += ["## Who joins whom"] * bool(tables) + [markdown_table(table) for table in tables]
    parts.append("## Each rule in detail")
    for story in rule_stories(study):
        parts += _story(story)
    return parts


def _section(title: str, table: Table | None) -> list[str]:
    """A table under its heading; nothing where there is none."""
    return [] if table is None else [f"## {title}", markdown_table(table)]


VERIFY = (
    "Write the report as JSON or HTML too and re-prove every claim without a solver, in exact arithmetic: "
    "`gametrade verify report.json`."
)


def _story(story: RuleStory) -> list[str]:
    """One rule as a section."""
    told = [f"### {_escaped(story.label)}: {_escaped(story.status)}"]
    told.append("\n".join(f"- {_escaped(text)}" for text in (*story.sentences, *story.notes)))
    return [*told, markdown_table(story.homes)]


def markdown_table(table: Table) -> str:
    r"""Write a table with units in its heads, numbers flush right, the note below.

    Examples
    --------
    >>> from gametrade.reports.story.table import Column
    >>> columns = (Column("home", numeric=False), Column("gain", "EUR"))
    >>> print(markdown_table(Table("Gains", columns, (("A|b", "1.00"),))))
    **Gains**
    <BLANKLINE>
    | home | gain [EUR] |
    | --- | ---: |
    | A\|b | 1.00 |
    """
    remarks = table.note.splitlines()
    note = "".join(f"\n\n{_escaped(text)}" if len(remarks) == 1 else f"\n- {_escaped(text)}" for text in remarks)
    note = f"\n{note}" if len(remarks) > 1 else note
    if not table.rows:
        return f"**{_escaped(table.caption)}**\n\nNone.{note}"
    lines = [_line([column.head for column in table.columns])]
    lines.append("| " + " | ".join("---:" if column.numeric else "---" for column in table.columns) + " |")
    lines += [_line(row) for row in table.rows]
    return f"**{_escaped(table.caption)}**\n\n" + "\n".join(lines) + note


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    """Keep names that contain Markdown signs as they are."""
    for sign in "\\|*_`<>":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
