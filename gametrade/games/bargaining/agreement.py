"""The answer of a bargaining solution: what each player gets, and why nothing else would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Agreement(Shown):
    """Utilities that a bargaining solution picks.

    Parameters
    ----------
    problem : BargainingProblem
        What could be agreed on.
    solution : str
        Name of the solution.
    utilities : array_like of shape (n,)
        What each player has; the disagreement point if there is no agreement. [money]
    agreed : bool
        Whether any agreement leaves nobody worse off and somebody better off.
    certificate : mapping
        Evidence, by kind.
    notes : tuple of str
        Findings.
    options : mapping
        Options of the solution, to run it again on another problem.
    """

    problem: BargainingProblem
    solution: str
    utilities: FloatArray
    agreed: bool = True
    certificate: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        utilities = np.array(self.utilities, dtype=float)
        utilities.setflags(write=False)
        object.__setattr__(self, "utilities", utilities)

    @property
    def gains(self) -> FloatArray:
        """What each player has more than without an agreement, shape (n,). [money]"""
        return np.asarray(self.utilities - self.problem.disagreement)

    def to_frame(self) -> pd.DataFrame:
        """One row a player: utility, disagreement point and gain."""
        import pandas as pd

        columns = {"utility": self.utilities, "disagreement": self.problem.disagreement, "gain": self.gains}
        return pd.DataFrame(columns, index=pd.Index(self.problem.players, name="player"))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "solution": self.solution,
            "unit": self.problem.unit,
            "agreed": self.agreed,
            "utilities": dict(zip(self.problem.players, self.utilities.tolist(), strict=True)),
            "certificate": dict(self.certificate),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        rows = [
            [label, f"{u:.6g}", f"{d:.6g}", f"{u - d:+.6g}"]
            for label, u, d in zip(self.problem.players, self.utilities, self.problem.disagreement, strict=True)
        ]
        head = f"{self.solution}" + ("" if self.agreed else ": no agreement improves on the disagreement point")
        table = text_table(["player", f"has [{self.problem.unit}]", "without agreement", "gains"], rows)
        return "\n".join([head, table, *(f"[{i}] {note}" for i, note in enumerate(self.notes, 1))])


def no_agreement(problem: BargainingProblem, solution: str) -> Agreement:
    """The finding that nothing on the table improves on the disagreement point."""
    return Agreement(problem, solution, problem.disagreement, agreed=False)
