"""Ask whether one property holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gametrade.analysis.verdict import Verdict
from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.games.equilibrium import Equilibrium, Solution, StrategicGame
from gametrade.registry import properties
from gametrade.solvers.solve import plays


def check(
    subject: CoalitionalGame | Community | Allocation | StrategicGame | Solution | Equilibrium,
    property: str | Callable[..., Any],
    **options: Any,
) -> Verdict:
    """Decide one property of a game or of an answer.

    Parameters
    ----------
    subject : CoalitionalGame, Community, Allocation, StrategicGame, Solution or Equilibrium
        A community is taken as its sharing game; a property of games is asked of the game of an answer.
    property : str or callable
        Registered name, or any function ``property(subject) -> Verdict``.
    **options
        Options of the property; a misspelled one is an error that names the property.

    Returns
    -------
    Verdict
        Whether it holds, by what margin, who witnesses it, and the evidence.

    Raises
    ------
    UnknownNameError
        If there is no such property or option.
    InvalidInputError
        If the property is one of another kind of subject.

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("ABC", lambda coalition: float(len(coalition) > 1))
    >>> print(gt.check(majority, "simple").holds, gt.check(majority, "convex").holds)
    True False
    """
    entry, written = properties.resolve(property)
    wanted = entry.traits.get("of")
    if isinstance(subject, Community) and wanted != "strategic":
        subject = SharingGame(subject)
    if isinstance(subject, Solution | Equilibrium):
        subject = subject.game
    if wanted == "strategic" and not plays(entry, subject):
        kinds = ", ".join(entry.traits["plays"])
        raise InvalidInputError(f"{entry.name} is a property of {kinds}. Got {type(subject).__name__}.")
    if wanted == "game" and isinstance(subject, Allocation):
        subject = subject.game
    if wanted == "allocation" and not isinstance(subject, Allocation):
        raise InvalidInputError(f"{entry.name} is a property of an allocation. Got {type(subject).__name__}.")
    if wanted == "game" and not isinstance(subject, CoalitionalGame):
        raise InvalidInputError(f"{entry.name} is a property of a coalitional game. Got {type(subject).__name__}.")
    answer = entry.function(subject, **{**written, **options})
    if not isinstance(answer, Verdict):
        raise InvalidInputError(f"{entry.name} must return a Verdict. Got {type(answer).__name__}.")
    return answer
