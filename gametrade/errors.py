"""Accidents that stop a computation; findings such as an empty core are values, not exceptions."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GametradeError(Exception):
    """Base of every exception that gametrade raises on purpose."""


class InvalidInputError(GametradeError, ValueError):
    """The data or an option break a rule that the message names."""


class UnknownNameError(GametradeError, KeyError):
    """A rule, mechanism, solver, property, home or column of that name does not exist.

    Parameters
    ----------
    kind : str
        What was looked for, e.g. ``"allocation rule"``.
    name : str
        The name that was asked for.
    known : iterable of str
        The names that exist.
    """

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        self.message = self._sentence()
        super().__init__(self.message)

    def _sentence(self) -> str:
        if not self.known:
            return f"There is no {self.kind} to choose from. Got {self.name!r}."
        close = closest(str(self.name), self.known)
        hint = f" Did you mean {close!r}?" if close else ""
        shown = ", ".join(map(repr, self.known[:30])) + (", ..." if len(self.known) > 30 else "")
        return f"{self.kind} must be one of {shown}. Got {self.name!r}.{hint}"

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, object, tuple[str, ...]]]:
        return type(self), (self.kind, self.name, self.known)


class UnknownOptionError(UnknownNameError):
    """A rule or another registered function has no option of that name.

    Parameters
    ----------
    owner : str
        Name of the function.
    name : str
        The option that was given.
    known : iterable of str
        The options that it has, if any.
    """

    def __init__(self, owner: str, name: object, known: Iterable[str]) -> None:
        self.owner = owner
        super().__init__(f"option of {owner}", name, known)

    def _sentence(self) -> str:
        return super()._sentence() if self.known else f"{self.owner} takes no options. Got {self.name!r}."

    def __reduce__(self) -> tuple[type[UnknownOptionError], tuple[str, object, tuple[str, ...]]]:
        return type(self), (self.owner, self.name, self.known)


class TooManyPlayersError(GametradeError, ValueError):
    """The method needs all 2^n coalitions and there are too many players; the message names what scales."""


class SolverError(GametradeError, RuntimeError):
    """A numerical solver ended without a usable answer.

    Parameters
    ----------
    message : str
        What was being solved.
    status : str
        The solver's own word for how it ended.
    """

    def __init__(self, message: str, status: str) -> None:
        self.task, self.status = message, status
        super().__init__(f"{message} The solver ended with status {status!r}.")

    def __reduce__(self) -> tuple[type[SolverError], tuple[str, str]]:
        return type(self), (self.task, self.status)


def closest(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that was probably meant, upper and lower case being the same.

    Examples
    --------
    >>> closest("Midmarket_rate", ["mid_market_rate", "shapley"])
    'mid_market_rate'
    """
    folded = {candidate.casefold(): candidate for candidate in map(str, known)}
    found = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    return folded[found[0]] if found else None
