"""The section on the core: made where it is cheap, refuted where a number is changed, left out with a reason."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.core_section import PARTS, wanted_parts
from gametrade.analysis.verification import verify_document

RULES = ["mid_market_rate", "competitive_price", "shapley"]


@pytest.fixture(scope="module")
def study() -> gt.StabilityStudy:
    homes = gt.communities.fontana("flat").select(
        ["home01", "home02", "home04", "home06", "home11"], "2017-05-01", "2017-05-15"
    )
    return gt.analyse_stability(homes, RULES, contracts=[])


def outcome(document: dict[str, Any]) -> str:
    return next(found.outcome for found in verify_document(document) if found.id == "tables")


def test_all_parts_are_made_and_verified(study: gt.StabilityStudy) -> None:
    assert study.core is not None
    assert not study.core.left_out
    assert outcome(study.to_dict()) == "proved"


def test_the_fee_per_member_is_borne_by_its_payoffs(study: gt.StabilityStudy) -> None:
    assert study.core is not None
    fees = study.core.fees
    assert fees is not None
    assert np.isclose((fees.payoffs - study.game.single_values).min(), fees.per_member)


@pytest.mark.parametrize(
    "where",
    [
        ("intervals", "players", 0, "low_bound"),
        ("intervals", "players", 0, "low_weights", "everyone"),
        ("projections", 0, "lower_bound"),
        ("projections", 1, "distance"),
        ("projections", 0, "transfers", 2),
        ("joining", 0, "gains", 1, 2),
        ("fees", "per_kwh"),
        ("fees", "rule_per_member"),
        ("picture", "low", 1),
        ("picture", "corners", 0, 0),
        ("numbers", "least_subsidy"),
    ],
)
def test_a_changed_number_is_refuted(study: gt.StabilityStudy, where: tuple[Any, ...]) -> None:
    document = copy.deepcopy(study.to_dict())
    part: Any = document["core"]
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] += 0.1 * study.game.grand_value
    assert outcome(document) == "refuted"


def test_an_empty_core_says_so() -> None:
    study = gt.analyse_stability(gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2)))
    assert study.core is not None
    assert study.core.numbers is not None
    assert np.isclose(study.core.numbers.cost_of_stability, 0.5)
    assert study.core.left_out == {"picture": "the core is empty, so there is nothing to draw."}
    assert outcome(study.to_dict()) == "proved"


def test_sections_are_chosen() -> None:
    game = gt.TableGame.from_values({("s", "b"): 6.0})
    assert gt.analyse_stability(game, ["equal_split"], sections="none").core is None
    only = gt.analyse_stability(game, ["equal_split"], sections=["fees"]).core
    assert only is not None
    assert only.fees is not None
    assert only.intervals is None
    with pytest.raises(gt.UnknownNameError, match="fees"):
        gt.analyse_stability(game, sections="fee")
    with pytest.raises(gt.InvalidInputError, match="sections"):
        gt.analyse_stability(game, sections=3)  # type: ignore[arg-type]
    large = gt.communities.street(17, 3, rng=np.random.default_rng(1))
    assert gt.analyse_stability(large, ["equal_split"], contracts=[]).core is None


def test_rules_that_are_not_compared_by_default_can_be_asked_for() -> None:
    game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 9})
    assert {"prenucleolus", "banzhaf"}.isdisjoint(result.rule for result in gt.analyse_stability(game))
    assert gt.analyse_stability(game, ["prenucleolus", "banzhaf"])["banzhaf"].rule == "banzhaf"


def test_a_community_with_batteries() -> None:
    homes = gt.communities.fontana("flat").select(["home01", "home02", "home04"], "2017-06-01", "2017-06-02")
    study = gt.analyse_stability(gt.DispatchGame(homes, peak_charge=1.0), ["equal_split"], sections=PARTS)
    assert study.core is not None
    assert set(study.core.left_out) == {"joining"}
    assert study.core.picture is not None
    assert outcome(study.to_dict()) == "proved"


def test_peak_prices_of_a_report_never_exceed_the_peak_charge() -> None:
    homes = gt.communities.fontana("flat").select(["home01", "home02", "home04"], "2017-06-01", "2017-06-02")
    document = gt.analyse_stability(gt.DispatchGame(homes, peak_charge=1.0), ["equal_split"]).to_dict()
    assert {found.outcome for found in verify_document(document)} <= {"proved", "not proved"}


def test_small_communities_with_batteries_get_the_section_by_default() -> None:
    homes = gt.communities.fontana("flat").select(["home01", "home02", "home04"], "2017-06-01", "2017-06-02")
    assert wanted_parts(None, gt.DispatchGame(homes)) == PARTS
    year = gt.communities.fontana("flat").select(["home01", "home02", "home04"])
    assert wanted_parts(None, gt.DispatchGame(year)) == ()
