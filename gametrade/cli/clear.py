"""``gametrade clear``: clear a file of orders by one mechanism."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gametrade.errors import InvalidInputError
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.mechanisms import clear as clear_book
from gametrade.reports.writing import check_writable, write_atomically


@click.command()
@click.argument("orders", type=click.Path(dir_okay=False))
@click.option(
    "--mechanism",
    default="uniform_price",
    show_default=True,
    metavar="NAME[:OPTION=VALUE]",
    help="How prices are formed; gametrade mechanisms lists them.",
)
@click.option("--currency", default="money", show_default=True, metavar="NAME", help="Label of the money.")
@click.option("-o", "--output", metavar="FILE", help="Write every order with its trade, as .csv or .json.")
def clear(orders: str, mechanism: str, currency: str, output: str | None) -> None:
    """Clear the bids and asks of a file: who trades how much, and who pays what.

    ORDERS is a CSV file with one order a line: id, side (bid or ask), price and energy, and if wanted time
    and owner.

    \b
    Examples:
      gametrade clear orders.csv
      gametrade clear orders.csv --mechanism uniform_price:k=1 -o cleared.csv
      gametrade clear orders.csv --mechanism vickrey_clarke_groves -o cleared.json
    """  # noqa: D301
    if output is not None:
        if Path(output).suffix.lower() not in (".csv", ".json"):
            raise InvalidInputError(f"output (-o) of clear must end in .csv or .json. Got {output!r}.")
        check_writable(output)
    outcome = clear_book(OrderBook.read_csv(orders, unit=currency), mechanism)
    click.echo(str(outcome))
    if output is not None:
        write_atomically(output, _written(outcome, output))
        click.echo(f"{output} written.", err=True)


def _written(outcome: MarketOutcome, output: str) -> str:
    """The outcome as the text of a file."""
    if Path(output).suffix.lower() == ".json":
        return json.dumps(outcome.to_dict(), indent=2) + "\n"
    table: str = outcome.to_frame().to_csv(lineterminator="\n")
    return table
