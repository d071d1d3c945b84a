"""What makes no sense as a game is refused in one sentence: what, whose, the rule and the value."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.assignment import AssignmentGame
from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.fees import FeeGame
from gametrade.games.coalitional.graph import GraphGame
from gametrade.games.coalitional.individual_tariffs import IndividualTariffGame
from gametrade.games.coalitional.slab_tariffs import SlabTariffGame
from gametrade.games.coalitional.storage_investment import StorageInvestmentGame

BASE = gt.TableGame.from_values({("A", "B"): 3.0, ("A", "B", "C"): 4.0})
STREET = gt.Community(["A", "B", "C"], [[0], [1], [2]], [[1], [0], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(0.3, 0.1))
NIGHT = DispatchGame(STREET)


def storage(names=("a", "b"), peak=((4, 0), (0, 4)), **changes):
    prices = {"high_price": 0.5, "low_price": 0.2, "storage_price": 0.1}
    return StorageInvestmentGame(names, peak, **{**prices, **changes})


def slabs(**changes):
    given = {"import_price": [3] * 3, "above_price": [4] * 3, "threshold": [1] * 3, "export_price": [1] * 3}
    return SlabTariffGame(STREET, **{**given, **changes})


REFUSED = {
    "least size is no whole number": (lambda: FeeGame(BASE, min_size=2.5), "min_size of FeeGame"),
    "least size is missing": (lambda: FeeGame(BASE, min_size=np.nan), "min_size of FeeGame"),
    "least size is text": (lambda: FeeGame(BASE, min_size="3"), "min_size of FeeGame"),
    "least size is None": (lambda: FeeGame(BASE, min_size=None), "min_size of FeeGame"),
    "fee is text": (lambda: FeeGame(BASE, per_member="a"), "per_member of FeeGame"),
    "fee is a digit as text": (lambda: FeeGame(BASE, per_coalition="1"), "per_coalition of FeeGame"),
    "fee is negative": (lambda: FeeGame(BASE, per_member=-1), "per_member of FeeGame"),
    "peak charge is text": (lambda: DispatchGame(STREET, peak_charge="a"), "peak_charge of DispatchGame"),
    "peak charge is None": (lambda: DispatchGame(STREET, peak_charge=None), "peak_charge of DispatchGame"),
    "peak charge is a list": (lambda: DispatchGame(STREET, peak_charge=[1, 2]), "peak_charge of DispatchGame"),
    "connection is text": (lambda: DispatchGame(STREET, connection_limit="a"), "connection_limit of DispatchGame"),
    "connection is negative": (lambda: DispatchGame(STREET, connection_limit=-1), "connection_limit of DispatchGame"),
    "limits of too few homes": (lambda: DispatchGame(STREET, import_limit=[1, 2]), "import_limit of DispatchGame"),
    "limit is missing": (lambda: DispatchGame(STREET, export_limit=np.nan), "export_limit of DispatchGame"),
    "flexibility is a number": (lambda: DispatchGame(STREET, flexibility=3), "flexibility must list"),
    "flexibility is no list": (
        lambda: DispatchGame(STREET, flexibility=gt.ShiftableLoad("A", 1.0, 1.0)),
        "flexibility must list",
    ),
    "energy is text": (lambda: gt.ShiftableLoad("A", "1", 1.0), "energy_kwh of the ShiftableLoad of 'A'"),
    "share is text": (lambda: gt.CurtailableLoad("A", "1", 1.0), "share of the CurtailableLoad of 'A'"),
    "row of another length": (lambda: NIGHT.dispatch(np.zeros(2, bool)), "coalition of DispatchGame"),
    "ragged numbers": (
        lambda: gt.TableGame.from_array("AB", [[1], 1, 1], order="bitmask"),
        "numbers of TableGame must be a list",
    ),
    "order is a list": (lambda: gt.TableGame.from_array("AB", [1, 1, 1], order=["a"]), "order of coalitions"),
    "a coalition is a number": (lambda: gt.TableGame.from_values({3: 3}), "coalition must be a collection"),
    "values are a list": (lambda: gt.TableGame.from_values([3]), "values of TableGame must be a mapping"),
    "value of a number": (lambda: BASE.value(3), "coalition must be a collection"),
    "names are None": (lambda: gt.TableGame(None, [0, 1]), "names of TableGame"),
    "names are None in an order": (
        lambda: gt.TableGame.from_array(None, [0, 1], order="bitmask"),
        "names of TableGame",
    ),
    "names are None of a function": (lambda: gt.TableGame.from_function(None, len), "names of TableGame"),
    "separator is a number": (lambda: gt.TableGame.from_csv("game.csv", separator=3), "separator must be text"),
    "denominator is 0": (lambda: gt.TableGame.from_integers("A", np.array([0, 1]), 0), "denominator of TableGame"),
    "denominator is negative": (
        lambda: gt.TableGame.from_integers("A", np.array([0, 1]), -2),
        "denominator of TableGame",
    ),
    "gains are text": (lambda: AssignmentGame(["s"], ["b"], [["x"]]), "gains of AssignmentGame"),
    "gains of another shape": (lambda: AssignmentGame(["s"], ["b"], [1]), "gains of AssignmentGame"),
    "peak is text": (lambda: storage(peak="x"), "peak of StorageInvestmentGame"),
    "peak is ragged": (lambda: storage(peak=[[1], 1]), "peak of StorageInvestmentGame"),
    "storage price is text": (lambda: storage(storage_price="a"), "storage_price of StorageInvestmentGame"),
    "storage price is 0": (lambda: storage(storage_price=0), "storage_price of StorageInvestmentGame"),
    "high price is text": (lambda: storage(high_price="a"), "high_price of StorageInvestmentGame"),
    "link is a number": (lambda: GraphGame(BASE, [1]), "a link of GraphGame"),
    "graph is a number": (lambda: GraphGame(BASE, 1), "graph of GraphGame"),
    "price of a home is text": (
        lambda: IndividualTariffGame(STREET, ["1", "2", "3"], [1, 1, 1]),
        "import_price of IndividualTariffGame",
    ),
    "price of a slab is text": (lambda: slabs(above_price=["4"] * 3), "above_price of SlabTariffGame"),
    "threshold is negative": (lambda: slabs(threshold=[1, 1, -1]), "threshold of SlabTariffGame"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_sentence(case):
    make, beginning = REFUSED[case]
    with pytest.raises(gt.errors.GametradeError) as refusal:
        make()
    message = str(refusal.value)
    assert beginning in message
    assert "Got " in message
    assert "\n" not in message


@pytest.mark.parametrize("cell", ["B+", "+B", "A++B", "+"])
def test_separator_without_a_label_names_the_row(tmp_path, cell):
    path = tmp_path / "game.csv"
    path.write_text(f"coalition,value\nA,0\n{cell},2\n", encoding="utf-8")
    with pytest.raises(InvalidInputError) as refusal:
        gt.TableGame.from_csv(path, separator="+", missing=0.0)
    assert repr([cell, "2"]) in str(refusal.value)


def test_labels_that_are_whole_numbers():
    game = gt.TableGame.from_values({(1,): 1, (1, 2): 3}, players=[2, 1])
    assert game.players == ("2", "1")
    assert [game.value([1]), game.value(["1"]), game.value([2, 1])] == [1.0, 1.0, 3.0]


def test_dispatch_takes_labels_and_rows():
    row = np.array([True, True, False])
    assert NIGHT.dispatch(["A", "B"]).cost == NIGHT.dispatch(row).cost
    assert NIGHT.value(["A", "B"]) == pytest.approx(NIGHT.alone_costs[:2].sum() - NIGHT.dispatch(["B", "A"]).cost)
