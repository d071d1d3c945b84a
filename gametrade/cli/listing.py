"""Listings of what is registered: all of a kind in short, or one in full."""

from __future__ import annotations

import inspect
import textwrap

from gametrade.registry import Entry, Registry


def listing(registry: Registry, name: str | None) -> str:
    """Tell what there is of a kind.

    Parameters
    ----------
    registry : Registry
        Of rules, mechanisms, solvers or systems.
    name : str, optional
        Show this one in full.

    Returns
    -------
    str
        Names with summaries and promises, or one documentation with formula, options and source.
    """
    if name is None:
        return "\n\n".join(_short(entry) for entry in registry)
    return _long(registry.resolve(name)[0])


def _short(entry: Entry) -> str:
    """Name, variants, summary and promises."""
    variants = [
        "".join(f":{option}={value}" for option, value in chosen.items()) for chosen in entry.traits.get("variants", ())
    ]
    names = entry.name + "".join(f"   {entry.name}{variant}" for variant in variants)
    told = [names, *textwrap.wrap(entry.summary, 96, initial_indent="    ", subsequent_indent="    ")]
    told += textwrap.wrap(_about(entry), 96, initial_indent="    ", subsequent_indent="        ")
    return "\n".join(told)


def _about(entry: Entry) -> str:
    """What it is for and where it is from, or what it promises."""
    if "plays" in entry.traits:
        return f"for {', '.join(entry.traits['plays'])}; {entry.traits['source']}"
    if "example" in entry.traits:
        return f"source {entry.traits['source']}"
    return f"promises {', '.join(sorted(entry.promises)).replace('_', ' ') or 'nothing'}"


def _long(entry: Entry) -> str:
    """Documentation, options with defaults, promises and source."""
    parameters = inspect.signature(entry.function).parameters
    options = [f"{entry.name}:{name}={parameters[name].default}" for name in entry.options]
    parts = [entry.name, inspect.getdoc(entry.function) or ""]
    if "example" in entry.traits:
        return "\n\n".join([*parts, f"Source: {entry.traits['source']}."])
    parts.append(
        "Options, with their defaults:\n" + "\n".join(f"    {text}" for text in options) if options else "No options."
    )
    if "plays" not in entry.traits:
        parts.append(
            "Promises, tested on random games: " + (", ".join(sorted(entry.promises)).replace("_", " ") or "none") + "."
        )
    source = entry.traits.get("source")
    return "\n\n".join([*parts, f"Source: {source}."] if source else parts)
