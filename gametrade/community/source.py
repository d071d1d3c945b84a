"""Where a community comes from, and how to get exactly the same one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, eq=False, slots=True)
class Source:
    """Origin of a community: what kind of data, a sentence for people, a recipe for machines.

    Parameters
    ----------
    kind : str
        ``"bundled"``, ``"files"``, ``"arrays"``, ``"synthetic"`` or ``"simbench"``.
    label : str
        One phrase for a report, e.g. ``"13 measured homes in Fontana, California"``.
    recipe : mapping
        JSON-ready arguments that `gametrade.community.rebuild` turns into the same community again;
        empty if that is impossible. Later steps such as a selection stand in order under ``"then"``.
    notes : tuple of str
        Licence, citation and assumptions that belong under every result. A note that begins with
        ``"Tariff:"`` is about the prices and is dropped when they are replaced.

    Examples
    --------
    >>> Source("arrays", "two homes").recipe
    {}
    """

    kind: str
    label: str
    recipe: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipe", dict(self.recipe))
        object.__setattr__(self, "notes", tuple(self.notes))

    def then(self, action: str, options: Mapping[str, Any], words: str) -> Source:
        """Return the source of a community made from this one.

        Parameters
        ----------
        action : str
            Method of `Community` that was called.
        options : mapping
            Its JSON-ready arguments.
        words : str
            What was done, for the label.

        Returns
        -------
        Source
            With the action appended to the recipe, if there is a recipe.
        """
        recipe = dict(self.recipe)
        if recipe:
            recipe["then"] = [*recipe.get("then", ()), {action: dict(options)}]
        about_prices = "Tariff:" if action == "with_tariff" else None
        notes = tuple(note for note in self.notes if about_prices is None or not note.startswith(about_prices))
        return replace(self, label=f"{self.label}, {words}", recipe=recipe, notes=notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-ready values."""
        notes = list(self.notes)
        return {"kind": self.kind, "label": self.label, "recipe": dict(self.recipe), "notes": notes}
