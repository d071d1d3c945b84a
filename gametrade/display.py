"""How answers look in a terminal and in a notebook: tables, as text and as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table in plain text, columns padded to their widest cell.

    Examples
    --------
    >>> print(text_table(["home", "kWh"], [["Ada", "3.0"]]))
    home  kWh
    Ada   3.0
    """
    lines = [list(header), *[list(row) for row in rows]] if header else [list(row) for row in rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))] if lines else []
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


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
