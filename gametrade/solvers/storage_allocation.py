"""Core allocations of shared storage: by the side that is short on the day, or by the scenarios that size it."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.games.coalitional.storage_investment import ExistingStorageGame, StorageInvestmentGame


@singledispatch
def storage_allocation(game: CoalitionalGame) -> Allocation:
    r"""Share the savings of storage so that nobody gains by leaving.

    Parameters
    ----------
    game : ExistingStorageGame or StorageInvestmentGame
        Storage that exists, on one day; or storage bought together, in expectation.

    Returns
    -------
    Allocation
        Savings over being alone; ``beside["cost"]`` is what each member pays. [money]

    Raises
    ------
    InvalidInputError
        If the game is of another kind.

    Notes
    -----
    *Existing storage* [1]_. If all peaks together reach all storage, a kWh of storage is worth the high price to
    everyone, and member i pays :math:`k_i + \pi_\ell y_i + \pi_h (x_i - B_i) + \pi_\ell B_i`; else it is worth the low
    price, and it pays :math:`k_i + \pi_\ell (x_i + y_i)`. In the core of every day, because
    :math:`(x_S - B_S)^+ \ge \lambda (x_S - B_S)` for :math:`\lambda \in \{0, 1\}`, with equality for everyone.

    *Joint investment.* Member i pays :math:`\pi_\ell \mathrm{E}[x_i + y_i] + \sum_k \theta_k x_{ik}` with the dual
    weights :math:`\theta` of all together, ties at the quantile in proportion to the probabilities. In the core in
    expectation: the same weights are admissible for every coalition, whose cost is their maximum. On a single day a
    coalition may pay more than it would alone.

    References
    ----------
    .. [1] P. Chakraborty et al., "Sharing storage in a smart grid: a coalitional game approach", IEEE Trans. Smart
       Grid 10 (2019) 4379-4390.

    Examples
    --------
    >>> day = ExistingStorageGame(["a", "b"], [4, 1], peak=[2, 5], off_peak=[1, 1], high_price=0.5, low_price=0.2)
    >>> storage_allocation(day).payoffs.round(9)
    array([0.6, 0. ])
    """
    raise InvalidInputError(f"storage_allocation needs a game of storage. Got {type(game).__name__}.")


@storage_allocation.register
def _existing(game: ExistingStorageGame) -> Allocation:
    short = game.peak.sum() >= game.capacity.sum()
    worth = (game.high_price - game.low_price) * (game.peak - game.capacity)
    alone = game.costs(np.eye(game.n_players, dtype=bool))
    payoffs = np.maximum(0.0, worth) - worth * short
    side = "short" if short else "left over"
    note = f"Storage is {side} on this day; the allocation is in the core of this day."
    return Allocation(game, "storage_allocation", payoffs, beside={"cost": alone - payoffs}, notes=(note,))


@storage_allocation.register
def _investment(game: StorageInvestmentGame) -> Allocation:
    theta = game.weights(game.peak.sum(axis=0)[None, :])[0]
    own = (game.weights(game.peak) * game.peak).sum(axis=1)
    payoffs = own - game.peak @ theta
    alone = game.costs(np.eye(game.n_players, dtype=bool))
    note = "In the core in expectation over the scenarios, not on every day."
    return Allocation(game, "storage_allocation", payoffs, beside={"cost": alone - payoffs}, notes=(note,))
