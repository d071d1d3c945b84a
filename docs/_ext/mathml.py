"""Formulas as MathML, written at build time: pages need neither a script nor a network."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def inline(translator: Any, node: nodes.Element) -> None:
    """Write a formula inside a sentence."""
    translator.body.append(f'<span class="math">{convert(node.astext())}</span>')
    raise nodes.SkipNode


def block(translator: Any, node: nodes.Element) -> None:
    """Write a formula on a line of its own."""
    formula = convert(aligned(node.astext()), display="block")
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    translator.body.append(f"{formula}</div>\n")
    raise nodes.SkipNode


def aligned(text: str) -> str:
    """Align the rows of a formula that has several."""
    rows = "\\\\" in text and "\\begin" not in text
    return rf"\begin{{aligned}}{text}\end{{aligned}}" if rows else text


def setup(app: Any) -> dict[str, bool]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
