"""The core in tables and figures: the numbers are those of the section, in words that a reader can check."""

from __future__ import annotations

import re

import numpy as np

import gametrade as gt
from gametrade.reports.figures.core_intervals import core_intervals
from gametrade.reports.figures.core_picture import core_picture
from gametrade.reports.html import page
from gametrade.reports.markdown import markdown_text
from gametrade.reports.story.core import core_tables


def test_tables_are_regular_and_their_numbers_fit(study: gt.StabilityStudy) -> None:
    for table in core_tables(study):
        text = " ".join([table.caption, table.note, *(cell for row in table.rows for cell in row)])
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert not re.search(r"\bnan\b|\binf\b|\de-\d", text), text


def test_which_tables(community: gt.StabilityStudy, large: gt.StabilityStudy, nothing: gt.StabilityStudy) -> None:
    assert len(core_tables(community)) == 5
    assert core_tables(large) == core_tables(nothing) == []


def test_transfers_of_the_projection_balance(community: gt.StabilityStudy) -> None:
    table = core_tables(community)[2]
    for column in (2, 3):
        moved = [float(row[column].replace("\N{MINUS SIGN}", "-").replace(",", "")) for row in table.rows]
        assert abs(sum(moved)) < 0.01 * len(moved)


def test_bars_hold_the_rules_in_the_core(community: gt.StabilityStudy) -> None:
    figure = core_intervals(community)
    assert figure is not None
    bar, *marks = figure.plot.data
    stable = next(trace for trace in marks if trace.name == "competitive price")
    low, high = np.array(bar.base), np.array(bar.base) + np.array(bar.x)
    assert (np.array(stable.x) >= low - 1e-6).all()
    assert (np.array(stable.x) <= high + 1e-6).all()


def test_the_picture_of_three_players_is_closed(table: gt.StabilityStudy) -> None:
    figure = core_picture(table)
    assert figure is not None
    ring = figure.plot.data[0]
    assert (ring.x[0], ring.y[0]) == (ring.x[-1], ring.y[-1])


def test_page_and_text_have_the_section(community: gt.StabilityStudy, large: gt.StabilityStudy) -> None:
    assert '<section id="core">' in page(community)
    assert "## The core itself" in markdown_text(community)
    assert "The core itself" not in markdown_text(large)
    assert core_intervals(large) is None
    assert core_picture(large) is None
