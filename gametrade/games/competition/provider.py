"""A provider of energy sharing: how it splits the gains of its members, and what it charges them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import SharingGame
from gametrade.games.step_prices import StepPrices
from gametrade.typing import FloatArray

CHARGED = ("traded", "sold", "bought")


@dataclass(frozen=True, eq=False)
class Provider:
    """A market provider whose members share their energy among themselves, under its rule and for its fees.

    Parameters
    ----------
    rule : StepPrices or callable
        How the gains of the members are split: by the totals of each step, or any function of the members'
        :class:`SharingGame` that returns one payoff a home, an array of shape (k,) or an `Allocation`. [money]
    fee_per_member : float, default=0.0
        Fee of each member for the whole period, at least 0. [money]
    fee_per_kwh : float, default=0.0
        Fee on each metered kWh of the members' net surplus and deficit, shared or not, at least 0. [money/kWh]
    share_of_savings : float, default=0.0
        Share of a member's gains, if positive, that the provider keeps, from 0 to 1.
    name : str
        Label of the provider.
    charged : {"traded", "sold", "bought"}
        Which kWh pay the fee per kWh: surplus and deficit, surplus only, or deficit only.

    Raises
    ------
    InvalidInputError
        If there is no rule, a fee is negative or not finite, or the share is above 1.

    Examples
    --------
    >>> pool = Provider(lambda game: [1.0, 3.0], fee_per_member=0.5, share_of_savings=0.5, name="pool")
    >>> pool.fees(np.array([1.0, 3.0]), np.zeros(2))
    array([1., 2.])
    """

    rule: StepPrices | Callable[[SharingGame], Any]
    fee_per_member: float = 0.0
    fee_per_kwh: float = 0.0
    share_of_savings: float = 0.0
    name: str = "provider"
    charged: str = "traded"

    def __post_init__(self) -> None:
        if not isinstance(self.rule, StepPrices) and not callable(self.rule):
            raise InvalidInputError(
                f"rule of Provider {self.name!r} must be StepPrices or a function of a SharingGame; a registered rule "
                f"is taken by name by registered_provider. Got {self.rule!r}."
            )
        for label in ("fee_per_member", "fee_per_kwh", "share_of_savings"):
            value = getattr(self, label)
            number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if not (number and np.isfinite(value) and value >= 0):
                raise InvalidInputError(f"{label} of Provider {self.name!r} must be at least 0. Got {value!r}.")
        if self.share_of_savings > 1:
            raise InvalidInputError(
                f"share_of_savings of Provider {self.name!r} must be from 0 to 1. Got {self.share_of_savings!r}."
            )
        if self.charged not in CHARGED:
            raise InvalidInputError(
                f"charged of Provider {self.name!r} must be one of {CHARGED}. Got {self.charged!r}."
            )

    def charged_energy(self, community: Community) -> FloatArray:
        """Energy of each home that pays the fee per kWh, shape (n,). [kWh]"""
        surplus, deficit = community.surplus.sum(axis=1), community.deficit.sum(axis=1)
        return np.asarray({"traded": surplus + deficit, "sold": surplus, "bought": deficit}[self.charged])

    def fees(self, gains: FloatArray, energy: FloatArray) -> FloatArray:
        """What members pay the provider.

        Parameters
        ----------
        gains : ndarray of shape (..., n)
            Gains before fees. [money]
        energy : ndarray of shape (n,)
            Energy that pays the fee per kWh. [kWh]

        Returns
        -------
        ndarray of shape (..., n)
            Fees, at least 0. [money]
        """
        fixed = self.fee_per_member + self.fee_per_kwh * energy
        return np.asarray(fixed + self.share_of_savings * np.maximum(gains, 0.0))
