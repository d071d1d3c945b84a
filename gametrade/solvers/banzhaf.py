"""The Banzhaf value: what a player adds on average to a random coalition, scaled to share the gains."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional import Allocation, CoalitionalGame, integer_table
from gametrade.registry import rules
from gametrade.solvers.size_sums import size_sums
from gametrade.solvers.table_guard import table_of
from gametrade.tolerance import ROUNDING
from gametrade.typing import FloatArray

PIVOTAL = 1e-6
"""Share of their absolute sum below which Banzhaf values count as adding up to nothing."""


@rules.register(
    promises=("efficiency", "symmetry"),
    default=False,
    needs="any",
    kind="payoff",
    table=True,
    source="Banzhaf 1965; Owen 1975",
)
def banzhaf(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Share the gains in proportion to what each player adds on average to a random coalition of the others.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds.

    Returns
    -------
    Allocation
        Payoffs that balance; ``beside["absolute"]`` holds the Banzhaf values themselves, and a note says by
        how much they miss :math:`v(N)`. [money]

    Raises
    ------
    TooManyPlayersError
        If there are too many coalitions for a table.

    Notes
    -----
    .. math:: \beta_i = 2^{-(n-1)} \sum_{S \not\ni i} \bigl(v(S \cup i) - v(S)\bigr),
              \qquad x_i = \beta_i \, v(N) / \textstyle\sum_j \beta_j .

    In a simple game :math:`\beta_i` is the chance to swing a vote and x the normalised Banzhaf index. Where the
    :math:`\beta_i` cancel (their sum is below 1e-6 of the sum of their sizes), what is missing is shared equally,
    with a note; a null player may then be paid. O(2^n).

    References
    ----------
    .. [1] J. F. Banzhaf, "Weighted voting doesn't work: a mathematical analysis", Rutgers Law Rev. 19 (1965)
       317-343.
    .. [2] G. Owen, "Multilinear extensions and the Banzhaf value", Naval Res. Logist. Q. 22 (1975) 741-750.

    Examples
    --------
    >>> import gametrade as gt
    >>> vote = gt.TableGame.from_function("abc", lambda s: "a" in s and len(s) > 1)
    >>> gt.allocate(vote, "banzhaf").payoffs, gt.allocate(vote, "banzhaf").beside["absolute"]
    (array([0.6, 0.2, 0.2]), array([0.75, 0.25, 0.25]))
    """
    if exact:
        numbers, denominator = integer_table(game)
        absolute: NDArray[Any] = np.array(banzhaf_fractions(game), dtype=object)
        total: Any = Fraction(int(numbers[-1]), denominator)
    else:
        table = table_of(game, "banzhaf")
        absolute, total = banzhaf_values(table), float(table[-1])
    missing = total - absolute.sum()
    told = float(-missing) if abs(missing) > ROUNDING * np.abs(absolute).sum() else 0.0
    notes = [f"The Banzhaf values add up to {told:+.6g} {game.unit} over the gains."]
    if abs(absolute.sum()) > PIVOTAL * np.abs(absolute).sum():
        payoffs = absolute * (total / absolute.sum())
    else:
        payoffs = absolute + missing / game.n_players
        notes.append("The Banzhaf values cancel: what is missing is shared equally.")
    fractions = tuple(Fraction(x) for x in payoffs) if exact else None
    return Allocation(
        game,
        "banzhaf",
        payoffs.astype(float),
        beside={"absolute": absolute.astype(float)},
        notes=tuple(notes),
        fractions=fractions,
    )


def banzhaf_values(table: FloatArray) -> FloatArray:
    """Absolute Banzhaf values of a table.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order. [money]

    Returns
    -------
    ndarray of shape (n,)
        Average marginal contributions. [money]

    Examples
    --------
    >>> banzhaf_values(np.array([0.0, 0.0, 0.0, 6.0]))
    array([3., 3.])
    """
    return np.asarray(_twice_inside_less_all(table) / (table.size // 2))


def banzhaf_fractions(game: CoalitionalGame) -> list[Fraction]:
    """Absolute Banzhaf values without rounding, from the values as they are stored."""
    numbers, denominator = integer_table(game, terms=2 ** (game.n_players + 1))
    return [Fraction(int(x), denominator * (numbers.size // 2)) for x in _twice_inside_less_all(numbers)]


def _twice_inside_less_all(table: NDArray[Any]) -> NDArray[Any]:
    with_player, total = size_sums(table)
    return np.asarray(2 * with_player.sum(axis=1) - total.sum())
