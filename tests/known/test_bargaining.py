"""Bargaining examples of the literature."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import gametrade as gt
from gametrade.registry import bargains


def run(name, problem, **options):
    return bargains.get(name).function(problem, **options)


def test_bill_and_jack_trade_seven_things():
    """Nash, Econometrica 18 (1950) 155-162: utilities of each thing to (Bill, Jack)."""
    bill = {"book": (2, 4), "whip": (2, 2), "ball": (2, 1), "bat": (2, 2), "box": (4, 1)}
    jack = {"pen": (10, 1), "toy": (4, 1), "knife": (6, 2), "hat": (2, 2)}
    moves = np.array([*((-a, b) for a, b in bill.values()), *((a, -b) for a, b in jack.values())])
    traded = list(itertools.product((0, 1), repeat=len(moves)))
    barter = gt.BargainingProblem.from_points(["Bill", "Jack"], np.array(traded) @ moves, [0, 0], lotteries=False)
    answer = run("nash_bargaining", barter)
    assert answer.utilities.tolist() == [12, 5]
    assert np.prod(answer.gains) == 60
    chosen = traded[int(np.flatnonzero((barter.points == answer.utilities).all(axis=1))[0])]
    things = [thing for thing, moved in zip([*bill, *jack], chosen, strict=True) if moved]
    assert things == ["book", "whip", "ball", "bat", "pen", "toy", "knife"]


def test_rubinstein():
    """Econometrica 50 (1982) 97-109: patience 0.9 and 0.8, the first player proposes."""
    pie = gt.BargainingProblem.from_total(["1", "2"], 1.0, [0.0, 0.0])
    first = run("alternating_offers", pie, discount=(0.9, 0.8))
    assert first.utilities == pytest.approx([0.7142857142857143, 0.2857142857142857], abs=1e-6)
    patient = run("alternating_offers", pie, discount=(0.9999, 0.9999))
    assert patient.utilities == pytest.approx([0.5, 0.5], abs=1e-4)


def test_a_hundred_with_a_cap_of_sixty():
    """The pattern of Kalai and Smorodinsky, Econometrica 43 (1975) 513-518."""
    pie = gt.BargainingProblem.from_inequalities(["1", "2"], [[1, 1], [0, 1]], [100, 60], [0, 0])
    assert pie.ideal == pytest.approx([100, 60])
    assert run("nash_bargaining", pie).utilities == pytest.approx([50, 50], abs=1e-4)
    assert run("kalai_smorodinsky", pie).utilities == pytest.approx([62.5, 37.5], abs=1e-6)
    assert run("egalitarian_bargaining", pie).utilities == pytest.approx([50, 50], abs=1e-6)
