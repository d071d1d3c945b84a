"""Random communities and games for every test: ties, zeros, duplicates, one side, huge and tiny scales."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.coalitional import all_coalitions

START = np.datetime64("2023-06-01T00:00:00")
LABELS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
SIDES = ("mixed", "mixed", "mixed", "unit", "balanced", "buyers", "sellers", "nothing")
SCALES = (1.0, 1.0, 1.0, 1e-6, 1e6)


def make_community(net, import_price=12.0, export_price=4.0, network_charge=0.0, demand=None):
    """A community with the given net loads (n, T); homes that import have exactly that demand."""
    net = np.atleast_2d(np.asarray(net, dtype=float))
    base = np.zeros_like(net) if demand is None else np.asarray(demand, dtype=float)
    tariff = gt.Tariff(import_price, export_price, network_charge, allow_negative_spread=True)
    names = [LABELS[i] if i < 26 else f"H{i:04d}" for i in range(len(net))]
    times = START + np.arange(net.shape[1]) * np.timedelta64(3600, "s")
    return gt.Community(names, base + np.maximum(net, 0), base + np.maximum(-net, 0), times, 1.0, tariff)


def one_step(positions, import_price=12.0, export_price=4.0, network_charge=0.0):
    """The game of one step with net positions of the literature: above 0 sells."""
    net = -np.asarray(positions, dtype=float)[:, None]
    return gt.SharingGame(make_community(net, import_price, export_price, network_charge))


@st.composite
def prices(draw, n_steps):
    """Import price, export price, network charge: flat or by step; negative and inverted spreads too."""
    levels = st.sampled_from([-0.05, 0.0, 0.05, 0.08, 0.1, 0.25, 0.3, 0.4])
    import_levels = st.sampled_from([0.1, 0.25, 0.3, 0.4, 0.8])
    charges = st.sampled_from([0.0, 0.0, 0.01, 0.1, 0.5])
    if draw(st.booleans()):
        return draw(import_levels), draw(levels), draw(charges)
    return tuple(draw(hnp.arrays(float, n_steps, elements=kind)) for kind in (import_levels, levels, charges))


@st.composite
def communities(draw, min_homes=1, max_homes=6, max_steps=4, scales=SCALES):
    """Small communities of every awkward kind."""
    n = draw(st.integers(min_homes, max_homes))
    n_steps = draw(st.integers(1, max_steps))
    side = draw(st.sampled_from(SIDES))
    elements = st.one_of(st.integers(-4, 4).map(float), st.floats(-5, 5, width=32, allow_subnormal=False))
    if side == "unit":
        elements = st.sampled_from([-1.0, 0.0, 1.0])
    net = draw(hnp.arrays(float, (n, n_steps), elements=elements))
    net = {"buyers": np.abs(net), "sellers": -np.abs(net), "nothing": np.zeros_like(net)}.get(side, net)
    if side == "balanced":
        net[-1] -= net.sum(axis=0)
    if n > 1 and draw(st.booleans()):
        net[draw(st.integers(1, n - 1))] = net[0]
    if draw(st.integers(0, 3)) == 0:
        net[draw(st.integers(0, n - 1))] = 0.0
    if draw(st.integers(0, 5)) == 0:
        net *= draw(hnp.arrays(float, (n, 1), elements=st.sampled_from([1e-3, 1.0, 1e3])))
    net = net * draw(st.sampled_from(scales))
    demand = np.abs(net).max() * draw(st.sampled_from([0.0, 0.0, 1.0])) * np.ones_like(net)
    return make_community(net, *draw(prices(n_steps)), demand=demand)


@st.composite
def sharing_games(draw, **options):
    """Sharing games of :func:`communities`."""
    return gt.SharingGame(draw(communities(**options)))


@st.composite
def table_games(draw, min_players=1, max_players=5):
    """Random tables: any sign, with null players, equal players and non-zero single values among them."""
    n = draw(st.integers(min_players, max_players))
    elements = st.one_of(st.integers(-5, 9).map(float), st.floats(-10, 10, width=32, allow_subnormal=False))
    numbers = draw(hnp.arrays(float, 2**n, elements=elements))
    numbers[0] = 0.0
    kind = draw(st.sampled_from(["any", "any", "null", "equal", "sizes", "zero"]))
    masks = np.arange(2**n)
    if kind == "null":
        numbers = numbers[masks & ~(1 << draw(st.integers(0, n - 1)))]
    if kind == "equal" and n > 1:
        swapped = (masks & ~3) | ((masks & 1) << 1) | ((masks & 2) >> 1)
        numbers = numbers[np.minimum(masks, swapped)]
    if kind == "sizes":
        numbers = numbers[: n + 1][all_coalitions(n).sum(axis=1)]
    if kind == "zero":
        numbers = np.zeros(2**n)
    return gt.TableGame(LABELS[:n], numbers * draw(st.sampled_from(SCALES)))


def relabelled(game, order):
    """The same game with its players in another order."""
    if isinstance(game, gt.GraphGame):
        return gt.GraphGame(relabelled(game.game, order), game.graph)
    if isinstance(game, gt.SharingGame):
        return gt.SharingGame(game.community.select([game.players[i] for i in order]))
    members = all_coalitions(game.n_players)
    original = np.zeros_like(members)
    original[:, order] = members
    return gt.TableGame(tuple(game.players[i] for i in order), game.values(original))


@st.composite
def payoff_vectors(draw, game, kinds=("rule", "rule", "split", "random", "zero", "negative", "huge")):
    """Payoffs that tie, overpay, underpay, punish or come from a rule."""
    n, total = game.n_players, abs(game.grand_value) or 1.0
    kind = draw(st.sampled_from(kinds))
    if kind == "rule" and isinstance(game, gt.SharingGame):
        name = draw(st.sampled_from(["mid_market_rate", "bill_sharing", "competitive_price", "static_key"]))
        return gt.allocate(game, name).payoffs.copy()
    shares = draw(hnp.arrays(float, n, elements=st.integers(0, 4).map(float)))
    if kind == "split":
        return shares * (total / max(1.0, shares.sum()))
    if kind == "zero":
        return np.zeros(n)
    signs = draw(hnp.arrays(float, n, elements=st.floats(-1, 1, width=32, allow_subnormal=False)))
    return signs * total * {"random": 1.0, "negative": -1.0, "huge": 50.0}.get(kind, 1.0)


@st.composite
def games_with_payoffs(draw, games=None):
    """A game and a payoff vector to test against it."""
    game = draw(sharing_games(min_homes=2) if games is None else games)
    return game, draw(payoff_vectors(game))


@st.composite
def graph_games(draw, min_players=1, max_players=5):
    """Random tables with random links: none, some or all, components of every size."""
    game = draw(table_games(min_players, max_players))
    pairs = [(a, b) for i, a in enumerate(game.players) for b in game.players[:i]]
    links = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return gt.GraphGame(game, links)


@st.composite
def quasi_balanced_games(draw, min_players=1, max_players=5):
    """Random tables whose grand coalition is worth so much that the core is not empty."""
    game = draw(table_games(min_players, max_players))
    alone = all_coalitions(game.n_players) @ game.single_values
    most = (game.numbers - alone)[:-1].max(initial=0.0)
    numbers = game.numbers.copy()
    numbers[-1] = alone[-1] + max(numbers[-1] - alone[-1], game.n_players * most * draw(st.sampled_from([1.0, 1.5])))
    return gt.TableGame(game.names, numbers)
