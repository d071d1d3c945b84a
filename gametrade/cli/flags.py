"""Say in options of the command line what a sentence says in arguments of Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection

SEVERAL = {"homes": "--home", "rules": "--rule", "outputs": "--output"}
"""Options that may be given several times have a singular name."""

OWNERS = "read_community|check_files|analyse_stability|blocking_coalition|the window"
"""Whose arguments are options."""

UNQUOTED = r"(?<![\w'\"./-])"
"""Not inside a name, a path or the quoted value of a user."""


def flag(name: str) -> str:
    """Option of an argument.

    Examples
    --------
    >>> flag("time_zone"), flag("homes")
    ('--time-zone', '--home')
    """
    return SEVERAL.get(name, "--" + name.replace("_", "-"))


def in_flags(sentence: str, names: Collection[str], given: Collection[str] = ()) -> str:
    """Rewrite a sentence that names arguments.

    Parameters
    ----------
    sentence : str
        What went wrong, in the words of the Python functions.
    names : collection of str
        Arguments that are options.
    given : collection of str
        Those that the user has written; the prices among them are not columns of a file.

    Returns
    -------
    str
        What went wrong, in the words of the command line.

    Examples
    --------
    >>> in_flags("time of a.csv must have a date; pass date='2023-06-01'. Got '12:00'.", ["date"])
    "time of a.csv must have a date; pass --date 2023-06-01. Got '12:00'."
    >>> in_flags("unit of read_community must be given. Got None.", ["unit"])
    '--unit must be given.'
    """
    known = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    if known:
        sentence = re.sub(rf"{UNQUOTED}({known})=('[^']*'|\"[^\"]*\"|\w*)", _assignment, sentence)
        sentence = re.sub(rf"^({known}) of (?:{OWNERS})\b|^({known})(?= must )", _leading, sentence)
    prices = "|".join(name for name in ("import_price", "export_price", "network_charge") if name in given)
    if prices:
        sentence = re.sub(rf"{UNQUOTED}({prices})(?: of Tariff)?(?![\w'\"])", _leading, sentence)
    return re.sub(rf" of (?:{OWNERS})\b", "", sentence).removesuffix(" Got None.")


def _assignment(found: re.Match[str]) -> str:
    """``name='value'`` as a shell would want it; a lone sign is quoted so that it can be seen."""
    value = found[2].strip("'\"")
    if value in ("", "True"):
        return flag(found[1])
    shown = shlex.quote(value) if value[0].isalnum() else f"'{value}'"
    return f"{flag(found[1])} {shown}"


def _leading(found: re.Match[str]) -> str:
    return flag(next(name for name in found.groups() if name))
