"""Contract networks in fractions: price adjustment, substitutes, blocking sets, the core."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.games.contracts import (
    BundleValue,
    Contract,
    ContractNetwork,
    ContractOutcome,
    NetValue,
    Talk,
    assignment_network,
)
from gametrade.solvers.blocking_contract_program import best_signed
from gametrade.solvers.blocking_contracts import blocking_contracts, signing
from gametrade.solvers.full_substitutability import full_substitutability
from gametrade.solvers.price_adjustment import price_adjustment

STEP = Fraction(1, 20)


def complements():
    """A needs both units, which are worth 3 to it; B uses one, worth 2."""
    contracts = [Contract(f"{s}>{b}", s, b) for s in "st" for b in "AB"]
    sell = {s: BundleValue.best_of({f"{s}>A": 0, f"{s}>B": 0}, capacity=1) for s in "st"}
    both = BundleValue({("s>A", "t>A"): 3})
    return ContractNetwork(contracts, {**sell, "A": both, "B": BundleValue.best_of({"s>B": 2, "t>B": 2})})


def test_the_example_ends_at_the_buyers_end_within_two_steps():
    network = assignment_network(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])
    found = price_adjustment(network, step=STEP)
    assert found.concluded == {"s0>b1", "s1>b0"}
    assert found.prices["s0>b1"] == Fraction(21, 10)
    assert found.prices["s1>b0"] == Fraction(1, 20)
    buyers = gt.assignment_core(gt.AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])).buyer_optimal
    sellers = np.array([float(found.utilities[s]) for s in ("s0", "s1")])
    assert (np.abs(sellers - buyers.payoffs[:2]) <= 2 * float(STEP) + 1e-12).all()
    assert found.talk.messages == 2 * 4 * found.talk.rounds


def random_values(rng, shape):
    return rng.integers(0, 8, size=shape).tolist()


def test_substitutes_end_in_equilibrium_and_no_set_blocks():
    rng = np.random.default_rng(1)
    for _ in range(12):
        values = random_values(rng, (2, 3))
        network = assignment_network("st", "abc", values)
        assert all(full_substitutability(network, p).holds for p in network.players)
        found = price_adjustment(network, step=Fraction(1, 4))
        assert found.talk.converged
        slack = sum(found.gaps.values())
        assert max(found.gaps.values()) <= Fraction(1, 4)
        assert blocking_contracts(found).gain <= slack
        assert network.most_valuable()[1] - found.welfare <= slack


def test_exact_equilibrium_prices_prove_stability():
    network = assignment_network(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])
    prices = {"s0>b0": 2, "s0>b1": 2, "s1>b0": 0, "s1>b1": 0}
    fractions = {name: Fraction(price) for name, price in prices.items()}
    outcome = ContractOutcome(network, frozenset(["s0>b1", "s1>b0"]), fractions, Talk(0, 0, 0, True))
    assert set(outcome.gaps.values()) == {0}
    assert blocking_contracts(outcome).stable


def test_complements_are_detected_with_witnesses():
    network = complements()
    verdict = full_substitutability(network, "A")
    assert not verdict.holds
    assert (verdict.first, verdict.second) == (frozenset(["s>A", "t>A"]), frozenset())
    assert full_substitutability(network, "B").holds
    balanced = gt.check(network.game(), "balanced")
    assert not balanced.holds
    assert network.game().grand_value == 3
    cover = sum(Fraction(1, 2) * Fraction(network.game().value([*s])) for s in ("stA", "sB", "tB"))
    assert cover == Fraction(7, 2)
    found = price_adjustment(network)
    assert max(found.gaps.values()) > STEP
    assert not blocking_contracts(found).stable


def test_no_outcome_of_the_complements_is_stable():
    """Whatever is signed at prices in quarters, a set blocks: the core is empty, so no price whatever helps."""
    network = complements()
    quarters = [Fraction(k, 4) for k in range(0, 13, 3)]
    for signed in network.sets():
        if network.total(signed) is None:
            continue
        for prices in itertools.product(quarters, repeat=len(signed)):
            paid = {c.name: Fraction(0) for c in network.contracts} | dict(zip(sorted(signed), prices, strict=True))
            outcome = ContractOutcome(network, signed, paid, Talk(0, 0, 0, True))
            assert not blocking_contracts(outcome).stable


def brute_blocks(outcome):
    """Largest gain of any group from scratch or by keeping old contracts: kept sets chosen jointly, all listed."""
    network, now = outcome.network, outcome.utilities
    best = Fraction(0)
    for new in network.sets():
        for group in itertools.product([False, True], repeat=len(network.players)):
            inside = {p for p, chosen in zip(network.players, group, strict=True) if chosen}
            contracts = [c for c in network.contracts if c.name in new]
            if not inside or any({c.seller, c.buyer} - inside for c in contracts):
                continue
            total = -sum((c.cost for c in contracts), Fraction(0))
            for player in inside:
                income = network.income(player, outcome.prices)
                old = network.own(player, outcome.concluded) - new
                nets = [
                    worth + sum((income[k] for k in some), Fraction(0))
                    for r in range(len(old) + 1)
                    for some in itertools.combinations(sorted(old), r)
                    if (worth := network.valuations[player].value(network.own(player, new) | frozenset(some)))
                    is not None
                ]
                if not nets:
                    break
                total += max(nets) - now[player]
            else:
                best = max(best, total)
    return best


def test_the_search_agrees_with_brute_force_on_whether_anybody_blocks():
    rng = np.random.default_rng(4)
    for _ in range(15):
        network = assignment_network("st", "ab", random_values(rng, (2, 2)))
        sets = [s for s in network.sets() if network.total(s) is not None]
        signed = sets[rng.integers(len(sets))]
        prices = {c.name: Fraction(int(rng.integers(0, 9)), 2) for c in network.contracts}
        outcome = ContractOutcome(network, signed, prices, Talk(0, 0, 0, True))
        found, whole = blocking_contracts(outcome), brute_blocks(outcome)
        assert found.stable == (whole <= 0)
        assert found.gain <= whole


def test_the_program_for_many_contracts_agrees_with_the_search_of_all():
    rng = np.random.default_rng(1)
    for k in range(12):
        size = (2, 3) if k % 2 else (3, 3)
        network = assignment_network("stu"[: size[0]], "abc", random_values(rng, size))
        sets = [s for s in network.sets() if network.total(s) is not None]
        prices = {c.name: Fraction(int(rng.integers(0, 9)), 2) for c in network.contracts}
        outcome = ContractOutcome(network, sets[rng.integers(len(sets))], prices, Talk(0, 0, 0, True))
        exact = blocking_contracts(outcome)
        signed, bound = best_signed(outcome)
        found = signing(outcome, signed) if signed else None
        assert exact.gain - Fraction(1, 10**6) <= bound
        if exact.signed:
            assert found is not None
            assert found.gain >= exact.gain
            assert float(found.gain) == pytest.approx(bound, abs=1e-6)


def test_many_contracts_are_searched_by_a_program_and_bounded_by_gaps():
    values = random_values(np.random.default_rng(2), (5, 5))
    network = assignment_network("stuvw", "abcde", values)
    ended = price_adjustment(network, step=Fraction(1, 20))
    answer = blocking_contracts(ended)
    assert answer.gain <= answer.bound <= sum(ended.gaps.values())
    assert answer.stable in (True, None)
    nothing = ContractOutcome(network, frozenset(), dict.fromkeys(ended.prices, Fraction(0)), Talk(0, 0, 0, True))
    blocked = blocking_contracts(nothing)
    assert blocked.stable is False
    assert blocked.gain == ended.welfare


def energy_network():
    """Two steps; Ada sells at noon and buys at night, Bob the other way round, with a grid behind both."""
    contracts = [Contract(f"n{k}", "Ada", "Bob", "noon", cost=Fraction(1, 2)) for k in range(2)]
    contracts += [Contract(f"d{k}", "Bob", "Ada", "night") for k in range(2)]
    sells = {0: 0, -1: -4, -2: -9}
    buys = {0: 0, 1: 10, 2: 13}
    ada = NetValue(
        {"n0": ("noon", -1), "n1": ("noon", -1), "d0": ("night", 1), "d1": ("night", 1)}, {"noon": sells, "night": buys}
    )
    bob = NetValue(
        {"n0": ("noon", 1), "n1": ("noon", 1), "d0": ("night", -1), "d1": ("night", -1)}, {"noon": buys, "night": sells}
    )
    return ContractNetwork(contracts, {"Ada": ada, "Bob": bob})


def test_energy_of_falling_value_trades_the_efficient_amount():
    network = energy_network()
    assert all(full_substitutability(network, p).holds for p in network.players)
    found = price_adjustment(network, step=Fraction(1, 10))
    assert len(found.concluded) == 2
    assert found.welfare == network.most_valuable()[1] == Fraction(23, 2)
    assert blocking_contracts(found).gain <= sum(found.gaps.values()) <= Fraction(4, 10)


def test_concave_energy_passes_the_pairwise_check_too():
    network = energy_network()
    tables = {
        player: BundleValue({own: value.value(own) for b in network.sets() if (own := network.own(player, b))})
        for player, value in network.valuations.items()
    }
    assert full_substitutability(ContractNetwork(network.contracts, tables), "Ada").holds


def test_energy_of_rising_value_does_not():
    contracts = [Contract("x", "s", "b"), Contract("y", "s", "b")]
    rising = NetValue({"x": ("", 1), "y": ("", 1)}, {"": {0: 0, 1: 1, 2: 5}})
    seller = NetValue({"x": ("", -1), "y": ("", -1)}, {"": {0: 0, -1: 0, -2: 0}})
    network = ContractNetwork(contracts, {"s": seller, "b": rising})
    assert not full_substitutability(network, "b").holds
    assert full_substitutability(network, "s").holds


def test_choices_of_energy_are_best_of_all_bundles():
    rng = np.random.default_rng(9)
    network = energy_network()
    for _ in range(30):
        prices = {c.name: Fraction(int(rng.integers(0, 12))) for c in network.contracts}
        for player in network.players:
            income, value = network.income(player, prices), network.valuations[player]
            best = max(value.net(bundle, income) for bundle in network.sets())
            assert value.net(value.choice(income), income) == best


def test_a_process_that_is_cut_off_says_so():
    found = price_adjustment(assignment_network("st", "ab", [[8, 5], [6, 2]]), max_rounds=3)
    assert not found.talk.converged
    assert "NOT converged" in str(found)


def test_large_networks_name_the_way_out():
    network = assignment_network("stuv", "abcd", [[1] * 4] * 4)
    with pytest.raises(TooManyPlayersError, match="Price-taking gaps"):
        network.game()
    with pytest.raises(TooManyPlayersError, match="NetValue"):
        full_substitutability(assignment_network("s", "abcdefghi", [[1] * 9]), "s")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Contract("x", "a", "a"), "must not be its buyer"),
        (lambda: Contract("x", "a", "b", cost=-1), "at least 0"),
        (lambda: ContractNetwork([Contract("x", "a", "b")], {"a": BundleValue({"x": 1})}), "'b' has none"),
        (lambda: ContractNetwork([Contract("x", "a", "b")] * 2, {}), "unique"),
        (lambda: BundleValue({"x": float("nan")}), "finite"),
        (lambda: BundleValue({(): 1}), "must be 0"),
        (lambda: NetValue({"x": ("t", 1)}, {"t": {0: 0}}), "cover 0 to 1"),
        (lambda: price_adjustment(complements(), step=0), "above 0"),
        (lambda: price_adjustment(complements(), max_rounds=0), "at least 1"),
    ],
)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        call()
    with pytest.raises(UnknownNameError):
        full_substitutability(complements(), "Z")
