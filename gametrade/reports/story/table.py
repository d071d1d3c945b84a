"""A table of texts with units, for every format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """Head of a column.

    Parameters
    ----------
    name : str
        What stands in it.
    unit : str
        Its unit, empty if it has none.
    group : str
        Head above several columns, empty if none.
    numeric : bool
        Whether its cells are numbers, set flush right.
    whole : bool
        Whether its cells must stay on one line.
    status : bool
        Whether its cells take the colour of their row's mark.
    """

    name: str
    unit: str = ""
    group: str = ""
    numeric: bool = True
    whole: bool = False
    status: bool = False

    @property
    def kind(self) -> str:
        """Class of its cells in a page."""
        kind = "number" if self.numeric else "nowrap" if self.whole else "text"
        return f"{kind} status" if self.status else kind

    @property
    def head(self) -> str:
        """Group, name and unit in one line."""
        words = f"{self.group}: {self.name}" if self.group else self.name
        return f"{words} [{self.unit}]" if self.unit else words


@dataclass(frozen=True, slots=True)
class Table:
    """Texts in rows and columns.

    Parameters
    ----------
    caption : str
        What the table shows.
    columns : tuple of Column
        Heads.
    rows : tuple of tuples of str
        Cells.
    note : str
        How to read it, one line a remark.
    marks : tuple of str
        A kind for each row (core, blocked, open, unbalanced), or nothing.
    joined : bool
        Whether rows that follow each other with the same first cell share it where the format allows.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    marks: tuple[str, ...] = ()
    joined: bool = False

    @property
    def spans(self) -> list[int]:
        """Rows that the first cell of each row covers; 0 where a cell above covers it."""
        covered = [1] * len(self.rows)
        for k in reversed(range(1, len(self.rows) if self.joined else 0)):
            if self.rows[k][0] == self.rows[k - 1][0]:
                covered[k - 1], covered[k] = covered[k - 1] + covered[k], 0
        return covered

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Heads above several columns with their widths; empty if there are none."""
        if not any(column.group for column in self.columns):
            return []
        spans: list[tuple[str, int]] = []
        for column in self.columns:
            if spans and column.group and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1] + 1)
            else:
                spans.append((column.group, 1))
        return spans


def words(*names: str) -> tuple[Column, ...]:
    """Columns of plain text."""
    return tuple(Column(name, numeric=False) for name in names)
