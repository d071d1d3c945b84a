"""Random price leaders: ties, equal breakpoints, one follower, sellers among them, every scale."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gametrade.games.stackelberg import PriceLeaderGame

NUMBERS = st.one_of(st.integers(0, 12).map(float), st.floats(0, 12, width=32, allow_subnormal=False))
SLOPES = st.sampled_from([0.125, 0.5, 1.0, 1.0, 2.0, 3.0, 7.0])


@st.composite
def price_leaders(draw, max_followers=6, scales=(1.0, 1.0, 1e-6, 1e6), bounded=True):
    """Games whose payoff has a largest value, unless `bounded` is False."""
    n = draw(st.integers(1, max_followers))
    scale, energy = draw(st.sampled_from(scales)), draw(st.sampled_from(scales))

    def vector(elements):
        return np.array([draw(elements) for _ in range(n)])

    intercepts, slopes = vector(NUMBERS), vector(SLOPES)
    lower = vector(st.sampled_from([0.0, 0.0, 0.0, 0.5, -1.0, -3.0]))
    upper = lower + vector(st.sampled_from([0.0, 0.5, 1.0, 4.0, np.inf]))
    if n > 1 and draw(st.booleans()):
        for column in (intercepts, slopes, lower, upper):
            column[-1] = column[0]
    cap = draw(st.sampled_from([6.0, 12.0, 20.0, 20.0]))
    capacity = draw(st.sampled_from([np.inf, np.inf, 0.0, 1.0, 3.0, 10.0]))
    return PriceLeaderGame(
        intercepts * scale,
        slopes * scale / energy,
        lower * energy,
        upper * energy,
        unit_cost=draw(NUMBERS) * scale,
        quadratic_cost=draw(st.sampled_from([0.0, 0.0, 0.5, 2.0])) * scale / energy,
        welfare_weight=draw(st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.75, 1.0])),
        usage_charge=draw(st.sampled_from([0.0, 0.0, 0.75])) * scale,
        capacity=capacity * energy,
        floor=draw(st.sampled_from([0.0, 0.0, 1.0, -5.0])) * scale,
        cap=cap * scale if bounded else np.inf,
    )
