"""How an equilibrium moves with one number of its game, by differences with their error."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import GametradeError, InvalidInputError, UnknownNameError
from gametrade.games.described import described_game
from gametrade.games.equilibrium import Equilibrium, StrategicGame
from gametrade.registry import systems
from gametrade.solvers.solve import solve
from gametrade.typing import FloatArray

Build = Callable[[Mapping[str, Any]], StrategicGame]

STEP = 1e-3
"""First step, as a share of the parameter's size."""

KINK = 1e-3
"""Difference of the slopes to both sides, as a share of the larger one, that is reported as a kink."""


@dataclass(frozen=True, eq=False)
class ComparativeStatics(Shown):
    """Derivatives of an equilibrium by one number of the game.

    Parameters
    ----------
    parameter : str
        What moves.
    value : float
        Where it stands; the mean of a list that moves as a whole.
    names : tuple of str
        What answers: entries of strategies, then payoffs, as ``"player: entry"``.
    levels, derivatives, errors : ndarray of shape (k,)
        Values at the equilibrium, their derivatives and an estimate of the derivatives' errors.
    below, above : ndarray of shape (k,)
        Slopes to both sides; they differ at a kink.
    finding : str
        Kinks and jumps; empty if there are none.
    """

    parameter: str
    value: float
    names: tuple[str, ...]
    levels: FloatArray
    derivatives: FloatArray
    errors: FloatArray
    below: FloatArray
    above: FloatArray
    finding: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        columns = ("levels", "derivatives", "errors", "below", "above")
        rows = {name: getattr(self, name).tolist() for name in columns}
        names = list(self.names)
        return {"parameter": self.parameter, "value": self.value, "names": names, **rows, "finding": self.finding}

    def __str__(self) -> str:
        rows = [
            [name, f"{level:.6g}", f"{slope:.6g}", f"{error:.1g}"]
            for name, level, slope, error in zip(self.names, self.levels, self.derivatives, self.errors, strict=True)
        ]
        table = text_table(["what", "level", f"per unit of {self.parameter}", "error about"], rows, numeric={1, 2, 3})
        return f"{table}\n{self.finding}".rstrip()


def comparative_statics(
    builder: str | Build, data: Mapping[str, Any], parameter: str, *, solver: str | None = None
) -> ComparativeStatics:
    r"""Say how the equilibrium of a game moves when one of its numbers does.

    Parameters
    ----------
    builder : str or callable
        Name of a registered system, ``"formulas"`` for a continuous game of formulas, or any function that makes a
        game of data.
    data : mapping
        Plain data of the game.
    parameter : str
        A number among the data; a list of numbers moves as a whole. ``"slopes.1"`` is the second entry of a list, or
        the entry of that name of a mapping.
    solver : str, optional
        Solver with its options; the first choice for the kind of game if not given.

    Returns
    -------
    ComparativeStatics
        Derivative of every entry of the strategies and of every payoff, with its error.

    Raises
    ------
    UnknownNameError
        If there is no such parameter or system.
    InvalidInputError
        If it is not a number, or the game has no equilibrium there or nearby.

    Notes
    -----
    Central differences of steps h and h/2, extrapolated: :math:`(4 D_{h/2} - D_h)/3` with an error of order
    :math:`h^4`; what is stated as error is :math:`|D_{h/2} - D_h|/3` and the rounding of the levels over h. Of several
    equilibria the one nearest to the first is followed; a move that does not shrink with the step is reported as a
    jump, slopes that differ to both sides as a kink. A numeric derivative is evidence, not proof. Six solutions.

    Examples
    --------
    >>> data = {"intercepts": [0.5], "slopes": [0.1], "usage_charge": [0.06], "import_price": 0.3, "export_price": 0.08}
    >>> moves = comparative_statics("usage_charge", data, "import_price")
    >>> moves.names[0], moves.derivatives[0].round(6)
    ('prosumer: price', np.float64(1.0))
    """
    build = _builder(builder)
    start = _value(data, parameter)
    size = float(np.abs(np.asarray(start, dtype=float)).max())
    step = STEP * (size or 1.0)
    base = _solved(build, data, solver, None)
    middle = _levels(base)
    at = {t: _levels(_solved(build, _moved(data, parameter, t * step), solver, base)) for t in (-1, -0.5, 0.5, 1)}
    wide, narrow = (at[1] - at[-1]) / (2 * step), (at[0.5] - at[-0.5]) / step
    rounding = 1e-15 * (1 + np.abs(middle)) / step
    below, above = (middle - at[-0.5]) / (step / 2), (at[0.5] - middle) / (step / 2)
    kinked = np.abs(above - below) > KINK * np.maximum(np.abs(above), np.abs(below)) + 1e3 * rounding
    bend = np.abs(at[1] - 2 * middle + at[-1]) / step  # twice the difference of the slopes if smooth, once at a kink
    kinked &= np.abs(above - below) > 0.75 * bend
    slopes = np.where(kinked, (above + below) / 2, (4 * narrow - wide) / 3)
    errors = np.where(kinked, np.abs(above - below) / 2, np.abs(narrow - wide) / 3 + rounding)
    names = _names(base)
    finding = _finding(names, kinked, at, middle)
    value = float(np.mean(np.asarray(start, dtype=float)))
    return ComparativeStatics(parameter, value, names, middle, slopes, errors, below, above, finding)


def parameters_of(description: Mapping[str, Any]) -> list[str]:
    """Numbers of a described game that may move: scalars and lists of a system's data, or parameters of formulas.

    Examples
    --------
    >>> parameters_of({"system": "usage_charge", "slopes": [0.1, 0.2], "import_price": 0.3, "leader": "Ada"})
    ['import_price', 'slopes']
    """
    if "system" in description:
        known = {key: value for key, value in description.items() if key != "system" and _moves(value)}
        return sorted(known, key=lambda key: (isinstance(known[key], list), key))
    given = description.get("parameters", {})
    return [f"parameters.{key}" for key, value in given.items() if _moves(value)]


def _moves(value: Any) -> bool:
    """Whether something is a finite number, not a count, or a list of such."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(entry, float | int) and _moves(float(entry)) for entry in value)
    return isinstance(value, float) and bool(np.isfinite(value))


def _builder(builder: str | Build) -> Build:
    """A function of data."""
    if callable(builder):
        return builder
    if builder == "formulas":
        return described_game
    entry = systems.get(builder)
    return lambda data: described_game({"system": entry.name, **{k: v for k, v in data.items() if k != "system"}})


def _value(data: Mapping[str, Any], parameter: str) -> Any:
    """Where the parameter stands."""
    here: Any = data
    for part in parameter.split("."):
        known = list(map(str, here if isinstance(here, Mapping) else range(len(here) if isinstance(here, list) else 0)))
        if part not in known:
            raise UnknownNameError("parameter of comparative_statics", parameter, known)
        here = here[part] if isinstance(here, Mapping) else here[int(part)]
    numbers = np.asarray(here, dtype=object).ravel()
    if not all(isinstance(x, int | float) and not isinstance(x, bool) and np.isfinite(x) for x in numbers):
        raise InvalidInputError(
            f"parameter {parameter} of comparative_statics must be finite numbers. Got {here!r:.60}."
        )
    return here


def _moved(data: Mapping[str, Any], parameter: str, by: float) -> dict[str, Any]:
    """The data with the parameter moved."""
    changed: Any = copy.deepcopy(dict(data))
    *path, last = parameter.split(".")
    here = changed
    for part in path:
        here = here[part] if isinstance(here, Mapping) else here[int(part)]
    key: Any = last if isinstance(here, Mapping) else int(last)
    here[key] = _shifted(here[key], by)
    answer: dict[str, Any] = changed
    return answer


def _shifted(value: Any, by: float) -> Any:
    return [_shifted(entry, by) for entry in value] if isinstance(value, list) else value + by


def _solved(build: Build, data: Mapping[str, Any], solver: str | None, near: Equilibrium | None) -> Equilibrium:
    """The equilibrium, of several the one nearest to another."""
    try:
        found = solve(build(data), solver)
    except GametradeError as problem:
        if near is None:
            raise
        raise InvalidInputError(f"comparative_statics needs the game nearby too. Got: {problem}") from None
    if not len(found):
        raise InvalidInputError(f"comparative_statics needs an equilibrium. Got none: {found.finding}")
    if near is None:
        return found[0]
    here = _levels(near)
    fitting = [equilibrium for equilibrium in found if _levels(equilibrium).shape == here.shape]
    if not fitting:
        raise InvalidInputError("comparative_statics needs equilibria of one shape. Got another number of strategies.")
    return min(fitting, key=lambda equilibrium: float(np.nansum(np.abs(_levels(equilibrium) - here))))


def _levels(equilibrium: Equilibrium) -> FloatArray:
    """Strategies, then payoffs."""
    return np.concatenate([*equilibrium.strategies, equilibrium.payoffs])


def _names(equilibrium: Equilibrium) -> tuple[str, ...]:
    game = equilibrium.game
    entries = [f"{player}: {name}" for k, player in enumerate(game.players) for name in game.components(k)]
    return (*entries, *(f"{player}: payoff" for player in game.players))


def _finding(names: tuple[str, ...], kinked: Any, at: Mapping[float, FloatArray], middle: FloatArray) -> str:
    """Kinks and jumps in words."""
    near = np.maximum(np.abs(at[0.5] - middle), np.abs(at[-0.5] - middle))
    far = np.maximum(np.abs(at[1] - middle), np.abs(at[-1] - middle))
    jumps = (near > 0.8 * far) & (near > 1e-6 * (1 + np.abs(middle)))
    told = []
    for what, where in (("jumps", jumps), ("has a kink", kinked & ~jumps)):
        which = [name for name, hit in zip(names, where, strict=True) if hit]
        if which:
            more = f" and {len(which) - 3} more" if len(which) > 3 else ""
            told.append(f"{', '.join(which[:3])}{more} {what} here: the derivative is the mean of both sides.")
    return " ".join(told)
