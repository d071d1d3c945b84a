"""Values that depend on the others: the externality, and games in which there is none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.games.formation import FormationGame, PartitionFunctionGame, joint_limit_game
from tests.strategies import communities


@given(communities(min_homes=2, max_homes=4, max_steps=3, scales=(1.0,)))
@settings(max_examples=25, deadline=None)
def test_a_limit_that_never_binds_leaves_the_sharing_game(community):
    loose = joint_limit_game(community, community.surplus.sum() + 1.0)
    assert loose.externality is None
    game, table = gt.SharingGame(community), loose.coalitional()
    assert np.allclose(table.table(), game.table(), atol=10 * game.tolerance)
    assert FormationGame(loose).game.players == community.names


@given(communities(min_homes=2, max_homes=4, max_steps=2, scales=(1.0,)))
@settings(max_examples=25, deadline=None)
def test_more_sharing_never_costs_the_others_where_exports_are_paid(community):
    """At a price of at least 0 for exports a coalition is worth most when all others are together."""
    tight = joint_limit_game(community, 0.5 * community.surplus.sum(axis=0))
    if (community.export_price < 0).any():
        return
    for coalition, values in tight._values.items():
        others = tuple(name for name in community.names if name not in coalition)
        together = max(value for value, structure in values if len(structure) == 1 + bool(others))
        assert together >= max(value for value, _ in values) - 1e-9 * (1 + abs(together)), coalition


def test_a_formation_game_refuses_what_depends_on_the_others():
    street = gt.Community(
        ["A", "B", "C"], [[0], [0], [2]], [[2], [2], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4)
    )
    joint = joint_limit_game(street, 2.0)
    assert (joint.externality.coalition, joint.externality.values) == (("A",), (-4.0, 0.0))
    with pytest.raises(gt.InvalidInputError, match=r"partition-function game. Got .* \{A\} is worth -4 beside"):
        FormationGame(joint)


def test_what_does_not_fit_is_refused():
    with pytest.raises(gt.InvalidInputError, match="different labels"):
        PartitionFunctionGame("AA", lambda part, structure: 0.0)
    with pytest.raises(gt.TooManyPlayersError, match="at most 8"):
        PartitionFunctionGame("ABCDEFGHI", lambda part, structure: 0.0).coalitional()
    with pytest.raises(gt.InvalidInputError, match="export_limit"):
        joint_limit_game(gt.communities.street(2, 1, rng=1), -1.0)
