"""Files about who joins whom: what was written is proved, and one wrong value anywhere is refuted."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.membership_documents import competition_document, formation_document
from gametrade.analysis.studies.competition import registered_provider
from gametrade.analysis.studies.formation import formation_study
from gametrade.analysis.studies.provider_study import provider_study
from gametrade.analysis.verification import verify_document
from gametrade.analysis.verification.membership.literal import Literal, structures_of
from gametrade.games.formation import FormationGame
from gametrade.solvers.partition_stability import stable_partitions
from tests.analysis.leaves import false_values, kind_of, leaves, replaced, wrong_shapes

UNTOLD = {"engine", "label", "notes", "encoding", "source", "homes", "steps", "step_hours"}
"""Words of the file about itself, which claim nothing, and counts beside data that carry a checksum."""


def read_back(document):
    """The file as another machine reads it."""
    return json.loads(json.dumps(document, allow_nan=False))


def said(document):
    return {outcome.id: outcome.outcome for outcome in verify_document(document)}


def street(homes=5):
    return gt.communities.street(homes, 1, rng=1, start="2023-06-01")


@pytest.fixture(scope="module")
def table_file():
    game = gt.TableGame.from_values({("A", "B"): 6.0, ("B", "C"): 5.0, ("C", "D"): 4.0, ("A", "B", "C", "D"): 9.5})
    return read_back(formation_document(formation_study(game, "equal_split", moves="individual")))


@pytest.fixture(scope="module")
def street_file():
    return read_back(formation_document(formation_study(street(), "mid_market_rate", ["nash", "core"])))


@pytest.fixture(scope="module")
def group_file():
    game = gt.TableGame.from_values({("A", "B"): 6.0, ("B", "C"): 5.0, ("C", "D"): 4.0, ("A", "B", "C", "D"): 9.5})
    return read_back(formation_document(formation_study(game, "equal_split", ["d_c"], moves="merge_split")))


@pytest.fixture(scope="module")
def large_file():
    """Seventeen homes: no list, and a price tree."""
    return read_back(formation_document(formation_study(street(17), "competitive_price")))


@pytest.fixture(scope="module")
def market_file():
    offers = ["mid_market_rate", registered_provider("shapley", name="fair", fee_per_kwh=0.001, fee_per_member=0.01)]
    study = provider_study(street(3), offers, rng=np.random.default_rng(0), starts=2, switching_cost=0.02)
    return read_back(competition_document(study))


FILES = ("table_file", "street_file", "group_file", "large_file", "market_file")


@pytest.mark.parametrize("name", FILES)
def test_what_was_written_is_proved(name, request):
    found = said(request.getfixturevalue(name))
    assert set(found.values()) == {"proved"}, found


@pytest.mark.parametrize("name", FILES)
def test_one_wrong_value_is_refuted(name, request):
    document, tried = request.getfixturevalue(name), set()
    for path, value in leaves(document):
        kind = kind_of(document, path)
        if kind in tried or path[0] == "data" or path[-1] in UNTOLD or "tree" in path:
            continue
        tried.add(kind)
        wrong = false_values(value, document["players"], 1.0)[-1]
        try:
            found = said(replaced(document, path, wrong))
        except gt.InvalidInputError:
            continue
        assert "refuted" in found.values(), (path, value, wrong)
    assert len(tried) > 10


@pytest.mark.parametrize("name", ["table_file", "market_file"])
def test_malformed_files_are_refuted_or_refused(name, request):
    document = request.getfixturevalue(name)
    part = next(iter(set(document) & {"formation", "competition"}))
    places = {kind_of(document, path): path for path, _ in leaves(document)}
    for path in [*places.values(), (part,), *((part, name) for name in document[part])]:
        wrong = wrong_shapes()[len(path) % 4]
        try:
            said(replaced(document, path, wrong))
        except gt.InvalidInputError:
            continue


def test_a_tree_that_proves_less_is_refuted(large_file):
    blocking = large_file["formation"]["certificate"]["blocking"]
    assert blocking["tree"]["steps"] > 0
    where = ("formation", "certificate", "blocking")
    looser = replaced(large_file, (*where, "tree", "limit"), 5.0 + blocking["tree"]["limit"])
    assert said(looser)["certificate/blocking"] == "refuted"


def test_a_structure_left_out_of_a_list_is_missed(table_file):
    for notion in table_file["formation"]["stable"]:
        listed = table_file["formation"]["stable"][notion]["structures"]
        if listed:
            fewer = replaced(table_file, ("formation", "stable", notion, "structures"), listed[1:])
            assert said(fewer)[f"stable/{notion}"] == "refuted"


def test_data_that_were_changed_are_refuted(table_file):
    values = list(table_file["data"]["values"])
    values[3] += 1.0
    assert said(replaced(table_file, ("data", "values"), values)) == {"data": "refuted"}


@pytest.mark.parametrize("seed", range(6))
def test_the_literal_reading_agrees_with_the_engine(seed):
    rng = np.random.default_rng(seed)
    n = 3 + seed % 3
    values = rng.integers(0, 7, 2**n).astype(float)
    values[[0, *(1 << np.arange(n))]] = 0
    formation = FormationGame(gt.TableGame("ABCDE"[:n], values))
    literal = Literal(np.nan_to_num(formation.payoff_table, nan=-np.inf), formation.tolerance)
    for notion, found in stable_partitions(formation).items():
        stable = [one for one in structures_of(2**n - 1) if literal.stable(one, notion)]
        assert len(stable) == len(found.partitions), notion


def test_rules_of_users_are_told_by_no_file():
    with pytest.raises(gt.InvalidInputError, match="rule of a formation file must be a registered name"):
        formation_document(formation_study(street(3), lambda game: np.zeros(game.n_players)))


def test_the_section_of_a_report_is_proved_and_a_wrong_value_in_it_is_not():
    study = gt.analyse_stability(street(3), ["equal_split"], contracts=["whole"], sections=["formation", "competition"])
    document = read_back(study.to_dict())
    assert said(document)["membership"] == "proved"
    section = document["membership"]
    tried = set()
    for path, value in leaves(section):
        kind = kind_of(section, path)
        if kind in tried or path[-1] in UNTOLD:
            continue
        tried.add(kind)
        wrong = false_values(value, document["players"], 1.0)[-1]
        changed = replaced(document, ("membership", *path), wrong)
        changed = {**changed, "claims": []}
        assert said(changed)["membership"] == "refuted", (path, value, wrong)
