"""``gametrade games``: which named systems there are, and a game file of each."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Mapping
from typing import Any

import click

from gametrade.cli.listing import listing
from gametrade.registry import Entry, systems


@click.command()
@click.argument("name", required=False)
@click.option("--example", is_flag=True, help="Print the example file alone, ready to be saved as NAME.toml.")
def games(name: str | None, example: bool) -> None:
    """List the systems of the literature that can be played, or show one with a file that can be solved.

    \b
    Examples:
      gametrade games
      gametrade games usage_charge
      gametrade games usage_charge --example > usage_charge.toml
      gametrade solve usage_charge.toml
      gametrade report usage_charge.toml -o report.html

    A game need not be a named system: a file may also give players, actions and payoffs, or variables and
    payoffs as formulas.
    """  # noqa: D301
    if name is None:
        click.echo(listing(systems, None))
        return
    entry = systems.get(name)
    file = toml({"system": entry.name, **entry.traits["example"]})
    if example:
        click.echo(file)
        return
    hints = typing.get_type_hints(inspect.unwrap(entry.function))
    kind = hints.get("return")
    about = f"\n\nThe game that it builds, {kind.__name__}:\n\n{inspect.getdoc(kind)}" if kind is not None else ""
    indented = "\n".join(f"    {line}" for line in file.splitlines())
    built = f"\n\n{from_community(entry)}" if "of_step" in entry.traits else ""
    example_file = f"An example, to be saved as {entry.name}.toml:\n\n{indented}"
    click.echo(f"{listing(systems, name)}{about}{built}\n\n{example_file}")


def from_community(entry: Entry) -> str:
    """What a system takes from meter data, and what it assumes where they say nothing.

    Parameters
    ----------
    entry : Entry
        A system that can be built from a community.

    Returns
    -------
    str
        How often it is played, then the documentation of how its numbers are made.

    Examples
    --------
    >>> print(from_community(systems.get("usage_charge")))
    From a community, one game a step: The home with the largest surplus leads all who import.
    """
    told = inspect.getdoc(entry.traits["of_step"])
    return f"From a community, one game a {entry.traits.get('period', 'step')}: {told}"


def toml(data: Mapping[str, Any]) -> str:
    """Write plain data as TOML; tables of tables inline.

    Examples
    --------
    >>> print(toml({"system": "usage_charge", "slopes": [0.1, 0.2], "surplus": float("inf"), "on": True}))
    system = "usage_charge"
    slopes = [0.1, 0.2]
    surplus = inf
    on = true
    """
    return "\n".join(f"{_key(key)} = {_value(value)}" for key, value in data.items() if value is not None)


def _key(key: str) -> str:
    bare = key.replace("_", "").replace("-", "")
    return key if bare.isascii() and bare.isalnum() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
