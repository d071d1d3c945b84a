"""Equal shares of the gains."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import CoalitionalGame
from gametrade.registry import rules
from gametrade.typing import FloatArray


@rules.register(
    promises=("efficiency", "symmetry", "covariance", "additivity"),
    needs="any",
    kind="payoff",
    source="Driessen and Funaki 1991 (centre of the imputation set)",
)
def equal_split(game: CoalitionalGame) -> FloatArray:
    r"""Give every player the same share of what all gain together.

    Parameters
    ----------
    game : CoalitionalGame
        Any game.

    Returns
    -------
    ndarray of shape (n,)
        Payoffs. [money]

    Notes
    -----
    :math:`x_i = v(\{i\}) + (v(N) - \sum_j v(\{j\})) / n`. In a sharing game a home alone gains nothing and
    this is :math:`v(N) / n`. Individually rational if and only if :math:`v(N) \ge \sum_j v(\{j\})`, which
    holds in every sharing game. A home that never trades is paid like all others, so the null-player property
    fails.

    References
    ----------
    .. [1] T. S. H. Driessen and Y. Funaki, "Coincidence of and collinearity between game theoretic
       solutions", OR Spektrum 13 (1991) 15-30.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 8, ("s2", "b"): 8, ("s1", "s2", "b"): 9})
    >>> gt.allocate(game, "equal_split").payoffs
    array([3., 3., 3.])
    """
    alone = game.single_values
    return np.asarray(alone + (game.grand_value - alone.sum()) / game.n_players)
