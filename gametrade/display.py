"""How answers look in a terminal and in a notebook: tables, as text and as HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Sequence
from html import escape


def text_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    numeric: Container[int] = (),
    least: Sequence[int] = (),
    gap: int = 2,
) -> str:
    """Lay out a table in plain text, columns padded to their widest cell.

    Parameters
    ----------
    header : sequence of str
        Heads of the columns; empty for a table without heads.
    rows : sequence of sequences of str
        Cells.
    numeric : container of int
        Positions of the columns that are set flush right.
    least : sequence of int
        Least width of each column, so that short tables look like long ones.
    gap : int
        Blanks between columns.

    Examples
    --------
    >>> print(text_table(["home", "kWh"], [["Ada", "3.0"], ["Bob", "12.0"]], numeric={1}))
    home   kWh
    Ada    3.0
    Bob   12.0
    """
    lines = [list(header), *[list(row) for row in rows]] if header else [list(row) for row in rows]
    columns = range(len(lines[0])) if lines else range(0)
    widths = [max([*least[k : k + 1], *(text_width(line[k]) for line in lines)]) for k in columns]
    padded = (" " * gap).join
    return "\n".join(
        padded(_padded(cell, widths[k], k in numeric) for k, cell in enumerate(line)).rstrip() for line in lines
    )


def _padded(cell: str, width: int, right: bool) -> str:
    blanks = " " * (width - text_width(cell))
    return blanks + cell if right else cell + blanks


def text_width(text: str) -> int:
    """Columns that a text takes in a terminal: accents set on a letter take none, wide letters two.

    Examples
    --------
    >>> text_width("Ada"), text_width("Ce\u0301d"), text_width("\u5bb6")
    (3, 3, 2)
    """
    if text.isascii():
        return len(text)
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text if not unicodedata.combining(c))


def html_table(header: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Lay out a table in HTML, every cell escaped.

    Examples
    --------
    >>> html_table([], [["<b>", "1"]])
    '<table><tbody><tr><td>&lt;b&gt;</td><td>1</td></tr></tbody></table>'
    """

    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    head = f"<thead>{line(header, 'th')}</thead>" if header else ""
    return f"<table>{title}{head}<tbody>{''.join(line(row, 'td') for row in rows)}</tbody></table>"


class Shown:
    """An answer whose notebook display is its text."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"
