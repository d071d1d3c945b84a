"""The exact Shapley value of many homes of few types: equal homes are counted instead of named."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod

import numpy as np

from gametrade.games.coalitional import SharingGame
from gametrade.typing import FloatArray, IntArray

INNER_VECTORS = 2**13
"""Count vectors of the inner types, whose gains are computed at once."""

BLOCK = 2**17
"""Inner count vectors times steps of one block, small enough for the cache."""


@dataclass(frozen=True, eq=False, slots=True)
class HomeTypes:
    """Homes with the same net load in every trade step, which no coalition can tell apart.

    Parameters
    ----------
    of_home : ndarray of int, shape (n,)
        Type of each home; -1 for homes that never trade.
    counts : tuple of int
        Homes of each of the m types.
    position : ndarray of shape (m, T')
        Spread times net surplus of one home of each type. [money]
    """

    of_home: IntArray
    counts: tuple[int, ...]
    position: FloatArray

    @classmethod
    def of(cls, game: SharingGame) -> HomeTypes:
        """Group the homes of a game."""
        trading = game.position.any(axis=1)
        of_home = np.full(game.n_players, -1, dtype=np.int64)
        if not trading.any():
            return cls(of_home, (), game.position[:0])
        rows, inverse = np.unique(game.position[trading] + 0.0, axis=0, return_inverse=True)
        of_home[trading] = inverse
        counts = np.bincount(inverse, minlength=len(rows))
        order = np.argsort(counts, kind="stable")
        of_home[trading] = np.argsort(order)[inverse]
        return cls(of_home, tuple(counts[order].tolist()), rows[order])

    @property
    def n_vectors(self) -> int:
        """How many different coalitions there are, told apart by their numbers of homes of each type."""
        return prod(count + 1 for count in self.counts)

    @property
    def work(self) -> float:
        """Different coalitions times trade steps."""
        return float(self.n_vectors) * max(1, self.position.shape[1])


def shapley_by_types(types: HomeTypes) -> FloatArray:
    r"""Shapley value of one home of each type.

    Parameters
    ----------
    types : HomeTypes
        m types with :math:`N_1, \dots, N_m` homes, n in all.

    Returns
    -------
    ndarray of shape (n_homes,)
        Value of every home, 0 for homes that never trade. [money]

    Notes
    -----
    With :math:`h(c)` the probability that a random coalition of :math:`s = \sum_j c_j` homes has the counts c
    (multivariate hypergeometric),

    .. math:: x_j = \frac{v(N)}{n} + \sum_{0 < s < n} \frac{n}{n - s}\, h(c)\, v(c)
              \Bigl(\frac{c_j}{N_j s} - \frac1n\Bigr),

    the Shapley formula with the :math:`\prod_j \binom{N_j}{c_j}` coalitions of the same counts taken
    together. The probabilities are products of ratios of whole numbers, rounded once each, so nothing
    overflows. Cost: :math:`T' \prod_j (N_j + 1)`; 300 homes of 4 types have 76^4 = 33 million counts.
    """
    payoff = _payoff_by_type(types) if types.counts else np.zeros(0)
    return np.append(payoff, 0.0)[types.of_home]


@dataclass(frozen=True, eq=False, slots=True)
class _Grid:
    """All count vectors of some types, their sizes, and how likely each is among coalitions of its size."""

    members: IntArray
    sizes: IntArray
    chance: FloatArray

    @classmethod
    def of(cls, counts: tuple[int, ...]) -> _Grid:
        members, sizes, chance = np.zeros((1, 0), np.int64), np.zeros(1, np.int64), np.ones(1)
        for k, count in enumerate(counts):
            likely = hypergeometric(sum(counts[:k]), count)[sizes]
            fresh = np.tile(np.arange(count + 1), len(sizes))
            members = np.column_stack([np.repeat(members, count + 1, axis=0), fresh])
            chance = np.repeat(chance, count + 1) * likely.ravel()
            sizes = members.sum(axis=1)
        return cls(members, sizes, chance)


def hypergeometric(first: int, second: int) -> FloatArray:
    """Probability that a random set of a + b out of two groups takes a of the first and b of the second.

    Parameters
    ----------
    first, second : int
        Sizes A and B of the groups.

    Returns
    -------
    ndarray of shape (A + 1, B + 1)
        C(A, a) C(B, b) / C(A + B, a + b), each rounded once.

    Examples
    --------
    >>> hypergeometric(1, 1)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    choices = [comb(first + second, size) for size in range(first + second + 1)]
    left, right = ([comb(group, size) for size in range(group + 1)] for group in (first, second))
    return np.array([[x * y / choices[a + b] for b, y in enumerate(right)] for a, x in enumerate(left)])


def _payoff_by_type(types: HomeTypes) -> FloatArray:
    """Payoffs add up over steps, so each block of steps is a game of its own."""
    counts = types.counts
    cut = len(counts) - 1
    while cut > 0 and prod(count + 1 for count in counts[cut - 1 :]) <= INNER_VECTORS:
        cut -= 1
    groups = _Grid.of(counts[:cut]), _Grid.of(counts[cut:])
    width = max(1, BLOCK // len(groups[1].sizes))
    starts = range(0, types.position.shape[1], width)
    parts = [_payoff_of_steps(types.position[:, k : k + width], np.array(counts), cut, *groups) for k in starts]
    return np.asarray(np.sum(parts, axis=0)) if parts else np.zeros(len(counts))


def _payoff_of_steps(position: FloatArray, counts: IntArray, cut: int, outer: _Grid, inner: _Grid) -> FloatArray:
    """Walk through the count vectors of the outer types, with those of the inner types held as one block."""
    n, n_inner = int(counts.sum()), int(counts[cut:].sum())
    supply, need = np.maximum(position, 0), np.maximum(-position, 0)
    inner_supply, inner_need = inner.members @ supply[cut:], inner.members @ need[cut:]
    left, right, ones = np.empty_like(inner_supply), np.empty_like(inner_need), np.ones(position.shape[1])
    likely = hypergeometric(n - n_inner, n_inner)
    own, everybody = np.zeros(len(counts)), 0.0
    for members, size, chance in zip(outer.members, outer.sizes, outer.chance, strict=True):
        np.add(inner_supply, members @ supply[:cut], out=left)
        np.add(inner_need, members @ need[:cut], out=right)
        np.minimum(left, right, out=left)
        sizes = size + np.arange(n_inner + 1)
        weight = np.where((sizes > 0) & (sizes < n), chance * likely[size] * n / np.maximum(1, n - sizes), 0.0)
        shares = inner.chance * (left @ ones)
        per_head = shares * (weight / np.maximum(1, sizes))[inner.sizes]
        everybody += float(shares @ weight[inner.sizes])
        own[:cut] += members * per_head.sum()
        own[cut:] += per_head @ inner.members
    total = float(np.minimum(counts @ supply, counts @ need).sum())
    return np.asarray((total - everybody) / n + own / counts)
