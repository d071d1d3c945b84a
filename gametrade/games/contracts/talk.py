"""What a negotiation costs in communication: rounds, messages and numbers told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gametrade.display import Shown


@dataclass(frozen=True, slots=True)
class Talk(Shown):
    """How much players told each other before a market closed, and whether it closed.

    Parameters
    ----------
    rounds : int
        Times that players waited for an answer.
    messages : int
        Messages sent, each from one sender to one receiver.
    numbers : int
        Numbers in all of these messages.
    converged : bool
        Whether the stopping test was met; if not, the answer is where the negotiation stood.
    residuals : mapping of str to float
        What the stopping test looked at, in the last round.

    Notes
    -----
    Stopping is decided by an observer here; a deployment adds one flag to each message.

    Examples
    --------
    >>> print(Talk(10, 40, 80, True, {"reciprocity": 0.0}))
    10 rounds, 40 messages, 80 numbers; converged
    """

    rounds: int
    messages: int
    numbers: int
    converged: bool
    residuals: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        told = "converged" if self.converged else f"NOT converged, {self._left()}"
        return f"{self.rounds} rounds, {self.messages} messages, {self.numbers} numbers; {told}"

    def _left(self) -> str:
        return ", ".join(f"{name} {value:.3g}" for name, value in self.residuals.items())

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "rounds": self.rounds,
            "messages": self.messages,
            "numbers": self.numbers,
            "converged": self.converged,
            "residuals": dict(self.residuals),
        }
