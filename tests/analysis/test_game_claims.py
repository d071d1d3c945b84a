"""Claims about the game itself: an empty core by balancing weights, a core by prices or a point, and how far it is."""

from __future__ import annotations

import copy
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.games.coalitional import IndividualTariffGame
from tests.analysis.leaves import report
from tests.analysis.test_dispatch_stability import small_game
from tests.dispatch_games import make_dispatch
from tests.strategies import make_community

NET = np.array([[-2.0, 1.0], [1.0, -1.0], [1.5, 0.5]])


def majority():
    return gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))


def capped():
    """Two sellers with one connection: what it leaves them belongs to nobody, and the core is empty."""
    loads = [gt.CurtailableLoad(home, 1.0, 1.0) for home in "AB"]
    return make_dispatch([[2.0, 0.0], [2.0, 0.0], [0.0, 1.0]], flexibility=loads, connection_limit=3.0)


GAMES = {
    "majority": (majority, False, "balancing_weights"),
    "one connection": (capped, False, "balancing_weights"),
    "trade": (lambda: gt.TableGame.from_values({("s", "b"): 6.0, ("s", "b", "c"): 7.0}), True, "point"),
    "sharing": (lambda: gt.SharingGame(make_community(NET, 0.3, 0.1)), True, "price_path"),
    "batteries": (small_game, True, "dispatch_dual"),
    "peak": (lambda: small_game(peak_charge=0.4), True, "dispatch_dual"),
}


def made(name, sections=None):
    return report(gt.analyse_stability(GAMES[name][0](), ["equal_split"], contracts=["whole"], sections=sections))


def claim_of(document, name="balanced"):
    return next(claim for claim in document["claims"] if claim["id"] == f"game/{name}")


def outcome_of(document, name="game/balanced"):
    return next(outcome.outcome for outcome in verify_document(document) if outcome.id == name)


@pytest.mark.parametrize("name", GAMES)
def test_whether_there_is_a_core_is_proved_for_every_kind_of_game(name):
    document = made(name)
    claim = claim_of(document)
    assert (claim["holds"], claim["certificate"]["kind"]) == GAMES[name][1:]
    assert "refuted" not in {outcome.outcome for outcome in verify_document(document)}
    assert outcome_of(document) == "proved"


@pytest.mark.parametrize("name", ["majority", "one connection"])
def test_the_weights_of_an_empty_core_are_exact(name):
    proof = claim_of(made(name))["certificate"]
    weights = [Fraction(weight) for weight in proof["weights"]]
    for player in GAMES[name][0]().players:
        on_player = [w for w, c in zip(weights, proof["coalitions"], strict=True) if player in c]
        assert sum(on_player) == 1


def forged(document, how):
    changed = copy.deepcopy(document)
    claim = claim_of(changed)
    proof = claim["certificate"]
    if how == "weight":
        proof["weights"][0] = str(Fraction(proof["weights"][0]) + Fraction(1, 10**12))
    elif how == "coalition":
        proof["coalitions"][0] = list(changed["players"][:1])
    elif how == "everyone":
        proof["coalitions"], proof["weights"] = [list(changed["players"])], ["1"]
    elif how == "verdict":
        claim["holds"] = not claim["holds"]
    elif how == "margin":
        claim["margin"] += 0.01
    elif how == "undecided":
        claim["holds"], proof["kind"], proof["why"] = None, "none", "no reason"
    elif how == "left out":
        changed["claims"].remove(claim)
    return changed


@pytest.mark.parametrize("how", ["weight", "coalition", "everyone", "verdict", "margin", "left out"])
@pytest.mark.parametrize("name", ["majority", "one connection", "trade"])
def test_forged_weights_are_refuted(name, how):
    changed = forged(made(name), how)
    assert "refuted" in {outcome.outcome for outcome in verify_document(changed)}


@pytest.mark.parametrize("how", ["verdict", "margin", "left out"])
@pytest.mark.parametrize("name", ["sharing", "batteries"])
def test_a_core_by_prices_cannot_be_denied(name, how):
    assert "refuted" in {outcome.outcome for outcome in verify_document(forged(made(name), how))}


def test_dual_prices_prove_no_core_behind_one_connection():
    document = made("one connection")
    claim = claim_of(document)
    claim["holds"], claim["margin"], claim["witness"] = True, 0.0, []
    claim["certificate"] = {"kind": "dispatch_dual"}
    assert outcome_of(document) == "refuted"


@pytest.mark.parametrize("name", ["majority", "one connection", "trade"])
@pytest.mark.parametrize("claim", ["least_core_excess", "cost_of_stability"])
@pytest.mark.parametrize("side", [-1, 1])
def test_the_numbers_of_the_core_section_are_claims_with_a_proof(name, claim, side):
    document = made(name, sections=["numbers"])
    assert outcome_of(document, f"game/{claim}") == "proved"
    changed = copy.deepcopy(document)
    found = claim_of(changed, claim)
    found["certificate"]["bracket"] = [end + side * 0.01 for end in found["certificate"]["bracket"]]
    found["margin"] = found["certificate"]["bracket"][0] * (-1 if claim == "least_core_excess" else 1)
    assert outcome_of(changed, f"game/{claim}") == "refuted"


def test_the_numbers_are_those_of_the_majority_game():
    document = made("majority", sections=["numbers"])
    assert claim_of(document, "least_core_excess")["certificate"]["bracket"][0] == pytest.approx(1 / 3)
    assert claim_of(document, "cost_of_stability")["margin"] == pytest.approx(0.5)
    document["core"]["numbers"]["cost_of_stability"] = 0.4
    assert outcome_of(document, "tables") == "refuted"


@pytest.mark.parametrize("more", [0.0, 200.0])
def test_the_core_of_a_table_of_many_players_is_decided_with_proof(more):
    """Players and their square: a convex game, or one whose pairs gain more than all together bear."""
    sizes = np.bitwise_count(np.arange(2**17)).astype(float)
    game = gt.TableGame([f"p{i}" for i in range(17)], sizes**2 + more * (sizes == 2))
    document = report(gt.analyse_stability(game, ["equal_split"]))
    assert claim_of(document)["holds"] is (more == 0)
    assert outcome_of(document, "game/balanced") == "proved"


def test_a_core_of_many_players_is_not_decided_in_silence():
    names = [f"p{i}" for i in range(19)]
    empty = gt.GraphGame(gt.TableGame(names, np.bitwise_count(np.arange(2**19)).astype(float) ** 2), [])
    claim = claim_of(report(gt.analyse_stability(empty, ["equal_split"])))
    assert claim["holds"] is None
    assert "more than 18 players" in claim["certificate"]["why"]


def crowd(n_steps=6):
    return gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(17, n_steps)), 0.3, 0.1))


CROWDS = {
    "sharing": crowd,
    "individual tariffs": lambda: individual(crowd(1)),
    "assignment": lambda: gt.AssignmentGame(
        [f"s{i}" for i in range(8)], [f"b{i}" for i in range(9)], np.random.default_rng(1).normal(2, 3, size=(8, 9))
    ),
}


def individual(game):
    """Every home has a tariff of its own."""
    rng = np.random.default_rng(2)
    sell = rng.choice([0.05, 0.1], game.n_players)
    return IndividualTariffGame(game.community, sell + rng.choice([0.1, 0.2], game.n_players), sell)


@cache
def written(name, sections=None):
    game = CROWDS[name]()
    return report(gt.analyse_stability(game, ["equal_split"], contracts=["whole"], sections=sections))


@pytest.mark.parametrize("name", CROWDS)
def test_many_players_with_prices_have_a_core_with_proof(name):
    assert claim_of(written(name))["holds"] is True
    assert outcome_of(written(name)) == "proved"
    assert outcome_of(forged(written(name), "verdict")) == "refuted"


def test_payoffs_that_pairs_block_prove_no_core():
    document = copy.deepcopy(written("assignment"))
    payoffs = claim_of(document)["certificate"]["payoffs"]
    most = int(np.argmax(payoffs))
    payoffs[most], payoffs[most - 1] = payoffs[most] - 1.0, payoffs[most - 1] + 1.0
    assert outcome_of(document) == "refuted"


@pytest.mark.parametrize("name", ["sharing", "individual tariffs"])
def test_the_numbers_of_many_homes_are_proved_from_both_sides(name):
    document, names = written(name, ("numbers",)), {"game/least_core_excess", "game/cost_of_stability"}
    assert document["core"]["left_out"] == {}
    assert {outcome.outcome for outcome in verify_document(document) if outcome.id in names} == {"proved"}
    changed = copy.deepcopy(document)
    for claim in ("least_core_excess", "cost_of_stability"):
        claim_of(changed, claim)["certificate"]["payoffs"][0] += 0.05
        claim_of(changed, claim)["certificate"]["payoffs"][1] -= 0.05
    assert {outcome.outcome for outcome in verify_document(changed) if outcome.id in names} == {"refuted"}
    bracket = claim_of(document, "least_core_excess")["certificate"]["bracket"]
    assert bracket[1] - bracket[0] <= 1e-7
