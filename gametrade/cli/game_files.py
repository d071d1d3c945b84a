"""Read a game from JSON or TOML: a table of coalition values, or a strategic game."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import TableGame
from gametrade.games.described import Described, described, is_described

KEYS = ("players", "values", "gains")

OTHERS = ("system", "actions", "payoffs", "variables")
"""Keys that mark a strategic game."""

FORM = 'game must be written as {"players": ["A", "B"], "values": {"A,B": 6.0}}.'


def read_game(path: str | Path) -> TableGame | Described:
    """Read a game from a file, by the keys that are in it.

    Parameters
    ----------
    path : str or Path
        ``.json`` or ``.toml``. A game of coalitions has ``players``, a list of names, and ``values``, from coalitions
        written as names with commas between them to money; coalitions left out are worth 0. Fractions are written
        as text, ``"1/3"``. With ``gains``, ``"savings"`` or ``"minus_costs"``, the values are costs, of every
        coalition, and are turned into gains as :meth:`TableGame.from_costs` does. A strategic game has the keys
        of :func:`~gametrade.games.described.described_game`.

    Returns
    -------
    TableGame or Described
        The game; a strategic one with its data.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, a coalition comes twice, or a value is not a number.
    UnknownNameError
        If a coalition names somebody who is not among the players, or a key is misspelled.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "game.json"
    >>> _ = file.write_text('{"players": ["A", "B"], "values": {"A,B": 6.0}}')
    >>> read_game(file).value(["A", "B"])
    6.0
    """
    name = str(path)
    content = _parsed(Path(path), name)
    if not isinstance(content, dict):
        raise InvalidInputError(f"{FORM} Got a {type(content).__name__} in {name!r}.")
    if is_described(content):
        return described(content, name)
    return _table_game(content, name)


def strategic_game(path: str | Path) -> Described:
    """Read a game of strategies; a game of coalitions is refused.

    Raises
    ------
    InvalidInputError
        As :func:`read_game`, or if the game has no strategies.
    """
    game = read_game(path)
    if isinstance(game, TableGame):
        raise InvalidInputError(
            f"game to solve must have strategies. Got coalition values in {str(path)!r}; "
            "gametrade report examines them."
        )
    return game


def _table_game(content: Mapping[str, Any], name: str) -> TableGame:
    """Check and read coalition values."""
    for key in content:
        if key not in KEYS:
            raise UnknownNameError(f"key of the game {name!r}", key, (*KEYS, *OTHERS))
    for key, kind, words in (("players", list, "a list of names"), ("values", dict, "coalitions with their values")):
        if key not in content:
            raise InvalidInputError(f"{FORM} Got no {key!r} in {name!r}.")
        if not isinstance(content[key], kind):
            raise InvalidInputError(f"{key} of the game {name!r} must be {words}. Got {content[key]!r}.")
    players = _players(content["players"], name)
    values = {tuple(members): number for members, number in _values(content["values"], players, name).items()}
    gains = content.get("gains")
    game = TableGame.from_values(values, players=players, missing=0.0 if gains is None else None)
    return game if gains is None else TableGame.from_costs(game, gains=gains)


def _parsed(path: Path, name: str) -> Any:
    """Content of the file as plain data."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not text in UTF-8"
        raise InvalidInputError(f"game must be a file that can be read. Got {name!r}: {reason}.") from None
    try:
        return tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InvalidInputError(f"game must be valid {path.suffix[1:].upper()}. Got {name!r}: {problem}.") from None


def _players(names: list[Any], file: str) -> tuple[str, ...]:
    other = next((name for name in names if not isinstance(name, str | int) or isinstance(name, bool)), None)
    if other is not None:
        raise InvalidInputError(f"players of the game {file!r} must be names. Got {other!r}.")
    players = tuple(str(name).strip() for name in names)
    wrong = next((player for player in players if "," in player or not player), None)
    if wrong is not None:
        raise InvalidInputError(f"players of the game {file!r} must have names without commas. Got {wrong!r}.")
    if len(set(players)) < len(players) or not players:
        raise InvalidInputError(f"players of the game {file!r} must be unique and at least one. Got {list(players)!r}.")
    return players


def _values(written: Mapping[str, Any], players: tuple[str, ...], file: str) -> dict[frozenset[str], Any]:
    values: dict[frozenset[str], Any] = {}
    for key, number in written.items():
        members = [part.strip() for part in key.split(",")] if key.strip() else []
        for member in members:
            if member not in players:
                raise UnknownNameError(f"member of coalition {key!r} in {file!r}", member, players)
        coalition = frozenset(members)
        if len(coalition) < len(members) or coalition in values:
            raise InvalidInputError(f"values of the game {file!r} must name each coalition once. Got {key!r} again.")
        values[coalition] = _number(number, key, file)
    if values.get(frozenset(), 0.0) != 0:
        raise InvalidInputError(f"the empty coalition in {file!r} must be worth 0. Got {values[frozenset()]!r}.")
    return values


def _number(number: Any, key: str, file: str) -> Any:
    """A finite number, or a fraction written as text."""
    try:
        value = Fraction(number) if isinstance(number, str) else number
        fits = not isinstance(value, bool) and isinstance(value, int | float | Fraction) and math.isfinite(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        fits = False
    if not fits:
        raise InvalidInputError(f"value of coalition {key!r} in {file!r} must be a finite number. Got {number!r}.")
    return value
