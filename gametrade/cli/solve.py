"""``gametrade solve``: the equilibria of a game file, each with everybody's regret."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gametrade.analysis.equilibrium_document import game_document
from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.cli.game_files import strategic_game
from gametrade.errors import InvalidInputError
from gametrade.registry import solvers as registered_solvers
from gametrade.reports.writing import check_writable, write_atomically
from gametrade.solvers.solve import solve as solve_game


@click.command()
@click.argument("game", metavar="GAME.toml|GAME.json")
@click.option(
    "--solver",
    metavar="NAME[:OPTION=VALUE]",
    help="How to solve it, see gametrade solvers; the first choice for the kind of game by default.",
)
@click.option("-o", "--output", metavar="FILE.json", help="Write all equilibria with their certificates.")
def solve(game: str, solver: str | None, output: str | None) -> None:
    """Find the equilibria of a game, and bound what anybody gains by changing its strategy alone.

    A game file names a system with its data (see gametrade games), or gives a finite game, or formulas:

    \b
      players = ["Ada", "Bob"]
      actions = [["low", "high"], ["low", "high"]]
      payoffs = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    \b
      payoffs = { Ada = "(10 - p + q/2) * (p - c)", Bob = "(10 - q + p/2) * (q - c)" }
      variables = { Ada = { p = [0, 20] }, Bob = { q = [0, 20] } }
      parameters = { c = 1.0 }

    \b
    Examples:
      gametrade solve game.toml
      gametrade solve game.toml --solver vertex_enumeration -o answer.json
      gametrade verify answer.json

    Exit codes: 0 done, also where there is no equilibrium, 2 wrong input.
    """  # noqa: D301
    if output is not None:
        if Path(output).suffix.lower() != ".json":
            raise InvalidInputError(f"output (-o) of solve must end in .json. Got {output!r}.")
        check_writable(output)
    if solver is not None:
        registered_solvers.resolve(solver)
    given = strategic_game(game)
    solution = solve_game(given.game, solver)
    count = f"{len(solution)} equilibri{'um' if len(solution) == 1 else 'a'}"
    head = f"{solution.solver}: {count}{', and there are no others' if solution.complete else ''}. {solution.finding}"
    click.echo("\n\n".join([head.rstrip(), *map(str, solution)]))
    if output is not None:
        study = EquilibriumStudy(given.game, solution, (), {}, description=given.description, asked=solver or "")
        write_atomically(output, json.dumps(game_document(study), allow_nan=False, ensure_ascii=False) + "\n")
        click.echo(f"{output} written.", err=True)
