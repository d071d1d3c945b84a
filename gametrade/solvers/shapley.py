"""The Shapley value: exact by table, exact for many homes of few types, or sampled with standard errors."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import comb, factorial

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame, all_coalitions, integer_table
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.registry import rules
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.shapley_sampling import Effort, sampled_shapley
from gametrade.solvers.shapley_types import HomeTypes, shapley_by_types
from gametrade.solvers.size_sums import size_sums
from gametrade.typing import FloatArray

WEIGHTED_PLAYERS = 13
"""Most players whose weights, 13 numbers a coalition, are kept from one game to the next."""

TABLE_WORK = 5e9
"""Coalitions times trade steps up to which an exact value is computed without being asked for."""


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "covariance", "additivity"),
    needs="any",
    kind="payoff",
    table=True,
    source="Shapley 1953, 10.1515/9781400881970-018",
)
def shapley(
    game: CoalitionalGame,
    *,
    exact: bool | None = None,
    method: str | None = None,
    relative_error: float = 0.01,
    standard_error: float | None = None,
    max_permutations: int = 4000,
    core_bracket: bool = False,
    rng: int | np.random.Generator = 0,
) -> Allocation:
    r"""Pay each player its average marginal contribution over all orders of arrival.

    Parameters
    ----------
    game : CoalitionalGame
        Any game.
    exact : bool, optional
        True for all :math:`2^n` coalitions with the payoffs as fractions too (above 25 homes, for homes of few
        types, in floats), False for sampling. By default exact in floats while :math:`2^n`, or the number of
        coalitions that differ when equal homes are not told apart, times the number of trade steps is at most
        5e9.
    method : {"antithetic", "permutation", "stratified"}, optional
        How to sample, which asks for a sample: each random order with its reverse, alone, or with all its rotations,
        which put every player once in every place and so stratify by coalition size. A sample that is taken without
        a method is antithetic.
    relative_error : float, default=0.01
        Sampling stops when every standard error is at most this share of the mean payoff.
    standard_error : float, optional
        Sampling stops when every standard error is at most this instead. [money]
    max_permutations : int, default=4000
        Sampling stops at this number of permutations at the latest; at least 4.
    core_bracket : bool, default=False
        Add a note that brackets the largest excess of any coalition under these payoffs: how far they are from
        the core.
    rng : int or numpy.random.Generator, default=0
        Random source of the sample, or its seed; the default makes the answer repeatable.

    Returns
    -------
    Allocation
        Payoffs [money], with standard errors if sampled, with ``fractions`` if `exact` is True and the table was
        used. A note says how they were computed.

    Raises
    ------
    TooManyPlayersError
        If `exact` is True and there are more than 25 players that are not of few types.
    InvalidInputError
        If a target of the sample is not above 0, `max_permutations` is too small, or `exact` is True and a method
        of sampling is given.

    Notes
    -----
    .. math:: x_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!} \bigl(v(S \cup i) - v(S)\bigr)

    Exact: a few passes over the table (see :func:`shapley_values`), or :math:`T' \prod_j (N_j + 1)` for
    :math:`N_j` homes of type j (see :func:`~gametrade.solvers.shapley_types.shapley_by_types`). Sampled: a
    random order with its reverse costs little more and cancels much of the variance [2]_.
    Every sampled order shares :math:`v(N)` in full and gives a null player 0, so these two properties hold
    exactly for the sample too; symmetry and covariance hold for the exact value only. The value of a sharing
    game is individually rational, since no marginal contribution is negative, and need not be in the core.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II (1953)
       307-317.
       :doi:`10.1515/9781400881970-018`
    .. [2] J. Castro, D. Gomez and J. Tejada, "Polynomial calculation of the Shapley value based on sampling",
       Comput. Oper. Res. 36 (2009) 1726-1730. :doi:`10.1016/j.cor.2008.04.004`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> gt.allocate(game, "shapley").payoffs
    array([1., 4., 1.])
    """
    if exact and method is not None:
        raise InvalidInputError(f"method of shapley must be left out where exact is True. Got {method!r}.")
    effort = Effort(method or "antithetic", relative_error, standard_error, max_permutations)
    sample = exact is False or method is not None
    answer = None if sample else _exact(game, asked=bool(exact))
    if answer is None:
        answer = sampled_shapley(game, effort, _random_source(rng))
    if core_bracket:
        found = blocking_coalition(game, answer.payoffs)
        note = (
            f"The largest excess of any coalition under these payoffs is from {found.excess:.6g} to "
            f"{found.upper_bound:.6g} {game.unit}."
        )
        answer = replace(answer, notes=(*answer.notes, note))
    return answer


def _random_source(rng: int | np.random.Generator) -> np.random.Generator:
    """A generator, or the one of a seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    if not isinstance(rng, int | np.integer) or isinstance(rng, bool) or rng < 0:
        raise InvalidInputError(
            f"rng of shapley must be a seed of at least 0 or a numpy.random.Generator. Got {rng!r}."
        )
    return np.random.default_rng(rng)


def _exact(game: CoalitionalGame, *, asked: bool) -> Allocation | None:
    """The exact value by table or by types; None if neither is cheap and it was not asked for."""
    by_table = exact_by_default(game)
    if isinstance(game, SharingGame) and not (by_table or (asked and game.n_players <= TABLE_PLAYERS)):
        types = HomeTypes.of(game)
        if types.n_vectors <= 2**TABLE_PLAYERS and (asked or types.work <= TABLE_WORK):
            note = f"Exact: {types.n_vectors} coalitions that differ, homes of {len(types.counts)} types."
            return Allocation(game, "shapley", shapley_by_types(types), notes=(note,))
    if not (asked or by_table):
        return None
    note = f"Exact: all {2**game.n_players} coalitions."
    if asked:
        return Allocation.of_fractions(game, "shapley", shapley_fractions(game), notes=(note,))
    return Allocation(game, "shapley", shapley_values(game.table()), notes=(note,))


def exact_by_default(game: CoalitionalGame) -> bool:
    """Whether the table of all coalitions is small enough to be made without being asked for."""
    steps = max(1, game.trade_steps.size) if isinstance(game, SharingGame) else 1
    return game.n_players <= TABLE_PLAYERS and 2**game.n_players * steps <= TABLE_WORK


def shapley_values(table: FloatArray) -> FloatArray:
    r"""Shapley values of one table or of many.

    Parameters
    ----------
    table : ndarray of shape (2**n,) or (P, 2**n)
        Values of all coalitions in bitmask order; player 0 is bit 0. [money]

    Returns
    -------
    ndarray of shape (n,) or (P, n)
        Values of the players. [money]

    Raises
    ------
    InvalidInputError
        If the last axis is not a power of two.

    Notes
    -----
    With :math:`A_{ik}` the sum of the values of the coalitions of k players that hold player i, and
    :math:`T_k` that of all coalitions of k players,

    .. math:: x_i = \frac{v(N)}{n}
              + \sum_{k=1}^{n-1} \frac{(k - 1)!\,(n - k - 1)!}{(n - 1)!} \Bigl(A_{ik} - \frac kn T_k\Bigr),

    so the table is read a few times whatever n is (0.1 s for n = 25), and no factorial overflows: the
    weights are :math:`1 / ((n - k) \binom{n-1}{k-1})`.

    Examples
    --------
    >>> shapley_values(np.array([0.0, 0.0, 0.0, 6.0]))
    array([3., 3.])
    """
    table = np.asarray(table, dtype=float)
    n = table.shape[-1].bit_length() - 1 if table.ndim else -1
    if n < 1 or table.shape[-1] != 2**n:
        raise InvalidInputError(
            f"table of shapley_values must have 2^n entries, n at least 1. Got shape {table.shape}."
        )
    if n <= WEIGHTED_PLAYERS:
        return np.asarray(table @ _weights(n))
    size = np.arange(1, n)
    weight = np.array([1 / ((n - k) * comb(n - 1, k - 1)) for k in range(1, n)])
    answer = np.empty((*table.shape[:-1], n))
    for row in np.ndindex(table.shape[:-1]):
        with_player, total = size_sums(table[row])
        answer[row] = total[n] / n + (with_player[:, 1:n] - size / n * total[1:n]) @ weight
    return answer


@cache
def _weights(n: int) -> FloatArray:
    """What the value of each coalition counts for each player, shape (2**n, n); one product for many small games."""
    members = all_coalitions(n)
    size = members.sum(axis=1)
    joins = np.array([0.0] + [1 / (k * comb(n, k)) for k in range(1, n + 1)])[size]
    stays_out = np.array([1 / ((n - k) * comb(n, k)) for k in range(n)] + [0.0])[size]
    return np.asarray(np.where(members, joins[:, None], -stays_out[:, None]))


def shapley_fractions(game: CoalitionalGame) -> list[Fraction]:
    """Shapley value without rounding, from the values as they are stored.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players.

    Returns
    -------
    list of Fraction
        Value of each player. [money]

    Examples
    --------
    >>> from gametrade.games import TableGame
    >>> shapley_fractions(TableGame.from_function("ab", lambda coalition: len(coalition) // 2))
    [Fraction(1, 2), Fraction(1, 2)]
    """
    n = game.n_players
    numbers, denominator = integer_table(game, terms=2**n)
    with_player, total = (sums.tolist() for sums in size_sums(numbers))
    weight = [factorial(k - 1) * factorial(n - k - 1) for k in range(1, n)]
    return [
        Fraction(
            total[n] * factorial(n - 1) + sum(w * (n * own[k] - k * total[k]) for k, w in enumerate(weight, 1)),
            factorial(n) * denominator,
        )
        for own in with_player
    ]
