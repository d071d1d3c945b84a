"""Write a whole file or none: what a reader finds under the name is never half a report."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gametrade.errors import InvalidInputError


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in UTF-8 beside its final place, then put it there in one move.

    Parameters
    ----------
    path : path
        File to write; an old one is replaced only when the new one is complete.
    text : str
        Its content.

    Raises
    ------
    InvalidInputError
        If the file cannot be written; nothing is left behind, nor is it after Ctrl-C.
    """
    target = _resolved(path)
    draft = _draft_of(target)
    try:
        with open(draft, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(draft, target)
    except OSError as problem:
        raise _cannot_write(path, problem) from None
    finally:
        draft.unlink(missing_ok=True)


def check_writable(path: str | os.PathLike[str]) -> None:
    """Refuse an output that could not be written, before anything long is computed for it.

    Parameters
    ----------
    path : path
        File that is going to be written.

    Raises
    ------
    InvalidInputError
        If its folder does not exist or cannot be written to, or if it is a folder itself.
    """
    target = _resolved(path)
    if target.is_dir():
        raise InvalidInputError(f"output must be a file. Got the folder {str(path)!r}.")
    draft = _draft_of(target)
    try:
        with open(draft, "x", encoding="utf-8"):
            pass
    except OSError as problem:
        raise _cannot_write(path, problem) from None
    finally:
        draft.unlink(missing_ok=True)


def _resolved(path: str | os.PathLike[str]) -> Path:
    """Follow symbolic links, so that the file behind a link is replaced and not the link."""
    return Path(os.path.realpath(path))


def _draft_of(target: Path) -> Path:
    """Name of the draft: hidden, in the same folder, never in anybody's way."""
    return target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.part")


def _cannot_write(path: str | os.PathLike[str], problem: OSError) -> InvalidInputError:
    return InvalidInputError(
        f"output must be a file that can be written. Got {os.fspath(path)!r}: {problem.strerror or problem}."
    )
