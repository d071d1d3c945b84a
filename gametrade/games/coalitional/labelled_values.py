"""Values of coalitions that are named by labels: from a mapping, to and from a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional.game import check_labels, check_table_size
from gametrade.games.coalitional.given_numbers import checked_names
from gametrade.typing import Coalition

HEADER = ["coalition", "value"]


def numbers_by_label(
    values: Mapping[Any, Any], players: Iterable[str] | None, missing: Any
) -> tuple[tuple[str, ...], list[Any]]:
    """Put labelled values into bitmask order.

    Parameters
    ----------
    values : mapping of tuple of str to number
        Value of each coalition. [money]
    players : iterable of str or None
        Player order; the order of first mention if None.
    missing : number or None
        Value of coalitions left out; None refuses them. [money]

    Returns
    -------
    names : tuple of str
        Players in order.
    numbers : list
        2^n values in bitmask order.
    """
    if not isinstance(values, Mapping):
        raise InvalidInputError(f"values of TableGame must be a mapping of coalitions. Got {type(values).__name__}.")
    for coalition in values:
        check_labels(coalition)
    named = tuple(dict.fromkeys(str(label) for coalition in values for label in coalition))
    names = named if players is None else checked_names(players)
    check_table_size(len(names), "TableGame")
    bit = {label: 1 << i for i, label in enumerate(names)}
    numbers = [missing] * (1 << len(names))
    numbers[0] = 0
    given: set[int] = set()
    for coalition, number in values.items():
        mask = _mask(coalition, bit, names)
        if mask in given:
            raise InvalidInputError(f"values of TableGame must name each coalition once. Got {coalition!r} again.")
        given.add(mask)
        numbers[mask] = number
    if missing is None and len(given - {0}) < len(numbers) - 1:
        first = next(mask for mask in range(1, len(numbers)) if mask not in given)
        absent = tuple(label for label in names if bit[label] & first)
        raise InvalidInputError(f"values of TableGame must name every coalition. Got none for {absent!r}.")
    return names, numbers


def _mask(coalition: Coalition, bit: Mapping[str, int], names: Coalition) -> int:
    mask = 0
    for label in coalition:
        if str(label) not in bit:
            raise UnknownNameError("player", label, names)
        if mask & bit[str(label)]:
            raise InvalidInputError(f"coalition must name each member once. Got {coalition!r}.")
        mask |= bit[str(label)]
    return mask


def every_coalition(names: Coalition) -> Iterator[Coalition]:
    """Labels of each coalition but the empty one, in bitmask order."""
    for mask in range(1, 1 << len(names)):
        yield tuple(name for i, name in enumerate(names) if mask >> i & 1)


def read_values(path: str | Path, separator: str, exact: bool) -> dict[Coalition, Any]:
    """Read a CSV file with the columns coalition and value.

    Parameters
    ----------
    path : str or Path
        The file.
    separator : str
        What stands between the labels of a coalition.
    exact : bool
        Whether numbers are taken as written, so that 0.1 is one tenth and 1/3 one third.

    Returns
    -------
    dict
        Value of each coalition, in the order of the file. [money]
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise InvalidInputError(f"game must be a CSV file that can be read. Got {str(path)!r}: {problem}.") from None
    if not rows or [cell.strip() for cell in rows[0]] != HEADER:
        raise InvalidInputError(f"columns of the game {str(path)!r} must be {HEADER}. Got {rows[0] if rows else []}.")
    values: dict[Coalition, Any] = {}
    for row in rows[1:]:
        if len(row) != len(HEADER):
            raise InvalidInputError(f"rows of the game {str(path)!r} must have two cells. Got {row}.")
        coalition = tuple(label.strip() for label in row[0].split(separator)) if row[0].strip() else ()
        if "" in coalition:
            raise InvalidInputError(
                f"coalitions of the game {str(path)!r} must have a label on each side of {separator!r}. Got {row}."
            )
        if coalition in values:
            raise InvalidInputError(f"values of the game {str(path)!r} must name each coalition once. Got {row} again.")
        values[coalition] = _number(row[1], exact, str(path))
    return values


def write_values(path: str | Path, rows: Iterable[tuple[Coalition, Any]], separator: str) -> None:
    """Write coalitions and values as CSV; fractions as 1/3, floats with all their digits."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows((separator.join(coalition), str(number)) for coalition, number in rows)


def check_separator(separator: str, names: Coalition = ()) -> None:
    """Refuse a separator that is empty or part of a label."""
    if not isinstance(separator, str):
        raise InvalidInputError(f"separator must be text that is in no label. Got {separator!r}.")
    inside = [name for name in names if separator in name]
    if not separator or inside:
        raise InvalidInputError(
            f"separator must be text that is in no label. Got {separator!r}"
            + (f" in {inside[0]!r}." if inside else ".")
        )


def _number(text: str, exact: bool, file: str) -> Any:
    try:
        return Fraction(text.strip()) if exact else float(text)
    except (ValueError, ZeroDivisionError):
        hint = " (exact=True reads fractions)" if "/" in text and not exact else ""
        raise InvalidInputError(f"values of the game {file!r} must be numbers{hint}. Got {text!r}.") from None
