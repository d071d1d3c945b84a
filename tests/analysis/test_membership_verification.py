"""Files about who joins whom: what was written is proved, and one wrong value anywhere is refuted."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.analysis.contract_document import contract_document
from gametrade.analysis.encoding import doubles, floats
from gametrade.analysis.membership_documents import (
    certificate_document,
    competition_document,
    designs_document,
    formation_document,
    network_document,
    structure_document,
)
from gametrade.analysis.partition_verdict import partition_verdict
from gametrade.analysis.studies.competition import registered_provider
from gametrade.analysis.studies.formation import formation_study
from gametrade.analysis.studies.market_designs import market_designs
from gametrade.analysis.studies.network_stability import RULES, locational_price, network_stability
from gametrade.analysis.studies.provider_study import provider_study
from gametrade.analysis.verification import verify_document
from gametrade.analysis.verification.membership.literal import Literal, structures_of
from gametrade.community.feeder import Feeder
from gametrade.games.contracts import BundleValue, Contract, ContractNetwork
from gametrade.games.formation import FormationGame
from gametrade.solvers.blocking_contracts import blocking_contracts
from gametrade.solvers.certified_structure import certified_structure
from gametrade.solvers.partition_finder import NOTIONS
from gametrade.solvers.partition_stability import stable_partitions
from gametrade.solvers.price_adjustment import price_adjustment
from tests.analysis.leaves import false_values, kind_of, leaves, replaced, wrong_shapes
from tests.network.feeders import network_games

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


@pytest.fixture(scope="module")
def designs_file():
    homes, noon = ["home02", "home03", "home05"], ("2017-06-01 11:00", "2017-06-01 12:00")
    hour = gt.communities.fontana("flat").select(homes=homes, start=noon[0], end=noon[1])
    names = ["alone", "community_manager:tolerance=0.001", "first_met"]
    study = market_designs(hour, names, rng=np.random.default_rng(3))
    return read_back(designs_document(study))


@pytest.fixture(scope="module")
def network_file():
    street = gt.Community(
        ["Ada", "Bob", "Cy"], [[0, 1], [4, 0], [0, 5]], [[10, 0], [0, 2], [6, 0]],
        ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(import_price=0.30, export_price=0.08),
    )  # fmt: skip
    lines, homes = [("grid", "a"), ("a", "b")], {"Ada": "a", "Bob": "b", "Cy": "b"}
    feeder = Feeder(lines, [0.1, 0.1], [0, 0], homes=homes, capacity=8)
    return read_back(network_document(network_stability(street, feeder, ["mid_market_rate", locational_price])))


@pytest.fixture(scope="module")
def contract_file():
    contracts = [Contract(f"{s}>{b}", s, b, cost=Fraction(1, 8)) for s in "st" for b in "AB"]
    values = {s: BundleValue.best_of({f"{s}>A": 0, f"{s}>B": 0}, capacity=1) for s in "st"}
    values["A"] = BundleValue({("s>A", "t>A"): 3})
    values["B"] = BundleValue.best_of({"s>B": 2, "t>B": 2})
    outcome = price_adjustment(ContractNetwork(contracts, values))
    return read_back(contract_document(outcome, blocking_contracts(outcome)))


FILES = ("table_file", "street_file", "group_file", "large_file", "market_file", "designs_file", "network_file")


@pytest.mark.parametrize("name", FILES)
def test_what_was_written_is_proved(name, request):
    found = said(request.getfixturevalue(name))
    assert set(found.values()) == {"proved"}, found


@pytest.mark.parametrize("name", FILES)
def test_one_wrong_value_is_refuted(name, request):
    document, tried = request.getfixturevalue(name), set()
    for path, value in leaves(document):
        kind = kind_of(document, path)
        if kind in tried or path[0] == "data" or path[-1] in UNTOLD or {"tree", "lot"} & set(path):
            continue
        tried.add(kind)
        wrong = false_values(value, document["players"], 1.0)[-1]
        try:
            found = said(replaced(document, path, wrong))
        except gt.InvalidInputError:
            continue
        assert "refuted" in found.values(), (path, value, wrong)
    assert len(tried) > 10


@pytest.mark.parametrize("name", ["table_file", "market_file", "network_file"])
def test_malformed_files_are_refuted_or_refused(name, request):
    document = request.getfixturevalue(name)
    part = next(iter(set(document) & {"formation", "competition", "designs", "network"}))
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


def test_contracts_are_proved_in_fractions_and_one_wrong_word_is_not(contract_file):
    assert set(said(contract_file).values()) == {"proved"}
    assert contract_file["blocking"]["stable"] is False
    for path, value in leaves(contract_file):
        if path[0] == "schema" or path[-1] in ("time", "energy") or "talk" in path:
            continue
        wrong = "7/3" if isinstance(value, str) else not value if isinstance(value, bool) else ["s>A", "t>B"]
        try:
            found = said(replaced(contract_file, path, wrong))
        except gt.InvalidInputError:
            continue
        assert "refuted" in found.values(), (path, value, wrong)


@pytest.mark.parametrize("seed", range(4))
def test_verdicts_on_a_structure_are_proved_and_their_opposites_are_not(seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 7, 16).astype(float)
    values[[0, 1, 2, 4, 8]] = 0
    formation = FormationGame(gt.TableGame("ABCD", values))
    structure = [["A", "C"], ["B", "D"]] if seed % 2 else [["A", "B", "C", "D"]]
    verdicts = [partition_verdict(formation, structure, notion) for notion in (*NOTIONS, "strong_nash:3")]
    document = read_back(structure_document(formation, verdicts))
    assert set(said(document).values()) == {"proved"}
    for k, row in enumerate(document["formation"]["examined"]):
        where = ("formation", "examined", k)
        lie = replaced(document, (*where, "holds"), not row["holds"])
        assert said(lie)[row["property"]] == "refuted"
        if not row["holds"]:
            gains = [gain + 0.5 for gain in row["certificate"]["gains"]]
            if row["property"] != "d_c_stable":
                assert said(replaced(document, (*where, "certificate", "gains"), gains))[row["property"]] == "refuted"
            assert said(replaced(document, (*where, "witness"), ["A", "A"]))[row["property"]] == "refuted"


def test_the_certificate_of_a_given_structure_is_a_file_of_its_own():
    formation = FormationGame(gt.SharingGame(street(4)), "mid_market_rate")
    document = read_back(certificate_document(certified_structure(formation, [formation.players])))
    found = said(document)
    assert set(found.values()) == {"proved"}
    assert "certificate/pair" in found


@pytest.mark.parametrize("homes", [1, 2, 3])
def test_few_homes_are_proved_too(homes):
    few = street(3).select(homes=street(3).names[:homes])
    for rule in ("mid_market_rate", "equal_split", "shapley"):
        assert set(said(read_back(formation_document(formation_study(few, rule)))).values()) == {"proved"}
    study = provider_study(few, ["bill_sharing"], rng=np.random.default_rng(0), starts=1)
    assert set(said(read_back(competition_document(study))).values()) == {"proved"}


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


@settings(max_examples=12, deadline=None, derandomize=True)
@given(network_games(max_homes=4))
def test_rules_on_any_feeder_are_proved(game):
    rules = [rule for rule in RULES if game.grand_value > game.tolerance or callable(rule)]
    study = network_stability(
        game.community, game.feeder, rules, outsiders=game.outsiders, power_factor=game.power_factor
    )
    found = said(read_back(network_document(study)))
    assert set(found.values()) == {"proved"}, found


def test_shortened_plans_and_free_prices_prove_nothing(network_file):
    network = network_file["network"]
    told = network["rules"][0]["with_limits"]
    for field, name in (("plan", "plan"), ("prices", "energy"), ("prices", "limits")):
        packed = told[field] if field == "plan" else told[field][name]
        nothing = doubles(np.zeros_like(floats(packed)))
        changed = {**told, field: nothing if field == "plan" else {**told[field], name: nothing}}
        file = replaced(network_file, ("network", "rules", 0, "with_limits"), changed)
        assert (said(file)["mid_market_rate/with limits"] == "refuted") or not floats(packed).any()
    assert said(replaced(network_file, ("network", "plan"), doubles(np.zeros(6))))["plan"] == "refuted"
