"""Players move one after the other until nobody gains, or until a structure comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.partition_stability import SINGLE_MOVES, Deviation, deviation_from

MOVING = (*SINGLE_MOVES, "core")
"""Notions of stability whose deviations say where the movers go."""


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
    def final(self) -> Partition:
        """The last structure."""
        return self.structures[-1]

    @property
    def cycle(self) -> tuple[Partition, ...]:
        """The structures that come back for ever, empty unless the path ends in a cycle."""
        return self.structures[self.structures.index(self.final) : -1] if self.ending == "cycle" else ()

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
        At most 16 players; at most 10 for ``"core"``.
    start : iterable of iterables of str, optional
        First partition; everybody alone by default.
    notion : str, default="nash"
        ``"nash"``, ``"individual"``, ``"contractual"`` or ``"contractually_individual"``: the player that gains
        most moves (best reply); ``"core"``: a coalition whose members all gain forms.
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
    ``"contractually_individual"`` raises the sum of payoffs but for the tolerance, a potential: such paths end.

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
    left = [tuple(i for i in coalition if i not in move.coalition) for coalition in structure]
    return partition_of(formation.game, [*filter(None, left), move.coalition])
