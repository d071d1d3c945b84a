"""Random books of orders: ties, zeros, empty sides, flats, one owner with several orders, huge and tiny scales."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import gametrade as gt


@st.composite
def order_books(draw, max_orders=8, units=False, several=True, scales=(1.0, 1.0, 1e-6, 1e6)):
    """Small books; with `units` every order has one kWh, without `several` every trader one order."""
    m = draw(st.integers(0, max_orders))
    kind = draw(st.sampled_from(["mixed", "mixed", "mixed", "bids", "asks"]))
    buys = draw(st.lists(st.booleans(), min_size=m, max_size=m)) if kind == "mixed" else [kind == "bids"] * m
    number = st.one_of(st.integers(0, 6).map(float), st.floats(0, 10, width=32, allow_subnormal=False))
    prices = np.array(draw(st.lists(number, min_size=m, max_size=m)))
    size = st.just(1.0) if units else st.one_of(st.integers(0, 3).map(float), st.sampled_from([0.1, 0.2, 0.3]))
    energies = np.array(draw(st.lists(size, min_size=m, max_size=m)))
    times = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    owners = None
    if several and draw(st.booleans()):
        owners = [f"t{k}" for k in draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))]
    scale = draw(st.sampled_from(scales))
    return gt.OrderBook([f"o{k}" for k in range(m)], buys, prices * scale, energies * scale, times=times, owners=owners)
