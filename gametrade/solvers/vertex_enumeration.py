"""All equilibria of two players, by every vertex of their best-reply polytopes."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, on_supports, support
from gametrade.solvers.nash_subsets import components, told
from gametrade.solvers.reply_polytopes import (
    Vertex,
    all_vertices,
    complementary,
    reply_tableaus,
    two_player_payoffs,
)
from gametrade.typing import FloatArray

PROPOSALS = ("all", "quantecon")


@solvers.register(
    plays=("NormalFormGame",),
    source="Avis, Rosenberg, Savani and von Stengel 2010, 10.1007/s00199-009-0449-x",
    players=2,
    most_actions=12,
    first_choice_for=("NormalFormGame",),
)
def vertex_enumeration(game: NormalFormGame, *, proposals: str = "all", limit: int = 1_000_000) -> Solution:
    r"""List every extreme equilibrium of a game of two players, and prove that there are no others.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    proposals : {"all", "quantecon"}
        Every vertex by integer pivots; or the equilibria that QuantEcon lists from vertices in floats (the extra
        ``gametrade[quantecon]``), each solved for and proved again: some thirty times faster, but that there are no
        others is then not proved. Where one of them cannot be proved, or their number is even, as it is only in
        degenerate games, every vertex is looked at after all.
    limit : int, default=1_000_000
        Bases of one polytope at which to stop; the answer then says that it is not complete.

    Returns
    -------
    Solution
        All extreme equilibria, each with regret zero in rational arithmetic. In a degenerate game they are the corners
        of the set of equilibria: `finding` counts its connected components, `component` of a certificate is the number
        of the one that the equilibrium is part of, and :func:`~gametrade.solvers.nash_subsets.nash_subsets` lists its
        convex parts.

    Raises
    ------
    InvalidInputError
        If the game does not have two players, or QuantEcon is asked for and not installed.

    Notes
    -----
    With payoffs shifted and scaled to positive whole numbers, :math:`x / \sum x` and :math:`y / \sum y` form an
    extreme equilibrium where x and y are vertices other than 0 of :math:`\{x \ge 0: B^T x \le 1\}` and
    :math:`\{y \ge 0: A y \le 1\}` that together have every label: action i is unused or a best reply [1]_. Vertices
    are met by integer pivots along the edges of a lexicographically perturbed polytope, so ties lose none. Cost:
    exponential; a random game of 10 x 10 takes 0.2 s, of 14 x 14 half a minute.

    References
    ----------
    .. [1] D. Avis, G. D. Rosenberg, R. Savani and B. von Stengel, "Enumeration of Nash equilibria for two-player
       games", Econ. Theory 42 (2010) 9-37. :doi:`10.1007/s00199-009-0449-x`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.NormalFormGame.bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])
    >>> [equilibrium.certificate["strategies"][0] for equilibrium in vertex_enumeration(game)]
    [['1', '0', '0'], ['4/5', '1/5', '0'], ['0', '1/3', '2/3']]
    """
    if proposals not in PROPOSALS:
        raise InvalidInputError(f"proposals of vertex_enumeration must be one of {PROPOSALS}. Got {proposals!r}.")
    first, second = two_player_payoffs(game, "vertex_enumeration")
    proposed = _by_quantecon(game, first, second) if proposals == "quantecon" else None
    if proposed is not None:
        finding = "Proposed by quantecon from floats: each is proved, that there are no others is not."
        return Solution(game, "vertex_enumeration", proposed, finding=finding)
    (m, n), (rows, columns) = first.shape, reply_tableaus(first, second)
    corners = [
        all_vertices(rows, n, second=False, limit=limit),
        all_vertices(columns, m, second=True, limit=limit),
    ]
    found = extreme_equilibria(game, corners[0].corners, corners[1].corners)
    if not all(side.complete for side in corners):
        finding = f"Stopped at {limit} bases of a polytope; there may be other equilibria."
        return Solution(game, "vertex_enumeration", tuple(found[0]), finding=finding)
    finding = told(found[1], any(side.degenerate for side in corners))
    return Solution(game, "vertex_enumeration", tuple(found[0]), complete=True, finding=finding)


def _by_quantecon(game: NormalFormGame, first: np.ndarray, second: np.ndarray) -> tuple[Equilibrium, ...] | None:
    """What QuantEcon lists, solved for in whole numbers; None if that fails or the game looks degenerate."""
    if importlib.util.find_spec("quantecon") is None:
        raise InvalidInputError('proposals="quantecon" of vertex_enumeration needs the extra gametrade[quantecon].')
    listed = _quantecon_vertices([np.asarray(table / table.max(), dtype=float) for table in (first, second.T)])
    found: dict[tuple[tuple[int, ...], ...], Equilibrium] = {}
    for strategies in listed:
        supports = [support(strategy) for strategy in strategies]
        profile = on_supports(first, second, supports[0], supports[1])
        equilibrium = certified(game, profile) if profile else None
        if equilibrium is None:
            return None
        found[tuple(map(tuple, supports))] = equilibrium
    return tuple(found[key] for key in sorted(found)) if len(found) % 2 else None


def _quantecon_vertices(tables: list[FloatArray]) -> list[tuple[FloatArray, ...]]:
    """QuantEcon's vertex enumeration, empty where Qhull refuses a flat polytope."""
    import quantecon.game_theory as theory
    from scipy.spatial import QhullError

    if min(tables[0].shape) < 2:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            game = theory.NormalFormGame([theory.Player(table) for table in tables])
            return list(theory.vertex_enumeration(game))
    except (QhullError, ValueError):
        return []


def extreme_equilibria(
    game: NormalFormGame, first: Sequence[Vertex], second: Sequence[Vertex]
) -> tuple[list[Equilibrium], list[tuple[int, int]]]:
    """Certify every pair of vertices that together have all labels.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    first, second : sequence of Vertex
        Corners of the two best-reply polytopes.

    Returns
    -------
    equilibria : list of Equilibrium
        Sorted by the support of the row player, then of the column player.
    pairs : list of (int, int)
        Their strategies, by position.
    """
    pairs = complementary(first, second, sum(game.shape))
    profiles = [(first[i].strategy(), second[j].strategy()) for i, j in pairs]
    order = sorted(range(len(pairs)), key=lambda k: [[-p for p in row] for row in profiles[k]])
    pairs, profiles = [pairs[k] for k in order], [profiles[k] for k in order]
    answer = []
    for profile, component in zip(profiles, components(pairs), strict=True):
        equilibrium = certified(game, profile, evidence={"component": component})
        if equilibrium is None:
            raise SolverError("vertex_enumeration paired two vertices that are no equilibrium.", "regret above zero")
        answer.append(equilibrium)
    return answer, pairs
