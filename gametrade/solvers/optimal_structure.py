"""The coalition structure worth most, and how far stable ones stay below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.subsets import members_of
from gametrade.games.formation import FormationGame, Partition
from gametrade.solvers.partition_stability import StablePartitions, stable_partitions

STRUCTURE_PLAYERS = 16
"""Most players of the dynamic program over all subsets of all coalitions."""


def optimal_structure(game: CoalitionalGame) -> Partition:
    r"""Find a partition of the players whose coalitions are worth most in sum.

    .. math:: w(S) = \max_{T \subseteq S,\ \max S \in T} v(T) + w(S \setminus T)

    Parameters
    ----------
    game : CoalitionalGame
        At most 16 players.

    Returns
    -------
    tuple of tuples of str
        The partition; among equal ones with the last player in the coalition that comes first in bitmask order.

    Raises
    ------
    TooManyPlayersError
        If there are more than 16 players; :func:`~gametrade.solvers.bounded_structure.bounded_structure` scales.

    Notes
    -----
    Dynamic programming over the :math:`3^n` pairs of a coalition and a part of it, exact but for rounding.

    Examples
    --------
    >>> import gametrade as gt
    >>> optimal_structure(gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 3.0}))
    (('a', 'b'), ('c',))
    """
    n = game.n_players
    if n > STRUCTURE_PLAYERS:
        raise TooManyPlayersError(
            f"optimal_structure looks at 3^n pairs of coalitions of at most {STRUCTURE_PLAYERS} players. Got {n}; "
            "bounded_structure scales."
        )
    values = game.table()
    best, first = np.zeros(2**n), np.zeros(2**n, dtype=np.int64)
    for mask in range(1, 2**n):
        last = 1 << (mask.bit_length() - 1)
        others = subset_sums(1 << np.flatnonzero(members_of(mask ^ last, n)))
        worth = values[others | last] + best[(mask ^ last) - others]
        chosen = int(worth.argmax())
        best[mask], first[mask] = worth[chosen], others[chosen] | last
    parts, rest = [], 2**n - 1
    while rest:
        parts.append(int(first[rest]))
        rest ^= parts[-1]
    return tuple(game.labels(members_of(part, n)) for part in sorted(parts, key=lambda part: part & -part))


@dataclass(frozen=True, eq=False, slots=True)
class FormationPrices(Shown):
    """What the best and the worst stable structure gain beside the best of all.

    Parameters
    ----------
    notion : str
        In which sense structures are stable.
    optimal : float
        Largest gain of a structure over everybody being alone. [money]
    best, worst : float or None
        Largest and least gain of a stable structure; None if none is stable. [money]
    tolerance : float
        Gain below which there is none. [money]
    """

    notion: str
    optimal: float
    best: float | None
    worst: float | None
    tolerance: float

    @property
    def stability(self) -> float | None:
        """Optimal over best stable gain, at least 1; infinite if only the former is positive."""
        return self._ratio(self.best)

    @property
    def anarchy(self) -> float | None:
        """Optimal over worst stable gain, at least 1; infinite if the latter is nothing or a loss."""
        return self._ratio(self.worst)

    def _ratio(self, gain: float | None) -> float | None:
        if gain is None:
            return None
        if self.optimal - gain <= self.tolerance:
            return 1.0
        return self.optimal / gain if gain > self.tolerance else float("inf")

    def __str__(self) -> str:
        return f"price of anarchy {self.anarchy}, price of stability {self.stability} ({self.notion})"


def formation_prices(formation: FormationGame, notion: str = "nash") -> FormationPrices:
    """Compare all stable structures with the structure worth most.

    Parameters
    ----------
    formation : FormationGame
        At most 12 players; at most 10 for stability against coalitions.
    notion : str, default="nash"
        As in :func:`~gametrade.solvers.partition_stability.stable_partitions`; with ``"strong_nash"`` these are the
        strong prices of anarchy and of stability.

    Returns
    -------
    FormationPrices
        Exact, by examining all partitions.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> formation_prices(FormationGame(table)).anarchy
    1.0
    """
    optimal = sum(formation.game.value(part) for part in optimal_structure(formation.game))
    return prices_of(formation, stable_partitions(formation, [notion])[notion], optimal)


def prices_of(formation: FormationGame, stable: StablePartitions, optimal: float) -> FormationPrices:
    """Compare stable structures that are listed already with the value of the structure worth most.

    Parameters
    ----------
    formation : FormationGame
        The game.
    stable : StablePartitions
        All that are stable in one sense.
    optimal : float
        Value of the structure worth most. [money]

    Returns
    -------
    FormationPrices
        Gains over everybody being alone.
    """
    game = formation.game
    alone = float(game.single_values.sum())
    gains = [sum(map(game.value, partition)) - alone for partition in stable.partitions]
    best, worst = max(gains, default=None), min(gains, default=None)
    return FormationPrices(stable.notion, optimal - alone, best, worst, formation.tolerance)
