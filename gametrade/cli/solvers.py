"""``gametrade solvers``: which equilibrium solvers there are, and what each does."""

from __future__ import annotations

import click

from gametrade.cli.listing import listing
from gametrade.registry import solvers as registered_solvers


@click.command()
@click.argument("name", required=False)
def solvers(name: str | None) -> None:
    """List the equilibrium solvers, or show one with its method, options and source.

    \b
    Examples:
      gametrade solvers
      gametrade solvers best_response
      gametrade solve game.toml --solver best_response:damping=0.5
    """  # noqa: D301
    click.echo(listing(registered_solvers, name))
