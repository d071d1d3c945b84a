"""The README's table is what the library prints, and its snippets name things that exist."""

import re
from pathlib import Path

import pytest

import gametrade as gt

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_table_is_what_the_library_prints():
    table = re.search(r"<!-- table: demo -->\n```text\n(.*?)```", README, re.DOTALL)
    study = gt.analyse_stability(gt.communities.fontana("flat"), contracts=["whole"])
    printed = "\n".join(line.rstrip() for line in str(study).splitlines())
    assert table is not None
    assert printed.startswith(table[1].rstrip())


def test_the_numbers_in_the_prose_are_those_of_the_study():
    study = gt.analyse_stability(gt.communities.fontana("flat"), ["mid_market_rate"], contracts=["whole"])
    rule = study["mid_market_rate"]
    assert f"{study.game.grand_value:,.0f} USD a year" in README
    assert f"{rule.largest_excess:.0f} USD a year more among themselves" in README
    assert f"a proved {100 * rule.excess_share_of_bill:.1f} % of their bill" in README
    assert f"{rule.exit_cost.lower_bound:.2f} USD per member" in README
    assert len(rule.blocking.coalition) == 9


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_resolve(link):
    assert link.startswith("https://") or (Path(__file__).resolve().parents[2] / link).exists()


def test_both_commands_are_marked_for_continuous_integration():
    for name in ("report", "test"):
        assert re.search(rf"<!-- command: {name} -->\n```console\npython3 .*\n```", README)
