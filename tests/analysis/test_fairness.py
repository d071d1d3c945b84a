"""Indices of fairness against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gametrade.analysis.fairness import correlation, gini, jain

GAINS = hnp.arrays(float, st.integers(1, 8), elements=st.floats(0, 1e3, allow_subnormal=False, width=32))


@given(GAINS, st.sampled_from([1e-9, 1.0, 1e9]))
def test_definitions_and_scale(gains, scale):
    total = gains.sum()
    if total <= 1e-6:
        return
    pairs = np.abs(gains[:, None] - gains[None, :]).sum() / (2 * len(gains) * total)
    assert gini(gains * scale) == pytest.approx(pairs, abs=1e-12)
    assert jain(gains * scale) == pytest.approx(total**2 / (len(gains) * (gains**2).sum()), rel=1e-9)
    assert -1e-12 <= gini(gains) <= 1
    assert 1 / len(gains) - 1e-12 <= jain(gains) <= 1 + 1e-12
    assert gini(gains[::-1].copy()) == pytest.approx(gini(gains), abs=1e-12)


def test_undefined_cases_are_nan():
    assert np.isnan(gini(np.zeros(3)))
    assert np.isnan(gini(np.array([1.0, -2.0])))
    assert np.isnan(jain(np.zeros(3)))
    assert np.isnan(correlation(np.ones(3), np.arange(3.0)))
    assert np.isnan(correlation(np.arange(3.0), np.ones(3)))
    assert np.isnan(correlation(np.zeros(2), np.zeros(2)))


def test_losses_can_push_gini_above_one():
    assert gini(np.array([-3.0, 4.0])) == pytest.approx(3.5)


@given(hnp.arrays(float, (2, 5), elements=st.integers(-9, 9).map(float)), st.sampled_from([1e-6, 1.0, 1e6]))
def test_correlation_is_pearsons(rows, scale):
    x, y = rows * scale
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    assert correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9)
