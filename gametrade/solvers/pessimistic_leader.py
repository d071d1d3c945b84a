"""A leader who fears that the follower breaks ties against it: the least worst cost, exactly, or that it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.registry import solvers
from gametrade.solvers.bilevel_faces import follower_gap
from gametrade.solvers.pessimistic_regions import WorstCost
from gametrade.solvers.worst_regions import value
from gametrade.solvers.worst_replies import Curve, ExactCost, breaks, crossings, reply_curves

MOST_SYSTEMS = 20_000
"""Sets of binding rows that are looked at."""

SAME = Fraction(1, 10**15)
"""Share of the costs by which two of them may differ through the rounding of a square root."""

STEP = Fraction(1, 10**6)
"""Share of an interval by which a choice stays away from an end at which the cost jumps up."""


@dataclass(frozen=True)
class Stretch:
    """A choice, or an open interval of choices, and the least of the worst costs on it; None where not allowed."""

    low: Fraction
    high: Fraction
    least: Fraction | None
    choices: tuple[Fraction, ...]
    """Where it is attained; empty if it is only approached, at `toward`."""
    toward: Fraction | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, fractions as text."""
        return {
            "low": str(self.low),
            "high": str(self.high),
            "least": None if self.least is None else str(self.least),
            "attained": [str(x) for x in self.choices],
            "toward": None if self.toward is None else str(self.toward),
        }


@solvers.register(plays=("BilevelGame",), source="Dempe 2002, Kluwer")
def pessimistic_leader(game: BilevelGame) -> Solution:
    r"""Find the choice whose worst best answer costs the leader least.

    Parameters
    ----------
    game : BilevelGame
        Small. The leader's variables have bounds of their own; the follower's answers are bounded. The leader's cost
        may be any quadratic of one variable; with several it is affine along every answer: linear costs, or price
        times energy in blocks.

    Returns
    -------
    Solution
        One equilibrium for each choice that attains :math:`\min_x \max_{y \in S(x)} F(x, y)`, S(x) the follower's best
        answers. If the worst cost only comes near its infimum, the finding says where, and the one answer is an
        epsilon equilibrium a millionth of the interval away. The trace is the worst cost piece by piece.

    Raises
    ------
    InvalidInputError
        If choice or answer are not bounded, or the cost of several variables is of another kind.
    TooManyPlayersError
        If there are too many sets of rows or linear programs.

    Notes
    -----
    The worst cost is the largest of finitely many quadratics of x, each on a closed interval, found in rational
    arithmetic. It is upper semicontinuous and jumps up where answers tie, so that its infimum need not be
    attained [1]_. Between two ends of intervals it is a largest of quadratics, which is least at an end, where one
    of them is level, or where two cross. Several variables: the regions of one answer each are branched on, as
    `WorstCost.least` says. Constraints of the leader on y have to hold for every best answer.

    References
    ----------
    .. [1] S. Dempe, "Foundations of Bilevel Programming", Kluwer, Dordrecht (2002).

    Examples
    --------
    The follower minimises (x - 1) y and is indifferent at x = 1, where the leader hopes for 0 and fears 1:

    >>> from gametrade.games.stackelberg import BilevelGame
    >>> game = BilevelGame.of({"linear": [-0.5, 0], "hessian": [[0, 1], [1, 0]], "constant": 0.5},
    ...     {"linear": [0, -1], "hessian": [[0, 1], [1, 0]]}, n_leader=1, n_follower=1, bounds=[(0, 1), (0, 1)])
    >>> answer = pessimistic_leader(game)
    >>> [strategy.tolist() for strategy in answer[0].strategies], answer[0].certificate["pessimistic"]
    ([[0.0], [1.0]], 0.5)
    """
    _refuse(game)
    if game.n_leader > 1:
        return _several(game)
    low, high = _own_bounds(game)
    cost = ExactCost.of(game.leader.hessian, game.leader.linear, game.leader.constant)
    curves = reply_curves(game, cost, low, high)
    limits = [
        curve
        for row, limit in zip(game.leader_rows, game.leader_limits, strict=True)
        if row[1:].any()
        for curve in reply_curves(game, ExactCost.of(np.zeros_like(game.leader.hessian), row, -limit), low, high)
    ]
    stretches = _stretches(curves, limits, low, high)
    return _solution(game, curves, stretches)


def _stretches(curves: Sequence[Curve], limits: Sequence[Curve], low: Fraction, high: Fraction) -> tuple[Stretch, ...]:
    """The worst cost at every end of an interval, and between."""
    roots = [-c.worth[0] / c.worth[1] for c in limits if c.worth[1]]
    marks = breaks([*curves, *limits], [low, high, *(x for x in roots if low <= x <= high)])
    answer = []
    for x in marks:
        costs = [c.at(x) for c in curves if c.low <= x <= c.high]
        allowed = bool(costs) and all(c.at(x) <= 0 for c in limits if c.low <= x <= c.high)
        answer.append(Stretch(x, x, max(costs) if allowed else None, (x,) if allowed else ()))
    for a, b in pairwise(marks):
        valid = [c for c in curves if c.low <= a and b <= c.high]
        middle = (a + b) / 2
        if valid and all(c.at(middle) <= 0 for c in limits if c.low <= a and b <= c.high):
            answer.append(_between(valid, a, b))
        else:
            answer.append(Stretch(a, b, None, ()))
    return tuple(sorted(answer, key=lambda s: (s.low, s.high)))


def _between(curves: Sequence[Curve], low: Fraction, high: Fraction) -> Stretch:
    """Least of the largest of some quadratics inside an interval, or an end at which it is approached."""
    inner = sorted({x for x in crossings(curves, low, high) if low < x < high})
    values = {x: max(c.at(x) for c in curves) for x in (low, *inner, high)}
    least = min(values.values())
    reached = tuple(x for x in inner if values[x] <= least + SAME * (abs(least) + _size(curves, x)))
    flat = not reached and values[low] == values[high] == least == max(c.at((low + high) / 2) for c in curves)
    if flat:
        reached = ((low + high) / 2,)
    toward = None if reached else next(x for x in (low, high) if values[x] == least)
    return Stretch(low, high, least, reached, toward)


def _size(curves: Sequence[Curve], x: Fraction) -> Fraction:
    return max(abs(c.worth[0]) + abs(c.worth[1] * x) + abs(c.worth[2] * x * x) for c in curves)


def _solution(game: BilevelGame, curves: Sequence[Curve], stretches: tuple[Stretch, ...]) -> Solution:
    """The least over all stretches: attained by choices, or told where it is approached."""
    name, trace = "pessimistic_leader", tuple(s.to_dict() for s in stretches)
    known = [(s.least, s) for s in stretches if s.least is not None]
    if not known:
        told = "To no choice of the leader is there a best answer, all of them within the leader's constraints."
        return Solution(game, name, (), complete=True, finding=told, trace=trace)
    bound = min(least for least, _ in known)
    near = [s for least, s in known if least <= bound + SAME * max(abs(bound), SAME)]
    choices = sorted({x for s in near for x in s.choices})
    if choices:
        found = tuple(_point(game, curves, x, bound, stretches) for x in choices)
        told = f"Least worst cost over {len(stretches)} choices and intervals between them, exactly."
        return Solution(game, name, found, complete=True, finding=told, trace=trace)
    best = near[0]
    end = best.low if best.toward == best.low else best.high
    back = end + STEP * (best.high - best.low) * (1 if end == best.low else -1)
    side = "above" if end == best.low else "below"
    told = (
        f"The infimum {float(bound):.9g} of the worst cost is not attained: it is approached as the choice comes "
        f"to {float(end):.9g} from {side}, where the follower's answers tie."
    )
    return Solution(game, name, (_point(game, curves, back, bound, stretches),), finding=told, trace=trace)


def _point(
    game: BilevelGame, curves: Sequence[Curve], x: Fraction, bound: Fraction, stretches: tuple[Stretch, ...]
) -> Equilibrium:
    """A choice with its worst answer; how much the best answer would spare the leader is in the certificate."""
    here = [c for c in curves if c.low <= x <= c.high]
    worst, best = max(here, key=lambda c: c.at(x)), min(here, key=lambda c: c.at(x))
    z, hoped = np.array(worst.point(x)), np.array(best.point(x))
    gap = follower_gap(game, z)
    lost = max(Fraction(0), worst.at(x) - bound)
    attained = any(x in s.choices for s in stretches)
    certificate = {
        "kind": "bilevel_pessimistic",
        "bound": str(bound),
        "attained": attained,
        "optimistic": float(best.at(x)),
        "optimistic_answer": hoped[1:].tolist(),
        "pessimistic": float(worst.at(x)),
        "follower_gap": gap,
        "stretches": [s.to_dict() for s in stretches],
    }
    notes = ["Payoffs are minus costs."]
    if best.at(x) < worst.at(x):
        notes.append(
            f"The follower is indifferent: at best this choice costs the leader {float(best.at(x)):g}, "
            f"not {float(worst.at(x)):g}."
        )
    return Equilibrium(
        game,
        (z[:1], z[1:]),
        np.array([-float(worst.at(x)), -game.follower(z)]),
        np.array([float(lost), gap]),
        "Stackelberg, pessimistic" if attained else "epsilon Stackelberg, pessimistic",
        certificate,
        tuple(notes),
    )


def _several(game: BilevelGame) -> Solution:
    """The least worst cost over regions of several variables."""
    worst = WorstCost(game)
    found, name = worst.least(), "pessimistic_leader"
    if found is None:
        told = "To no choice of the leader is there a best answer, all of them within the leader's constraints."
        return Solution(game, name, (), complete=True, finding=told)
    answers = worst.at(found.choice)
    (hoped, best), (feared, dear) = answers[0], answers[-1]
    z = np.array([float(v) for v in found.choice] + [float(value(f, found.choice)) for f in dear.answer])
    gap, attained = follower_gap(game, z), found.edge is None
    certificate = {
        "kind": "bilevel_pessimistic",
        "bound": str(found.bound),
        "attained": attained,
        "optimistic": float(hoped),
        "optimistic_answer": [float(value(f, found.choice)) for f in best.answer],
        "pessimistic": float(feared),
        "follower_gap": gap,
        "regions": len(worst.regions),
        "programs": found.nodes,
    }
    notes = ["Payoffs are minus costs."]
    if hoped < feared:
        notes.append(f"The follower is indifferent: at best this choice costs {float(hoped):g}, not {float(feared):g}.")
    told = f"Least worst cost over {len(worst.regions)} regions of answers, exactly; other choices may be as good."
    if found.edge is not None:
        edge = ", ".join(f"{float(v):.9g}" for v in found.edge)
        told = (
            f"The infimum {float(found.bound):.9g} of the worst cost is not attained there: it is approached as the "
            f"choice comes to ({edge}), where the follower's answers tie."
        )
    point = Equilibrium(
        game,
        (z[: game.n_leader], z[game.n_leader :]),
        np.array([-float(feared), -game.follower(z)]),
        np.array([float(max(Fraction(0), feared - found.bound)), gap]),
        "Stackelberg, pessimistic" if attained else "epsilon Stackelberg, pessimistic",
        certificate,
        tuple(notes),
    )
    return Solution(game, name, (point,), finding=told)


def _own_bounds(game: BilevelGame) -> tuple[Fraction, Fraction]:
    """The interval that rows without y leave to the leader's only variable."""
    low, high = -np.inf, np.inf
    lows, highs = list[Fraction](), list[Fraction]()
    rows = np.vstack([game.leader_rows, game.follower_rows])
    for row, limit in zip(rows, np.concatenate([game.leader_limits, game.follower_limits]), strict=True):
        if row[0] and not row[1:].any():
            (highs if row[0] > 0 else lows).append(Fraction(float(limit)) / Fraction(float(row[0])))
    if not lows or not highs:
        shown = [float(max(lows)) if lows else low, float(min(highs)) if highs else high]
        raise InvalidInputError(f"choice of the leader of BilevelGame must have two bounds of its own. Got {shown}.")
    return max(lows), min(highs)


def _refuse(game: BilevelGame) -> None:
    """Too many sets of rows, or answers without bound."""
    from scipy.optimize import linprog

    m, q = len(game.follower_rows), game.n_follower
    systems = sum(comb(m, k) * 2**k for k in range(q + 1))
    if systems > MOST_SYSTEMS:
        raise TooManyPlayersError(f"pessimistic_leader solves {MOST_SYSTEMS} systems at most. Got {systems}.")
    own = game.follower_rows[:, game.n_leader :]
    for k in range(q):
        for sign in (-1.0, 1.0):
            way = np.zeros(q)
            way[k] = sign
            found = linprog(-way, A_ub=own, b_ub=np.zeros(m), bounds=(-1, 1)) if m else None
            if found is None or found.fun < -1e-9:
                raise InvalidInputError(
                    f"answers of the follower of BilevelGame must be bounded. Got y{k + 1} without bound."
                )
