"""A verdict: a claim, whether it holds, by what margin, who witnesses it and how to check it."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.typing import Coalition


@dataclass(frozen=True, eq=False, slots=True)
class Verdict(Shown):
    """What was decided about one property of one answer.

    Parameters
    ----------
    rule, property : str
        Of what, and which property.
    statement : str
        The claim in words, with its tolerance.
    holds : bool or None
        None means not decided; a bracket is then in the certificate.
    margin : float
        Signed slack: positive is room to spare, negative is what the witness gains. [money]
    unit : str
        Unit of the margin.
    witness : tuple of str
        The tightest coalition or home, given when the claim holds too.
    certificate : mapping
        JSON-ready evidence; its ``kind`` names the check that re-proves the claim, or is ``"none"``.

    Raises
    ------
    InvalidInputError
        When an undecided verdict is used as a truth value.
    """

    rule: str
    property: str
    statement: str
    holds: bool | None
    margin: float
    unit: str
    witness: Coalition
    certificate: Mapping[str, Any] = field(repr=False)

    @builtins.property
    def id(self) -> str:
        """Rule and property, unique in a report."""
        return f"{self.rule}/{self.property}"

    def __bool__(self) -> bool:
        if self.holds is None:
            raise InvalidInputError(f"{self.id} is not decided and has no truth value; look at its certificate.")
        return self.holds

    @builtins.property
    def sentence(self) -> str:
        """The verdict as a sentence that cannot be misread: what is claimed, and whether it is true."""
        if self.holds is None:
            return f"Not proved: {self.statement}."
        if self.holds:
            return f"True: {self.statement}."
        by = f", because of {self._witness()}" if self.witness else ""
        return f"False{by}: it is not so that {self.statement}."

    def _witness(self) -> str:
        return f"{{{', '.join(self.witness[:8])}{', ...' if len(self.witness) > 8 else ''}}}"

    def __str__(self) -> str:
        word = {True: "holds", False: "FAILS", None: "not proved"}[self.holds]
        return f"{self.id:<48} {word:<10} {self.margin:>+14.6f} {self.unit}  {self._witness()}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "id": self.id,
            "rule": self.rule,
            "property": self.property,
            "statement": self.statement,
            "holds": self.holds,
            "margin": self.margin,
            "unit": self.unit,
            "witness": list(self.witness),
            "certificate": dict(self.certificate),
        }
