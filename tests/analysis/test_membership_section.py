"""Formation and competition beside the rules of a study."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.document import report_document
from gametrade.analysis.membership_section import membership_parts, membership_section
from gametrade.analysis.studies.formation import formation_study, told
from gametrade.analysis.studies.provider_study import provider_study
from gametrade.games.competition import Provider
from gametrade.reports.markdown import markdown_text
from gametrade.reports.story.membership import membership_tables
from tests.strategies import make_community


@pytest.fixture(scope="module")
def study():
    """Five homes for three days, two rules."""
    street = gt.communities.street(5, 3, rng=2, start="2023-06-01")
    return gt.analyse_stability(street, ["mid_market_rate", "competitive_price"], contracts=["whole"])


def test_small_communities_have_the_section_and_larger_ones_on_demand(study):
    assert len(study.membership.formations) == 3
    assert study.membership.competition.market.options[-1] == "alone"
    game = gt.SharingGame(gt.communities.street(17, 1, rng=1))
    assert membership_parts(None, game) == ()
    assert membership_parts(["competition", "formation"], game) == ("formation", "competition")
    assert membership_parts("core", study.game) == ()
    assert membership_parts(None, gt.TableGame("AB", np.zeros(4))) == ()
    dark = gt.SharingGame(make_community(np.array([[1.0], [2.0]])))
    assert membership_section(dark, membership_parts(None, dark)) is None


def test_sections_are_asked_for_by_name(study):
    only = gt.analyse_stability(study.game.community, ["equal_split"], contracts=["whole"], sections=["formation"])
    assert only.membership.competition is None
    assert only.core is None
    assert len(membership_tables(only)) == 1
    none = gt.analyse_stability(study.game.community, ["equal_split"], contracts=["whole"], sections="none")
    assert none.membership is None
    assert membership_tables(none) == []


def test_tables_and_document_tell_what_was_found(study):
    tables = membership_tables(study)
    assert [len(table.rows) for table in tables[:2]] == [3, 4]
    assert "## Who joins whom" in markdown_text(study)
    told_again = json.loads(json.dumps(report_document(study)))["membership"]
    assert [entry["rule"] for entry in told_again["formation"]] == [
        "mid_market_rate",
        "competitive_price",
        "equal_split",
    ]
    for entry, found in zip(told_again["formation"], study.membership.formations, strict=True):
        assert entry["certificate"]["single"]["gains"][0] == found.certificate.single.gains[0]
        assert list(entry["stable"]) == list(found.stable)
        assert len(entry["stable"]["nash"]["structures"]) == len(found.stable["nash"].partitions)
    assert len(told_again["competition"]["nash_stable"]) >= len(told_again["competition"]["core_stable"])


def test_a_study_of_a_game_names_its_best_structure_and_its_path():
    game = gt.TableGame.from_values({("A", "B"): 6.0, ("B", "C"): 5.0, ("A", "B", "C"): 4.0})
    found = formation_study(game)
    assert found.best.structure == (("A", "B"), ("C",))
    assert "Best structure: {A, B}, 1 alone, worth 6 money" in str(found)
    assert found.to_dict()["best"]["bound"] == 6.0
    assert len(found.plot().frames) == len(found.path.structures)
    with pytest.raises(gt.TooManyPlayersError, match="core stability is listed over all partitions of at most 10"):
        formation_study(gt.TableGame([f"h{k}" for k in range(11)], np.zeros(2**11)), notions=["core"])


def test_long_structures_are_told_by_their_sizes():
    parts = tuple((f"first home {k}", f"second home {k}") for k in range(9))
    assert told((*parts, ("last",))) == "coalitions of 2, 2, 2, 2, 2, 2, 2, 2, ... (9 coalitions), 1 alone"


def test_a_market_that_never_settles_says_so():
    """One home runs after the other, which runs away."""
    street = make_community(np.array([[-1.0], [1.0]]))
    hunt = [Provider(lambda game: [1.0, -1.0] if game.n_players == 2 else [0.0], name=name) for name in ("one", "two")]
    found = provider_study(street, hunt, rng=np.random.default_rng(0), starts=2)
    assert found.usual is None
    assert not found.settled
    assert not found.charges
    assert "0 of 2 random starts settle" in str(found)
    assert "No start led" in str(found)
    assert found.to_dict()["options"] == ["one", "two", "alone"]
