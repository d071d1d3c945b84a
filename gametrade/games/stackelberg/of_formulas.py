"""Leaders and followers whose answers are formulas: every payoff can be bounded over boxes, rounding included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import Formulas, Payoff
from gametrade.games.formula_bounds import BoundedFormula, largest
from gametrade.games.intervals import NoBounds
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import LeaderPayoff, StackelbergGame
from gametrade.games.symbolic import formula_function, payoff_formulas
from gametrade.typing import FloatArray

Ends = tuple[float, float]

GAP = 1e-10
"""Share of a follower's payoff by which the bound on its gain may exceed the truth."""

FINEST = 200
"""Boxes that are looked at for one follower's gap."""


def leaders_of_formulas(
    payoffs: Mapping[str, object],
    variables: Mapping[str, Mapping[str, Ends]],
    answers: Mapping[str, object],
    *,
    followers: Mapping[str, tuple[object, Ends]] | None = None,
    parameters: Mapping[str, float] | None = None,
    unit: str = "money",
) -> StackelbergGame:
    r"""Make a game of leaders' payoffs and followers' answers as formulas.

    Parameters
    ----------
    payoffs : mapping of str to str or sympy expression
        What each leader gets, in its variables, those of other leaders, the followers' names and parameters. [unit]
    variables : mapping of str to mapping of str to (float, float)
        For each leader its variables with finite bounds.
    answers : mapping of str to str or sympy expression
        What each follower does, in the leaders' variables: ``"Max(0, (a - p) / b)"``.
    followers : mapping of str to (formula, (float, float)), optional
        What each follower gets, in its own name and all others, and between which ends it chooses: then its gain by
        another choice is bounded; otherwise answers are taken as given.
    parameters : mapping of str to float, optional
        Values of the other symbols.
    unit : str, default="money"
        Unit of the payoffs.

    Returns
    -------
    StackelbergGame
        With formulas, and for leaders with one variable a ceiling in interval arithmetic.

    Raises
    ------
    InvalidInputError
        If names are used twice, a formula has an unknown symbol, or bounds are not finite.

    Examples
    --------
    >>> import gametrade as gt
    >>> retailer = leaders_of_formulas({"retailer": "(p - 1) * (x + y)"}, {"retailer": {"p": (0, 12)}},
    ...     {"x": "Max(0, 10 - p)", "y": "Max(0, 10 * (4 - p))"},
    ...     followers={"x": ("10*x - x**2/2 - p*x", (0, 50)), "y": ("4*y - y**2/20 - p*y", (0, 50))})
    >>> best = gt.solve(retailer, "leader_scan")[0]
    >>> round(float(best.strategies[0][0]), 6), bool(best.regrets.max() < 1e-4)
    (2.772727, True)
    """
    names = [name for own in variables.values() for name in own]
    if list(payoffs) != list(variables) or not answers:
        raise InvalidInputError("variables of leaders_of_formulas must be given for every payoff, answers for someone.")
    repeated = [name for name in answers if name in names]
    if repeated or set(followers or answers) != set(answers):
        raise InvalidInputError(f"followers of leaders_of_formulas must have own names, {list(answers)}. Got others.")
    given = dict(parameters or {})
    replies, chosen = payoff_formulas(answers, names, given)
    gains, both = payoff_formulas(payoffs, [*names, *answers], given)
    put = dict(zip(both[len(names) :], replies, strict=True))
    sets = tuple(_box(leader, own) for leader, own in variables.items())
    reduced = Formulas(tuple(gain.subs(put) for gain in gains), tuple(chosen))
    response = [formula_function(reply, chosen) for reply in replies]
    stated = [formula_function(gain, both) for gain in gains]
    return StackelbergGame(
        tuple(payoffs),
        tuple(tuple(own) for own in variables.values()),
        sets,
        tuple(_of_both(function) for function in stated),
        lambda x: np.array([reply(x) for reply in response]),
        tuple(answers),
        None if followers is None else _gaps(followers, list(answers), names, given),
        ceiling=_ceiling(reduced, sets) if all(points.dimension == 1 for points in sets) else None,
        unit=unit,
        formulas=reduced,
    )


def _of_both(function: Payoff) -> LeaderPayoff:
    """A function of choices and answers one after the other as one of both."""
    return lambda x, y: function(np.concatenate([x, y]))


def _box(leader: str, own: Mapping[str, Ends]) -> Polyhedron:
    low, high = np.array([[float(end) for end in ends] for ends in own.values()]).T
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InvalidInputError(f"variables of {leader} must have finite bounds. Got {dict(own)}.")
    return Polyhedron.of(low, high)


def _ceiling(formulas: Formulas, sets: Sequence[Polyhedron]) -> Callable[[int, float, float, FloatArray], float]:
    """A bound on each leader's payoff over an interval, the other leaders fixed; infinite where none is known."""
    kept: dict[tuple[int, bytes], BoundedFormula] = {}

    def ceiling(leader: int, low: float, high: float, x: FloatArray) -> float:
        others = np.delete(x, leader)
        key = (leader, others.tobytes())
        if key not in kept:
            symbols = [*formulas.symbols[:leader], *formulas.symbols[leader + 1 :]]
            fixed = _fixed(symbols, others)
            formula = formulas.payoffs[leader].subs(fixed)
            kept[key] = BoundedFormula(formula, [formulas.symbols[leader]], sets[leader], sets[leader].lower)
        return kept[key].over(((low, high),))

    return ceiling


def _gaps(
    followers: Mapping[str, tuple[object, Ends]], order: list[str], names: list[str], parameters: Mapping[str, float]
) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Bound on what each follower gains by another choice, proved; not a number where there is none."""
    gains, symbols = payoff_formulas({name: followers[name][0] for name in order}, [*names, *order], parameters)
    sets = [_box(name, {name: followers[name][1]}) for name in order]

    def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
        z = np.concatenate([x, y])
        found = np.full(len(order), np.nan)
        for k, (gain, points) in enumerate(zip(gains, sets, strict=True), len(names)):
            formula = gain.subs(_fixed([*symbols[:k], *symbols[k + 1 :]], np.delete(z, k)))
            bounded = BoundedFormula(formula, [symbols[k]], points, z[[k]])
            try:
                here = float(bounded.at(z[[k]].tolist()).a)
                roof = largest(bounded, gap=GAP * max(1.0, abs(here)), most=FINEST)
            except NoBounds:
                continue
            found[k - len(names)] = np.nextafter(max(0.0, roof.bound - here), np.inf)
        return found

    return gaps


def _fixed(symbols: Sequence[Any], values: Sequence[float] | FloatArray) -> dict[Any, Any]:
    """Symbols with the fractions that floats are."""
    import sympy

    return {s: sympy.Rational(*float(v).as_integer_ratio()) for s, v in zip(symbols, values, strict=True)}
