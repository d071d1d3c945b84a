"""The slice of the core through three players: its corners are in the core, and nothing beyond them is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.core_picture import core_slice


def in_core(game: gt.TableGame, x: np.ndarray, slack: float) -> bool:
    rows = all_coalitions(game.n_players)[1:-1]
    return bool((game.table()[1:-1] - rows @ x <= slack).all())


@given(st.integers(3, 5), st.integers(0, 10_000))
def test_a_point_of_the_plane_is_inside_if_and_only_if_it_is_in_the_core(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = np.bitwise_count(np.arange(1 << n)).astype(int)
    table = np.where(sizes > 1, rng.integers(0, 4, 1 << n) + sizes, 0).astype(float)
    table[-1] = 3.0 * n
    game = gt.TableGame([f"p{i}" for i in range(n)], table)
    x = np.full(n, 3.0)
    found = core_slice(game, x, game.players[:3])
    for corner in found.corners:
        at = np.concatenate([corner, x[3:]])
        assert in_core(game, at, 1e-7)
    for _ in range(30):
        split = rng.integers(-2, 12, 3).astype(float)
        split[2] = found.total - split[0] - split[1]
        inside = bool(len(found.corners) and (split >= found.low - 1e-9).all() and (split <= found.high + 1e-9).all())
        assert inside == in_core(game, np.concatenate([split, x[3:]]), 1e-9)


def test_a_single_point() -> None:
    game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    assert core_slice(game, [0, 6, 0], game.players).corners.tolist() == [[0.0, 6.0, 0.0]]


def test_an_empty_core_has_no_corners() -> None:
    game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    assert not len(core_slice(game, [1 / 3] * 3, "abc").corners)


@pytest.mark.parametrize(
    ("payoffs", "players", "words"),
    [([1, 1, 1], "aab", "three different players"), ([1, 1, 1], "ab", "three different"), ([1, 1, 2], "abc", "share")],
)
def test_refusals(payoffs: list[float], players: str, words: str) -> None:
    game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition)))
    with pytest.raises(gt.InvalidInputError, match=words):
        core_slice(game, payoffs, list(players))
