"""Published games by name, each with its source and its exact known answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from gametrade.display import Shown, text_table
from gametrade.errors import UnknownNameError
from gametrade.games.coalitional import CoalitionalGame


@dataclass(frozen=True, eq=False)
class PublishedGame(Shown):
    """A game from the literature and what is known of it.

    Parameters
    ----------
    name : str
        Short name, the key of the catalogue.
    title : str
        What it is about, in one line.
    source : str
        Citation, with a DOI where there is one.
    build : callable
        Makes the game.
    known : mapping of str to tuple of Fraction
        Exact payoff vectors by solution concept, in player order: gains, or shares of the cost if `is_cost`.
    facts : mapping of str to Fraction or bool
        Exact numbers and properties of the game, e.g. ``least_core_epsilon`` or ``core_empty``.
    is_cost : bool
        Whether the source states costs; ``game`` then has :math:`v(S) = -c(S)` and payoffs are minus cost shares.
    note : str
        What the example is known for.

    Examples
    --------
    >>> import gametrade as gt
    >>> estate = gt.catalogue["talmud"]
    >>> [str(x) for x in estate.known["nucleolus"]], estate.game.grand_value
    (['50', '75', '75'], 200.0)
    """

    name: str
    title: str
    source: str
    build: Callable[[], CoalitionalGame]
    known: Mapping[str, tuple[Fraction, ...]]
    facts: Mapping[str, Fraction | bool]
    is_cost: bool = False
    note: str = ""

    @cached_property
    def game(self) -> CoalitionalGame:
        """The game, made on first use."""
        return self.build()

    def payoffs(self, concept: str) -> tuple[Fraction, ...]:
        """Known payoffs in the gains of `game`: minus the shares of a cost.

        Parameters
        ----------
        concept : str
            A solution concept of `known`, e.g. ``"nucleolus"``.

        Returns
        -------
        tuple of Fraction
            One a player. [money]

        Raises
        ------
        UnknownNameError
            If nothing is known of that concept.
        """
        if concept not in self.known:
            raise UnknownNameError(f"known answer of {self.name!r}", concept, self.known)
        return tuple(-x if self.is_cost else x for x in self.known[concept])

    def __str__(self) -> str:
        header = ["player", *self.known]
        rows = [
            [label, *(str(vector[i]) for vector in self.known.values())] for i, label in enumerate(self.game.players)
        ]
        kind = "costs" if self.is_cost else "gains"
        return f"{self.name}: {self.title} ({kind})\n{self.source}\n{text_table(header, rows)}"


class Catalogue(Mapping[str, PublishedGame], Shown):
    """Published games by name; an unknown name is an error that suggests the closest.

    Examples
    --------
    >>> import gametrade as gt
    >>> "un_security_council" in gt.catalogue, len(gt.catalogue) > 10
    (True, True)
    """

    @cached_property
    def _entries(self) -> dict[str, PublishedGame]:
        from gametrade.games.published_games import PUBLISHED

        return {entry.name: entry for entry in PUBLISHED}

    def __getitem__(self, name: str) -> PublishedGame:
        if name not in self._entries:
            raise UnknownNameError("published game", name, self._entries)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __str__(self) -> str:
        rows = [[entry.name, str(entry.game.n_players), entry.title, entry.source] for entry in self.values()]
        return text_table(["name", "players", "about", "source"], rows)

    __repr__ = __str__


catalogue = Catalogue()
"""The published games of :mod:`gametrade.games.published_games`."""
