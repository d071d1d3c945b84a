"""``gametrade clear``: clear a file of orders by one mechanism."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click

from gametrade.analysis.checking import check
from gametrade.analysis.verdict import Verdict
from gametrade.analysis.verification.market_file import market_document
from gametrade.errors import InvalidInputError
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.mechanisms import clear as clear_book
from gametrade.mechanisms.continuous_market import Event
from gametrade.mechanisms.market_outcome import told_event
from gametrade.registry import mechanisms
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
@click.option(
    "--check",
    "asked",
    multiple=True,
    metavar="PROPERTY[:OPTION=VALUE]",
    help="Ask whether this holds, e.g. strategyproofness:about=price or budget_balance; may be given several times.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write every order with what it trades, pays and leaves to the grid, as .csv; .json adds all trades, their "
    "prices and the log. A continuous auction that is interrupted leaves its log there.",
)
def clear(orders: str, mechanism: str, currency: str, asked: tuple[str, ...], output: str | None) -> None:
    """Clear the bids and asks of a file: who trades how much, and who pays what.

    ORDERS is a CSV file with one order a line: id, side (bid or ask), price and energy, and if wanted time
    and owner.

    \b
    Examples:
      gametrade clear orders.csv
      gametrade clear orders.csv --mechanism uniform_price:k=1 -o cleared.csv
      gametrade clear orders.csv --mechanism vickrey_clarke_groves -o cleared.json
      gametrade clear orders.csv --check strategyproofness --check false_name_proofness -o lies.json
      gametrade verify lies.json
    """  # noqa: D301
    if output is not None:
        if Path(output).suffix.lower() not in (".csv", ".json"):
            raise InvalidInputError(f"output (-o) of clear must end in .csv or .json. Got {output!r}.")
        check_writable(output)
    outcome = _cleared(OrderBook.read_csv(orders, unit=currency), mechanism, output)
    click.echo(str(outcome))
    verdicts = [(name, check(outcome, name)) for name in asked]
    for _, verdict in verdicts:
        click.echo(f"{verdict.sentence} {_lie(verdict)}".rstrip())
    if output is not None:
        write_atomically(output, _written(outcome, verdicts, output))
        click.echo(f"{output} written.", err=True)


def _cleared(book: OrderBook, mechanism: str, output: str | None) -> MarketOutcome:
    """Clear the book; what a continuous market had done when it was interrupted is written all the same."""
    entry, options = mechanisms.resolve(mechanism)
    log: list[Event] = []
    kept = {"log": log} if entry.accepts("log") and "log" not in options else {}
    try:
        return clear_book(book, mechanism, **kept)
    except KeyboardInterrupt:
        if output is not None and log:
            write_atomically(output, _log(book, log, output))
            click.echo(f"{output} written: the {len(log)} events before the interruption.", err=True)
        raise


def _log(book: OrderBook, log: list[Event], output: str) -> str:
    """The log of an interrupted market as the text of a file."""
    rows = [told_event(book, event) for event in log]
    if Path(output).suffix.lower() == ".json":
        return json.dumps({"interrupted": True, "events": rows}, indent=2) + "\n"
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _lie(verdict: Verdict) -> str:
    """The lie that refutes, in words."""
    if verdict.certificate["kind"] != "lie":
        return ""
    told = [
        f"{row['owner']} {'bids' if row['side'] == 'bid' else 'asks'} {row['price']:g} for {row['energy']:g} kWh"
        for row in verdict.certificate["orders"]
    ]
    return f"The lie: {' and '.join(told)}; it gains {-verdict.margin:g} {verdict.unit}."


def _written(outcome: MarketOutcome, verdicts: list[tuple[str, Verdict]], output: str) -> str:
    """The outcome as the text of a file."""
    if Path(output).suffix.lower() == ".json":
        return json.dumps(market_document(outcome, verdicts), indent=2) + "\n"
    table: str = outcome.to_frame().to_csv(lineterminator="\n")
    return table
