"""``gametrade rules``: which allocation rules there are, and what each does."""

from __future__ import annotations

import inspect
import textwrap

import click

from gametrade.registry import Entry
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
    if name is None:
        click.echo("\n\n".join(_short(entry) for entry in registered_rules))
        return
    click.echo(_long(registered_rules.resolve(name)[0]))


def _short(entry: Entry) -> str:
    """Name, variants, summary and promises."""
    variants = [
        "".join(f":{option}={value}" for option, value in chosen.items()) for chosen in entry.traits.get("variants", ())
    ]
    names = entry.name + "".join(f"   {entry.name}{variant}" for variant in variants)
    told = [names, *textwrap.wrap(entry.summary, 96, initial_indent="    ", subsequent_indent="    ")]
    promises = ", ".join(sorted(entry.promises)).replace("_", " ") or "nothing"
    told += textwrap.wrap(f"promises {promises}", 96, initial_indent="    ", subsequent_indent="        ")
    return "\n".join(told)


def _long(entry: Entry) -> str:
    """Documentation, options with defaults, promises and source."""
    parameters = inspect.signature(entry.function).parameters
    options = [f"{entry.name}:{name}={parameters[name].default}" for name in entry.options]
    parts = [entry.name, inspect.getdoc(entry.function) or ""]
    parts.append(
        "Options, with their defaults:\n" + "\n".join(f"    {text}" for text in options) if options else "No options."
    )
    parts.append(
        "Promises, tested on random games: " + (", ".join(sorted(entry.promises)).replace("_", " ") or "none") + "."
    )
    source = entry.traits.get("source")
    return "\n\n".join([*parts, f"Source: {source}."] if source else parts)
