"""A seller in the lead of a market of competing sellers, against its payoff tried price by price."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.studies.seller_leader import seller_leader
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.registry import systems


def market(rng, scale=1.0):
    """Random sellers and buyers; energies from none to plenty."""
    sellers, buyers = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    return SellerCompetition(
        scale * rng.uniform(0.5, 8, sellers),
        rng.uniform(0.1, 0.5, sellers),
        rng.uniform(0.02, 0.1, sellers) / scale,
        rng.uniform(0.3, 0.9, buyers),
        rng.uniform(0.05, 0.2, buyers) / scale,
        import_price=0.4,
        export_price=0.1,
    )


def earned(game, price):
    """What the first seller earns over keeping all at one price for everybody, None where it is not asked or short."""
    offers = np.clip(game.energies - (game.keep_worth - price) / game.keep_bends, 0.0, game.energies)
    asked = float(np.maximum(0.0, (game.worth - price) / game.bends).sum() - offers[1:].sum())
    stock, worth, bend = game.energies[0], game.keep_worth[0], game.keep_bends[0]
    short = asked > stock + 1e-12
    if asked < -1e-12 or (short and price < game.import_price):
        return None
    sold = min(asked, stock)
    return price * sold - worth * sold + bend / 2 * (stock**2 - (stock - sold) ** 2)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_no_price_of_a_fine_grid_earns_more(seed, scale):
    game = market(np.random.default_rng(seed), scale)
    if seed == 3:
        with pytest.raises(gt.InvalidInputError, match="must leave it buyers"):
            seller_leader(game, ["seller 1"])
        return
    found = gt.solve(seller_leader(game, ["seller 1"]))[0]
    grid = np.linspace(0.1, 0.4, 2001)
    tried = [value for price in grid if (value := earned(game, float(price))) is not None]
    at = earned(game, float(found.strategies[0][0]))
    room = 1e-9 * max(1.0, abs(at or 0.0)) * scale
    assert found.regret <= room
    if at is not None:
        assert found.payoffs[0] == pytest.approx(at, abs=1e-6 * scale)
    assert found.payoffs[0] >= max(tried) - 1e-6 * scale


def test_leading_pays_at_least_what_following_demand_does():
    example = systems.get("seller_competition").function(**systems.get("seller_competition").traits["example"])
    follows, leads = gt.solve(example)[0], gt.solve(seller_leader(example, ["seller 2"]))[0]
    kept = example.keep_worth[1] * example.energies[1] - example.keep_bends[1] / 2 * example.energies[1] ** 2
    assert leads.payoffs[0] + kept >= follows.payoffs[1]
    assert leads.strategies[0][0] > follows.certificate["price"]


def test_every_system_is_led_or_says_in_a_sentence_why_not():
    led = {"differentiated_sellers", "quantity_sellers", "two_stage_clearing", "seller_competition", "feed_in_market",
           "contract_game", "fair_sharing", "multi_microgrid", "onoff_bidding", "payoffs_only_sellers"}  # fmt: skip
    shared = {"bilateral_dispatch", "building_sharing", "multiclass_energy", "safe_market"}
    for entry in systems:
        game = entry.function(**entry.traits["example"])
        if entry.name in led:
            assert seller_leader(game, [game.players[0]]).leaders == (game.players[0],)
            continue
        why = "equations that players share" if entry.name in shared else "no leaders yet"
        with pytest.raises(gt.InvalidInputError, match="undercut" if entry.name == "capacity_sellers" else why):
            seller_leader(game, [game.players[0]])
    game = market(np.random.default_rng(0))
    with pytest.raises(gt.UnknownNameError):
        seller_leader(game, ["nobody"])
    with pytest.raises(gt.InvalidInputError, match="a sequence of players"):
        seller_leader(game, "seller 1")
    with pytest.raises(gt.InvalidInputError, match="one seller"):
        seller_leader(game, ["seller 1", "seller 2"])
