"""How the command line ends: a sentence and an exit code, never a traceback."""

from __future__ import annotations

from typing import IO, Any

import click

from gametrade.errors import GametradeError

FINDING, WRONG_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes beside 0."""


class WrongInput(click.ClickException):
    """Carries the sentence of a GametradeError to standard error."""

    exit_code = WRONG_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(f"gametrade: {self.format_message()}", file=file, err=file is None)


class SentenceGroup(click.Group):
    """A group of commands that turns every refusal into one sentence and Ctrl-C into exit code 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except GametradeError as refusal:
            raise WrongInput(" ".join(str(refusal).split())) from None
        except KeyboardInterrupt:
            click.echo("gametrade: interrupted.", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
