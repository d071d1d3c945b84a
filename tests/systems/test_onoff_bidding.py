"""On/off bidding: the published formulas, equilibria in fractions, temperatures that carry over."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.heater_bidding import heater_bidding
from gametrade.games.pricing.water_heaters import WaterHeaters
from gametrade.games.systems.onoff_bidding import onoff_bidding

TANKS = {"heat": 3.0, "resistance": 500.0, "capacitance": 0.2, "volume": 150.0, "lowest": 45.0, "highest": 60.0}


def test_two_homes_have_two_pure_and_one_mixed_equilibrium():
    answer = gt.solve(onoff_bidding(base=[2, 2], flexible=3, constant=5))
    assert answer.complete
    found = {tuple(row[0] for row in e.certificate["strategies"]): e.certificate["payoffs"] for e in answer}
    assert found == {("1", "0"): ["4", "7"], ("0", "1"): ["7", "4"], ("9/29", "9/29"): ["98/29", "98/29"]}


@given(st.integers(3, 40))
def test_the_chance_of_being_on_for_any_constant(level):
    answer = gt.solve(onoff_bidding(base=[2, 2], flexible=3, constant=level))
    chance = Fraction(3 * (level - 2), 5 * level + 4)
    mixed = [e for e in answer if Fraction(e.certificate["strategies"][0][0]) == chance]
    assert len(mixed) == 1
    assert mixed[0].regret == 0


@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_payoffs_are_the_published_formula(n, seed):
    rng = np.random.default_rng(seed)
    base, flexible = rng.integers(-3, 5, n).astype(float), rng.integers(0, 4, n).astype(float)
    before = rng.uniform(40, 62, n)
    game = onoff_bidding(base=base, flexible=flexible, constant=9, temperature=before, drawn=10.0, heaters=TANKS)
    tank = WaterHeaters(**TANKS)
    for where in np.ndindex(*game.shape):
        on = np.array(where) == 0
        fed = base - flexible * on
        after = tank.after(before, on, 10.0)
        cold, hot = ~on & (after < 45.0), on & (after > 60.0)
        wanted = np.where(cold | hot, 0.0, (9 + fed) / max(abs(fed.sum()), 0.1))
        assert game.at(where) == pytest.approx(wanted)


def test_an_exchange_of_nothing_counts_as_the_floor():
    game = onoff_bidding(base=[3, 0], flexible=3, constant=5, smallest_exchange=0.5)
    assert game.payoff({"home 1": "on", "home 2": "off"}) == {"home 1": 10.0, "home 2": 10.0}


def test_tanks_cool_warm_and_mix():
    tank = WaterHeaters(**TANKS)
    kept = np.exp(-0.5 / 100)
    assert tank.after(50.0, False) == pytest.approx(15 + 35 * kept)
    assert tank.after(50.0, True) == pytest.approx(15 + 35 * kept + 1500 * (1 - kept))
    assert tank.after(50.0, False, 150.0) == pytest.approx(15.0)
    steady = 15 + 3.0 * 500.0
    assert tank.after(steady, True) == pytest.approx(steady)


@settings(max_examples=10)
@given(st.integers(2, 5), st.integers(0, 10**6))
def test_mixed_equilibria_of_several_homes_are_exact_or_not_claimed(n, seed):
    base = np.random.default_rng(seed).uniform(-2, 4, n)
    for found in gt.solve(onoff_bidding(base=base, flexible=3.0), "least_regret", starts=2):
        profile = [[Fraction(p) for p in row] for row in found.certificate["strategies"]]
        game = found.game
        assert max(game.exact_regrets(profile)) <= 1e-9 * game.payoff_range.max()


def test_three_homes_without_a_pure_equilibrium_have_a_mixed_one():
    """Payoffs by hand: matching pennies between two, a third who does not matter."""
    table = np.zeros((3, 2, 2, 2))
    table[0, 0, 0] = table[0, 1, 1] = 1.0
    table[1] = 1.0 - table[0]
    game = gt.NormalFormGame(table)
    assert not len(gt.solve(game, "pure_equilibria"))
    assert gt.solve(game, "least_regret")[0].strategies[0] == pytest.approx([0.5, 0.5])


def street(n=3, steps=8):
    sun = np.maximum(0, np.sin(np.linspace(-0.5, 3.5, steps)))
    return np.outer(np.linspace(0.5, 1.5, n), 2 * sun) - 0.4, np.full((n, steps), 8.0)


@pytest.mark.parametrize("prefer", ["pure", "mixed"])
def test_slots_pass_temperatures_on(prefer):
    base, drawn = street()
    tank = WaterHeaters(**TANKS)
    start = np.array([46.0, 50.0, 55.0])
    first = heater_bidding(tank, base, drawn, start, rng=np.random.default_rng(1), samples=2, prefer=prefer)
    again = heater_bidding(tank, base, drawn, start, rng=np.random.default_rng(1), samples=2, prefer=prefer)
    assert np.array_equal(first.exchange, again.exchange)
    before = start
    for t in range(base.shape[1]):
        reached = first.temperatures[0, t]
        on, off = (tank.after(before, action, drawn[:, t]) for action in (True, False))
        chosen = np.isclose(reached, on)
        assert np.isclose(reached, np.where(chosen, on, off)).all()
        assert first.exchange[0, t] == pytest.approx(base[:, t].sum() - 1.5 * chosen.sum())
        before = reached
    frame = first.to_frame()
    assert frame.loc["energy", "bidding"] == pytest.approx(np.abs(first.exchange).sum(axis=1).mean())


def test_mixed_equilibria_are_drawn_by_their_chances():
    """Two homes as in the hand-worked game, at half its energies: on with 9/29."""
    tank = WaterHeaters(3.0, 500.0, 0.2, 150.0, lowest=20.0, highest=90.0)
    played = heater_bidding(
        tank,
        np.ones((2, 4)),
        0.0,
        [50.0, 50.0],
        rng=np.random.default_rng(2),
        samples=30,
        prefer="mixed",
        constant=2.5,
        smallest_exchange=0.05,
    )
    assert played.kinds == ("mixed",) * 4
    heated = (2.0 - played.exchange) / 1.5
    chance, draws = 9 / 29, heated.size * 2
    assert heated.sum() / draws == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / draws))


def test_bad_numbers_are_refused():
    with pytest.raises(gt.InvalidInputError, match="constant of onoff_game must be at least 1"):
        onoff_bidding(base=[2, 2], flexible=3, constant=0.5)
    with pytest.raises(gt.TooManyPlayersError, match="at most 14"):
        onoff_bidding(base=np.zeros(15), flexible=1.0)
    with pytest.raises(gt.InvalidInputError, match="together"):
        onoff_bidding(base=[1.0], flexible=1.0, temperature=[50.0])
    with pytest.raises(gt.InvalidInputError, match="volume"):
        WaterHeaters(3.0, 500.0, 0.2, 0.0)
    with pytest.raises(gt.InvalidInputError, match="drawn water"):
        WaterHeaters(**TANKS).after(50.0, True, 151.0)
    with pytest.raises(gt.InvalidInputError, match="lowest"):
        WaterHeaters(3.0, 500.0, 0.2, 150.0, lowest=70.0)
    with pytest.raises(gt.InvalidInputError, match="base of shape"):
        heater_bidding(WaterHeaters(**TANKS), [1.0], 0.0, [50.0], rng=np.random.default_rng(0))
