"""What can be wrong with meter data before it is a community: one problem, one sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gametrade.errors import InvalidInputError

Quantity = Literal["load", "generation", "both"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a reader refuses: which check found it, whose data, and the sentence that says so.

    Parameters
    ----------
    check : str
        Name of the check, e.g. ``"missing_values"``.
    message : str
        One sentence: name, owner, rule, value, place.
    home : str or None
        Home concerned, if it is one.
    quantity : {"load", "generation", "both"}
        Which of the data.
    """

    check: str
    message: str
    home: str | None = None
    quantity: Quantity = "both"


def refuse_first(problems: Iterable[Problem]) -> None:
    """Raise the first problem, if there is one.

    Raises
    ------
    InvalidInputError
        With the message of the first problem.
    """
    for problem in problems:
        raise InvalidInputError(problem.message)
