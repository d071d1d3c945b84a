"""A seller offers a share of the profit; buyers accept or reject."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.pricing import offer_numbers
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike, FloatArray


@systems.register(
    source="Amin et al. 2020, read as offers one after the other",
    example={"profit": 6.0, "reservations": [0.25, 0.5]},
    of_step=offer_numbers.offered_shares,
)
def offer_game(
    *,
    profit: ArrayLike,
    reservations: ArrayLike,
    seller: str = "seller",
    buyers: Sequence[str] | None = None,
    unit: str = "money",
) -> StackelbergGame:
    r"""Reading A, one after the other: the seller offers a share of the profit, buyers take it or leave it.

    Parameters
    ----------
    profit : array_like, broadcast to shape (n,)
        Profit of a trade with each buyer. [money]
    reservations : array_like of shape (n,)
        Least share that each buyer accepts, from 0 to 1; an indifferent buyer accepts.
    seller : str
        Label of the leader.
    buyers : sequence of str, optional
        Labels of the followers.
    unit : str
        Money.

    Returns
    -------
    StackelbergGame
        One leader who chooses S in [0, 1]; buyer i answers 1 (accepts) where :math:`S \ge y_i`.

    Notes
    -----
    Players: the seller (leader), buyers (followers). Strategies: the share of the profit offered to buyers;
    acceptance, 0 or 1. Payoffs: what is left of the profit; the share above the reservation [money]. Source: Amin
    et al. 2020. Interpretation: one of two readings of a paper whose formulas could not be read;
    :func:`contract_game` is the other.

    Payoff of the seller: :math:`(1 - S)` of the profit with each buyer who accepts; of a buyer: S times the profit,
    above its reservation. One buyer: the equilibrium offer is its reservation share. An interpretation of the offer
    game of Amin et al. 2020, whose formulas could not be read.

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.solve(offer_game(profit=6.0, reservations=[0.25]), "leader_scan")[0].strategies[0].tolist()
    [0.25]
    """
    least = np.array(reservations, dtype=float).ravel()
    if not least.size or not ((least >= 0) & (least <= 1)).all():
        raise InvalidInputError(f"reservations of offer_game must be shares from 0 to 1. Got {least.tolist()}.")
    gained = np.array(profit, dtype=float)
    if gained.shape not in ((), least.shape) or not np.isfinite(gained).all() or gained.min() < 0:
        raise InvalidInputError(f"profit of offer_game must be one number of at least 0, or {least.size} of them.")
    gained = np.broadcast_to(gained, least.shape)

    def response(x: FloatArray) -> FloatArray:
        return np.where(x[0] >= least, 1.0, 0.0)

    def ceiling(i: int, low: float, high: float, x: FloatArray) -> float:
        return (1 - low) * float(gained @ (high >= least))

    return StackelbergGame(
        (seller,),
        (("share",),),
        (Polyhedron.of([0.0], [1.0]),),
        (lambda x, y: (1 - float(x[0])) * float(gained @ y),),
        response,
        () if buyers is None else tuple(map(str, buyers)),
        follower_gaps=lambda x, y: gained * np.maximum(0.0, (x[0] - least) * (response(x) - y)),
        kinks=lambda i, x: least,
        ceiling=ceiling,
        unit=unit,
    )
