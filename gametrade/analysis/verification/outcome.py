"""What verification says of one claim."""

from __future__ import annotations

from dataclasses import dataclass

PROVED, REFUTED, NOT_PROVED = "proved", "refuted", "not proved"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verification says of one claim.

    Parameters
    ----------
    id : str
        The claim.
    outcome : {"proved", "refuted", "not proved"}
        "not proved" means that the report itself gives no certificate for it.
    detail : str
        How tightly it was proved, or what is wrong.
    """

    id: str
    outcome: str
    detail: str
