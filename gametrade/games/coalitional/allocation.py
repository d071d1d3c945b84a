"""The answer of an allocation rule: who gets what, and at which prices."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.tolerance import decision_tolerance
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Allocation:
    """Payoffs of all players under one rule.

    Parameters
    ----------
    game : CoalitionalGame
        The game whose gains are shared.
    rule : str
        Name of the rule, with the options that differ from its defaults.
    payoffs : array_like of shape (n,)
        What each player gains over being alone. [money]
    buy_price, sell_price : array_like of shape (T,), optional
        Average price per kWh of deficit bought and of surplus sold in each settlement step, the grid's
        part included and the network charge excluded, for rules that set prices. [money/kWh]
    standard_errors : array_like of shape (n,), optional
        Of sampled payoffs. [money]
    beside : mapping of str to ndarray of shape (n,)
        Other payoff vectors worth showing, e.g. before they were scaled to balance. [money]
    notes : tuple of str
        Findings of the rule: ties, undefined steps, samples drawn.
    fractions : tuple of Fraction, optional
        The payoffs without rounding, from rules called with ``exact=True``. [money]
    """

    game: CoalitionalGame
    rule: str
    payoffs: FloatArray
    buy_price: FloatArray | None = None
    sell_price: FloatArray | None = None
    standard_errors: FloatArray | None = None
    beside: Mapping[str, FloatArray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    fractions: tuple[Fraction, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("payoffs", "buy_price", "sell_price", "standard_errors"):
            value = getattr(self, name)
            if value is None:
                continue
            array = np.array(value, dtype=float)
            if not np.isfinite(array).all():
                raise InvalidInputError(f"{name} of Allocation by {self.rule!r} must be finite. Got {array}.")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.payoffs.shape != (self.game.n_players,):
            raise InvalidInputError(
                f"payoffs of Allocation by {self.rule!r} must have one number for each of the "
                f"{self.game.n_players} players. Got shape {self.payoffs.shape}."
            )

    @classmethod
    def of_fractions(
        cls, game: CoalitionalGame, rule: str, fractions: Sequence[Fraction], notes: tuple[str, ...] = ()
    ) -> Allocation:
        """Make an allocation from exact payoffs, which it keeps beside the nearest floats."""
        kept = tuple(Fraction(number) for number in fractions)
        return cls(game, rule, np.array([float(number) for number in kept]), notes=notes, fractions=kept)

    @property
    def tolerance(self) -> float:
        """Amount below which statements about these payoffs take money as equal. [money]"""
        return decision_tolerance(self.game.tolerance, self.payoffs)

    @property
    def imbalance(self) -> float:
        """Money paid out beyond the gains (positive: a deficit; negative: gains left unshared). [money]"""
        return float(self.payoffs.sum()) - self.game.grand_value

    def to_frame(self) -> pd.DataFrame:
        """One row a player, payoffs in money."""
        import pandas as pd

        columns: dict[str, Any] = {"payoff": self.payoffs, **self.beside}
        if self.standard_errors is not None:
            columns["standard_error"] = self.standard_errors
        return pd.DataFrame(columns, index=pd.Index(self.game.players, name="player"))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, payoffs by label, with the unit."""
        return {
            "rule": self.rule,
            "unit": self.game.unit,
            "payoffs": dict(zip(self.game.players, self.payoffs.tolist(), strict=True)),
            "imbalance": self.imbalance,
            "buy_price": None if self.buy_price is None else self.buy_price.tolist(),
            "sell_price": None if self.sell_price is None else self.sell_price.tolist(),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        head = f"{self.rule}: {self.game.n_players} players, {self.payoffs.sum():.2f} {self.game.unit} shared"
        rows = [
            f"  {label:<20} {payoff:>+14.4f}" for label, payoff in zip(self.game.players, self.payoffs, strict=True)
        ]
        shown = rows if len(rows) <= 40 else [*rows[:40], f"  ... and {len(rows) - 40} more"]
        return "\n".join([head, *shown, *(f"  [{i}] {note}" for i, note in enumerate(self.notes, 1))])

    def _repr_html_(self) -> str:
        table: str = self.to_frame().to_html(float_format="{:.4f}".format)
        return f"<p><b>{html.escape(self.rule)}</b> [{html.escape(self.game.unit)}]</p>{table}"
