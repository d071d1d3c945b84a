"""Players move one after the other until nobody gains, or until a structure comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.partition_finder import SINGLE_MOVES, Deviation
from gametrade.solvers.partition_stability import deviation_from

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOVING = (*SINGLE_MOVES, "pair_nash", "strong_nash", "core", "contractual_core", "merge_split")
"""Notions of stability whose deviations say where the movers go."""

RISING = ("contractually_individual", "contractual_core", "merge_split")
"""Moves of which somebody gains and nobody loses: the sum of payoffs is a potential, so paths end."""


@dataclass(frozen=True, eq=False, slots=True)
class FormationPath(Shown):
    """How a coalition structure formed, move by move.

    Parameters
    ----------
    notion : str
        Which moves were allowed.
    structures : tuple of partitions
        Every structure met, the first one first; in a cycle the last is one of those before.
    moves : tuple of Deviation
        The moves between them, with what the movers gained.
    ending : {"stable", "cycle", "stopped"}
        Nobody moves from the last structure; it was met before; or the moves ran out.
    """

    notion: str
    structures: tuple[Partition, ...]
    moves: tuple[Deviation, ...]
    ending: Literal["stable", "cycle", "stopped"]

    @property
    def first(self) -> Partition:
        """The first structure."""
        return self.structures[0]

    @property
    def final(self) -> Partition:
        """The last structure."""
        return self.structures[-1]

    @property
    def cycle(self) -> tuple[Partition, ...]:
        """The structures that come back for ever, empty unless the path ends in a cycle."""
        return self.structures[self.structures.index(self.final) : -1] if self.ending == "cycle" else ()

    @property
    def potential(self) -> str:
        """Why every path of such moves must end, empty where there is no such reason."""
        return "sum of payoffs" if self.notion in RISING else ""

    def welfare(self, formation: FormationGame) -> tuple[float, ...]:
        """Sum of payoffs in each structure. [money]"""
        return tuple(float(formation.payoffs(structure).sum()) for structure in self.structures)

    def replayed(self, formation: FormationGame) -> bool:
        """Whether every move leads to the next structure and pays what it says, and the end is what it says."""
        for before, move, after in zip(self.structures, self.moves, self.structures[1:], strict=False):
            gained = formation.payoffs(after) - formation.payoffs(before)
            told = gained[formation.game.members(move.movers)]
            if after_move(formation, before, move) != after or np.abs(told - move.gains).max() > formation.tolerance:
                return False
        if self.ending == "cycle":
            return self.final in self.structures[:-1]
        return self.ending == "stopped" or deviation_from(formation, self.final, self.notion) is None

    def plot(self) -> go.Figure:
        """Draw the path: who is with whom, step by step, with a slider, and the sum of gains."""
        from gametrade.solvers.formation_figure import path_figure

        return path_figure(self.structures, [", ".join(move.movers) for move in self.moves], self.ending)

    def __str__(self) -> str:
        return f"{len(self.moves)} moves to {len(self.final)} coalitions, {self.ending} ({self.notion})"


def formation_path(
    formation: FormationGame,
    start: PartitionLike | None = None,
    *,
    notion: str = "nash",
    most_moves: int = 10_000,
) -> FormationPath:
    """Let the deviation found by :func:`~gametrade.solvers.partition_stability.deviation_from` happen, again and again.

    Parameters
    ----------
    formation : FormationGame
        At most 16 players; at most 10 for moves of groups.
    start : iterable of iterables of str, optional
        First partition; everybody alone by default.
    notion : str, default="nash"
        ``"nash"``, ``"individual"``, ``"contractual"`` or ``"contractually_individual"``: the player that gains
        most moves (best reply); ``"pair_nash"``, ``"strong_nash"``: a group whose members all gain moves; ``"core"``:
        a coalition whose members all gain forms; ``"contractual_core"``: one that harms nobody; ``"merge_split"``:
        coalitions merge, or one splits, with a gain to somebody and a loss to nobody.
    most_moves : int, default=10000
        Moves after which to stop.

    Returns
    -------
    FormationPath
        The end is stable, with certainty, or a cycle of structures, or undecided if the moves ran out.

    Raises
    ------
    UnknownNameError
        If there are no such moves.
    InvalidInputError
        If `start` does not put every player in one coalition, or fewer than no moves are allowed.

    Notes
    -----
    Moves depend on the structure alone, so one that comes back comes back for ever. Each move of
    ``"contractually_individual"``, ``"contractual_core"`` and ``"merge_split"`` raises the sum of payoffs but for the
    tolerance, a potential: such paths end. For the other moves :func:`formation_potential` decides whether
    there is one.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> path = formation_path(FormationGame(table), notion="individual")
    >>> path.final, path.ending
    ((('a', 'b'), ('c',)), 'stable')
    """
    if notion not in MOVING:
        raise UnknownNameError("kind of moves of formation_path", notion, MOVING)
    if most_moves < 0:
        raise InvalidInputError(f"most_moves of formation_path must be at least 0. Got {most_moves}.")
    first = [[player] for player in formation.players] if start is None else start
    structures, moves = [partition_of(formation.game, first)], list[Deviation]()
    seen = set(structures)
    while (move := deviation_from(formation, structures[-1], notion)) is not None:
        if len(moves) == most_moves:
            return FormationPath(notion, tuple(structures), tuple(moves), "stopped")
        structures.append(after_move(formation, structures[-1], move))
        moves.append(move)
        if structures[-1] in seen:
            return FormationPath(notion, tuple(structures), tuple(moves), "cycle")
        seen.add(structures[-1])
    return FormationPath(notion, tuple(structures), tuple(moves), "stable")


def after_move(formation: FormationGame, structure: Partition, move: Deviation) -> Partition:
    """Structure after the movers of a deviation are in their new coalition; those left behind stay together.

    Parameters
    ----------
    formation : FormationGame
        n players.
    structure : partition
        Before the move.
    move : Deviation
        Who moves, and into which coalition.

    Returns
    -------
    partition
        After the move.
    """
    made = move.parts or (move.coalition,)
    moved = {player for coalition in made for player in coalition}
    left = [tuple(i for i in coalition if i not in moved) for coalition in structure]
    return partition_of(formation.game, [*filter(None, left), *made])
