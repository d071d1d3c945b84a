"""The report as JSON, for machines and for ``gametrade verify``."""

from __future__ import annotations

import os

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.registry import formats
from gametrade.reports.reading import document_text
from gametrade.reports.writing import write_atomically


@formats.register(extension=".json")
def json(study: StabilityStudy | EquilibriumStudy, path: str | os.PathLike[str]) -> None:
    """Write the report with all its certificates, schema ``gametrade-report/1`` or ``gametrade-equilibria/1``.

    Parameters
    ----------
    study : StabilityStudy or EquilibriumStudy
        The answer.
    path : path
        File to write, whole or not at all.

    Raises
    ------
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import gametrade as gt
    >>> study = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "report.json"
    >>> json(study, file)
    >>> file.read_text(encoding="utf-8")[:31]
    '{"schema": "gametrade-report/1"'
    """
    write_atomically(path, document_text(study) + "\n")
