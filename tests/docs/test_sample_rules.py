"""The rules that the documentation shows pass the suite that every registered rule must pass."""

from __future__ import annotations

import doctest
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.registry import Entry, rules
from tests.contracts import test_rules as suite

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("CONTRIBUTING.md", "docs/how-to/add-a-rule.md")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAME = re.compile(r"^@rules\.register.*?^def (\w+)\(", re.DOTALL | re.MULTILINE)


def samples() -> dict[str, str]:
    """Source of every registered sample rule by its name."""
    blocks = [block for page in PAGES for block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))]
    return {found[1]: block for block in blocks if (found := NAME.search(block))}


SAMPLES = samples()


@pytest.fixture(params=sorted(SAMPLES))
def entry(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Entry]:
    """A sample in a file of its own, as the page says, registered for one test."""
    package = tmp_path / "samples"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / f"{request.param}.py").write_text(SAMPLES[request.param], encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    len(rules)
    monkeypatch.setattr(rules, "_entries", dict(rules._entries))
    importlib.invalidate_caches()
    importlib.import_module(f"samples.{request.param}")
    yield rules.get(request.param)
    for name in [name for name in sys.modules if name.partition(".")[0] == "samples"]:
        del sys.modules[name]


def test_each_page_shows_a_rule():
    for page in PAGES:
        assert any(source in (ROOT / page).read_text(encoding="utf-8") for source in SAMPLES.values())


def test_the_sample_passes_the_contract_suite(entry: Entry):
    assert entry.promises
    suite.test_entry_is_complete(entry)
    suite.test_misspelled_option_is_refused(entry)
    for promise in sorted(entry.promises):
        suite.test_promise(entry.name, promise)
    suite.test_shape_and_repeatability_and_untouched_input(entry.name)
    suite.test_relabelled_homes_get_relabelled_payoffs(entry.name)
    for scale in (3.7, 1e-5):
        suite.test_money_scales(entry.name, scale)
    if entry.traits["needs"] == "sharing":
        suite.test_prices_explain_the_payoffs(entry.name)
        suite.test_rule_of_meter_data_refuses_a_table(entry)


def test_no_contract_was_forgotten():
    """A contract that the suite gains later must be run on the samples too."""
    source = Path(__file__).read_text(encoding="utf-8")
    contracts = {name for name in vars(suite) if name.startswith("test_")}
    about_the_suite = {"test_false_promise_is_caught", "test_every_promise_of_the_vocabulary_is_made_by_some_rule"}
    assert {name for name in contracts - about_the_suite if f"suite.{name}(" not in source} == set()


def test_the_examples_of_the_sample_run(entry: Entry):
    module = sys.modules[entry.function.__module__]
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, attempted = doctest.testmod(module, optionflags=flags)
    assert attempted
    assert not failed


def test_the_sample_is_examined_and_verified_like_any_rule(entry: Entry):
    week = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
    document = gt.analyse_stability(week, [entry.name], contracts=["whole"]).to_dict()
    outcomes = {outcome.id: outcome.outcome for outcome in verify_document(document)}
    assert outcomes[f"{entry.name}/payoffs"] == "proved"
    assert "refuted" not in outcomes.values()


def test_the_samples_are_gone_afterwards():
    assert not set(SAMPLES) & {known.name for known in rules}
