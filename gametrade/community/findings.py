"""What an input check says: which home, which evidence, how serious, and that nothing was changed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gametrade.community.problems import Quantity
from gametrade.display import html_table, text_table

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["fault", "suspect", "note"]

SEVERITIES: tuple[Severity, ...] = ("fault", "suspect", "note")
"""From certain to harmless: wrong, to be looked at, worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an input check noticed.

    Parameters
    ----------
    home : str or None
        Home concerned; None for the whole community.
    quantity : {"load", "generation", "both"}
        Which of its data.
    check : str
        Name of the check.
    severity : {"fault", "suspect", "note"}
        Wrong, to be looked at, or worth knowing.
    evidence : str
        One sentence with the numbers.
    """

    home: str | None
    quantity: Quantity
    check: str
    severity: Severity
    evidence: str

    @property
    def action(self) -> str:
        """What was done (nothing), and what you can do."""
        if self.home is None or self.severity == "note":
            return "Nothing was changed."
        return "Nothing was changed; leave the home out with select(homes=...) if the evidence convinces you."

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the action as JSON-ready values."""
        return {**dataclasses.asdict(self), "action": self.action}


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class DataCheck:
    """All findings about the meter data of a community, the most serious first.

    Parameters
    ----------
    label : str
        Which data were checked.
    findings : tuple of Finding
        What was found; empty if nothing.
    checks : tuple of str
        Names of the checks that were run.

    Examples
    --------
    >>> from gametrade.community import check_data, communities
    >>> check_data(communities.fontana()).homes("fault")
    ()
    """

    label: str
    findings: tuple[Finding, ...]
    checks: tuple[str, ...]

    def homes(self, *severities: Severity) -> tuple[str, ...]:
        """Homes with a finding of these severities (all by default), each once."""
        wanted = severities or SEVERITIES
        found = (finding.home for finding in self.findings if finding.severity in wanted)
        return tuple(dict.fromkeys(home for home in found if home is not None))

    def about(self, home: str) -> tuple[Finding, ...]:
        """Findings about one home."""
        return tuple(finding for finding in self.findings if finding.home == home)

    def count(self, severity: Severity) -> int:
        """Number of findings of one severity."""
        return sum(finding.severity == severity for finding in self.findings)

    def rows(self) -> list[list[str]]:
        """Return the table: severity, home, data, check, evidence."""
        return [[f.severity, f.home or "all", f.quantity, f.check, f.evidence] for f in self.findings]

    def to_dict(self) -> dict[str, Any]:
        """Return label, checks and findings as JSON-ready values."""
        findings = [finding.to_dict() for finding in self.findings]
        return {"label": self.label, "checks": list(self.checks), "findings": findings}

    def to_frame(self) -> pd.DataFrame:
        """Return one row a finding."""
        import pandas as pd

        columns = ["home", "quantity", "check", "severity", "evidence", "action"]
        return pd.DataFrame([finding.to_dict() for finding in self.findings], columns=columns)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.count(s)} {s}{'' if self.count(s) == 1 else 's'}" for s in SEVERITIES)
        title = f"Input check of {self.label}: {counts}. Nothing was changed."
        if not self.findings:
            return title
        more = len(self.findings) - _SHOWN
        rest = f"\n... and {more} more; to_frame() has all." if more > 0 else ""
        return f"{title}\n\n{text_table(_HEADER, self.rows()[:_SHOWN])}{rest}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_table(_HEADER, self.rows(), f"Input check of {self.label}; nothing was changed")


_SHOWN = 40
_HEADER = ["severity", "home", "data", "check", "evidence"]
