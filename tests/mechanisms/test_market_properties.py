"""What is true of a cleared book: against the literature, second methods and lies run again."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.properties.lies import replay
from gametrade.analysis.properties.market import Truth
from tests.mechanisms.books import order_books

BOOK = gt.OrderBook.of(
    [(20, 1), (17, 1), (14, 1), (10, 1), (6, 1)], [(4, 1), (7, 1), (11, 1), (15, 1), (18, 1)], unit="EUR"
)
LYING = ("strategyproofness", "quantity_truthfulness", "false_name_proofness", "pair_strategyproofness")
PRICED = ("uniform_price", "uniform_price:k=0", "pay_as_bid", "mcafee", "trade_reduction", "vickrey_clarke_groves")
few = settings(max_examples=25, deadline=None, derandomize=True)


def check(book, mechanism, name, **options):
    return gt.check(gt.clear(book, mechanism), name, **options)


def money(book):
    return 1e-9 * float(book.prices @ book.energies) + 1e-300


def test_the_book_of_the_literature():
    vickrey = check(BOOK, "vickrey_clarke_groves", "budget_balance", weak=True)
    assert (vickrey.holds, vickrey.margin) == (False, pytest.approx(-9))
    assert check(BOOK, "vickrey_clarke_groves", "strategyproofness", about="price").holds is True
    uniform = check(BOOK, "uniform_price", "strategyproofness", about="price")
    assert (uniform.holds, uniform.margin) == (False, pytest.approx(-1.5))
    assert check(BOOK, "mcafee", "strategyproofness", about="price").holds is True
    assert check(BOOK, "trade_reduction", "strategyproofness", about="price").holds is True
    assert check(BOOK, "trade_reduction", "allocative_efficiency").margin == pytest.approx(-3)


@pytest.mark.parametrize("mechanism", PRICED)
@few
@given(book=order_books(max_orders=5, several=False), seed=st.integers(0, 2**16))
def test_no_random_lie_beats_the_supremum(mechanism, book, seed):
    """The independent method: prices and energies drawn at random never gain more than the bound of the cells."""
    verdict = check(book, mechanism, "strategyproofness", about="price")
    assert verdict.certificate["kind"] in ("lie", "enumeration", "none")
    bound = verdict.certificate["supremum"] - verdict.certificate["honest"]
    rng, truth = np.random.default_rng(seed), Truth(book)
    honest = truth.gains(gt.clear(book, mechanism))
    for _ in range(20 if book.n_orders else 0):
        order = int(rng.integers(book.n_orders))
        prices = book.prices.copy()
        prices[order] = rng.choice([rng.uniform(0, 2.5), 1 + rng.uniform(-1e-6, 1e-6)]) * rng.choice(book.prices)
        lied = gt.clear(book.changed(prices=prices), mechanism)
        gain = truth.gain(book.owners[order], lied) - honest[book.traders.index(book.owners[order])]
        assert gain <= bound + 10 * money(book)


@pytest.mark.parametrize("mechanism", ["uniform_price", "pay_as_bid", "vickrey_clarke_groves"])
@few
@given(book=order_books(max_orders=4, several=False, scales=(1.0, 1e3)), seed=st.integers(0, 2**16))
def test_no_random_lie_about_energy_beats_the_supremum(mechanism, book, seed):
    verdict = check(book, mechanism, "strategyproofness")
    bound = verdict.certificate["supremum"] - verdict.certificate["honest"]
    rng, truth = np.random.default_rng(seed), Truth(book)
    honest = truth.gains(gt.clear(book, mechanism))
    top = book.energies.sum()
    for _ in range(20 if book.n_orders else 0):
        order = int(rng.integers(book.n_orders))
        prices, energies = book.prices.copy(), book.energies.copy()
        prices[order] = rng.choice(book.prices) * rng.choice([1.0, rng.uniform(0, 2)])
        energies[order] = rng.choice([rng.uniform(0, top), rng.choice(book.energies), energies[order]])
        lied = gt.clear(book.changed(prices=prices, energies=energies), mechanism)
        gain = truth.gain(book.owners[order], lied) - honest[book.traders.index(book.owners[order])]
        assert gain <= bound + 10 * money(book)


@pytest.mark.parametrize(("name", "mechanism"), list(itertools.product(LYING, PRICED)))
@few
@given(book=order_books(max_orders=5))
def test_lies_can_be_run_again(name, mechanism, book):
    outcome = gt.clear(book, mechanism)
    verdict = gt.check(outcome, name, most=400)
    certificate = verdict.certificate
    if verdict.holds is False:
        assert certificate["kind"] == "lie"
        gained = replay(outcome, certificate)
        assert gained == pytest.approx(-verdict.margin, abs=money(book))
        assert gained == pytest.approx(certificate["lying"] - certificate["honest"], abs=money(book))
        assert gained > 0
        assert verdict.witness
    else:
        assert verdict.margin == pytest.approx(0, abs=10 * money(book))
        assert certificate["kind"] in (("enumeration", "bound", "theorem") if verdict.holds else ("none",))


@pytest.mark.parametrize("mechanism", ["mcafee", "trade_reduction", "vickrey_clarke_groves"])
@few
@given(book=order_books(max_orders=6, units=True, several=False))
def test_truthful_mechanisms_are_proved_truthful_for_units(mechanism, book):
    assert check(book, mechanism, "strategyproofness", about="price").holds is True


@few
@given(book=order_books(max_orders=4, several=False, scales=(1.0,)))
def test_vickrey_is_proved_truthful_in_price_and_energy(book):
    assert check(book, "vickrey_clarke_groves", "strategyproofness").holds is True


@few
@given(book=order_books(max_orders=6))
def test_a_search_that_is_not_exhaustive_proves_nothing(book):
    several = len(set(book.owners)) < book.n_orders
    if several:
        assert check(book, "vickrey_clarke_groves", "false_name_proofness", most=500).holds is not True
        assert check(book, "vickrey_clarke_groves", "strategyproofness", most=500).holds is not True


def test_a_seller_withholds_to_make_energy_scarce():
    book = gt.OrderBook.of([(0.30, 3)], [(0.08, 2), (0.08, 1.1)])
    verdict = check(book, "uniform_price", "quantity_truthfulness")
    assert verdict.holds is False
    assert verdict.certificate["orders"][0]["energy"] < book.energies[book.ids.index(verdict.witness[0])]
    plenty = gt.OrderBook.of([(0.30, 1)], [(0.08, 5), (0.08, 5)])
    assert check(plenty, "uniform_price", "quantity_truthfulness").holds is True


@pytest.mark.parametrize("mechanism", PRICED)
@given(book=order_books(max_orders=6))
def test_money_welfare_and_loss_by_their_definitions(mechanism, book):
    outcome = gt.clear(book, mechanism)
    balance = gt.check(outcome, "budget_balance")
    assert balance.margin == pytest.approx(-abs(float(outcome.payments.sum())), abs=money(book))
    efficiency = gt.check(outcome, "allocative_efficiency")
    certificate = efficiency.certificate
    assert certificate["bound"] == pytest.approx(by_linear_program(book), abs=10 * money(book))
    assert efficiency.margin == pytest.approx(min(0, outcome.welfare - certificate["bound"]), abs=10 * money(book))
    voluntary = gt.check(outcome, "individual_rationality")
    least = outcome.by_trader(outcome.gains).min() if book.n_orders else 0.0
    assert voluntary.margin == pytest.approx(least, abs=10 * money(book))


def by_linear_program(book):
    """The second method for the welfare optimum."""
    from scipy.optimize import linprog

    if not book.n_orders or not book.energies.any():
        return 0.0
    unit, scale = max(book.energies), max(book.prices.max(), 1e-300)
    bounds = [(0, e / unit) for e in book.energies]
    answer = linprog(-book.signs * book.prices / scale, A_eq=[book.signs], b_eq=[0], bounds=bounds)
    return -answer.fun * unit * scale


@few
@given(book=order_books(max_orders=6, several=False))
def test_envy_by_its_definition(book):
    outcome = gt.clear(book, "pay_as_bid")
    verdict = gt.check(outcome, "envy_freeness")
    worst = np.inf
    for i, j in itertools.permutations(range(book.n_orders), 2):
        if book.buys[i] == book.buys[j]:
            energy = min(outcome.fills[j], book.energies[i])
            short = 0.0 if book.buys[i] else (outcome.fills[j] - energy) * book.prices.max()
            swapped = book.signs[i] * book.prices[i] * energy - short - outcome.payments[j]
            worst = min(worst, outcome.gains[i] - swapped)
    assert verdict.margin <= worst + money(book)
    if verdict.certificate["envied"] is not None and verdict.witness:
        i, j = (book.owners.index(name) for name in (verdict.witness[0], verdict.certificate["envied"]))
        if book.buys[i] == book.buys[j]:
            assert verdict.margin == pytest.approx(worst, abs=10 * money(book))


def test_market_power_of_a_single_seller():
    book = gt.OrderBook.of([(10, 2)], [(2, 2)])
    verdict = check(book, "uniform_price", "no_market_power")
    assert (verdict.holds, verdict.margin, verdict.unit) == (False, -2.0, "kWh")
    assert verdict.certificate["lerner"]["a0"] == pytest.approx((6 - 2) / 6)
    assert verdict.certificate["residual_supply"]["a0"] == 0.0
    rivals = gt.OrderBook.of([(10, 2)], [(2, 2), (3, 2)])
    assert check(rivals, "uniform_price", "no_market_power").holds is True


def test_equilibria_of_a_pair_by_hand():
    """Buyer 9, seller 2 at the middle price: both naming 2, or both 9, is efficient; (2, 9) is one without trade."""
    book = gt.OrderBook.of([(9, 1)], [(2, 1)])
    verdict = check(book, "uniform_price", "efficient_equilibria")
    assert verdict.certificate["equilibria"] == 3
    assert verdict.certificate["worst"] == {"b0": 2.0, "a0": 9.0}
    assert (verdict.holds, verdict.margin) == (False, -7.0)
    assert verdict.certificate["price_of_anarchy"] is None
    assert verdict.certificate["price_of_stability"] == 1.0


def test_too_many_profiles_are_refused():
    with pytest.raises(gt.TooManyPlayersError, match="every profile of prices, at most 20000"):
        check(BOOK, "uniform_price", "efficient_equilibria")


def test_unregistered_mechanisms_are_run_again_if_given():
    def posted(book):
        """Trade at 12 if anybody wants."""
        return gt.clear(book, "uniform_price")

    outcome = gt.clear(BOOK, posted)
    assert gt.check(outcome, "strategyproofness", about="price", mechanism=posted).holds is False
    stranger = gt.MarketOutcome(BOOK, "mine", np.zeros(10), np.zeros(10))
    with pytest.raises(gt.InvalidInputError, match="mechanism must be given to run a mechanism that is not registered"):
        gt.check(stranger, "strategyproofness")


def test_every_step_of_a_community_is_asked():
    street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-03")
    market = gt.clear(street, "vickrey_clarke_groves")
    balance = gt.check(market, "budget_balance", weak=True)
    assert balance.holds is False
    assert balance.certificate["total"] == pytest.approx(market.surplus)
    assert gt.check(market, "individual_rationality").holds is True
    assert gt.check(gt.clear(street, "uniform_price:k=1"), "allocative_efficiency").rule == "uniform_price:k=1"


def test_wrong_subjects_are_refused():
    outcome = gt.clear(BOOK, "uniform_price")
    with pytest.raises(gt.InvalidInputError, match=r"convex is a property of a coalitional game\. Got MarketOutcome"):
        gt.check(outcome, "convex")
    game = gt.TableGame("ab", [0, 0, 0, 1])
    with pytest.raises(gt.InvalidInputError, match=r"budget_balance is a property of a market\. Got TableGame"):
        gt.check(game, "budget_balance")
    with pytest.raises(gt.InvalidInputError, match=r"about of strategyproofness must be"):
        gt.check(outcome, "strategyproofness", about="weather")
