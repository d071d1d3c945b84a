"""Batteries on the command line: a report that verifies, or one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gametrade.analysis.verification import verify_document
from tests.test_cli import PRICES, refused, run, sun, use, write


@pytest.fixture
def meters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    write(Path("load.csv"), {"Ada": use(0.5), "Bob": use(0.8), "Cy": use(1.1)})
    write(Path("pv.csv"), {"Ada": sun(4.0), "Bob": sun(2.0), "Cy": [0] * 48})
    Path("b.csv").write_text("home,energy_kwh,power_kw,efficiency\nAda,6,3,0.9\n", encoding="utf-8")
    return ["report", "load.csv", "pv.csv", "--unit", "kW", *PRICES]


def test_a_report_with_batteries(meters: list[str]) -> None:
    asked = ["--batteries", "b.csv", "--peak-charge", "1", "--rule", "equal_split", "--section", "fees", "-o", "r.json"]
    result = run(*meters, *asked)
    assert result.exit_code == 0, result.stderr
    document = json.loads(Path("r.json").read_text(encoding="utf-8"))
    assert document["data"]["source"] == "dispatch"
    assert document["core"]["fees"]["per_member"] >= 0
    assert "refuted" not in {found.outcome for found in verify_document(document)}


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--batteries", "none.csv"], "none.csv"),
        (["--peak-charge", "-1"], "at least 0. Got -1"),
        (["--section", "fee"], "fees"),
    ],
)
def test_refusals(meters: list[str], extra: list[str], words: str) -> None:
    assert words in refused(run(*meters, *extra))
