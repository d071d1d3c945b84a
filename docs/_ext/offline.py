"""Pages that load nothing from a network: drop what figures would fetch, and warn about anything left."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.util import logging

UNUSED = re.compile(r'<script[^>]*\bsrc="https://[^"]*mathjax[^"]*"[^>]*></script>', re.IGNORECASE)
FETCHED = re.compile(r'<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="((?:https?:)?//[^"]+)"')
LOGGER = logging.getLogger(__name__)


def check(app: Any, failure: Exception | None) -> None:
    """Look through all pages after they are written."""
    if failure is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        kept = UNUSED.sub("", text)
        if kept != text:
            page.write_text(kept, encoding="utf-8")
        for address in FETCHED.findall(kept):
            LOGGER.warning("%s would fetch %s", page.relative_to(app.outdir), address)


def setup(app: Any) -> dict[str, bool]:
    """Check once the build is done."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
