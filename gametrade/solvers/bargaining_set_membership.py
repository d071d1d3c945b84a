"""Whether payoffs are in the bargaining set: every objection meets a counter-objection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional import CoalitionalGame, all_coalitions, subset_sums
from gametrade.optimise import Program, maximise
from gametrade.solvers.membership import Excesses, Membership
from gametrade.typing import FloatArray, IntArray

Question = tuple[int, int, int]
"""Who objects, against whom, and the bitmask of the coalition."""

SIMPLE = 10**6
"""Largest denominator of the fractions that are tried in exact arithmetic."""


def bargaining_set_membership(game: CoalitionalGame, payoffs: Sequence[Any], *, exact: bool = False) -> Membership:
    r"""Decide whether payoffs are in the bargaining set of the grand coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    payoffs : sequence of n numbers
        Payoff of each player; fractions are kept if `exact`. [money]
    exact : bool, default=False
        Decide without tolerance: an objection counts if it beats every counter in fractions, and membership if weights
        on the counters prove in fractions that no objection can. ``holds`` is None if neither is found.

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
    excesses = Excesses.of(game, payoffs, exact=exact, what="bargaining_set_membership")
    outside = excesses.no_imputation()
    if outside is not None:
        return outside
    strongest, open_question = -np.inf, False
    for question in _candidates(excesses):
        shares, weights = _best_objection(excesses, question)
        strength = _least_lead(excesses, question, shares)
        if strength > excesses.tolerance:
            return _refused(excesses, question, shares, strength, payoffs)
        strongest = max(strongest, excesses.money(strength))
        open_question = open_question or (exact and _upper_bound(excesses, question, weights) > 0)
    if open_question:
        return Membership(None, strongest, "an objection is neither proved nor refuted", (), 0.0)
    if not np.isfinite(strongest):
        return Membership(True, 0.0, "nobody can object", (), excesses.tolerance)
    return Membership(True, max(0.0, -strongest), "every objection can be countered", (), excesses.tolerance)


def _refused(
    excesses: Excesses, question: Question, shares: NDArray[Any], strength: Any, payoffs: Sequence[Any]
) -> Membership:
    """The payoffs are not in the set: an objection without a counter."""
    i, j, coalition = question
    first, second, members = excesses.game.players[i], excesses.game.players[j], excesses.labels(coalition)
    gain = excesses.excess[coalition]
    paid = {
        label: float(payoffs[k]) + excesses.money(gain * shares[k])
        for k, label in enumerate(excesses.game.players)
        if label in members
    }
    evidence = {"from": first, "against": second, "coalition": members, "payoffs": paid}
    lead = excesses.money(strength)
    reason = f"{first} objects to {second}, whose best counter is short by {lead:.6g}"
    return Membership(False, -lead, reason, members, excesses.tolerance, evidence)


def _candidates(excesses: Excesses) -> Iterator[Question]:
    """Coalitions that gain more than every coalition that could counter them, the largest gain first."""
    masks = np.arange(excesses.excess.size)
    for i, j in permutations(range(excesses.game.n_players), 2):
        against = max(0, excesses.surplus(j, i)[0])
        useful = (masks >> i & 1 == 1) & (masks >> j & 1 == 0)
        useful &= (excesses.excess > against + excesses.tolerance).astype(bool)
        found = masks[useful]
        for mask in found[np.argsort(-excesses.excess[found], kind="stable")]:
            yield i, j, int(mask)


def _counters(excesses: Excesses, question: Question) -> IntArray:
    """Coalitions with the player who is objected to and without the one who objects."""
    masks = np.arange(excesses.excess.size)
    i, j, _ = question
    return np.asarray(masks[(masks >> j & 1 == 1) & (masks >> i & 1 == 0)])


def _best_objection(excesses: Excesses, question: Question) -> tuple[NDArray[Any], dict[int, Fraction | float]]:
    """Shares of the gain, shape (n,), that beat every counter by most, and weights on counters that prove it.

    In exact arithmetic both are simple fractions near the solver's answer.
    """
    from scipy.sparse import csr_matrix

    n, coalition = excesses.game.n_players, question[2]
    excess = np.array([excesses.money(number) for number in excesses.excess])
    counters = _counters(excesses, question)
    needed = np.full(excess.size, -np.inf)
    np.maximum.at(needed, counters & coalition, excess[counters])
    shared = _undominated(needed, n)
    rows = all_coalitions(n, shared).astype(float)
    inside = all_coalitions(n, np.array([coalition]))[0]
    matrix = np.vstack([np.column_stack([rows, -np.ones(len(rows))]), np.append(inside.astype(float), 0.0)])
    answer = maximise(
        Program(
            gain=np.append(np.zeros(n), 1.0),
            matrix=csr_matrix(matrix),
            row_lower=np.append(needed[shared] / excess[coalition], 1.0),
            row_upper=np.append(np.full(len(rows), np.inf), 1.0),
            lower=np.append(np.zeros(n), -np.inf),
            upper=np.append(np.where(inside, 1.0, 0.0), 1.0),
        )
    )
    exact = excesses.excess.dtype == object
    raises = _normalised(np.clip(answer.variables[:n], 0, None) * inside, exact)
    weights = _normalised(np.abs(answer.row_duals[:-1]), exact) if answer.row_duals[:-1].any() else raises[:0]
    return raises, dict(zip(shared.tolist(), weights.tolist(), strict=False))


def _normalised(numbers: FloatArray, exact: bool) -> NDArray[Any]:
    """Numbers that add up to 1, as simple fractions if exact."""
    if not exact:
        return np.asarray(numbers / numbers.sum())
    simple = [Fraction(float(number)).limit_denominator(SIMPLE) for number in numbers]
    return np.array([number / sum(simple) for number in simple], dtype=object)


def _least_lead(excesses: Excesses, question: Question, shares: NDArray[Any]) -> Any:
    """By how much the objection beats its best counter."""
    counters = _counters(excesses, question)
    offered = subset_sums(shares * excesses.excess[question[2]])
    return (offered[counters & question[2]] - excesses.excess[counters]).min()


def _upper_bound(excesses: Excesses, question: Question, weights: Mapping[int, Any]) -> Any:
    """No shares beat every counter by more: weights on counters that add up to 1, by linear programming duality."""
    if not weights:
        return np.inf
    n, coalition = excesses.game.n_players, question[2]
    counters = _counters(excesses, question)
    needed: dict[int, Any] = {}
    for counter in counters.tolist():
        part = counter & coalition
        needed[part] = max(needed.get(part, excesses.excess[counter]), excesses.excess[counter])
    burden = max(sum(weight for part, weight in weights.items() if part >> k & 1) for k in range(n))
    return burden * excesses.excess[coalition] - sum(weight * needed[part] for part, weight in weights.items())


def _undominated(needed: FloatArray, n: int) -> np.ndarray:
    """Coalitions whose demand no subset makes already; raises are not negative, so those imply the rest."""
    below = np.full(needed.size, -np.inf)
    covered = needed.copy()
    for player in range(n):
        pairs, under = covered.reshape(-1, 2, 1 << player), below.reshape(-1, 2, 1 << player)
        np.maximum(under[:, 1], np.maximum(under[:, 0], pairs[:, 0]), out=under[:, 1])
        np.maximum(pairs[:, 1], pairs[:, 0], out=pairs[:, 1])
    return np.flatnonzero(np.isfinite(needed) & (needed > below))
