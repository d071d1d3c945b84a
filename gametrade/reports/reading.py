"""The machine-readable report as text, and back again from a JSON file or from the HTML page that carries it."""

from __future__ import annotations

import base64
import json
import os
import re
import zlib
from pathlib import Path
from typing import Any

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.errors import InvalidInputError

EMBEDDED = re.compile(r'<script type="application/json" id="gametrade-report"[^>]*>([A-Za-z0-9+/=\s]*)</script>')


def read_document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the report document that ``gametrade verify`` checks.

    Parameters
    ----------
    path : path
        A ``.json`` report, or an ``.html`` report with the document inside.

    Returns
    -------
    dict
        Schema ``gametrade-report/1``, or ``gametrade-equilibria/1`` for strategic games.

    Raises
    ------
    InvalidInputError
        If the file cannot be read or holds no report.
    """
    name = os.fspath(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not text in UTF-8"
        raise InvalidInputError(f"report must be a file that can be read. Got {name!r}: {reason}.") from None
    if Path(path).suffix.lower() in (".html", ".htm"):
        text = _inside_page(text, name)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InvalidInputError(f"report must be JSON. Got {name!r}: {problem}.") from None
    if not isinstance(document, dict):
        raise InvalidInputError(f"report must be a JSON object. Got a {type(document).__name__} in {name!r}.")
    return document


def document_text(study: StabilityStudy | EquilibriumStudy) -> str:
    """Serialise the report; numbers keep every digit, and NaN is refused because JSON has none."""
    return json.dumps(study.to_dict(), allow_nan=False, ensure_ascii=False)


def pack_document(text: str) -> str:
    """Compress a document so that a page can carry it: base64 of zlib of UTF-8."""
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def _inside_page(page: str, name: str) -> str:
    """Find and unpack the document in a page."""
    found = EMBEDDED.search(page)
    if not found:
        raise InvalidInputError(
            f"page must carry its report in a script element 'gametrade-report'. Got none in {name!r}; "
            "verify the .json report instead."
        )
    try:
        return zlib.decompress(base64.b64decode(found[1])).decode("utf-8")
    except (ValueError, zlib.error) as problem:
        raise InvalidInputError(f"report inside the page {name!r} must be readable. Got: {problem}.") from None
