"""``gametrade rules``: which allocation rules there are, and what each does."""

from __future__ import annotations

import click

from gametrade.cli.listing import listing
from gametrade.registry import rules as registered_rules


@click.command()
@click.argument("name", required=False)
def rules(name: str | None) -> None:
    """List the allocation rules, or show one with its formula, options and source.

    \b
    Examples:
      gametrade rules
      gametrade rules mid_market_rate
      gametrade report --demo --rule proportional:to=demand
    """  # noqa: D301
    click.echo(listing(registered_rules, name))
