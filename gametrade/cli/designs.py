"""``gametrade designs``: coordinated, community and decentralised markets of one community side by side."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np

from gametrade.analysis.membership_documents import designs_document
from gametrade.analysis.studies.market_designs import DesignStudy, market_designs, neighbours
from gametrade.cli.reading import FILES, PRICES, reading_options, two_files, with_options
from gametrade.community import Community, communities, read_community
from gametrade.errors import InvalidInputError
from gametrade.registry import designs as registered_designs
from gametrade.reports.writing import check_writable, write_atomically

ENDINGS = (".csv", ".json", ".html")


@click.command()
@click.argument("inputs", nargs=-1, metavar="[LOAD.csv [GENERATION.csv]]")
@click.option("-o", "--output", metavar="FILE", help="Write the table as .csv or .json, or with its figure as .html.")
@click.option("--demo", is_flag=True, help="Take two June weeks of 13 measured homes that come with the package.")
@click.option(
    "--design",
    "names",
    multiple=True,
    metavar="NAME[:OPTION=VALUE]",
    help="Compare this design; may be given several times. All of them by default.",
)
@click.option(
    "--neighbours",
    "near",
    type=int,
    metavar="K",
    help="Homes trade in pairs with the next K homes of the list only; with everybody by default.",
)
@click.option("--list", "listed", is_flag=True, help="List the designs, with what they do, and end.")
@with_options(*FILES, *PRICES)
@click.pass_context
def designs(
    ctx: click.Context,
    inputs: tuple[str, ...],
    output: str | None,
    demo: bool,
    names: tuple[str, ...],
    near: int | None,
    listed: bool,
) -> None:
    """Compare market designs: gains, price of anarchy, stability, what homes must tell, messages.

    A coordinator who reads all meters, a community manager who asks for energies at prices, homes that negotiate
    in pairs, homes that trade with whom they meet first, and no market at all, on the same meter data.

    \b
    Examples:
      gametrade designs --demo
      gametrade designs --demo --neighbours 2 -o designs.html
      gametrade designs load.csv pv.csv --unit kW --import-price 0.30 --export-price 0.08 \\
          --design coordinated --design decentralised:charge=0.01
    """  # noqa: D301
    if listed:
        click.echo("\n\n".join(f"{entry.name}\n    {entry.summary}" for entry in registered_designs))
        return
    if output is not None:
        if Path(output).suffix.lower() not in ENDINGS:
            raise InvalidInputError(f"output (-o) of designs must end in .csv, .json or .html. Got {output!r}.")
        check_writable(output)
    for name in names:
        registered_designs.resolve(name)
    community = _community(ctx, inputs, demo)
    partners = None if near is None else neighbours(community, near)
    study = market_designs(community, list(names) or None, partners=partners, rng=np.random.default_rng(0))
    click.echo(str(study))
    if output is not None:
        write_atomically(output, _written(study, output))
        click.echo(f"{output} written.", err=True)


def _community(ctx: click.Context, inputs: tuple[str, ...], demo: bool) -> Community:
    """The bundled homes, or those of the files."""
    options = reading_options(ctx)
    if not demo:
        if not inputs:
            raise InvalidInputError("designs needs meter data, or --demo for the bundled homes. Got no file.")
        load, generation = two_files(inputs, "designs")
        return read_community(load, generation, **options)
    if inputs or set(options) - {"homes", "start", "end"}:
        raise InvalidInputError("--demo of designs takes no files and no options but --home, --start and --end.")
    window = {"start": "2017-06-01", "end": "2017-06-15"} if {"start", "end"}.isdisjoint(options) else {}
    return communities.fontana("flat").select(**{**window, **options})


def _written(study: DesignStudy, output: str) -> str:
    """The study as the text of a file."""
    ending = Path(output).suffix.lower()
    if ending == ".html":
        from gametrade.reports.figures.design_figure import design_page

        return design_page(study)
    if ending == ".json":
        return json.dumps(designs_document(study), indent=2) + "\n"
    table: str = study.to_frame().to_csv(lineterminator="\n")
    return table
