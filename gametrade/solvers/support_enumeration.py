"""All equilibria of two small players, by every pair of supports."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, mixed_on, on_supports, support
from gametrade.solvers.nash_subsets import told
from gametrade.solvers.reply_polytopes import Vertex, two_player_payoffs
from gametrade.solvers.vertex_enumeration import extreme_equilibria, vertex_enumeration

PROPOSALS = ("all", "nashpy")


@solvers.register(
    plays=("NormalFormGame",),
    source="Dickhaut and Kaplan 1991",
    players=2,
    variants=({"proposals": "nashpy"},),
)
def support_enumeration(game: NormalFormGame, *, proposals: str = "all", limit: int = 200_000) -> Solution:
    r"""List every extreme equilibrium of a small game of two players by trying every pair of supports.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    proposals : {"all", "nashpy"}
        Which supports are solved for: all of them, or those of the equilibria that nashpy lists.
    limit : int, default=200_000
        Most pairs of supports.

    Returns
    -------
    Solution
        Each equilibrium with regret zero in rational arithmetic. With all supports the list is complete; nashpy's is
        compared with vertex enumeration, and `finding` says how many it lost.

    Raises
    ------
    InvalidInputError
        If the game does not have two players, there are too many pairs, or `proposals` is neither.

    Notes
    -----
    A corner x of the row player's best-reply polytope is the only mixture on its support of k actions that makes some
    k replies J equally good, none better. All :math:`\binom{m+n}{n} - 1` pairs (I, J) of equal size are solved in whole
    numbers, for both players, and corners are paired that together have every label, so that supports of different
    size in degenerate games are found too. Cost: :math:`k^3` a pair; 0.2 s for 6 x 6, 5 s for 8 x 8. Larger games:
    :func:`~gametrade.solvers.vertex_enumeration.vertex_enumeration`.

    References
    ----------
    .. [1] B. von Stengel, "Computing equilibria for two-person games", Handbook of Game Theory 3 (2002) 1723-1759.
       :doi:`10.1016/S1574-0005(02)03008-4`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.NormalFormGame.bimatrix([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])
    >>> len(support_enumeration(game)), support_enumeration(game, proposals="nashpy").finding
    (3, 'Proposed by nashpy, which lost 1 of 3 extreme equilibria.')
    """
    if proposals not in PROPOSALS:
        raise InvalidInputError(f"proposals of support_enumeration must be one of {PROPOSALS}. Got {proposals!r}.")
    first, second = two_player_payoffs(game, "support_enumeration")
    m, n = first.shape
    if math.comb(m + n, n) > limit:
        raise InvalidInputError(
            f"support_enumeration tries at most {limit} pairs of supports; vertex_enumeration takes larger games. "
            f"Got {math.comb(m + n, n)} pairs for {m} x {n} actions."
        )
    if proposals == "nashpy":
        return _by_nashpy(game, first, second)
    rows, columns = list(_corners(second, 0)), list(_corners(first.T, m))
    equilibria, pairs = extreme_equilibria(game, rows, columns)
    degenerate = any(v.labels.bit_count() > m for v in rows) or any(v.labels.bit_count() > n for v in columns)
    finding = told(pairs, degenerate)
    return Solution(game, "support_enumeration", tuple(equilibria), complete=True, finding=finding)


def _corners(payoffs: np.ndarray, shift: int) -> Iterator[Vertex]:
    """Every corner of the mixtures of rows that hold the other player to its best reply, each once.

    Own labels start at `shift`; the other player's start where the own ones end, or at 0.
    """
    m, n = payoffs.shape
    other = 0 if shift else m
    seen = set()
    for size in range(1, min(m, n) + 1):
        for own in itertools.combinations(range(m), size):
            for replies in itertools.combinations(range(n), size):
                mixed = mixed_on(payoffs, own, replies)
                if mixed is None or min(mixed[i] for i in own) <= 0:
                    continue
                common = math.lcm(*(p.denominator for p in mixed))
                weights = [p.numerator * (common // p.denominator) for p in mixed]
                labels = _labels(payoffs, weights, replies[0], shift, other)
                if labels is not None and labels not in seen:
                    seen.add(labels)
                    yield Vertex(tuple(weights), labels)


def _labels(payoffs: np.ndarray, weights: Sequence[int], reply: int, shift: int, other: int) -> int | None:
    """Bitmask of unused own actions and best replies; None if the given reply is not best."""
    values = (np.array(weights, dtype=object) @ payoffs).tolist()
    if max(values) > values[reply]:
        return None
    unused = sum(1 << (shift + i) for i, weight in enumerate(weights) if not weight)
    return unused | sum(1 << (other + j) for j, value in enumerate(values) if value == values[reply])


def _by_nashpy(game: NormalFormGame, first: np.ndarray, second: np.ndarray) -> Solution:
    """Solve for the supports of nashpy's answers, and count what it lost."""
    found: dict[tuple[tuple[Fraction, ...], ...], Equilibrium] = {}
    for rows, columns in _proposed(first, second):
        profile = on_supports(first, second, rows, columns)
        equilibrium = certified(game, profile) if profile else None
        if equilibrium is not None and profile is not None:
            found[tuple(map(tuple, profile))] = equilibrium
    everything = vertex_enumeration(game)
    lost = len(everything) - len(found)
    finding = f"Proposed by nashpy, which lost {lost} of {len(everything)} extreme equilibria."
    answer = tuple(found.values())
    return Solution(game, "support_enumeration", answer, complete=everything.complete and not lost, finding=finding)


def _proposed(first: np.ndarray, second: np.ndarray) -> Iterator[tuple[list[int], list[int]]]:
    """Supports of what nashpy lists, from payoffs scaled to at most one."""
    import nashpy

    scaled = [(table / table.max()).astype(float) for table in (first, second)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x, y in nashpy.Game(*scaled).support_enumeration(tol=1e-9):
            yield support(x), support(y)
