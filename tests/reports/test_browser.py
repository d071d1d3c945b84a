"""The page in headless Chromium: every figure drawn, nothing said in the console, nothing asked of the network."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

import gametrade as gt

FIGURES = """
Array.from(document.querySelectorAll(".plot")).map((place) => {
  const drawing = place.querySelector("svg.main-svg");
  const marks = place.querySelectorAll(".trace path, .trace .point, .heatmaplayer image, .boxes path");
  const size = drawing ? drawing.getBoundingClientRect() : {width: 0, height: 0};
  return {id: place.id, drawn: marks.length, width: size.width, height: size.height, room: place.clientWidth};
})
"""


def _helper() -> ModuleType:
    """Load the helper beside this file, whatever the import mode."""
    spec = importlib.util.spec_from_file_location("browser", Path(__file__).with_name("browser.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.browser
@pytest.mark.parametrize("name", ["community", "large", "table", "nothing"])
def test_the_page_draws_itself_and_asks_for_nothing(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    study: gt.StabilityStudy = request.getfixturevalue(name)
    file = tmp_path / "report.html"
    study.to_html(file)
    with _helper().browser_tab() as tab:
        tab.resize(1280, 900)
        tab.open(file.as_uri())
        for width in (1280, 400):
            tab.resize(width, 900, mobile=width == 400)
            tab.evaluate("new Promise((done) => setTimeout(done, 400))")
            figures = tab.evaluate(FIGURES)
            assert len(figures) == {"community": 13, "large": 8, "table": 6, "nothing": 0}[name]
            for figure in figures:
                assert figure["drawn"] > 0, figure
                assert figure["height"] > 100, figure
                assert figure["width"] <= figure["room"] + 1, figure
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.call("Page.printToPDF", preferCSSPageSize=True)
        assert tab.said() == []
        assert tab.requested() == [file.as_uri()]
