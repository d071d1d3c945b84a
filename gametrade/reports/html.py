"""The report as one self-contained page that works offline."""

from __future__ import annotations

import os
from typing import Any

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.registry import formats
from gametrade.reports.reading import document_text, pack_document
from gametrade.reports.story.answer import report_title, three_sentences
from gametrade.reports.story.appendix import claims_table, input_check_table, left_out
from gametrade.reports.story.contract_lengths import contracts_table
from gametrade.reports.story.core import core_tables
from gametrade.reports.story.details import rule_stories
from gametrade.reports.story.game_answer import game_sentences, game_title
from gametrade.reports.story.game_tables import certificates_table, game_sections
from gametrade.reports.story.letters import letters
from gametrade.reports.story.markets import market_tables
from gametrade.reports.story.membership import membership_tables
from gametrade.reports.story.overview import assumptions_table, rules_table
from gametrade.reports.story.supporting import supporting_table
from gametrade.reports.writing import check_writable, write_atomically

EMBEDDED_BYTES = 8_000_000
"""Largest machine-readable report that is put inside the page."""


@formats.register(extension=".html")
def html(study: StabilityStudy | EquilibriumStudy, path: str | os.PathLike[str]) -> None:
    """Write the report as a page with tables, figures and the certificates inside.

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

    Notes
    -----
    The page holds plotly.js (about 5 MB) and forbids every request by its content security policy. The
    machine-readable report is embedded unless it exceeds 8 MB.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gametrade as gt
    >>> study = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "report.html"
    >>> html(study, file)
    >>> file.read_text(encoding="utf-8")[:15]
    '<!doctype html>'
    """
    check_writable(path)
    write_atomically(path, page(study))


def page(study: StabilityStudy | EquilibriumStudy) -> str:
    """Lay the page out."""
    import jinja2
    from plotly.offline import get_plotlyjs

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gametrade.reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    figures = _figures(study)
    if isinstance(study, EquilibriumStudy):
        template, content = "game.html.j2", _game_content(study, bool(figures))
    else:
        template, content = "report.html.j2", _content(study)
    content |= {"figures": figures, "plotly": get_plotlyjs() if figures else ""}
    return environment.get_template(template).render(content) + "\n"


def _game_content(study: EquilibriumStudy, drawn: bool) -> dict[str, Any]:
    """Everything that the template of a strategic game shows."""
    packed = pack_document(document_text(study))
    return {
        "title": game_title(study),
        "sentences": game_sentences(study),
        "sections": game_sections(study, drawn),
        "letters": letters(study),
        "certificates": certificates_table(study),
        "notes": study.notes,
        "packed": packed if len(packed) <= EMBEDDED_BYTES else "",
    }


def _content(study: StabilityStudy) -> dict[str, Any]:
    """Everything that the template shows, as texts and tables."""
    packed = pack_document(document_text(study))
    shown = not study.nothing_shared
    return {
        "title": report_title(study),
        "sentences": three_sentences(study),
        "assumptions": assumptions_table(study),
        "rules": rules_table(study) if shown else None,
        "supporting": supporting_table(study),
        "contracts": contracts_table(study) if shown else None,
        "core": core_tables(study) if shown else [],
        "market": market_tables(study),
        "membership": membership_tables(study),
        "stories": rule_stories(study) if shown else [],
        "check": input_check_table(study),
        "notes": study.notes,
        "left_out": left_out(study),
        "claims": claims_table(study) if shown else None,
        "packed": packed if len(packed) <= EMBEDDED_BYTES else "",
    }


def _figures(study: StabilityStudy | EquilibriumStudy) -> list[dict[str, str]]:
    """Figures as data for the script of the page; ``<`` is escaped so that no label can end the script."""
    from gametrade.reports.figures.all_figures import all_figures

    return [
        {
            "id": figure.id,
            "title": figure.title,
            "caption": figure.caption,
            "height": str(figure.plot.layout.height),
            "print_height": str(figure.print_height),
            "data": str(figure.plot.to_json()).replace("<", "\\u003c"),
        }
        for figure in all_figures(study)
    ]
