"""What is known of the equilibria of one strategic game: solutions, properties, and how they move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gametrade.analysis.closed_forms import ClosedForm
from gametrade.analysis.comparative_statics import ComparativeStatics
from gametrade.analysis.verdict import Verdict
from gametrade.display import Shown
from gametrade.errors import UnknownNameError
from gametrade.games.equilibrium import Equilibrium, Solution, StrategicGame
from gametrade.registry import formats

if TYPE_CHECKING:
    import os


@dataclass(frozen=True, eq=False)
class EquilibriumStudy(Shown):
    """Equilibria of a game with their regrets, its properties, and how the first equilibrium moves.

    Parameters
    ----------
    game : StrategicGame
        What was analysed.
    solution : Solution
        What the solver found.
    properties : tuple of Verdict
        Every registered property that applies.
    skipped : mapping of str to str
        Properties that could not be asked, and why.
    statics : tuple of ComparativeStatics
        How the first equilibrium moves with the numbers of the game.
    dynamics : Solution or None
        An adjustment process from its usual start, for its trace.
    description : mapping or None
        Data that the game can be made of again.
    notes : tuple of str
        Assumptions, method, exactness.
    all_properties : bool
        Whether every registered property that applies was asked.
    asked : str
        Solver with its options, where they were given as text.
    closed_form : ClosedForm or None
        The first equilibrium in letters, where it exists.
    """

    game: StrategicGame
    solution: Solution
    properties: tuple[Verdict, ...]
    skipped: Mapping[str, str]
    statics: tuple[ComparativeStatics, ...] = ()
    dynamics: Solution | None = None
    description: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
    all_properties: bool = False
    asked: str = ""
    closed_form: ClosedForm | None = None

    def __len__(self) -> int:
        return len(self.solution)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.solution)

    def __getitem__(self, property: str) -> Verdict:
        for verdict in self.properties:
            if verdict.property == property:
                return verdict
        raise UnknownNameError("property of the study", property, [verdict.property for verdict in self.properties])

    def get(self, property: str) -> Verdict | None:
        """Verdict of a property, None if it was not asked."""
        return next((verdict for verdict in self.properties if verdict.property == property), None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready report, schema ``gametrade-equilibria/1``."""
        from gametrade.analysis.equilibrium_document import game_document

        return game_document(self)

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the report with its certificates for ``gametrade verify``."""
        formats.get("json").function(self, path)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the report as one self-contained page."""
        formats.get("html").function(self, path)

    def to_markdown(self, path: str | os.PathLike[str]) -> None:
        """Write the report as Markdown."""
        formats.get("markdown").function(self, path)

    def __str__(self) -> str:
        told = [str(self.solution), *map(str, self.properties)]
        told += [f"{name} left out: {reason}" for name, reason in self.skipped.items()]
        return "\n".join([*told, *(f"[{k}] {note}" for k, note in enumerate(self.notes, 1))])
