"""Who gains and who loses when one player joins or leaves, under one rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame, subgame
from gametrade.games.coalitional.game import check_game
from gametrade.solvers.rule_payoffs import rule_payoffs
from gametrade.tolerance import decision_tolerance
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class PopulationMonotonicity(Shown):
    """What each player gets with everybody there, less what it gets when one of them is missing.

    Parameters
    ----------
    game : CoalitionalGame
        The game of all.
    rule : str
        Name of the rule.
    gains : ndarray of shape (n, n)
        Entry (k, i): what player i has because k is there, with the rule applied to all and to all without k. On the
        diagonal what k has over being alone. Negative where i would be better off without k. [money]
    """

    game: CoalitionalGame
    rule: str
    gains: FloatArray

    @property
    def holds(self) -> bool:
        """Whether nobody loses by anybody's presence."""
        return bool(self.gains.min() >= -decision_tolerance(self.game.tolerance, self.gains[0]))

    @property
    def worst(self) -> tuple[str, str, float]:
        """The player who is there, the one who loses most by that (or gains least), and how much. [money]"""
        k, i = np.unravel_index(int(self.gains.argmin()), self.gains.shape)
        return self.game.players[k], self.game.players[i], float(self.gains[k, i])

    def when_leaving(self, player: str) -> dict[str, float]:
        """What changes for every player if one leaves; its own entry is the way back to being alone. [money]

        Parameters
        ----------
        player : str
            Who leaves.

        Returns
        -------
        dict of str to float
            Change of payoff by label.
        """
        k = int(np.flatnonzero(self.game.members([player]))[0])
        return dict(zip(self.game.players, (-self.gains[k]).tolist(), strict=True))

    def __str__(self) -> str:
        there, loser, least = self.worst
        if self.holds:
            return f"{self.rule}: nobody loses when anybody joins; least gain {least:.6g} ({loser}, by {there})"
        return f"{self.rule}: {loser} loses {-least:.6g} {self.game.unit} because {there} is there"


def population_monotonicity(game: CoalitionalGame, rule: str | Callable[..., Any]) -> PopulationMonotonicity:
    """Compare the payoffs of a rule for all players with those for all but one, for every one.

    Parameters
    ----------
    game : CoalitionalGame
        A sharing or dispatch game, or a game with a table. To see what a newcomer changes, pass the game with it.
    rule : str or callable
        Registered name, with options as in ``"proportional:to=demand"``, or a function of the game.

    Returns
    -------
    PopulationMonotonicity
        All n times n changes.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or the rule needs meter data that the game has not.

    Notes
    -----
    n + 1 runs of the rule. Sprumont [1]_ asks that no member of any coalition loses when the coalition grows; these
    are the n largest steps of that, those that a community of today can see.

    References
    ----------
    .. [1] Y. Sprumont, "Population monotonic allocation schemes for cooperative games with transferable utility",
       Games Econ. Behav. 2 (1990) 378-394.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> print(population_monotonicity(game, "shapley"))
    shapley: s2 loses 2 money because s1 is there
    """
    check_game(game, "population_monotonicity")
    if game.n_players < 2:
        raise InvalidInputError("population_monotonicity needs at least 2 players.")
    name, payoffs = rule_payoffs(game, rule, "population_monotonicity")
    gains = np.zeros((game.n_players, game.n_players))
    for k, player in enumerate(game.players):
        rest = np.arange(game.n_players) != k
        _, without = rule_payoffs(_without(game, player), rule, "population_monotonicity")
        gains[k, rest] = payoffs[rest] - without
    np.fill_diagonal(gains, payoffs - game.single_values)
    return PopulationMonotonicity(game, name, gains)


def _without(game: CoalitionalGame, player: str) -> CoalitionalGame:
    """The game of all others."""
    others = [label for label in game.players if label != player]
    if isinstance(game, SharingGame):
        return SharingGame(game.community.select(others))
    if isinstance(game, IndividualTariffGame):
        inside = game.members(others)
        return replace(
            game,
            community=game.community.select(others),
            import_price=game.import_price[inside],
            export_price=game.export_price[inside],
        )
    if isinstance(game, DispatchGame):
        return _without_home(game, others)
    return subgame(game, others)


def _without_home(game: DispatchGame, others: list[str]) -> DispatchGame:
    """The dispatch game of all others, with their batteries, flexible loads and limits."""
    inside = game.members(others)
    own, theirs = (
        None if limit is None else np.asarray(limit)[inside] for limit in (game.import_limit, game.export_limit)
    )
    return replace(
        game,
        community=game.community.select(others),
        flexibility=tuple(load for load in game.flexibility if load.home in others),
        import_limit=own,
        export_limit=theirs,
    )
