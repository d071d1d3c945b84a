"""Shares in proportion to what would be lost without each player."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook
from gametrade.typing import FloatArray

PIVOTAL = 1e-6
"""Share of their absolute sum below which marginal contributions count as adding up to nothing."""


@rules.register(
    promises=("efficiency", "symmetry", "covariance"),
    needs="any",
    kind="payoff",
    source="Clarke 1971, 10.1007/BF01726210, scaled to balance",
)
def marginal_contribution(game: CoalitionalGame) -> Allocation:
    r"""Share the gains in proportion to what all the others would lose without each player.

    Parameters
    ----------
    game : CoalitionalGame
        Any game.

    Returns
    -------
    Allocation
        Payoffs that balance; ``beside["clarke"]`` holds the contributions before they were scaled, and a note
        says by how much those miss the gains. [money]

    Notes
    -----
    The Clarke payoff is :math:`c_i = v(N) - v(N \setminus i)`; it makes truth-telling dominant and pays out
    more or less than :math:`v(N)`. What player i adds over being alone, :math:`M_i = c_i - v(\{i\})`, is
    scaled:

    .. math:: x_i = v(\{i\}) + M_i \, \frac{v(N) - \sum_j v(\{j\})}{\sum_j M_j} .

    If nobody is pivotal, or contributions of both signs cancel (their sum is below 1e-6 of the sum of their
    sizes), the gains are split equally, with a note; a null player is then paid too, so the null-player
    property is not promised for every game. In a sharing game every :math:`M_i \ge 0`, some are positive
    whenever anything is gained, and the rule is individually rational and pays a home without net load
    nothing. Sharing games take O(n T), others n values of coalitions.

    References
    ----------
    .. [1] E. H. Clarke, "Multipart pricing of public goods", Public Choice 11 (1971) 17-33.
       :doi:`10.1007/BF01726210`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 8, ("s2", "b"): 8, ("s1", "s2", "b"): 12})
    >>> split = gt.allocate(game, "marginal_contribution")
    >>> split.payoffs, split.beside["clarke"]
    (array([2.4, 7.2, 2.4]), array([ 4., 12.,  4.]))
    """
    alone, total = game.single_values, game.grand_value
    clarke = marginal_values(game)
    added = clarke - alone
    gains = total - float(alone.sum())
    notes = [f"The Clarke payoffs add up to {float(clarke.sum()) - total:+.6g} {game.unit} over the gains."]
    if abs(added.sum()) > PIVOTAL * np.abs(added).sum():
        payoffs = alone + added * (gains / added.sum())
    else:
        payoffs = alone + gains / game.n_players
        notes.append("No player's marginal contribution counts: equal shares.")
    return Allocation(game, "marginal_contribution", payoffs, beside={"clarke": clarke}, notes=tuple(notes))


@singledispatch
def marginal_values(game: CoalitionalGame) -> FloatArray:
    r"""What the grand coalition loses without each player, :math:`v(N) - v(N \setminus i)`.

    Parameters
    ----------
    game : CoalitionalGame
        Any game; a new kind may register a faster way.

    Returns
    -------
    ndarray of shape (n,)
        Marginal contributions. [money]
    """
    return np.asarray(game.grand_value - game.values(~np.eye(game.n_players, dtype=bool)))


@marginal_values.register
def _(game: SharingGame) -> FloatArray:
    book = TradeBook(game)
    left = np.minimum(book.supply - book.selling, book.need - book.buying)
    lost = np.minimum(book.supply, book.need) - np.maximum(left, 0.0)
    return np.asarray(lost.sum(axis=1))
