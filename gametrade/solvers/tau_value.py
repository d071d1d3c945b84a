"""The tau value: the compromise between what a player can hope for and what it can insist on."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, integer_table, subset_sums
from gametrade.registry import rules
from gametrade.solvers.table_guard import table_of
from gametrade.typing import Coalition

Vectors = tuple[NDArray[Any], NDArray[Any]]


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "individual_rationality", "covariance"),
    needs="quasi_balanced",
    kind="payoff",
    table=True,
    source="Tijs 1981; Driessen and Tijs 1985",
)
def tau_value(game: CoalitionalGame, *, exact: bool = False) -> Allocation:
    r"""Meet between each player's utopia payoff and the least it can insist on, in the same proportion for all.

    Parameters
    ----------
    game : CoalitionalGame
        A quasi-balanced game with at most 25 players; every game with a non-empty core is one.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds.

    Returns
    -------
    Allocation
        Payoffs; ``beside`` holds the ``utopia`` payoffs and the ``minimal_rights``. [money]

    Raises
    ------
    InvalidInputError
        If the game is not quasi-balanced; the message says which condition fails.
    TooManyPlayersError
        If there are too many coalitions for a table.

    Notes
    -----
    The utopia payoff is :math:`M_i = v(N) - v(N \setminus i)`, the minimal right
    :math:`m_i = \max_{S \ni i} \bigl(v(S) - \sum_{j \in S \setminus i} M_j\bigr)`. The value is the efficient
    point of the segment from m to M [1]_ [2]_. It exists if :math:`m \le M` and
    :math:`m(N) \le v(N) \le M(N)` (*quasi-balanced*). Every core allocation lies between m and M, the tau
    value itself need not be in the core. O(2^n).

    References
    ----------
    .. [1] S. H. Tijs, "Bounds for the core of a game and the tau-value", in: Game Theory and Mathematical
       Economics (North-Holland, 1981) 123-132.
    .. [2] T. S. H. Driessen and S. H. Tijs, "The tau-value, the core and semiconvex games", Int. J. Game
       Theory 14 (1985) 229-247.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b"): 1, ("a", "c"): 2, ("b", "c"): 1, ("a", "b", "c"): 3})
    >>> gt.allocate(game, "tau_value").payoffs
    array([1.2, 0.6, 1.2])
    """
    if exact:
        numbers, denominator = integer_table(game, terms=4 * game.n_players**2)
        rights, utopia = (list(map(int, vector)) for vector in bounds_of_the_core(numbers))
        payoffs = _between(game.players, rights, utopia, int(numbers[-1]), 0, Fraction)
        return Allocation.of_fractions(game, "tau_value", [x / denominator for x in payoffs])
    table = table_of(game, "tau_value")
    rights, utopia = (vector.tolist() for vector in bounds_of_the_core(table))
    slack = max(game.tolerance, 1e-12 * float(np.abs(utopia).sum()))
    payoffs = _between(game.players, rights, utopia, float(table[-1]), slack, float)
    return Allocation(
        game, "tau_value", np.array(payoffs), beside={"utopia": np.array(utopia), "minimal_rights": np.array(rights)}
    )


def bounds_of_the_core(table: NDArray[Any]) -> Vectors:
    r"""Bound every core allocation from below by the minimal rights and from above by the utopia payoffs.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order, floats or whole numbers. [money]

    Returns
    -------
    rights, utopia : ndarray of shape (n,)
        :math:`m` and :math:`M`. [money]

    Examples
    --------
    >>> bounds_of_the_core(np.array([0.0, 0.0, 1.0, 4.0]))
    (array([0., 1.]), array([3., 4.]))
    """
    n = table.size.bit_length() - 1
    utopia = table[-1] - table[(table.size - 1) ^ (1 << np.arange(n))]
    rest = table - subset_sums(utopia)
    rights = utopia.copy()
    for player in reversed(range(n)):
        without, inside = rest.reshape(2, -1)
        rights[player] += inside.max()
        rest = np.maximum(without, inside)
    return rights, utopia


def is_quasi_balanced(game: CoalitionalGame) -> bool:
    """Whether the tau value exists, to the tolerance of the game."""
    try:
        tau_value(game)
    except InvalidInputError:
        return False
    return True


def _between(players: Coalition, rights: list[Any], utopia: list[Any], total: Any, slack: Any, kind: Any) -> list[Any]:
    """The efficient point of the segment from the rights to the utopia, if there is one."""
    worst = min(range(len(rights)), key=lambda i: utopia[i] - rights[i])
    if utopia[worst] < rights[worst] - slack:
        _refuse(
            f"player {players[worst]!r} has the minimal right {rights[worst]} above its utopia payoff {utopia[worst]}"
        )
    least, most = sum(rights), sum(utopia)
    if not least - slack <= total <= most + slack:
        _refuse(f"v(N) = {total} is not between the sums {least} and {most} of minimal rights and utopia payoffs")
    if most - least <= slack:
        return [kind(right) + kind(total - least) / len(rights) for right in rights]
    share = kind(total - least) / kind(most - least)
    return [right + share * (high - right) for right, high in zip(rights, utopia, strict=True)]


def _refuse(reason: str) -> None:
    raise InvalidInputError(f"tau_value needs a quasi-balanced game. Got a game in which {reason}.")
