"""The answer of bargaining over payments: who receives how much, and what everybody gains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class TradeBargain(Shown):
    """Payments that traders agree on beside their joint plan.

    Parameters
    ----------
    players : tuple of str
        Traders.
    together, alone : ndarray of shape (n,)
        What each has under the joint plan before payments, and by its own best plan. [money]
    payments : ndarray of shape (n,)
        Received (positive) or paid (negative); zeros without an agreement. [money]
    weights : ndarray of shape (n,)
        Bargaining power, adding up to one.
    agreed : bool
        Whether payments exist that leave everybody at least as well off, and somebody better.
    left_out : tuple of str
        Members that add nothing to the joint plan and bargain about nothing.
    residuals : tuple of (float, float)
        Imbalance of payments and change of payments in each round of a distributed solution. [money]
    unit : str
        Unit of the payments.
    """

    players: tuple[str, ...]
    together: FloatArray
    alone: FloatArray
    payments: FloatArray
    weights: FloatArray
    agreed: bool = True
    left_out: tuple[str, ...] = ()
    residuals: tuple[tuple[float, float], ...] = ()
    unit: str = "money"

    def __post_init__(self) -> None:
        for name in ("together", "alone", "payments", "weights"):
            column = np.array(getattr(self, name), dtype=float)
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    @property
    def gains(self) -> FloatArray:
        """What each has more than alone, shape (n,); zeros without an agreement. [money]"""
        return self.together + self.payments - self.alone if self.agreed else np.zeros(len(self.players))

    @property
    def total(self) -> float:
        """What the joint plan is worth more than all plans alone. [money]"""
        return float((self.together - self.alone).sum())

    @property
    def problem(self) -> BargainingProblem:
        """The same as a bargaining problem over a sum of money, without the bounds of payments."""
        return BargainingProblem.from_total(self.players, float(self.together.sum()), self.alone, unit=self.unit)

    def to_frame(self) -> pd.DataFrame:
        """One row a trader: utility under the plan, alone, payment received and gain."""
        import pandas as pd

        columns = {"together": self.together, "alone": self.alone, "received": self.payments, "gain": self.gains}
        return pd.DataFrame(columns, index=pd.Index(self.players, name="player"))

    def __str__(self) -> str:
        head = f"Joint plan worth {self.total:.6g} {self.unit}" + ("" if self.agreed else ": no agreement")
        rows = [
            [label, f"{u:.6g}", f"{d:.6g}", f"{p:+.6g}", f"{g:+.6g}"]
            for label, u, d, p, g in zip(
                self.players, self.together, self.alone, self.payments, self.gains, strict=True
            )
        ]
        out = [f"Adds nothing and is left out: {', '.join(self.left_out)}."] if self.left_out else []
        return "\n".join([head, text_table(["player", "plan", "alone", "receives", "gains"], rows), *out])
