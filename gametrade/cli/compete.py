"""``gametrade compete``: providers with rules and fees, among which homes choose."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np

from gametrade.analysis.membership_documents import competition_document
from gametrade.analysis.studies.competition import registered_provider
from gametrade.analysis.studies.provider_study import provider_study
from gametrade.cli.reading import FILES, PRICES, reading_options, with_options
from gametrade.cli.report import read_input
from gametrade.community import Community
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.competition import Provider
from gametrade.reports.writing import check_writable, write_atomically
from gametrade.solvers.provider_fees import KINDS

NUMBERS = KINDS
WORDS = ("name", "charged")


@click.command()
@click.argument("inputs", nargs=-1, metavar="[LOAD.csv [GENERATION.csv]]")
@click.option("--demo", is_flag=True, help="Take the measured homes that come with the package.")
@click.option("--provider", "providers", multiple=True, metavar="RULE[,KEY=VALUE]", help=(
    "A rule and its fees, at least one; keys: fee_per_member, fee_per_kwh, share_of_savings, charged "
    "(traded, sold or bought) and name."
))  # fmt: skip
@click.option("--switching-cost", type=float, default=0.0, show_default=True, metavar="NUMBER", help=(
    "What a home pays to change its provider. [money]"
))  # fmt: skip
@click.option("--starts", type=int, default=10, show_default=True, metavar="NUMBER", help="Random first choices.")
@click.option("--seed", type=int, default=0, show_default=True, metavar="NUMBER", help="Of the random first choices.")
@click.option("-o", "--output", metavar="FILE", help="Write everything as .json.")
@with_options(*FILES, *PRICES)
@click.pass_context
def compete(
    ctx: click.Context,
    inputs: tuple[str, ...],
    demo: bool,
    providers: tuple[str, ...],
    switching_cost: float,
    starts: int,
    seed: int,
    output: str | None,
) -> None:
    """Let market providers compete for the homes of a community.

    Each provider has a rule for sharing the money and its fees; every home chooses one provider, or none, for
    all its hours. Homes move to what pays them best from random first choices until nobody moves; for a few
    homes all stable choices are listed. Fees that would make members leave are shown.

    \b
    Examples:
      gametrade compete --demo --provider mid_market_rate --provider competitive_price
      gametrade compete load.csv pv.csv --unit kW --import-price 0.30 --export-price 0.08 \\
          --provider mid_market_rate,fee_per_member=5 --provider competitive_price,fee_per_kwh=0.002,name=cheap

    Exit codes: 0 done, 2 wrong input, 130 interrupted.
    """  # noqa: D301
    if output is not None:
        if Path(output).suffix.lower() != ".json":
            raise InvalidInputError(f"output (-o) of compete must end in .json. Got {output!r}.")
        check_writable(output)
    if not providers:
        raise InvalidInputError("compete needs at least one --provider, such as --provider mid_market_rate. Got none.")
    if seed < 0:
        raise InvalidInputError(f"seed of compete must be at least 0. Got {seed}.")
    offers = [provider_of(text) for text in providers]
    community = read_input(inputs, demo, reading_options(ctx), "compete")
    if not isinstance(community, Community):
        raise InvalidInputError("compete needs meter data, because providers settle kWh. Got a game of values.")
    rng = np.random.default_rng(seed)
    study = provider_study(community, offers, rng=rng, starts=starts, switching_cost=switching_cost)
    click.echo(str(study))
    if output is not None:
        write_atomically(output, json.dumps(competition_document(study), indent=2) + "\n")
        click.echo(f"{output} written.", err=True)


def provider_of(text: str) -> Provider:
    """Read a provider from the command line.

    Parameters
    ----------
    text : str
        Rule, then keys with values, separated by commas.

    Returns
    -------
    Provider

    Raises
    ------
    InvalidInputError, UnknownNameError
        If a key is unknown, a fee is no number or negative, or there is no such rule.

    Examples
    --------
    >>> provider_of("mid_market_rate,fee_per_member=5,name=dear").fee_per_member
    5.0
    """
    rule, *pairs = (part.strip() for part in text.split(","))
    fees, words = dict[str, float](), dict[str, str]()
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if key not in (*NUMBERS, *WORDS):
            raise UnknownNameError("key of --provider", key, (*NUMBERS, *WORDS))
        if not equals or not value:
            raise InvalidInputError(f"{key} of --provider {rule!r} must have a value. Got {pair!r}.")
        if key in WORDS:
            words[key] = value
            continue
        try:
            fees[key] = float(value)
        except ValueError:
            raise InvalidInputError(f"{key} of --provider {rule!r} must be a number. Got {value!r}.") from None
    return registered_provider(
        rule,
        name=words.get("name"),
        charged=words.get("charged", "traded"),
        fee_per_member=fees.get("fee_per_member", 0.0),
        fee_per_kwh=fees.get("fee_per_kwh", 0.0),
        share_of_savings=fees.get("share_of_savings", 0.0),
    )
