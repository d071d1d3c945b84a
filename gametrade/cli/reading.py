"""Options that say how meter data are read, shared by the commands that read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from gametrade.errors import InvalidInputError

Command = TypeVar("Command", bound=Callable[..., Any])

KEPT = "gametrade.reading"
"""Where the context keeps the options."""


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Put an option aside, so that commands need not pass twenty options through their signatures."""
    if value is not None and value != ():
        ctx.meta.setdefault(KEPT, {})[str(param.name)] = value


def reading_options(ctx: click.Context) -> dict[str, Any]:
    """Options that the user gave, ready for ``read_community`` or ``check_files``."""
    kept: Mapping[str, Any] = ctx.meta.get(KEPT, {})
    return dict(kept)


def reading_given(ctx: click.Context) -> list[str]:
    """Names of the options that the user gave."""
    return list(ctx.meta.get(KEPT, {}))


def _price(value: str) -> float | str:
    """Read a number if it is one; anything else is the name of a CSV file with a series of prices."""
    try:
        return float(value)
    except ValueError:
        return value


def _sign(value: str) -> str:
    """Read a sign; a tab is hard to type."""
    return {"\\t": "\t", "tab": "\t"}.get(value, value)


def _option(*names: str, **settings: Any) -> Callable[[Command], Command]:
    return click.option(*names, expose_value=False, callback=_keep, **settings)


FILES = (
    _option("--unit", metavar="kW|kWh", help="kW for mean power in each step, kWh for its energy. Never guessed."),
    _option("--home", "homes", multiple=True, metavar="NAME", help="Keep this home; may be given several times."),
    _option("--time-zone", metavar="ZONE", help="Zone of the local times, e.g. Europe/Berlin."),
    _option("--step", metavar="STEP", help="Settlement step such as 15min; by default the distance of the times."),
    _option("--delimiter", type=_sign, metavar="SIGN", help="Between cells; a comma by default, '\\t' for tabs."),
    _option("--decimal", metavar="SIGN", help="Decimal sign; a point by default."),
    _option("--time-format", metavar="FORMAT", help="As for strptime, if times are not ISO 8601."),
    _option("--date", metavar="DAY", help="Day of times that have none."),
    _option("--missing-generation", metavar="refuse|zero", help=(
        "What a home without a generation column means; refuse by "
        "default."
    )),
)  # fmt: skip
"""How the files are written."""

PRICES = (
    _option("--import-price", type=_price, metavar="NUMBER|FILE", help=(
        "Price of a kWh from the grid, all taxes and fees included. "
        "[money/kWh]"
    )),
    _option("--export-price", type=_price, metavar="NUMBER|FILE", help=(
        "Revenue of a kWh fed into the grid. [money/kWh]"
    )),
    _option("--network-charge", type=_price, metavar="NUMBER|FILE", help=(
        "Due to the network operator on each shared kWh. [money/kWh]"
    )),
    _option("--tariff", metavar="FILE", help="Prices from a .toml or .csv file instead."),
    _option("--currency", metavar="NAME", help="Label of the money; EUR by default."),
    _option("--allow-negative-spread", is_flag=True, default=None,
            help="Accept steps in which exporting pays more than importing costs; they share nothing."),
    _option("--start", metavar="TIME", help="Keep the steps from this local time on, e.g. 2023-06-01."),
    _option("--end", metavar="TIME", help="Keep the steps before this local time."),
)  # fmt: skip
"""Prices and the window of time."""


def with_options(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Add several options to a command, in reading order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def two_files(inputs: tuple[str, ...], command: str) -> tuple[str, str | None]:
    """Take the load file and, if given, the generation file."""
    if not 1 <= len(inputs) <= 2:
        raise InvalidInputError(
            f"{command} takes a load file and a generation file, or one long file with both. Got {len(inputs)} files."
        )
    return inputs[0], inputs[1] if len(inputs) == 2 else None
