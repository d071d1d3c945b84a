"""Closed forms in the equilibrium-property report: MathML on the page, LaTeX in Markdown, or nothing."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

import gametrade as gt
from gametrade.analysis.equilibria import analyse_equilibria
from gametrade.reports.story.letters import letters

CHARGE = {
    "system": "usage_charge",
    "intercepts": [0.5],
    "slopes": [0.1],
    "usage_charge": [0.06],
    "import_price": 0.3,
    "export_price": 0.08,
}


@pytest.fixture(scope="module")
def study():
    return analyse_equilibria(CHARGE)


def test_the_page_shows_the_derivation_of_its_system(study, tmp_path):
    study.to_html(tmp_path / "game.html")
    page = (tmp_path / "game.html").read_text(encoding="utf-8")
    assert '<section id="letters">' in page
    shown = page.split('<section id="letters">')[1].split("</section>")[0]
    formulas = [line for line in shown.splitlines() if line.startswith("<math")]
    assert len(formulas) > 10
    for line in formulas:
        plain = line.replace("&InvisibleTimes;", "").replace("&dd;", "d")
        assert ElementTree.fromstring(plain).tag == "math"


def test_markdown_has_the_same_in_latex(study, tmp_path):
    study.to_markdown(tmp_path / "game.md")
    text = (tmp_path / "game.md").read_text(encoding="utf-8")
    assert "## In letters" in text
    assert "p^{*} &= \\frac{a + exported - \\tau}{2}" in text


def test_a_system_without_a_closed_form_has_no_such_part():
    study = analyse_equilibria(gt.NormalFormGame.bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]]))
    assert letters(study) == []
