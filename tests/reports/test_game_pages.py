"""Pages of strategic games: drawn in headless Chromium, and their words."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import gametrade as gt
from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.registry import figures
from gametrade.reports.figures.all_figures import all_figures
from gametrade.reports.html import page
from gametrade.reports.markdown import game_text
from gametrade.reports.story.game_answer import game_sentences
from tests.analysis.strategic_games import DESCRIPTIONS

DRAWN = {
    "duopoly": ["best-replies", "convergence"],
    "hunt": ["convergence", "shares"],
    "usage charge": ["leader-payoff"],
    "three players": ["convergence", "shares"],
}

MARKS = """
Array.from(document.querySelectorAll(".plot")).map((place) => {
  const drawing = place.querySelector("svg.main-svg");
  const marks = place.querySelectorAll(".trace path, .trace .point");
  const size = drawing ? drawing.getBoundingClientRect() : {width: 0, height: 0};
  return {id: place.id, drawn: marks.length, width: size.width, height: size.height, room: place.clientWidth};
})
"""


@pytest.fixture(scope="module")
def studies() -> dict[str, EquilibriumStudy]:
    return {name: gt.analyse_equilibria(DESCRIPTIONS[name]) for name in DRAWN}


def _helper() -> ModuleType:
    """Load the helper beside this file, whatever the import mode."""
    spec = importlib.util.spec_from_file_location("browser", Path(__file__).with_name("browser.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.browser
@pytest.mark.parametrize("name", ["duopoly", "hunt", "usage charge"])
def test_the_page_draws_itself_and_asks_for_nothing(studies, name: str, tmp_path: Path) -> None:
    file = tmp_path / "game.html"
    studies[name].to_html(file)
    with _helper().browser_tab() as tab:
        tab.resize(1280, 900)
        tab.open(file.as_uri())
        for width in (1280, 400):
            tab.resize(width, 900, mobile=width == 400)
            tab.evaluate("new Promise((done) => setTimeout(done, 300))")
            found = tab.evaluate(MARKS)
            assert [figure["id"] for figure in found] == DRAWN[name]
            for figure in found:
                assert figure["drawn"] > 0, figure
                assert figure["height"] > 100, figure
                assert figure["width"] <= figure["room"] + 1, figure
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.said() == []
        assert tab.requested() == [file.as_uri()]


def test_every_figure_is_drawn_for_some_game(studies) -> None:
    drawn = {figure.id.replace("-", "_") for study in studies.values() for figure in all_figures(study)}
    assert drawn == {entry.name for entry in figures if entry.traits.get("of") == "game"}


@pytest.mark.parametrize("name", DRAWN)
def test_three_sentences_and_every_section(studies, name: str) -> None:
    study = studies[name]
    sentences = game_sentences(study)
    assert len(sentences) == 3
    assert all(text.endswith(".") and text[0].isupper() for text in sentences)
    text, shown = game_text(study), page(study)
    for words in ("Players and strategies", "Equilibria with payoffs and regrets", "Properties of the game", "Notes"):
        assert words in text
        assert words in shown
    for verdict in study.properties:
        assert verdict.property.replace("_", " ") in text
    assert ("Payoffs [money]" in text) == (name == "hunt")
    assert ("Comparative statics" in text) == (name in ("duopoly", "usage charge"))


def test_a_game_without_equilibrium_says_so() -> None:
    """Simultaneous best replies of three firms go round for ever."""
    names = "xyz"
    game = {
        "variables": {name.upper(): {name: [0, 90]} for name in names},
        "payoffs": {name.upper(): f"{name}*(90-x-y-z)" for name in names},
    }
    study = gt.analyse_equilibria(game, "best_response:simultaneous=true")
    first, second, third = game_sentences(study)
    assert first.startswith("No equilibrium was found")
    assert "repeat 2 profiles" in second
    assert third
    assert "equilibria" not in page(study).partition("<nav")[2].partition("</nav>")[0].lower().replace(
        "equilibrium", ""
    )


def test_names_cannot_break_a_page() -> None:
    game = gt.NormalFormGame([[[1, 0]], [[0, 1]]], ["<script>", "B|*"], [["</table>"], ["a", "b"]])
    shown = page(gt.analyse_equilibria(game))
    assert "<script>:" not in shown
    assert "&lt;/table&gt;" in shown
    assert "B\\|\\*" in game_text(gt.analyse_equilibria(game))
