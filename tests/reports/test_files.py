"""Files: whole or not at all, read back, escaped, self-contained."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.errors import InvalidInputError
from gametrade.registry import formats
from gametrade.reports import html as html_module  # noqa: F401  (registers the format)
from gametrade.reports.reading import read_document
from gametrade.reports.writing import check_writable, write_atomically

HOURS = ["2023-06-01T12:00", "2023-06-01T13:00"]


def test_formats_are_registered() -> None:
    assert [entry.name for entry in formats] == ["html", "json", "markdown"]


def test_json_and_html_carry_the_same_document(study: gt.StabilityStudy, tmp_path: Path) -> None:
    study.to_json(tmp_path / "r.json")
    study.to_html(tmp_path / "r.html")
    document = read_document(tmp_path / "r.json")
    assert document == read_document(tmp_path / "r.html")
    assert document["schema"] == "gametrade-report/1"


def test_the_document_in_the_page_verifies(table: gt.StabilityStudy, tmp_path: Path) -> None:
    table.to_html(tmp_path / "r.html")
    assert {outcome.outcome for outcome in verify_document(read_document(tmp_path / "r.html"))} == {"proved"}


def test_json_has_no_nan(study: gt.StabilityStudy, tmp_path: Path) -> None:
    study.to_json(tmp_path / "r.json")

    def refuse(word: str) -> None:
        raise AssertionError(word)

    json.loads((tmp_path / "r.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_the_page_names_nothing_outside_itself(community: gt.StabilityStudy, tmp_path: Path) -> None:
    community.to_html(tmp_path / "r.html")
    page = re.sub(r"<script.*?</script>", "", (tmp_path / "r.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "default-src 'none'" in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


def test_names_cannot_break_the_page_or_the_table(tmp_path: Path) -> None:
    prices = gt.Tariff(0.30, 0.10)
    homes = gt.Community(["<Ada>", "Bob|"], [[0, 3], [2, 2]], [[1, 0], [0, 0]], HOURS, 1.0, prices)
    study = gt.analyse_stability(homes, ["mid_market_rate", "equal_split"])
    study.to_html(tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<Ada>" not in page
    assert "&lt;Ada&gt;" in page
    study.to_markdown(tmp_path / "r.md")
    assert "Bob\\|" in (tmp_path / "r.md").read_text(encoding="utf-8")


def test_nothing_to_share_is_said_without_tables_of_zeros(nothing: gt.StabilityStudy, tmp_path: Path) -> None:
    nothing.to_html(tmp_path / "r.html")
    nothing.to_markdown(tmp_path / "r.md")
    page, text = ((tmp_path / name).read_text(encoding="utf-8") for name in ("r.html", "r.md"))
    assert "There is nothing to share" in text
    assert "## The rules side by side" not in text
    assert "## Claims" not in text
    assert 'id="rules"' not in page
    assert 'id="details"' not in page


def test_a_hostile_name_cannot_end_a_script(tmp_path: Path) -> None:
    name = "</script><script>alert(1)</script>"
    game = gt.TableGame.from_values({(name, "c"): 6.0, ("b", "c"): 6.0, (name, "b", "c"): 6.0})
    gt.analyse_stability(game, ["equal_split"]).to_html(tmp_path / "r.html")
    assert "<script>alert" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_rules_left_out_are_told(table: gt.StabilityStudy, tmp_path: Path) -> None:
    import dataclasses

    study = dataclasses.replace(table, skipped={"nucleolus": "needs 2^n numbers."})
    for write, name in ((study.to_html, "r.html"), (study.to_markdown, "r.md")):
        write(tmp_path / name)
        assert "Left out: nucleolus: needs 2^n" in (tmp_path / name).read_text(encoding="utf-8").replace("\\", "")


def test_a_document_too_large_for_a_page_is_left_out(
    table: gt.StabilityStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setattr(sys.modules["gametrade.reports.html"], "EMBEDDED_BYTES", 10)
    table.to_html(tmp_path / "r.html")
    assert "too large for a page" in (tmp_path / "r.html").read_text(encoding="utf-8")
    with pytest.raises(InvalidInputError, match="must carry its report"):
        read_document(tmp_path / "r.html")


def test_markdown_tables_are_regular(study: gt.StabilityStudy, tmp_path: Path) -> None:
    study.to_markdown(tmp_path / "r.md")
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    for block in re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1


def test_writing_replaces_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_atomically(file, "one")
    write_atomically(file, "two\n")
    assert file.read_bytes() == b"two\n"
    assert list(tmp_path.iterdir()) == [file]


def test_writing_follows_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "a.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old", encoding="utf-8")

    def fail(*_: object) -> None:
        raise problem

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises((InvalidInputError, KeyboardInterrupt)):
        write_atomically(file, "new")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_unwritable_outputs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Got the folder"):
        check_writable(tmp_path)
    with pytest.raises(InvalidInputError, match="No such file or directory"):
        check_writable(tmp_path / "none" / "r.html")
    with pytest.raises(InvalidInputError, match="can be written"):
        write_atomically(tmp_path / "none" / "r.html", "text")
    check_writable(tmp_path / "r.html")
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_loads_no_heavy_module() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import gametrade.cli; from gametrade.registry import formats; list(formats);"
        "print([name for name in ('plotly', 'jinja2', 'pandas', 'tqdm') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
