"""Random radial feeders with homes whose surplus may not fit."""

from __future__ import annotations

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from gametrade.community.feeder import Feeder
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.network import NetworkGame
from tests.strategies import communities


@st.composite
def feeders(draw, names, *, widest=40.0):
    """A tree over some buses, homes anywhere on it, the root too; ratings and voltage limits that may bind."""
    m = draw(st.integers(1, 4))
    above = [draw(st.integers(0, k)) for k in range(m)]
    lines = [(f"b{a}", f"b{k + 1}") for k, a in enumerate(above)]
    ohm = st.sampled_from([0.0, 0.05, 0.2, 1.0])
    capacity = draw(st.lists(st.sampled_from([np.inf, np.inf, 2.0, 5.0, widest]), min_size=m, max_size=m))
    homes = {name: f"b{draw(st.integers(0, m))}" for name in names}
    resistance, reactance = (draw(st.lists(ohm, min_size=m, max_size=m)) for _ in range(2))
    highest = draw(st.sampled_from([1.1, 1.02]))
    return Feeder(lines, resistance, reactance, homes=homes, capacity=capacity, root="b0", highest=highest)


@st.composite
def network_games(draw, max_homes=5, max_steps=3):
    """Network games whose demand fits."""
    street = draw(communities(min_homes=2, max_homes=max_homes, max_steps=max_steps, scales=(1.0,)))
    feeder = draw(feeders(street.names))
    try:
        return NetworkGame(
            street,
            feeder,
            outsiders=draw(st.sampled_from(["granted", "granted", "idle"])),
            power_factor=draw(st.sampled_from([1.0, 0.95])),
        )
    except InvalidInputError as reason:
        assume("without any trade" not in str(reason))
        raise
