"""Whether payoffs are in the bargaining set: every objection meets a counter-objection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.optimise import Program, maximise
from gametrade.solvers.membership import Excesses, Membership
from gametrade.typing import FloatArray


def bargaining_set_membership(game: CoalitionalGame, payoffs: Sequence[Any]) -> Membership:
    r"""Decide whether payoffs are in the bargaining set of the grand coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    payoffs : sequence of n numbers
        Payoff of each player. [money]

    Returns
    -------
    Membership
        The decision; if it fails, ``evidence`` holds an objection that nobody can counter: who objects against whom,
        with which coalition and at which payoffs.

    Raises
    ------
    TooManyPlayersError
        If there are more than 12 players.
    InvalidInputError
        If the payoffs are not n finite numbers.

    Notes
    -----
    Player i objects to j by a coalition S with i and without j that can pay all its members more than x. j counters by
    a coalition T with j and without i that can pay its members x, and those of them in S what i offered [1]_. With
    :math:`\delta_k \ge 0` the raise of k in S, the objection cannot be countered if and only if

    .. math:: \delta(S) = v(S) - x(S), \qquad \delta(S \cap T) > v(T) - x(T) \quad \forall T \ni j, T \not\ni i,

    a linear program for each S whose excess exceeds that of every such T. Core and kernel lie in the
    bargaining set. Exponential; seconds for n = 12 in the worst case.

    References
    ----------
    .. [1] M. Davis and M. Maschler, "The kernel of a cooperative game", Naval Res. Logist. Q. 12 (1965) 223-259.
       :doi:`10.1002/nav.3800120303`

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("abc", lambda s: int(len(s) > 1))
    >>> bargaining_set_membership(majority, [1 / 3, 1 / 3, 1 / 3]).holds
    True
    >>> bargaining_set_membership(majority, [0.5, 0.5, 0.0]).evidence["coalition"]
    ('b', 'c')
    """
    excesses = Excesses.of(game, payoffs, exact=False, what="bargaining_set_membership")
    outside = excesses.no_imputation()
    if outside is not None:
        return outside
    strongest = -np.inf
    for i, j, coalition in _candidates(excesses):
        strength, raises = _objection(excesses, i, j, coalition)
        strongest = max(strongest, strength)
        if strength > excesses.tolerance:
            return _refused(excesses, i, j, coalition, strength, np.array(payoffs, dtype=float) + raises)
    if not np.isfinite(strongest):
        return Membership(True, 0.0, "nobody can object", (), excesses.tolerance)
    return Membership(True, max(0.0, -strongest), "every objection can be countered", (), excesses.tolerance)


def _refused(excesses: Excesses, i: int, j: int, coalition: int, strength: float, offer: FloatArray) -> Membership:
    """The payoffs are not in the set: an objection without a counter."""
    first, second, members = excesses.game.players[i], excesses.game.players[j], excesses.labels(coalition)
    paid = {label: float(offer[excesses.game.players.index(label)]) for label in members}
    evidence = {"from": first, "against": second, "coalition": members, "payoffs": paid}
    reason = f"{first} objects to {second}, who cannot counter by less than {strength:.6g}"
    return Membership(False, -strength, reason, members, excesses.tolerance, evidence)


def _candidates(excesses: Excesses) -> Iterator[tuple[int, int, int]]:
    """Coalitions that gain more than every coalition that could counter them, the largest gain first."""
    masks = np.arange(excesses.excess.size)
    for i, j in permutations(range(excesses.game.n_players), 2):
        against = max(0.0, float(excesses.surplus(j, i)[0]))
        useful = (masks >> i & 1 == 1) & (masks >> j & 1 == 0) & (excesses.excess > against + excesses.tolerance)
        found = masks[useful]
        for mask in found[np.argsort(-excesses.excess[found], kind="stable")]:
            yield i, j, int(mask)


def _objection(excesses: Excesses, i: int, j: int, coalition: int) -> tuple[float, FloatArray]:
    """Largest amount by which an objection of i to j can beat every counter, and the raises that do it, shape (n,)."""
    from scipy.sparse import csr_matrix

    n, excess = excesses.game.n_players, excesses.excess
    masks = np.arange(excess.size)
    counters = masks[(masks >> j & 1 == 1) & (masks >> i & 1 == 0)]
    needed = np.full(excess.size, -np.inf)
    np.maximum.at(needed, counters & coalition, excess[counters])
    shared = _undominated(needed, n)
    rows = all_coalitions(n, shared).astype(float)
    inside = all_coalitions(n, np.array([coalition]))[0]
    scale = float(excess[coalition])
    answer = maximise(
        Program(
            gain=np.append(np.zeros(n), 1.0),
            matrix=csr_matrix(
                np.vstack([np.column_stack([rows, -np.ones(len(rows))]), np.append(inside.astype(float), 0.0)])
            ),
            row_lower=np.append(needed[shared] / scale, 1.0),
            row_upper=np.append(np.full(len(rows), np.inf), 1.0),
            lower=np.append(np.zeros(n), -np.inf),
            upper=np.append(np.where(inside, 1.0, 0.0), 1.0),
        )
    )
    raises = np.clip(answer.variables[:n], 0, None) * inside
    raises *= scale / raises.sum()
    return float((all_coalitions(n, shared) @ raises - needed[shared]).min()), raises


def _undominated(needed: FloatArray, n: int) -> np.ndarray:
    """Coalitions whose demand no subset makes already; raises are not negative, so those imply the rest."""
    below = np.full(needed.size, -np.inf)
    covered = needed.copy()
    for player in range(n):
        pairs, under = covered.reshape(-1, 2, 1 << player), below.reshape(-1, 2, 1 << player)
        np.maximum(under[:, 1], np.maximum(under[:, 0], pairs[:, 0]), out=under[:, 1])
        np.maximum(pairs[:, 1], pairs[:, 0], out=pairs[:, 1])
    return np.flatnonzero(np.isfinite(needed) & (needed > below))
