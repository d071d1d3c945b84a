"""The documentation tells the truth: examples run, links resolve, the schema names every field."""

from __future__ import annotations

import doctest
import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.membership_documents import designs_document, formation_document
from gametrade.analysis.studies.formation import formation_study
from gametrade.analysis.studies.market_designs import market_designs
from gametrade.registry import properties, rules

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "generated"} & set(path.parts))
BLOCK = re.compile(r"^```python\n(>>>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(((?!https?:|#)[^)\s]+)\)")
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def page_id(path: Path) -> str:
    return str(path.relative_to(DOCS))


def examples(path: Path) -> str:
    """Doctest blocks of a page, in order; they share their names."""
    return "\n".join(block for block in BLOCK.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [path for path in PAGES if examples(path)], ids=page_id)
def test_examples_of_the_page_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    case = doctest.DocTestParser().get_doctest(examples(path), {}, path.name, str(path), 0)
    told: list[str] = []
    failed, attempted = doctest.DocTestRunner(optionflags=FLAGS).run(case, out=told.append)
    assert attempted
    assert not failed, "".join(told)


def generated() -> dict[str, str]:
    """Pages that the build writes from the registries."""
    spec = importlib.util.spec_from_file_location("registry_pages", DOCS / "_ext" / "registry_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.all_pages())


def test_every_rule_has_a_reference_page():
    pages = generated()
    for entry in rules:
        assert entry.summary in pages["rules"]
        assert f"{entry.function.__module__}.{entry.name}" in pages[f"rule-{entry.name}"]
    assert {"errors", "formats", "names", "checks", "proofs", "command-line"} <= set(pages)
    assert all(f"## {entry.name}\n" in pages["properties"] for entry in properties)
    assert all(f"## {name}\n" in pages["games"] for name in ("DispatchGame", "FeeGame", "TableGame"))
    assert all(f"## {name}\n" in pages["solvers"] for name in ("core_emptiness", "cost_of_stability", "fee_limits"))
    assert "UnknownNameError" in pages["errors"]
    assert "analyse_stability" in pages["names"]


def test_links_between_pages_resolve():
    written = {DOCS / "reference" / "generated" / f"{name}.md" for name in generated()}
    broken = [
        f"{page_id(path)}: {link}"
        for path in PAGES
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not (target := (path.parent / link.partition("#")[0]).resolve()).exists() and target not in written
    ]
    assert not broken


def keys_of(value: Any, depth: int = 0) -> set[str]:
    """Field names of a document; players and notes are data, not fields."""
    if isinstance(value, list):
        return set().union(*(keys_of(item, depth) for item in value[:3])) if value else set()
    if not isinstance(value, dict):
        return set()
    named_by_data = {"payoffs", "alternatives", "skipped", "recipe", "gains", "choices", "regrets", "fee_income", "lot"}
    lists_by_data = {"stable", "charges"}
    inner = ({"": list(item.values())} if name in lists_by_data else {name: item} for name, item in value.items())
    found = {k for parts in inner for name, item in parts.items() if name not in named_by_data for k in keys_of(item)}
    return set(value) | found


def test_the_schema_names_every_field():
    text = (DOCS / "schema.md").read_text(encoding="utf-8")
    homes = gt.communities.street(4, 15, rng=1)
    tables = gt.TableGame.from_values({("s", "b"): 6.0})
    documents = [
        gt.analyse_stability(homes, ["mid_market_rate", "competitive_price", "shapley"]).to_dict(),
        gt.analyse_stability(homes, ["mid_market_rate"], contract="day", contracts=["day"]).to_dict(),
        gt.analyse_stability(tables, ["equal_split"]).to_dict(),
        formation_document(formation_study(tables)),
        designs_document(market_designs(homes, ["first_met"], rng=np.random.default_rng(0))),
    ]
    missing = {key for document in documents for key in keys_of(document) if f"`{key}`" not in text}
    assert not missing
