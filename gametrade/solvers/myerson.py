"""The Myerson value: the Shapley value when only linked players can act together."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import Allocation, GraphGame, all_coalitions
from gametrade.registry import rules
from gametrade.solvers.shapley import shapley, shapley_fractions, shapley_values

COMPONENT_PLAYERS = 20
"""Largest component of the graph whose coalitions are all listed."""

BLOCK = 4096


@rules.register(
    promises=("efficiency", "symmetry", "null_player"),
    needs="graph",
    kind="payoff",
    source="Myerson 1977, 10.1287/moor.2.3.225",
)
def myerson(game: GraphGame, *, exact: bool = False) -> Allocation:
    r"""Pay each player its Shapley value in the game restricted to a graph.

    Parameters
    ----------
    game : GraphGame
        A game with the links between its players.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds; at most 25 players.

    Returns
    -------
    Allocation
        Payoffs. Each connected component of the graph shares its own value. [money]

    Raises
    ------
    TooManyPlayersError
        If `exact` is True and there are more than 25 players.

    Notes
    -----
    The only rule that shares the value of every component among its members (component efficiency) and under
    which cutting a link costs its two ends the same (fairness) [1]_. A null player of the game without a graph may be
    paid for connecting others. The components are solved one by one, :math:`O(2^c)` each for c players; a graph
    with a component of more than 20 is sampled as :func:`shapley` does.

    References
    ----------
    .. [1] R. B. Myerson, "Graphs and cooperation in games", Math. Oper. Res. 2 (1977) 225-229.
       :doi:`10.1287/moor.2.3.225`

    Examples
    --------
    >>> import gametrade as gt
    >>> trade = gt.TableGame.from_values({("seller", "buyer"): 6.0, ("seller", "bus", "buyer"): 6.0})
    >>> line = gt.GraphGame(trade, [("seller", "bus"), ("bus", "buyer")])
    >>> gt.allocate(line, "myerson").payoffs
    array([2., 2., 2.])
    """
    if exact:
        return Allocation.of_fractions(game, "myerson", shapley_fractions(game))
    components = [game.members(labels) for labels in game.components]
    if max(int(inside.sum()) for inside in components) > COMPONENT_PLAYERS:
        answer = shapley(game)
        return Allocation(game, "myerson", answer.payoffs, standard_errors=answer.standard_errors, notes=answer.notes)
    payoffs = np.zeros(game.n_players)
    for inside in components:
        payoffs[inside] = _within(game, np.flatnonzero(inside))
    note = f"Exact: {len(components)} connected component{'s' if len(components) > 1 else ''} of the graph."
    return Allocation(game, "myerson", payoffs, notes=(note,))


def _within(game: GraphGame, component: np.ndarray) -> np.ndarray:
    """Shapley value of one component on its own."""
    size = len(component)
    table = np.empty(2**size)
    for start in range(0, table.size, BLOCK):
        masks = np.arange(start, min(start + BLOCK, table.size))
        rows = np.zeros((len(masks), game.n_players), dtype=bool)
        rows[:, component] = all_coalitions(size, masks)
        table[masks] = game.values(rows)
    return shapley_values(table)
