"""``gametrade check-data``: what is wrong or looks wrong in meter data."""

from __future__ import annotations

import click

from gametrade.cli.flags import in_flags
from gametrade.cli.reading import FILES, reading_options, two_files, with_options
from gametrade.cli.sentences import FINDING
from gametrade.community import check_files


@click.command("check-data")
@click.argument("inputs", nargs=-1, required=True, metavar="LOAD.csv [GENERATION.csv]")
@with_options(*FILES)
@click.pass_context
def check_data(ctx: click.Context, inputs: tuple[str, ...]) -> None:
    """List everything that is wrong or looks wrong in meter data, and change nothing.

    Faults are what a report would refuse or what cannot be right; suspects are worth a look; notes are
    worth knowing. Each names the home and the evidence.

    \b
    Examples:
      gametrade check-data load.csv pv.csv --unit kW
      gametrade check-data long.csv.gz --unit kWh --time-zone Europe/Berlin

    Exit codes: 0 no fault, 1 at least one fault, 2 wrong usage.
    """  # noqa: D301
    load, generation = two_files(inputs, "check-data")
    found = check_files(load, generation, **reading_options(ctx))
    names = [str(param.name) for param in ctx.command.params if isinstance(param, click.Option)]
    click.echo("\n".join(in_flags(line, names) for line in str(found).splitlines()))
    if found.count("fault"):
        ctx.exit(FINDING)
