"""``gametrade report``: from meter data or a game to a report."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from gametrade.analysis import StabilityStudy, analyse_stability
from gametrade.analysis.asking import playable
from gametrade.analysis.contracts import CONTRACTS
from gametrade.analysis.core_section import wanted_parts
from gametrade.analysis.equilibria import analyse_equilibria
from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.cli.flags import flag
from gametrade.cli.game_files import read_game
from gametrade.cli.reading import FILES, PRICES, reading_options, two_files, with_options
from gametrade.community import Community, communities, read_community
from gametrade.community.battery_files import read_batteries
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, TableGame
from gametrade.games.described import Described
from gametrade.registry import formats
from gametrade.registry import rules as registered_rules
from gametrade.reports.story.answer import three_sentences
from gametrade.reports.story.game_answer import game_sentences
from gametrade.reports.writing import check_writable
from gametrade.solvers.blocking_coalition import ENGINES

FORMATS = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}
DEMO_OPTIONS = {"homes", "start", "end"}


@click.command()
@click.argument("inputs", nargs=-1, metavar="[LOAD.csv [GENERATION.csv] | GAME.json | GAME.toml]")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    help="Write the report here: .html, .md or .json; may be given several times. Without it a table is printed.",
)
@click.option("--demo", is_flag=True, help="Take 13 measured homes in Fontana, California, that come with the package.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="NAME[:OPTION=VALUE]",
    help="Examine this allocation rule; may be given several times. All of them by default, see gametrade rules.",
)
@click.option(
    "--contract",
    default="whole",
    show_default=True,
    metavar="whole|month|day|step",
    help="Length that coalitions commit to in the headline numbers.",
)
@click.option(
    "--engine",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="How the most profitable coalition is searched: auto, bracket, tree, milp or table.",
)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="NAME",
    help="Part about the core itself: core for all, none, or intervals, numbers, projection, joining, fees, picture "
    "(picture:A,B,C for three homes); market: what every auction would do; or about who joins whom: formation, "
    "competition. By default all up to 16 homes without batteries, core up to 6 with.",
)
@click.option(
    "--batteries",
    metavar="FILE.csv",
    help="Batteries, one line a home: home, energy_kwh, power_kw, efficiency[, wear_cost, start_kwh, end_kwh].",
)
@click.option("--peak-charge", type=float, metavar="NUMBER", help="Due once on the largest joint import. [money/kW]")
@click.option("--solver", metavar="NAME[:OPTION=VALUE]", help="How a game of strategies is solved.")
@with_options(*FILES, *PRICES)
@click.pass_context
def report(
    ctx: click.Context,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    demo: bool,
    rules: tuple[str, ...],
    contract: str,
    engine: str,
    sections: tuple[str, ...],
    batteries: str | None,
    peak_charge: float | None,
    solver: str | None,
) -> None:
    """Ask of every allocation rule whether some coalition gains by leaving, or of a game what will happen in it.

    Meter data are CSV files (.csv or .csv.gz): a time column and one column a home, loads in the first file
    and generation in the second; or one long file with the columns home, time, load and generation.

    A game is a .json or .toml file with players and coalition values; coalitions left out are worth 0:

    \b
      {"players": ["A", "B", "C"], "values": {"A,B": 6.0, "A,B,C": 9.0}}

    A game of strategies (see gametrade solve) gets the equilibrium-property report: equilibria with everybody's
    regret, best replies, uniqueness, stability, welfare and how the equilibrium moves with the tariff.

    \b
    Examples:
      gametrade report --demo
      gametrade report --demo -o demo.html -o demo.json
      gametrade report load.csv pv.csv --unit kW --import-price 0.30 --export-price 0.08 -o report.html
      gametrade report load.csv pv.csv --unit kWh --tariff tariff.toml --rule mid_market_rate \\
          --rule proportional:to=demand --contract month -o report.md
      gametrade report load.csv pv.csv --unit kWh --tariff tariff.toml --batteries batteries.csv --peak-charge 40
      gametrade report game.toml
      gametrade report duopoly.toml --solver best_response -o equilibria.html -o equilibria.json

    Exit codes: 0 done, 2 wrong input, 130 interrupted.
    """  # noqa: D301
    wanted = [(output, _format_of(output)) for output in outputs]
    _check_choices(rules, contract, engine)
    for output in outputs:
        check_writable(output)
    given = read_input(inputs, demo, reading_options(ctx), "report")
    if isinstance(given, Described):
        _need_no_options(ctx)
        _write(analyse_equilibria(given, solver), wanted)
        return
    if solver is not None:
        raise InvalidInputError("--solver is for games of strategies. Got meter data or coalition values.")
    game = _with_batteries(given, batteries, peak_charge)
    wanted_parts(sections or None, playable(game))
    study = analyse_stability(
        game, list(rules) or None, contract=contract, engine=engine, progress=progress, sections=sections or None
    )
    _write(study, wanted)


def _write(study: StabilityStudy | EquilibriumStudy, wanted: list[tuple[str, str]]) -> None:
    """Write the report in every format that was asked for; print it if there is none."""
    for output, kind in wanted:
        formats.get(kind).function(study, output)
        click.echo(f"{output} written.", err=True)
    if not wanted:
        sentences = game_sentences(study) if isinstance(study, EquilibriumStudy) else three_sentences(study)
        click.echo("\n\n".join(["\n".join(sentences), str(study)]))


def _need_no_options(ctx: click.Context) -> None:
    """Refuse options that mean nothing for a game of strategies."""
    own = ("rules", "contract", "engine", "sections", "batteries", "peak_charge")
    given = [flag(name) for name in own if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        raise InvalidInputError(f"a game of strategies takes no options of coalitions. Got {', '.join(given)}.")


def progress(items: Iterable[Any], label: str) -> Iterable[Any]:
    """Show a progress bar on a terminal once something takes longer than two seconds."""
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(
        list(items), desc=label, file=sys.stderr, delay=2, leave=False, disable=not sys.stderr.isatty()
    )
    return bar


def _format_of(output: str) -> str:
    """Choose the report format by the extension of the file."""
    extension = Path(output).suffix.lower()
    if extension not in FORMATS:
        raise InvalidInputError(f"output must end in .html, .md or .json. Got {output!r}.")
    return FORMATS[extension]


def _check_choices(rules: tuple[str, ...], contract: str, engine: str) -> None:
    """Refuse misspelled names before any file is read."""
    for name in rules:
        registered_rules.resolve(name)
    if contract not in CONTRACTS:
        raise UnknownNameError("contract", contract, CONTRACTS)
    if engine not in ENGINES:
        raise UnknownNameError("engine", engine, ENGINES)


def read_input(
    inputs: tuple[str, ...], demo: bool, options: dict[str, Any], command: str
) -> Community | TableGame | Described:
    """Dispatch on the first input: a community from meter data, a game, or the bundled homes.

    Parameters
    ----------
    inputs : tuple of str
        Files.
    demo : bool
        Whether the bundled homes were asked for.
    options : dict
        How to read meter data.
    command : str
        Which command asks, for messages.

    Returns
    -------
    Community, TableGame or Described

    Raises
    ------
    InvalidInputError
        If nothing was given, or what was given does not fit.
    """
    if demo:
        return _demo(inputs, options)
    if not inputs:
        raise InvalidInputError(f"{command} needs meter data or a game, or --demo for the bundled homes. Got no file.")
    if inputs[0].lower().endswith((".json", ".toml")):
        if len(inputs) > 1 or options:
            extra = [*inputs[1:], *map(flag, options)]
            raise InvalidInputError(
                f"a game takes no further files and no options of meter data. Got {', '.join(extra)}."
            )
        return read_game(inputs[0])
    if not inputs[0].lower().endswith((".csv", ".csv.gz")):
        raise InvalidInputError(
            f"input must end in .csv or .csv.gz (meter data), .json or .toml (a game). Got {inputs[0]!r}."
        )
    load, generation = two_files(inputs, command)
    return read_community(load, generation, **options)


def _with_batteries(
    game: Community | TableGame, batteries: str | None, peak_charge: float | None
) -> Community | CoalitionalGame:
    """Let the homes run batteries together, where that was asked for."""
    if batteries is None and peak_charge is None:
        return game
    if not isinstance(game, Community):
        raise InvalidInputError("--batteries and --peak-charge need meter data. Got a game of coalition values.")
    if batteries is not None:
        game = replace(game, batteries=read_batteries(batteries, game.names))
    return DispatchGame(game, peak_charge=peak_charge or 0.0)


def _demo(inputs: tuple[str, ...], options: dict[str, Any]) -> Community:
    """Take the bundled homes under their hypothetical flat tariff, or some of them."""
    refused = [*inputs, *(flag(name) for name in options if name not in DEMO_OPTIONS)]
    if refused:
        raise InvalidInputError(f"--demo brings its own meter data and tariff. Got {', '.join(refused)} too.")
    community = communities.fontana("flat")
    return community.select(**options) if options else community
