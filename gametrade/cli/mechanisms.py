"""``gametrade mechanisms``: which auctions and other market mechanisms there are, and what each does."""

from __future__ import annotations

import click

from gametrade.cli.listing import listing
from gametrade.registry import mechanisms as registered_mechanisms


@click.command()
@click.argument("name", required=False)
def mechanisms(name: str | None) -> None:
    """List the mechanisms that clear orders, or show one with its formula, options and source.

    \b
    Examples:
      gametrade mechanisms
      gametrade mechanisms mcafee
      gametrade clear orders.csv --mechanism uniform_price:k=1
    """  # noqa: D301
    click.echo(listing(registered_mechanisms, name))
