"""Markets with several contracts a player: one unit of energy, one contract, so that units form an assignment game."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.assignment import AssignmentGame
from gametrade.games.contracts.community_dispatch import whole_units
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class UnitMarket:
    r"""Sellers and buyers with several units each, every unit a player of an assignment game.

    Parameters
    ----------
    sellers, buyers : mapping of str to int
        Units of each, at least 1.
    gains : array_like of shape (m, k)
        Gain of a unit traded by each pair of a seller and a buyer. [money]

    Raises
    ------
    InvalidInputError
        If a side is empty, a number of units is no whole number above 0, or the gains have another shape.

    Notes
    -----
    With one unit each this is the single-contract market of [1]_, with more the multi-contract one. A coalition of
    owners is one of all their units, so the sums over units of a core allocation of units are a core allocation of
    owners; the converse fails, since owners may share the gain of their units unequally.

    References
    ----------
    .. [1] A. A. Raja and S. Grammatico, "Bilateral peer-to-peer energy trading via coalitional games",
       arXiv:2301.12271 (2023).

    Examples
    --------
    >>> market = UnitMarket({"s": 2}, {"a": 1, "b": 1}, [[8, 5]])
    >>> market.game.players, market.owners, market.game.grand_value
    (('s#1', 's#2', 'a#1', 'b#1'), ('s', 'a', 'b'), 13.0)
    """

    sellers: Mapping[str, int]
    buyers: Mapping[str, int]
    gains: ArrayLike

    def __post_init__(self) -> None:
        for side in (self.sellers, self.buyers):
            if not side or any(int(units) != units or units < 1 for units in side.values()):
                raise InvalidInputError(f"units of UnitMarket must be whole numbers of at least 1. Got {dict(side)}.")
        shape = (len(self.sellers), len(self.buyers))
        object.__setattr__(self, "gains", finite_numbers(self.gains, "gains", "UnitMarket", shape))

    @property
    def owners(self) -> tuple[str, ...]:
        """Labels of the sellers, then of the buyers."""
        return (*self.sellers, *self.buyers)

    @property
    def owner(self) -> IntArray:
        """Position of the owner of each unit."""
        return np.repeat(np.arange(len(self.owners)), [*self.sellers.values(), *self.buyers.values()])

    @property
    def game(self) -> AssignmentGame:
        """The assignment game of the units."""
        rows, columns = (
            [f"{label}#{k + 1}" for label, units in side.items() for k in range(units)]
            for side in (self.sellers, self.buyers)
        )
        each = [np.repeat(np.arange(len(side)), [*side.values()]) for side in (self.sellers, self.buyers)]
        return AssignmentGame(rows, columns, np.asarray(self.gains)[np.ix_(*each)])

    def of_owners(self, payoffs: FloatArray) -> FloatArray:
        """Payoffs of units added up for each owner. [money]"""
        return np.asarray(np.bincount(self.owner, payoffs, len(self.owners)), dtype=float)

    def value(self, members: BoolArray) -> float:
        """Value of a coalition of owners, of shape (n,). [money]"""
        return float(self.game.values(np.asarray(members, dtype=bool)[self.owner][None, :])[0])


def community_units(
    community: Community, step: int, *, energy: float, preference: ArrayLike | None = None
) -> UnitMarket:
    """Cut the surplus and deficit of one step into units that are traded by contract.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    step : int
        Settlement step.
    energy : float
        Energy of a unit, above 0; what is left of a surplus or deficit goes to the grid. [kWh]
    preference : array_like of shape (n, n), optional
        What buyer (column) gains on top for a unit of seller (row); 0 if not given. [money]

    Returns
    -------
    UnitMarket
        A unit gains its energy times the spread less the network charge, plus the preference.

    Raises
    ------
    InvalidInputError
        If a side has no whole unit, or a number is out of range.

    Examples
    --------
    >>> import gametrade as gt
    >>> noon = gt.Community(["Ada", "Bob"], [[0.0], [2.5]], [[1.2], [0.0]], ["2023-06-01T12:00"], 1.0,
    ...                     gt.Tariff(import_price=0.3, export_price=0.1))
    >>> market = community_units(noon, 0, energy=0.5)
    >>> market.sellers, market.buyers, round(market.game.grand_value, 9)
    ({'Ada': 2}, {'Bob': 5}, 0.2)
    """
    if not energy > 0:
        raise InvalidInputError(f"energy of community_units must be above 0. Got {energy!r}.")
    n = community.n_prosumers
    liked = finite_numbers(
        np.zeros((n, n)) if preference is None else preference, "preference", "community_units", (n, n)
    )
    sells, buys = whole_units(community, step, energy)
    if not sells.any() or not buys.any():
        raise InvalidInputError(f"step {step} of community_units must have a unit of surplus and one of deficit.")
    rows, columns = np.flatnonzero(sells), np.flatnonzero(buys)
    gain = energy * float(community.tariff.over(community.n_steps).spread()[step])
    names = community.names
    return UnitMarket(
        {names[i]: int(sells[i]) for i in rows},
        {names[j]: int(buys[j]) for j in columns},
        gain + liked[np.ix_(rows, columns)],
    )
