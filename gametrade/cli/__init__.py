"""The command line: ``report``, ``solve``, ``check-data``, ``clear``, ``designs``, ``verify`` and the listings."""

from __future__ import annotations

import sys

import click

from gametrade import __version__
from gametrade.cli.check_data import check_data
from gametrade.cli.clear import clear
from gametrade.cli.compete import compete
from gametrade.cli.designs import designs
from gametrade.cli.form import form
from gametrade.cli.games import games
from gametrade.cli.mechanisms import mechanisms
from gametrade.cli.report import report
from gametrade.cli.rules import rules
from gametrade.cli.sentences import SentenceGroup
from gametrade.cli.solve import solve
from gametrade.cli.solvers import solvers
from gametrade.cli.verify import verify


@click.group(cls=SentenceGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="gametrade")
def main() -> None:
    """Does anybody gain by leaving an energy community? Answers with proof.

    gametrade reads the meter data of homes that could share energy, splits the gains by every allocation
    rule it knows, and says for each rule whether some group of homes would gain by leaving: who, how
    much, and which exit cost or subsidy would hold the community together.

    \b
    A first report, without any data of your own:
      gametrade report --demo -o demo.html
    \b
    Your own community, two CSV files with a time column and one column a home:
      gametrade check-data load.csv pv.csv --unit kW
      gametrade report load.csv pv.csv --unit kW --import-price 0.30 --export-price 0.08 -o report.html
    \b
    Check the report on another machine, without trusting whoever computed it:
      gametrade verify report.html

    \b
    Bids and asks in a CSV file, cleared by an auction:
      gametrade clear orders.csv --mechanism mcafee

    \b
    Markets with and without somebody in the middle, side by side:
      gametrade designs --demo

    \b
    A game of strategies, prices or quantities, in a file:
      gametrade games usage_charge --example > game.toml
      gametrade solve game.toml
      gametrade report game.toml -o equilibria.html
    Who joins whom, and which provider wins:
      gametrade form --demo --rule mid_market_rate
      gametrade compete --demo --provider mid_market_rate --provider competitive_price

    \b
    Exit codes:
      0    done
      1    a finding: check-data met a fault, or verify refuted a claim
      2    wrong input or usage; one sentence on standard error says what
      130  interrupted with Ctrl-C; no half-written file is left
    """  # noqa: D301
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


for command in (
    report,
    check_data,
    solve,
    clear,
    form,
    compete,
    designs,
    rules,
    mechanisms,
    games,
    solvers,
    verify,
):
    main.add_command(command)
