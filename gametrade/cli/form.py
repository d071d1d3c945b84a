"""``gametrade form``: which coalitions form, and whether anybody would leave them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gametrade.analysis.membership_documents import certificate_document, formation_document, structure_document
from gametrade.analysis.partition_verdict import partition_verdict
from gametrade.analysis.studies.formation import FormationStudy, formation_study
from gametrade.analysis.verdict import Verdict
from gametrade.cli.reading import FILES, PRICES, reading_options, with_options
from gametrade.cli.report import read_input
from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame, TableGame
from gametrade.games.formation import FormationGame
from gametrade.reports.writing import check_writable, write_atomically
from gametrade.solvers.certified_structure import certified_structure
from gametrade.solvers.partition_finder import NOTIONS, SINGLE_PLAYERS, most_players


@click.command()
@click.argument("inputs", nargs=-1, metavar="[LOAD.csv [GENERATION.csv] | GAME.json | GAME.toml]")
@click.option("--demo", is_flag=True, help="Take the measured homes that come with the package.")
@click.option("--rule", default="equal_split", show_default=True, metavar="NAME[:OPTION=VALUE]", help=(
    "How each coalition splits what it gains; gametrade rules lists them."
))  # fmt: skip
@click.option("--notion", "notions", multiple=True, metavar="NAME", help=(
    "Notion of stability, may be given several times: " + ", ".join(NOTIONS) + ", or strong_nash:3 for groups of at "
    "most three. All that can be decided by default."
))  # fmt: skip
@click.option("--moves", default="nash", show_default=True, metavar="NAME", help=(
    "Moves of the path from everybody alone: a notion whose deviations happen one after the other."
))  # fmt: skip
@click.option("--structure", metavar="A,B;C", help="Examine this one: members by commas, coalitions by semicolons.")
@click.option("-o", "--output", metavar="FILE", help="Write all structures as .json, or the path as a page, .html.")
@with_options(*FILES, *PRICES)
@click.pass_context
def form(
    ctx: click.Context,
    inputs: tuple[str, ...],
    demo: bool,
    rule: str,
    notions: tuple[str, ...],
    moves: str,
    structure: str | None,
    output: str | None,
) -> None:
    """Find the coalitions that form when everybody may choose with whom to share.

    Up to 10 players every partition is examined under every notion of stability, up to 12 for moves of single
    players. Larger communities switch until nobody gains; the end has a certificate: what the best single move,
    the best pair and the most profitable coalition would gain.

    \b
    Examples:
      gametrade form --demo --rule mid_market_rate -o path.html
      gametrade form game.json --rule shapley --notion core --notion strong_nash
      gametrade form game.json --structure "A,B;C"
      gametrade form load.csv pv.csv --unit kW --import-price 0.30 --export-price 0.08 --rule mid_market_rate

    Exit codes: 0 done, 2 wrong input, 130 interrupted.
    """  # noqa: D301
    if output is not None:
        if Path(output).suffix.lower() not in (".json", ".html", ".htm"):
            raise InvalidInputError(f"output (-o) of form must end in .json or .html. Got {output!r}.")
        check_writable(output)
    for notion in notions:
        most_players(notion)
    game = read_input(inputs, demo, reading_options(ctx), "form")
    if not isinstance(game, Community | TableGame):
        raise InvalidInputError("form needs meter data or values of coalitions. Got a game of strategies.")
    if structure is not None:
        formation = FormationGame(SharingGame(game) if isinstance(game, Community) else game, rule)
        _examine(formation, structure, notions, output)
        return
    study = formation_study(game, rule, notions or None, moves=moves)
    click.echo(str(study))
    if output is not None:
        write_atomically(output, _written(study, output))
        click.echo(f"{output} written.", err=True)


def _examine(formation: FormationGame, structure: str, notions: tuple[str, ...], output: str | None) -> None:
    """One line a notion, with who leaves; the certificate if partitions are too many."""
    parts = [[name.strip() for name in part.split(",")] for part in structure.split(";")]
    if output is not None and not output.lower().endswith(".json"):
        raise InvalidInputError(f"output (-o) of form --structure must end in .json. Got {output!r}.")
    if formation.n_players > SINGLE_PLAYERS and not notions:
        proof = certified_structure(formation, parts)
        click.echo(str(proof))
        document = certificate_document(proof)
    else:
        wanted = notions or tuple(name for name in NOTIONS if formation.n_players <= most_players(name, one=True))
        verdicts = [partition_verdict(formation, parts, notion) for notion in wanted]
        click.echo("\n".join(_line(notion, verdict) for notion, verdict in zip(wanted, verdicts, strict=True)))
        document = structure_document(formation, verdicts)
    if output is not None:
        write_atomically(output, json.dumps(document, indent=2) + "\n")
        click.echo(f"{output} written.", err=True)


def _line(notion: str, verdict: Verdict) -> str:
    """A verdict with who would be where."""
    if verdict.holds:
        return f"{notion}: stable"
    where = verdict.certificate.get("coalitions") or [verdict.certificate["coalition"]]
    into = "; ".join("{" + ", ".join(part) + "}" for part in where)
    gains = ", ".join(f"{gain:+.6g}" for gain in verdict.certificate["gains"])
    change = "change by" if notion == "d_c" else "gain"
    return f"{notion}: not stable, {', '.join(verdict.witness)} would be in {into} and {change} {gains} {verdict.unit}"


def _written(study: FormationStudy, output: str) -> str:
    if Path(output).suffix.lower() == ".json":
        return json.dumps(formation_document(study), indent=2) + "\n"
    page: str = study.plot().to_html(include_plotlyjs=True, auto_play=False)
    return page
