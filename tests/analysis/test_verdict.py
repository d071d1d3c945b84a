"""Verdicts and packed certificates."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.encoding import pack, path_to_dict, tree_from_dict, unpack


def verdict(holds):
    return gt.Verdict("mine", "core", "a claim", holds, -1.5, "EUR", tuple("abcdefghij"), {"kind": "none"})


def test_truth_value_and_display():
    assert verdict(True)
    assert not verdict(False)
    with pytest.raises(gt.InvalidInputError, match="mine/core is not decided"):
        bool(verdict(None))
    assert "holds" in str(verdict(True))
    assert "FAILS" in str(verdict(False))
    assert "not proved" in str(verdict(None))
    assert "h, ..." in str(verdict(None))
    data = verdict(None).to_dict()
    assert data["id"] == "mine/core"
    assert data["holds"] is None
    assert data["witness"] == list("abcdefghij")


def test_packing_round_trip():
    array = np.arange(300, dtype=np.uint8)
    assert unpack(pack(array)) == array.tobytes()
    assert path_to_dict(array[:5])["steps"] == 5
    for bad in ("###", "QUJD", "ä"):
        with pytest.raises(gt.InvalidInputError, match="cannot be read"):
            unpack(bad)


@pytest.mark.parametrize(
    "change",
    [
        {"branch": ["Z"]},
        {"branch": None},
        {"paths": pack(np.zeros(3, dtype=np.uint8))},
        {"steps": "many"},
        {"inside": ["x"]},
        {"limit": "low"},
        {"limit": None},
    ],
)
def test_malformed_trees_are_refused(change):
    good = {
        "limit": 1.0,
        "steps": 2,
        "paths": pack(np.zeros(2, dtype=np.uint8)),
        "branch": [None],
        "inside": [-1],
        "outside": [-1],
    }
    assert tree_from_dict(good, ("A",)).limit == 1
    with pytest.raises(gt.InvalidInputError, match="malformed"):
        tree_from_dict({**good, **change}, ("A",))
    for name in good:
        with pytest.raises(gt.InvalidInputError, match="malformed"):
            tree_from_dict({k: v for k, v in good.items() if k != name}, ("A",))
