"""Published cooperative games: their shapes, decided exactly and in floats, at every scale."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import gametrade as gt
from gametrade.games.coalitional import null_players, subset_sums, symmetric_players, veto_players

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "known_values" / "cooperative.json"
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["entries"] if FILE.exists() else []
TABLES = {entry["id"]: entry for entry in ENTRIES if "v" in entry}
pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published games is not on this machine")


def game_of(entry):
    """The game of an entry with its fractions; a cost game is the gains game of minus its costs."""
    names = tuple(f"p{i}" for i in range(entry["n"]))
    game = gt.TableGame.from_array(names, [Fraction(v) for v in entry["v"]], order="size_lexicographic")
    return gt.TableGame.from_costs(game, gains="minus_costs") if entry["game_type"] == "cost" else game


def cases(concept):
    found = [pytest.param(entry, id=name) for name, entry in TABLES.items() if concept in entry["exact"]]
    return found or [pytest.param(None, id="none")]


@pytest.mark.parametrize("entry", cases("convex"))
@pytest.mark.parametrize("factor", [1, Fraction(1, 10**8), 10**8])
def test_shapes(entry, factor):
    game = factor * game_of(entry)
    for name in ("convex", "superadditive"):
        assert gt.check(game, name, exact=True).holds == entry["exact"][name]
        assert gt.check(game, name).holds == entry["exact"][name]
    if entry["exact"]["convex"]:
        assert gt.check(game, "superadditive", exact=True)
    if entry["exact"]["superadditive"]:
        assert gt.check(game, "zero_monotone", exact=True)
    if not entry["exact"].get("core_empty", True):
        assert gt.check(game, "quasi_balanced", exact=True)
    if "tau" in entry["exact"]:
        defined = not str(entry["exact"]["tau"]).startswith("undefined")
        assert gt.check(game, "quasi_balanced").holds == defined
        assert gt.check(game, "quasi_balanced", exact=True).holds == defined


@pytest.mark.parametrize("entry", cases("shapley"))
def test_null_players_get_nothing_and_symmetric_ones_the_same(entry):
    game = game_of(entry)
    payoffs = dict(zip(game.players, entry["exact"]["shapley"], strict=True))
    for exact in (False, True):
        assert all(Fraction(payoffs[label]) == 0 for label in null_players(game, exact=exact))
        for members in symmetric_players(game, exact=exact):
            assert len({payoffs[label] for label in members}) == 1
        assert set(null_players(game, exact=exact)) == {
            label
            for label in game.players
            if all(game.value({*s, label}) == game.value(s) for s in game.to_frame()["coalition"])
            and game.value([label]) == 0
        }


@pytest.mark.parametrize("name", [name for name, entry in TABLES.items() if "wvg" in entry["tags"]] or ["none"])
def test_weighted_games_are_recognised(name):
    game = game_of(TABLES[name])
    if set(game.numbers.tolist()) <= {0.0, 1.0}:
        certificate = gt.check(game, "weighted_voting").certificate
        weights = [certificate["weights"][label] for label in game.players]
        assert ((subset_sums(weights) >= certificate["quota"]) == (game.numbers == 1)).all()


def test_the_fano_plane_is_simple_but_no_weights_decide_it():
    game = game_of(TABLES["fano_plane"])
    assert gt.check(game, "simple", exact=True)
    verdict = gt.check(game, "weighted_voting")
    assert verdict.holds is False
    assert verdict.certificate["kind"] == "trade"
    assert veto_players(game) == ()


def test_the_owner_of_the_scarce_glove_has_a_veto():
    game = game_of(TABLES["glove_2L1R"])
    assert len(veto_players(game)) == 1
    assert sorted(map(len, symmetric_players(game))) == [1, 2]
