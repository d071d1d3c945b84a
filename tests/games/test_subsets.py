"""Numbers in bitmask order against the coalitions written out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.subsets import bitmask, largest_positions, members_of

few = st.lists(st.integers(-3, 3), min_size=1, max_size=7)


@given(few)
def test_sums_and_masks_agree_with_the_rows_of_all_coalitions(numbers):
    x = np.array(numbers, dtype=float)
    rows = all_coalitions(len(x))
    assert np.array_equal(subset_sums(x), rows @ x)
    for mask, row in enumerate(rows):
        assert bitmask(row) == mask
        assert np.array_equal(members_of(mask, len(x)), row)


@given(few, st.integers(0, 9))
def test_the_largest_come_in_the_order_of_a_stable_sort_ties_included(numbers, count):
    x = np.array(numbers, dtype=float)
    x[x == -3] = -np.inf
    assert np.array_equal(largest_positions(x, count), np.argsort(-x, kind="stable")[:count])
