"""How the command line ends: a sentence and an exit code, never a traceback."""

from __future__ import annotations

import errno
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO, Any

import click

from gametrade.cli.flags import in_flags
from gametrade.cli.reading import reading_given
from gametrade.errors import GametradeError, UnknownNameError

FINDING, WRONG_INPUT, INTERRUPTED = 1, 2, 130
"""Exit codes beside 0."""


class WrongInput(click.ClickException):
    """Carries the sentence of a GametradeError to standard error."""

    exit_code = WRONG_INPUT

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(f"gametrade: {self.format_message()}", file=file, err=file is None)


class _Interrupt:
    """Whether Ctrl-C came: a compiled package that is just being imported turns it into an ImportError."""

    seen = False

    @contextmanager
    def remembered(self) -> Iterator[None]:
        """Note an interrupt before it is raised, where Python's own handler is in charge."""
        ours = threading.current_thread() is threading.main_thread()
        if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.seen = True
        signal.default_int_handler(number, frame)


def _interrupted() -> click.exceptions.Exit:
    """Say so, and end with the exit code of an interrupted program."""
    click.echo("gametrade: interrupted.", err=True)
    return click.exceptions.Exit(INTERRUPTED)


class SentenceGroup(click.Group):
    """A group of commands that turns every refusal into one sentence and Ctrl-C into exit code 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        interrupt = _Interrupt()
        try:
            with interrupt.remembered():
                return super().invoke(ctx)
        except (GametradeError, ImportError) as refusal:
            if interrupt.seen:
                raise _interrupted() from None
            if not isinstance(refusal, GametradeError):
                raise
            raise WrongInput(in_flags(" ".join(str(refusal).split()), self.options, reading_given(ctx))) from None
        except click.UsageError as refusal:
            asked = refusal.ctx.command_path if refusal.ctx is not None else ctx.command_path
            told = re.sub(r"\W*\bDid you mean\b", "; did you mean", refusal.format_message()).rstrip(".?")
            raise WrongInput(f"{told}; {asked} --help tells more.") from None
        except OSError as accident:
            if accident.errno == errno.EPIPE:
                raise
            raise WrongInput(f"the output could not be written: {accident.strerror or accident}.") from None
        except MemoryError:
            raise WrongInput("there is not enough memory; take fewer homes or a shorter window.") from None
        except KeyboardInterrupt:
            raise _interrupted() from None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options that stand before the command."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as refusal:
            raise WrongInput(
                f"There is no option {refusal.option_name!r} before the command; {ctx.command_path} --help tells more."
            ) from None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelled one is an error that suggests the right one."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            raise UnknownNameError("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    @property
    def options(self) -> set[str]:
        """Names of the options of all commands, as arguments are called in Python."""
        commands = self.commands.values()
        return {str(p.name) for command in commands for p in command.params if isinstance(p, click.Option)}
