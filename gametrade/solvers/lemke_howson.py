"""One equilibrium of two players along a path of almost complementary vertices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, on_supports
from gametrade.solvers.float_tableau import FloatTableau
from gametrade.solvers.integer_tableau import IntegerTableau
from gametrade.solvers.reply_polytopes import reply_tableaus, two_player_payoffs
from gametrade.typing import FloatArray

Tableaus = tuple[FloatTableau, FloatTableau] | tuple[IntegerTableau, IntegerTableau]


@solvers.register(
    plays=("NormalFormGame",),
    source="Lemke and Howson 1964, 10.1137/0112033",
    players=2,
    variants=({"exact": True},),
    first_choice_for=("NormalFormGame",),
)
def lemke_howson(game: NormalFormGame, *, label: int | None = None, exact: bool = False) -> Solution:
    r"""Find one equilibrium of two players fast, and prove it in rational arithmetic.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    label : int, optional
        The label that is dropped first: actions of the row player, then of the column player, counted from 0.
        Different labels can lead to different equilibria. The one whose path ends first, if not given.
    exact : bool, default=False
        Pivot in whole numbers from the start rather than only where floats fail.

    Returns
    -------
    Solution
        One equilibrium with regret zero. Never complete: no choice of labels promises all equilibria.

    Raises
    ------
    InvalidInputError
        If the game does not have two players, or there is no such label.

    Notes
    -----
    Pivots alternate between the best-reply polytopes of the two players until the dropped label is picked up again
    [1]_. Floats propose supports; the profile on them is solved for in whole numbers. If that is no equilibrium, or
    ties make the path return, it is walked again in whole numbers with ties broken lexicographically, which always
    ends [2]_. Lengths of paths differ widely between labels, so without a label many are followed for a few steps
    before some are followed for long [3]_. Cost: m n a pivot; 2 ms for a random game of 100 x 100 and 10 ms for its
    proof. Exponentially many pivots in the worst case.

    References
    ----------
    .. [1] C. E. Lemke and J. T. Howson, "Equilibrium points of bimatrix games", J. SIAM 12 (1964) 413-423.
       :doi:`10.1137/0112033`
    .. [2] B. von Stengel, "Computing equilibria for two-person games", Handbook of Game Theory 3 (2002) 1723-1759.
       :doi:`10.1016/S1574-0005(02)03008-4`
    .. [3] B. Codenotti, S. De Rossi and M. Pagan, "An experimental analysis of Lemke-Howson algorithm" (2008).
       `arXiv:0811.3247 <https://arxiv.org/abs/0811.3247>`_

    Examples
    --------
    >>> import gametrade as gt
    >>> pennies = gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]])
    >>> lemke_howson(pennies)[0].certificate["strategies"]
    [['1/2', '1/2'], ['1/2', '1/2']]
    """
    first, second = two_player_payoffs(game, "lemke_howson")
    if label is not None and not 0 <= label < sum(first.shape):
        raise InvalidInputError(f"label of lemke_howson must be from 0 to {sum(first.shape) - 1}. Got {label}.")
    supports = None if exact else propose(game, label)
    profile = on_supports(first, second, *supports) if supports else None
    equilibrium = certified(game, profile) if profile else None
    if equilibrium is not None:
        return Solution(game, "lemke_howson", (equilibrium,))
    tableaus = reply_tableaus(first, second)
    walk(tableaus, label or 0, None)
    notes = () if exact else ("Floats found no equilibrium; the path was walked in whole numbers.",)
    equilibrium = certified(game, [_strategy(tableau) for tableau in tableaus], notes=notes)
    if equilibrium is None:
        raise SolverError("lemke_howson ended at a profile that is no equilibrium.", "regret above zero")
    return Solution(game, "lemke_howson", (equilibrium,))


def propose(game: NormalFormGame, label: int | None = None) -> tuple[list[int], list[int]] | None:
    """Walk paths in floats, without proof.

    Parameters
    ----------
    game : NormalFormGame
        Two players.
    label : int, optional
        The label that is dropped first; many if not given.

    Returns
    -------
    (list of int, list of int), or None
        Supports of the two players at the end of a path; None if all were too long.
    """
    first, second = (_scaled(table) for table in game.payoffs)
    for limit, labels in _plan(sum(game.shape), label):
        for dropped in labels:
            tableaus = FloatTableau(second.T), FloatTableau(first)
            if walk(tableaus, dropped, limit):
                return tableaus[0].used(), tableaus[1].used()
    return None


def _plan(size: int, label: int | None) -> list[tuple[int, list[int]]]:
    """How many pivots to spend on which labels, in order."""
    longest = 20 * size + 200
    if label is not None:
        return [(longest, [label])]
    return [(20, _spread(size, 20)), (100, _spread(size, 8)), (longest, [0])]


def _spread(size: int, count: int) -> list[int]:
    """Some labels, evenly over all."""
    return sorted({k * size // min(count, size) for k in range(min(count, size))})


def walk(tableaus: Tableaus, label: int, limit: int | None) -> bool:
    """Pivot until the dropped label comes back.

    Parameters
    ----------
    tableaus : pair of tableaus
        Best-reply polytopes of the row and the column player at the origin; left at the end of the path.
    label : int
        The label that is dropped first.
    limit : int, optional
        Most pivots.

    Returns
    -------
    bool
        Whether the path came to its end.
    """
    m = tableaus[0].dimension
    size = m + tableaus[1].dimension
    side, entering, pivots = int(label >= m), label, 0
    while limit is None or pivots < limit:
        tableau = tableaus[side]
        column = tableau.outside.index(entering if side == 0 else (entering - m) % size)
        row = tableau.leaving(column)
        if row is None:
            return False
        left = tableau.inside[row]
        tableau.pivot(row, column)
        entering, pivots = left if side == 0 else (left + m) % size, pivots + 1
        if entering == label:
            return True
        side = 1 - side
    return False


def _scaled(table: FloatArray) -> FloatArray:
    """Payoffs moved to between one and two."""
    least, span = table.min(), np.ptp(table)
    return np.asarray((table - least) / (span or 1.0) + 1.0)


def _strategy(tableau: IntegerTableau) -> list[Fraction]:
    """Probabilities at a vertex."""
    weights = tableau.numerators()
    return [Fraction(weight, sum(weights)) for weight in weights]
