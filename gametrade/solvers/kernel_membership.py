"""Whether payoffs are in the kernel: nobody outweighs anybody who could be paid less."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any

from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.membership import Excesses, Membership


def kernel_membership(game: CoalitionalGame, payoffs: Sequence[Any], *, exact: bool = False) -> Membership:
    r"""Decide whether payoffs are in the kernel of the grand coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    payoffs : sequence of n numbers
        Payoff of each player; fractions are kept if `exact`. [money]
    exact : bool, default=False
        Decide without tolerance, in whole numbers, on the values and payoffs as they are stored.

    Returns
    -------
    Membership
        The decision, its margin and the pair of players that is furthest out of balance.

    Raises
    ------
    TooManyPlayersError
        If there are more than 12 players.
    InvalidInputError
        If the payoffs are not n finite numbers.

    Notes
    -----
    With :math:`s_{ij}(x) = \max \{ v(S) - x(S) : i \in S \not\ni j \}` an imputation x is in the kernel if for all
    players :math:`s_{ij}(x) \le s_{ji}(x)` or :math:`x_j = v(\{j\})` [1]_. The margin is the least of
    :math:`\max(s_{ji} - s_{ij},\ v(\{j\}) - x_j)`. The kernel contains the nucleolus, and lies in the bargaining
    set. O(n^2 2^n).

    References
    ----------
    .. [1] M. Davis and M. Maschler, "The kernel of a cooperative game", Naval Res. Logist. Q. 12 (1965) 223-259.
       :doi:`10.1002/nav.3800120303`

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("abc", lambda s: int(len(s) > 1))
    >>> print(kernel_membership(majority, [0.5, 0.5, 0.0]))
    does not belong (margin -0.5): c outweighs a by 0.5, and a gets 0.5 more than alone
    """
    excesses = Excesses.of(game, payoffs, exact=exact, what="kernel_membership")
    outside = excesses.no_imputation()
    if outside is not None:
        return outside
    pairs = {pair: excesses.surplus(*pair) for pair in permutations(range(game.n_players), 2)}
    if not pairs:
        return Membership(True, 0.0, "one player alone", game.players, excesses.tolerance)
    i, j = max(pairs, key=lambda pair: min(_lead(pairs, *pair), excesses.over_alone[pair[1]]))
    lead, spare = _lead(pairs, i, j), excesses.over_alone[j]
    margin = -excesses.money(min(lead, spare))
    first, second = game.players[i], game.players[j]
    reason = (
        f"{first} outweighs {second} by {excesses.money(lead):.6g}, and {second} gets "
        f"{excesses.money(spare):.6g} more than alone"
    )
    witness, other = (excesses.labels(pairs[pair][1]) for pair in ((i, j), (j, i)))
    evidence = {"from": first, "against": second, "coalition": witness, "other": other}
    return Membership(margin >= -excesses.tolerance, margin, reason, witness, excesses.tolerance, evidence)


def _lead(pairs: dict[tuple[int, int], tuple[Any, int]], i: int, j: int) -> Any:
    return pairs[i, j][0] - pairs[j, i][0]
