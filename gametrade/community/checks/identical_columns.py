"""The same home twice."""

from __future__ import annotations

from collections.abc import Iterator

from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding, Severity
from gametrade.community.problems import Quantity
from gametrade.typing import FloatArray


@checks.register()
def identical_columns(data: Evidence) -> Iterator[Finding]:
    """Find homes whose loads, or generations, are the same in every step.

    Parameters
    ----------
    data : Evidence
        Meter data of at least 24 steps.

    Yields
    ------
    Finding
        A suspicion for a load, a note for generation, which may be one profile shared by design.
    """
    if data.local_times.size < 24:
        return
    quantities: tuple[tuple[Quantity, FloatArray], ...] = (
        ("load", data.demand),
        ("generation", data.generation),
    )
    for quantity, energies in quantities:
        first: dict[bytes, str] = {}
        twins: list[tuple[str, str]] = []
        for home, name in enumerate(data.names):
            twin = first.setdefault(energies[home].tobytes(), name)
            if twin != name and energies[home].any():
                twins.append((name, twin))
        yield from _tell(quantity, twins, energies.shape)


def _tell(quantity: Quantity, twins: list[tuple[str, str]], shape: tuple[int, ...]) -> Iterator[Finding]:
    """One finding a home; one for all if many homes repeat others, as profiles do and meters do not."""
    severity: Severity = "suspect" if quantity == "load" else "note"
    if len(twins) > max(2, shape[0] // 10):
        told = f"{len(twins)} of {shape[0]} homes repeat the {quantity} of another home: profiles, not meters?"
        yield Finding(None, quantity, "identical_columns", severity, told)
        return
    for name, twin in twins:
        told = f"The {quantity} of {name} is the same as that of {twin} in all {shape[1]} steps."
        yield Finding(name, quantity, "identical_columns", severity, told)
