"""``gametrade verify``: prove every claim of a report again, without any solver."""

from __future__ import annotations

from collections import Counter

import click

from gametrade.cli.sentences import FINDING
from gametrade.errors import InvalidInputError
from gametrade.reports.reading import read_document

REPORTS = (".json", ".html", ".htm")
"""Extensions of the reports that carry certificates."""


@click.command()
@click.argument("path", metavar="REPORT.json|REPORT.html")
@click.option("--data", "data_folder", metavar="FOLDER", help="Where the meter data are, if the report names files.")
@click.pass_context
def verify(ctx: click.Context, path: str, data_folder: str | None) -> None:
    """Prove every claim of a report again, in exact arithmetic and without trusting who computed it.

    Each line says whether a claim is proved, refuted or not proved (the report itself gives no certificate
    for it), and how tightly.

    \b
    Examples:
      gametrade verify report.json
      gametrade verify report.html
      gametrade verify report.json --data meter/

    Exit codes: 0 nothing refuted, 1 at least one claim refuted, 2 not a report or no data.
    """  # noqa: D301
    from gametrade.analysis.verification import VISIBLE_PAGE, verify_document
    from gametrade.analysis.verification.market_file import MARKET_SCHEMA, verify_market

    if not path.lower().endswith(REPORTS):
        raise InvalidInputError(
            f"verify needs a report in JSON or HTML, written by gametrade report -o report.json. Got {path!r}."
        )
    document = read_document(path)
    market = isinstance(document, dict) and document.get("schema") == MARKET_SCHEMA
    outcomes = verify_market(document) if market else verify_document(document, data_folder)
    if not path.lower().endswith(".json"):
        outcomes.append(VISIBLE_PAGE)
    width = max((len(outcome.id) for outcome in outcomes), default=0)
    for outcome in outcomes:
        click.echo(f"{outcome.outcome:<10}  {outcome.id:<{width}}  {outcome.detail}".rstrip())
    counts = Counter(outcome.outcome for outcome in outcomes)
    click.echo(f"{counts['proved']} proved, {counts['refuted']} refuted, {counts['not proved']} not proved.")
    if counts["refuted"]:
        ctx.exit(FINDING)
