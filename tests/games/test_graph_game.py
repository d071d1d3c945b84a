"""Games on graphs and the Myerson value: published values, axioms and brute force over components."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions, integer_table
from tests.strategies import graph_games, make_community, one_step

checked = settings(max_examples=80, deadline=None, derandomize=True)


def by_networkx(game):
    """Restricted values from the components that networkx finds."""
    graph = nx.Graph(list(game.graph))
    graph.add_nodes_from(game.players)
    return np.array([
        sum(game.game.value(part) for part in nx.connected_components(graph.subgraph(game.labels(row))))
        for row in all_coalitions(game.n_players)
    ])  # fmt: skip


class TestValues:
    @checked
    @given(graph_games())
    def test_sums_over_connected_components(self, game):
        expected = by_networkx(game)
        scale = 1e-12 * max(1e-300, np.abs(game.game.table()).max())
        assert np.abs(game.values(all_coalitions(game.n_players)) - expected).max() <= scale
        assert np.abs(game.table() - expected).max() <= scale
        numbers, denominator = integer_table(game)
        assert np.abs(numbers.astype(float) / denominator - expected).max() <= scale

    @checked
    @given(graph_games())
    def test_a_complete_graph_changes_nothing_and_an_empty_one_everything(self, game):
        pairs = [(a, b) for a in game.players for b in game.players if a < b]
        assert np.array_equal(gt.GraphGame(game.game, pairs).table(), game.game.table())
        alone = gt.GraphGame(game.game, [])
        expected = all_coalitions(game.n_players) @ game.game.single_values
        assert np.allclose(alone.table(), expected, rtol=1e-12, atol=0)
        assert len(alone.components) == game.n_players

    def test_reads_networkx_and_pairs_alike(self):
        game = gt.TableGame("abc", [0, 0, 0, 6, 0, 6, 0, 6])
        assert gt.GraphGame(game, nx.path_graph(["c", "b", "a"])).graph == (("a", "b"), ("b", "c"))
        assert gt.GraphGame(game, [("b", "a"), ("a", "b")]).graph == (("a", "b"),)

    def test_many_homes_need_no_table(self):
        game = gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(60, 4))))
        feeders = [(game.players[i], game.players[i + 1]) for i in range(59) if i % 6 != 5]
        split = gt.allocate(gt.GraphGame(game, feeders), "myerson")
        assert split.notes == ("Exact: 10 connected components of the graph.",)
        for start in range(0, 60, 6):
            inside = np.arange(60) // 6 == start // 6
            assert split.payoffs[inside].sum() == pytest.approx(game.values(inside[None])[0])

    def test_large_components_are_sampled(self):
        game = gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(30, 2))))
        line = gt.GraphGame(game, list(zip(game.players, game.players[1:], strict=False)))
        split = gt.allocate(line, "myerson")
        assert split.standard_errors is not None
        assert "Sampled" in split.notes[0]

    @pytest.mark.parametrize(
        ("graph", "error", "message"),
        [
            ([("a", "x")], gt.UnknownNameError, "'x'"),
            ([("a", "a")], gt.InvalidInputError, "two different players"),
            ([("a", "b", "c")], gt.InvalidInputError, "pair of players"),
            (["ab"], gt.InvalidInputError, "pair of players"),
        ],
    )
    def test_bad_links(self, graph, error, message):
        with pytest.raises(error, match=message):
            gt.GraphGame(gt.TableGame("abc", np.zeros(8)), graph)

    def test_a_graph_alone_is_no_game(self):
        with pytest.raises(gt.InvalidInputError, match="CoalitionalGame"):
            gt.GraphGame("abc", [])

    def test_only_links_can_be_cut(self):
        with pytest.raises(gt.InvalidInputError, match="no link"):
            gt.GraphGame(gt.TableGame("abc", np.zeros(8)), [("a", "b")]).without_link("a", "c")


class TestMyerson:
    @pytest.mark.parametrize(
        ("positions", "links", "expected"),
        [
            ([1, 0, -1], [("A", "B"), ("B", "C")], [2, 2, 2]),
            ([1, 1, -1], [("A", "C"), ("B", "C")], [1, 1, 4]),
            ([1, 1, -1], [("A", "B"), ("B", "C")], [0, 3, 3]),
        ],
    )
    def test_one_buyer_and_a_saving_of_six(self, positions, links, expected):
        game = gt.GraphGame(one_step(positions, 10, 4), links)
        np.testing.assert_allclose(gt.allocate(game, "myerson").payoffs, expected, atol=1e-12)
        assert list(gt.allocate(game, "myerson", exact=True).fractions) == expected

    def test_without_the_graph_the_middle_gets_nothing(self):
        np.testing.assert_allclose(gt.allocate(one_step([1, 0, -1], 10, 4), "shapley").payoffs, [3, 0, 3])

    @checked
    @given(graph_games())
    def test_components_share_their_values(self, game):
        exact = gt.allocate(game, "myerson", exact=True).fractions
        payoffs = gt.allocate(game, "myerson").payoffs
        scale = 1e-11 * max(1e-300, np.abs(game.game.table()).max())
        assert np.abs(payoffs - [float(x) for x in exact]).max() <= scale
        for component in game.components:
            inside = game.members(component)
            share = sum(x for x, member in zip(exact, inside, strict=True) if member)
            assert share == Fraction(game.game.value(component))

    @checked
    @given(graph_games(), st.randoms(use_true_random=False))
    def test_cutting_a_link_costs_both_ends_the_same(self, game, random):
        if not game.graph:
            return
        first, second = random.choice(game.graph)
        before = gt.allocate(game, "myerson", exact=True).fractions
        after = gt.allocate(game.without_link(first, second), "myerson", exact=True).fractions
        loss = dict(zip(game.players, (x - y for x, y in zip(before, after, strict=True)), strict=True))
        assert loss[first] == loss[second]

    def test_needs_a_graph(self):
        with pytest.raises(gt.InvalidInputError, match="needs a GraphGame"):
            gt.allocate(gt.TableGame("ab", np.zeros(4)), "myerson")

    def test_is_compared_in_a_study_of_a_game_on_a_graph(self):
        game = gt.GraphGame(one_step([1, 1, -1], 10, 4), [("A", "B"), ("B", "C")])
        study = gt.analyse_stability(game)
        assert study["myerson"].status == "core"
