"""Two players whose payoffs always add up to the same: the value of the game."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import certified, on_supports
from gametrade.solvers.integer_tableau import integer_program
from gametrade.solvers.matrix_game import propose_matrix_game
from gametrade.solvers.reply_polytopes import two_player_payoffs


@solvers.register(plays=("NormalFormGame",), source="von Neumann 1928, 10.1007/BF01448847", players=2)
def zero_sum(game: NormalFormGame) -> Solution:
    r"""Find the value of a constant-sum game and a strategy that secures it for each player.

    Parameters
    ----------
    game : NormalFormGame
        Two players whose payoffs add up to the same number at every profile.

    Returns
    -------
    Solution
        One pair of optimal strategies with regret zero in rational arithmetic; `finding` states the value. Every
        other equilibrium pays the same, and optimal strategies can be exchanged between equilibria.

    Raises
    ------
    InvalidInputError
        If the game does not have two players, or payoffs do not add up to a constant; the profile is named.

    Notes
    -----
    :math:`v = \max_x \min_j (x^T A)_j`, a linear program [1]_. HiGHS proposes supports, whole numbers decide; where
    ties leave supports undetermined the program is solved again by integer pivots. Cost: 30 ms for 50 x 50.

    References
    ----------
    .. [1] J. von Neumann, "Zur Theorie der Gesellschaftsspiele", Math. Ann. 100 (1928) 295-320.
       :doi:`10.1007/BF01448847`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.NormalFormGame.bimatrix([[3, -1], [-2, 1]])
    >>> answer = zero_sum(game)
    >>> answer.finding, answer[0].certificate["strategies"]
    ('The value of the game to player 1 is 1/7, about 0.142857.', [['3/7', '4/7'], ['2/7', '5/7']])
    """
    first, second = two_player_payoffs(game, "zero_sum")
    _check_constant(game)
    supports = propose_matrix_game(first)
    profile = on_supports(first, second, *supports) if supports else None
    equilibrium = certified(game, profile) if profile else None
    if equilibrium is None:
        equilibrium = certified(game, _by_whole_numbers(first))
    if equilibrium is None:
        raise SolverError("zero_sum found strategies that are not optimal.", "regret above zero")
    finding = f"The value of the game to {game.players[0]} is {_told(Fraction(equilibrium.certificate['payoffs'][0]))}."
    return Solution(game, "zero_sum", (equilibrium,), finding=finding)


def _told(value: Fraction) -> str:
    """A fraction if it is short, and six digits in any case."""
    exact = f"{value}, " if value.denominator <= 10**6 else ""
    return f"{exact}about {float(value):.6g}" if value.denominator > 1 else str(value)


def _check_constant(game: NormalFormGame) -> None:
    """Payoffs add up to the same number everywhere, without rounding."""
    (first, below), (second, other) = game.whole_payoffs
    total = first * other + second * below
    off = np.argwhere(total != total.flat[0])
    if len(off):
        where = tuple(off[0].tolist())
        profile = ", ".join(row[k] for row, k in zip(game.actions, where, strict=True))
        raise InvalidInputError(
            f"payoffs of a game for zero_sum must add up to the same number everywhere. Got "
            f"{float(game.payoffs[(slice(None), *where)].sum())} at the profile ({profile}), "
            f"{float(game.payoffs[:, 0, 0].sum())} at the first."
        )


def _by_whole_numbers(payoffs: np.ndarray) -> list[list[Fraction]]:
    """Both optimal strategies from one optimal basis of max sum(y) with A y <= 1: y itself, and its duals."""
    m, n = payoffs.shape
    best = integer_program(payoffs, np.full(m, 1, dtype=object), np.full(n, 1, dtype=object))
    if best is None:
        raise SolverError("zero_sum met a program without an optimum.", "unbounded")
    duals = dict(zip(best.outside, best.rows[-1, :-1].tolist(), strict=True))
    weights = [duals.get(n + i, 0) for i in range(m)], best.numerators()
    return [[Fraction(weight, sum(side)) for weight in side] for side in weights]
