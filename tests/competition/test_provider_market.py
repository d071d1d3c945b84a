"""Payoffs, stable choices and dynamics of a market of providers against definitions applied home by home."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.competition import compete, registered_provider, split_of
from gametrade.games.competition import Provider, ProviderMarket, StepPrices
from gametrade.games.step_prices import MONOTONE, step_prices
from gametrade.solvers.joint_move_search import joint_move_search
from gametrade.solvers.provider_choice import core_stable_choices, foresighted_entry, joint_move, nash_stable_choices
from gametrade.solvers.provider_dynamics import best_provider_dynamics, sequential_entry
from tests.strategies import communities, make_community

RULES = ("mid_market_rate", "competitive_price", "supply_demand_ratio", "bill_sharing", "equal_split")


@st.composite
def markets(draw, max_homes=4):
    """Two providers with any rules, fees and switching cost; fees that fit the gains."""
    community = draw(communities(max_homes=max_homes, max_steps=3))
    scale = gt.SharingGame(community).grand_value / community.n_prosumers
    fee = st.sampled_from([0.0, 0.0, 0.1, 0.5])
    offers = [
        registered_provider(
            draw(st.sampled_from(RULES)),
            name=name,
            fee_per_member=draw(fee) * scale,
            fee_per_kwh=draw(st.sampled_from([0.0, 0.0, 0.01])),
            share_of_savings=draw(fee),
        )
        for name in ("one", "two")
    ]
    return ProviderMarket(community, offers, draw(fee) * scale)


def slow_payoffs(market, choice):
    """Each provider's members split the gains of their own community by the rule, then pay."""
    answer = np.zeros(market.n_players)
    for m, offer in enumerate(market.providers):
        inside = [i for i, c in enumerate(choice) if c == m]
        if not inside:
            continue
        part = market.community.select([market.players[i] for i in inside])
        rule = offer.rule.name if isinstance(offer.rule, StepPrices) else "equal_split"
        split = gt.allocate(part, rule).payoffs
        for i, gain, sold, bought in zip(
            inside, split, part.surplus.sum(axis=1), part.deficit.sum(axis=1), strict=True
        ):
            kept = offer.share_of_savings * max(gain, 0)
            answer[i] = gain - kept - offer.fee_per_member - offer.fee_per_kwh * (sold + bought)
    return answer


def moved_gain(market, choice, movers, option):
    """Gains of homes that move to one option, switching cost paid."""
    after = tuple(option if i in movers else c for i, c in enumerate(choice))
    gain = slow_payoffs(market, after) - slow_payoffs(market, choice) - market.switching_cost
    return [gain[i] for i in movers]


@given(markets(), st.data())
@settings(max_examples=40, deadline=None)
def test_payoffs_are_those_of_separate_communities(market, data):
    choices = list(itertools.product(range(3), repeat=market.n_players))
    picked = data.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=5))
    many = market.payoffs_of(np.array(picked))
    for row, choice in zip(many, picked, strict=True):
        slow = slow_payoffs(market, choice)
        np.testing.assert_allclose(row, slow, rtol=1e-9, atol=4 * market.tolerance)
        assert market.fee_income(np.array(choice)).sum() + slow.sum() == pytest.approx(
            market.welfare(np.array(choice)), abs=1e-9 * abs(market.game.grand_value) + 8 * market.tolerance
        )


@given(markets(max_homes=3))
@settings(max_examples=25, deadline=None)
def test_stable_choices_are_those_of_the_definition(market):
    n, slack = market.n_players, 20 * market.tolerance + 1e-9 * market.game.grand_value
    nash = {tuple(found.positions.tolist()) for found in nash_stable_choices(market)}
    core = {tuple(found.positions.tolist()) for found in core_stable_choices(market)}
    assert core <= nash
    for choice in itertools.product(range(3), repeat=n):
        alone = [max(moved_gain(market, choice, (i,), o)) for i in range(n) for o in range(3) if o != choice[i]]
        worst = max(alone)
        if abs(worst) > slack:
            assert (choice in nash) == (worst < 0)
        assert (choice in nash) == bool(market.regrets(np.array(choice)).max() <= market.tolerance)
        joint = max(
            min(moved_gain(market, choice, movers, o))
            for o in range(3)
            for size in range(1, n + 1)
            for movers in itertools.combinations([i for i in range(n) if choice[i] != o], size)
        )
        if abs(joint) > slack:
            assert (choice in core) == (joint < 0)


@given(markets())
@settings(max_examples=30, deadline=None)
def test_dynamics_end_in_a_listed_choice_or_in_a_cycle(market):
    nash = {found.choices for found in nash_stable_choices(market)}
    found = best_provider_dynamics(market)
    assert found.concept in ("Nash-stable", "cycle")
    if found.concept == "cycle":
        assert len(set(found.cycle)) > 1
        for before, after in itertools.pairwise((*found.cycle, found.cycle[0])):
            assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
    else:
        assert found.choices in nash
        assert found.stable


@given(markets(max_homes=3))
@settings(max_examples=25, deadline=None)
def test_foresight_is_backward_induction(market):
    def play(prefix):
        if len(prefix) == market.n_players:
            return prefix
        ends = [play((*prefix, option)) for option in range(3)]
        pays = np.array([market.payoffs_of(np.array([end]))[0][len(prefix)] for end in ends])
        return ends[int((pays >= pays.max() - market.tolerance).argmax())]

    assert tuple(foresighted_entry(market).positions.tolist()) == play(())


def test_every_step_price_rule_takes_the_fast_way():
    fast = {rule for rule in RULES if isinstance(split_of(rule), StepPrices)}
    assert fast == set(RULES) - {"equal_split"}
    assert not isinstance(split_of("bill_sharing_period"), StepPrices)


def street():
    """Two sellers and two buyers of one kWh."""
    return make_community(np.array([[-1.0], [-1.0], [1.0], [1.0]]))


def test_an_incumbent_keeps_homes_that_move_one_by_one_but_not_homes_that_move_together():
    offers = [
        registered_provider("mid_market_rate", name="old", fee_per_member=3.0),
        registered_provider("mid_market_rate", name="new"),
    ]
    market = ProviderMarket(street(), offers)
    assert ("old",) * 4 in {found.choices for found in nash_stable_choices(market)}
    assert {found.choices for found in core_stable_choices(market)} == {("new",) * 4}
    move = joint_move(market, ["old"] * 4)
    assert move.option == "new"
    assert move.movers == market.players
    assert move.gain == pytest.approx(12.0)
    assert best_provider_dynamics(market, ["old"] * 4).tipped


def test_a_fixed_fee_tips_the_market_and_the_split_profile_costs_nothing_on_one_side():
    offers = [registered_provider("mid_market_rate", name=name) for name in ("one", "two")]
    pairs = ProviderMarket(street(), offers).payoffs(["one", "two", "one", "two"])
    np.testing.assert_allclose(pairs, 4.0)
    split = next(f for f in nash_stable_choices(ProviderMarket(street(), offers)) if f.concentration == 0.5)
    assert split.welfare_loss == pytest.approx(0.0)
    entered = sequential_entry(ProviderMarket(street(), offers))
    assert entered.tipped
    assert entered.concentration == 1.0


@given(communities(max_homes=5, max_steps=3), st.data())
@settings(max_examples=60, deadline=None)
def test_the_search_for_joint_moves_agrees_with_the_table_of_all_groups(community, data):
    scale = gt.SharingGame(community).grand_value / community.n_prosumers
    fee = st.sampled_from([0.0, 0.0, 0.1, 0.5])
    offers = [
        registered_provider(
            data.draw(st.sampled_from(MONOTONE)),
            name=name,
            fee_per_member=data.draw(fee) * scale,
            share_of_savings=data.draw(fee),
        )
        for name in ("one", "two")
    ]
    market = ProviderMarket(community, offers, data.draw(fee) * scale)
    choice = data.draw(st.lists(st.integers(0, 2), min_size=market.n_players, max_size=market.n_players))
    if (community.export_price < 0).any():
        with pytest.raises(gt.InvalidInputError, match="at least 0"):
            joint_move_search(market, choice)
        return
    found = joint_move_search(market, choice)
    assert found.stable == (joint_move(market, choice) is None)
    if found.move is not None:
        movers = [market.players.index(home) for home in found.move.movers]
        gains = moved_gain(market, choice, movers, market.options.index(found.move.option))
        assert min(gains) > 0
        assert sum(gains) == pytest.approx(found.move.gain)


def test_the_search_for_joint_moves_agrees_on_streets_too():
    rng, answers = np.random.default_rng(0), []
    for seed in range(30):
        homes = gt.communities.street(int(rng.integers(2, 7)), 1, rng=seed, start="2023-06-01")
        fees = rng.choice([0.0, 0.05], 2)
        offers = [
            registered_provider(str(rng.choice(MONOTONE)), name=name, fee_per_member=fee, share_of_savings=0.1)
            for name, fee in zip(("one", "two"), fees, strict=True)
        ]
        market = ProviderMarket(homes, offers, float(rng.choice([0.0, 0.02])))
        choice = rng.integers(0, 3, homes.n_prosumers) if seed % 2 else np.zeros(homes.n_prosumers, dtype=int)
        answers.append(joint_move_search(market, choice).stable)
        assert answers[-1] == (joint_move(market, choice) is None)
    assert min(answers.count(True), answers.count(False)) >= 5


def test_joint_moves_of_twenty_homes_are_decided():
    homes = gt.communities.street(20, 7, rng=4, start="2023-06-01")
    for rule, stable in (("competitive_price", True), ("mid_market_rate", False)):
        offers = [registered_provider(rule, name="old", fee_per_member=0.3)]
        offers += [registered_provider("mid_market_rate", name="new")]
        market = ProviderMarket(homes, offers, 0.3)
        found = joint_move_search(market, ["old"] * 20)
        assert found.stable is stable
        if found.move is not None:
            before = market.payoffs(["old"] * 20)
            after = market.payoffs(["new" if home in found.move.movers else "old" for home in market.players])
            movers = [home in found.move.movers for home in market.players]
            assert (after - before - 0.3)[movers].min() > 0
    assert joint_move_search(market, ["old"] * 20, seconds=0).stable is None


def test_joint_moves_are_searched_under_rules_that_pay_the_scarcer_side():
    market = ProviderMarket(street(), [registered_provider("bill_sharing", name="one")])
    with pytest.raises(gt.InvalidInputError, match="scarcer side gains more"):
        joint_move_search(market, ["one"] * 4)


@pytest.mark.parametrize("rule", MONOTONE)
@pytest.mark.parametrize("export", [0.0, 0.1])
def test_a_kwh_gains_no_less_on_a_side_that_grows_scarcer(rule, export):
    home = gt.Community(["a"], [[1]], [[0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(0.3, export, 0.05))
    sizes = np.geomspace(0.01, 100, 25)
    supply, need = np.meshgrid(sizes, sizes, indexing="ij")
    sell, buy = (g.reshape(25, 25) for g in step_prices(rule).gains(home, supply.reshape(-1, 1), need.reshape(-1, 1)))
    assert min(sell.min(), buy.min()) >= -1e-12
    assert max(np.diff(sell, axis=0).max(), np.diff(buy, axis=1).max()) <= 1e-12
    assert min(np.diff(sell, axis=1).min(), np.diff(buy, axis=0).min()) >= -1e-12


def test_a_switching_cost_holds_a_home():
    offers = [registered_provider("mid_market_rate", name="one")]
    choice = ["one", "alone", "one", "one"]
    assert ProviderMarket(street(), offers).regrets(np.array([0, 1, 0, 0]))[1] == pytest.approx(4.0)
    costly = ProviderMarket(street(), offers, [0, 5, 0, 0])
    assert costly.regrets(costly.positions(choice))[1] == 0.0
    assert best_provider_dynamics(costly, choice).choices == tuple(choice)


def test_a_certificate_agrees_with_the_registered_rules():
    market = ProviderMarket(street(), [registered_provider(rule) for rule in RULES[:3]])
    found = best_provider_dynamics(market)
    table = np.array(found.certificate["option_payoffs"])
    for i, o in itertools.product(range(4), range(4)):
        after = [o if j == i else c for j, c in enumerate(found.positions)]
        assert table[i, o] == pytest.approx(slow_payoffs(market, after)[i])
    assert found.stable


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Provider("mid_market_rate"), "rule of Provider"),
        (lambda: Provider(None), "rule of Provider"),
        (lambda: Provider(len, fee_per_member=-1.0), "fee_per_member .* at least 0"),
        (lambda: Provider(len, fee_per_kwh=float("nan")), "fee_per_kwh .* at least 0"),
        (lambda: Provider(len, share_of_savings=1.5), "from 0 to 1"),
        (lambda: Provider(len, charged="all"), "charged"),
        (lambda: ProviderMarket(street(), []), "one Provider or more"),
        (lambda: ProviderMarket(street(), [Provider(len), Provider(len)]), "must be different"),
        (lambda: ProviderMarket(street(), [Provider(len)], -1), "switching_cost"),
        (lambda: ProviderMarket(street(), [Provider(len)]).payoffs({"A": "alone"}), "Got none for 'B'"),
        (lambda: ProviderMarket(street(), [Provider(len)]).payoffs(["alone"]), "one option for each of 4"),
        (lambda: ProviderMarket(street(), [Provider(lambda game: [1.0])]).payoffs(["provider"] * 4), "finite payoffs"),
    ],
)
def test_one_clear_sentence(make, told):
    with pytest.raises(gt.errors.InvalidInputError, match=told):
        make()


def test_unknown_names_are_listed():
    market = ProviderMarket(street(), [Provider(len, name="pool")])
    with pytest.raises(gt.errors.UnknownNameError, match="pool"):
        market.positions(["pol"] * 4)
    with pytest.raises(gt.errors.TooManyPlayersError, match="best_provider_dynamics"):
        nash_stable_choices(ProviderMarket(make_community(np.ones((13, 1))), [Provider(len)]))


def test_competition_from_random_starts_counts_every_home_once():
    table = compete(street(), [*RULES[:2], Provider(lambda g: [0.0] * g.n_players)], rng=np.random.default_rng(3))
    counted = table[[column for column in table if column.startswith("members of")]].sum(axis=1)
    assert (counted == 4).all()
    assert set(table["ending"]) <= {"Nash-stable", "cycle"}
    assert (table["welfare_loss"] >= -1e-12).all()
    with pytest.raises(gt.errors.InvalidInputError, match="at least 1"):
        compete(street(), RULES[:1], rng=np.random.default_rng(0), starts=0)
