"""Random bargaining problems: polytopes with flats and corners, lists with ties, money with caps."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt

LABELS = "abcd"


@st.composite
def polytopes(draw, players=None, scales=(1.0, 1.0, 1e-6, 1e6)):
    """Utilities below a few planes with weights that are not negative, around a disagreement point inside."""
    n = draw(st.integers(2, 3)) if players is None else players
    m = draw(st.integers(1, 3))
    rows = draw(hnp.arrays(float, (m, n), elements=st.integers(0, 3).map(float)))
    rows = np.vstack([rows[rows.any(axis=1)], np.eye(n)])
    limits = draw(hnp.arrays(float, len(rows), elements=st.integers(1, 9).map(float)))
    inside = draw(hnp.arrays(float, n, elements=st.sampled_from([-1.0, 0.0, 0.0, 0.25])))
    scale = draw(st.sampled_from(scales))
    outside = np.maximum(0.0, (rows @ inside - limits)).max()
    return gt.BargainingProblem.from_inequalities(LABELS[:n], rows, (limits + outside) * scale, inside * scale)


@st.composite
def point_lists(draw, lotteries=True):
    """A few listed agreements, some worse than none."""
    n = draw(st.integers(2, 3))
    count = draw(st.integers(1, 6))
    points = draw(hnp.arrays(float, (count, n), elements=st.integers(-2, 6).map(float)))
    return gt.BargainingProblem.from_points(LABELS[:n], points, np.zeros(n), lotteries=lotteries)
