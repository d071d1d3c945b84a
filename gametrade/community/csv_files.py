"""Open CSV files the fast way, and find out what is wrong with those that cannot be opened so."""

from __future__ import annotations

import csv
import gzip
import itertools
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from gametrade.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Format:
    """How numbers and times are written in the files.

    Parameters
    ----------
    delimiter : str
        Between cells.
    decimal : str
        Decimal sign.
    time_format : str or None
        As for ``datetime.strptime``; ISO 8601 if None.
    date : str or None
        Day of times that have none, e.g. ``"2023-06-01"``.
    """

    delimiter: str = ","
    decimal: str = "."
    time_format: str | None = None
    date: str | None = None

    def __post_init__(self) -> None:
        for name, sign in (("delimiter", self.delimiter), ("decimal", self.decimal)):
            if not isinstance(sign, str) or len(sign) != 1 or sign.isalnum() or sign in '"\r\n':
                raise InvalidInputError(f"{name} must be one sign such as ',' or ';'. Got {sign!r}.")
        if self.delimiter == self.decimal:
            raise InvalidInputError(f"delimiter= and decimal= must differ. Got {self.decimal!r} for both.")
        for name, text in (("time_format", self.time_format), ("date", self.date)):
            if text is not None and not isinstance(text, str):
                raise InvalidInputError(f"{name} must be a text. Got {text!r}.")


def line_of(path: Path, row: int) -> int:
    """Line number of a row of values, counting the header as line 1 and every blank line."""
    with open_text(path) as lines:
        filled = (number for number, line in enumerate(lines, 1) if line.strip())
        return next(itertools.islice(filled, row + 1, None))


def open_text(path: Path) -> IO[str]:
    """Open a text file, compressed or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def check_header(path: Path, quantity: str, layout: Format) -> None:
    """Catch a missing file and a wrong delimiter before the fast reader misunderstands them."""
    try:
        with open_text(path) as lines:
            filled = (line.rstrip("\r\n") for line in lines if line.strip())
            head = list(itertools.islice(filled, 2))
    except FileNotFoundError:
        raise InvalidInputError(f"{quantity} file must exist. Got {str(path)!r}.") from None
    except UnicodeDecodeError:
        raise InvalidInputError(
            f"{quantity} file {path.name} must be text in UTF-8. Got other bytes; save it as CSV UTF-8."
        ) from None
    except (OSError, EOFError) as accident:
        raise InvalidInputError(f"{quantity} file {path.name} must be readable text. Got: {accident}.") from None
    if not head:
        raise InvalidInputError(f"{path.name} must have a header line with the names of the homes. Got no line.")
    if layout.delimiter not in head[0]:
        other = next((sign for sign in (";", "\t", ",", "|") if sign in head[0]), None)
        hint = f"; it looks like {other!r}, so pass delimiter={other!r}" if other else ""
        hint += " and decimal=','" if other == ";" and len(head) > 1 and "," in head[1] else ""
        raise InvalidInputError(
            f"delimiter of {path.name} must separate a time column and the homes. "
            f"Got {layout.delimiter!r}, which is not in line 1{hint}."
        )
    if len(head) > 1 and '"' not in head[0] + head[1]:
        _refuse_unequal(path, *(line.count(layout.delimiter) + 1 for line in head))


def _refuse_unequal(path: Path, header: int, values: int) -> None:
    if header != values:
        raise InvalidInputError(
            f"Lines of {path.name} must have as many cells as the header, {header}. Got {values} in the "
            "first line of values; a decimal comma needs quotes or another delimiter."
        )


def parse(path: Path, layout: Format) -> pd.DataFrame:
    """Read fast; if a cell is not a number its column comes back as text, and is looked at later."""
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            frame = pd.read_csv(
                path,
                sep=layout.delimiter,
                decimal=layout.decimal,
                encoding="utf-8-sig",
                header=None,
                skiprows=_header_line(path),
                na_values=[],
                low_memory=False,
                index_col=False,
            )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=_header(path, layout), dtype=object)
    except (pd.errors.ParserError, UnicodeDecodeError, EOFError, OSError) as accident:
        raise InvalidInputError(f"{path.name} must be a table. Got: {_one_line(accident)}.") from None
    header = _header(path, layout)
    _refuse_unequal(path, len(header), frame.shape[1])
    frame.columns = pd.Index(header)
    return frame


def _header_line(path: Path) -> int:
    """Line number of the header, after leading blank lines."""
    with open_text(path) as lines:
        return next(number for number, line in enumerate(lines, 1) if line.strip())


def _header(path: Path, layout: Format) -> list[str]:
    with open_text(path) as lines:
        return next(
            [cell.strip() for cell in row]
            for row in csv.reader(lines, delimiter=layout.delimiter)
            if any(cell.strip() for cell in row)
        )


def _one_line(accident: Exception) -> str:
    return " ".join(str(accident).split()).removeprefix("Error tokenizing data. C error: ").rstrip(".")
