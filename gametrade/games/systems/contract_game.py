"""Seller and buyer name a share of the profit at once, and deal only if they agree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing import offer_numbers
from gametrade.registry import systems


@systems.register(
    source="Amin et al. 2020, read as contracts named at once",
    example={"profit": 6.0, "shares": [0.25, 0.5, 0.75]},
    of_step=offer_numbers.named_shares,
)
def contract_game(*, profit: float, shares: Sequence[float], unit: str = "money") -> NormalFormGame:
    r"""Reading B, at once: seller and buyer each name the buyer's share, and there is a deal only if they agree.

    Parameters
    ----------
    profit : float
        Profit of the trade. [money]
    shares : sequence of float
        Shares of the buyer that may be named, each from 0 to 1.
    unit : str
        Money.

    Returns
    -------
    NormalFormGame
        Players: seller and buyer.

    Notes
    -----
    Players: seller and buyer. Strategies: the share of the profit that the buyer is to get, named at once. Payoffs:
    their shares of the profit if both name the same, nothing otherwise [money]. Source: Amin et al. 2020.
    Interpretation: one of two readings of a paper whose formulas could not be read; :func:`offer_game` is the
    other.

    Every share strictly between 0 and 1 on which both agree is a strict equilibrium, and every deviation leaves both
    with nothing: the only reading consistent with "any deviation leads to zero utility for both" in the review of
    Amin et al. 2020. There are as many equilibria as shares, so a selector has to be named.

    Examples
    --------
    >>> import gametrade as gt
    >>> len(gt.solve(contract_game(profit=6.0, shares=[0.25, 0.5, 0.75]), "pure_equilibria"))
    3
    """
    named = np.array(shares, dtype=float).ravel()
    if not named.size or not ((named >= 0) & (named <= 1)).all():
        raise InvalidInputError(f"shares of contract_game must be from 0 to 1. Got {named.tolist()}.")
    agreed = profit * np.eye(named.size)
    labels = [f"{share:g}" for share in named]
    payoffs = np.stack([agreed * (1 - named), agreed * named])
    return NormalFormGame(payoffs, ["seller", "buyer"], [labels, labels], unit=unit)
