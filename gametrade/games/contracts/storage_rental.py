"""Shared storage whose capacity homes rent by the day, as a dispatch over links from the owner to each home."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.typing import ArrayLike

OWNER = "storage"


def storage_rental(
    homes: Sequence[str],
    largest_demand: ArrayLike,
    *,
    price_difference: float,
    capacity: float,
    wear: float = 0.0,
    fee: ArrayLike = 0.0,
) -> PeerDispatch:
    r"""Make the market of a shared battery whose owner rents capacity to homes under time-of-use prices.

    Parameters
    ----------
    homes : sequence of str
        n labels.
    largest_demand : array_like of shape (n,)
        Largest peak demand of each home, which is uniform from 0 to it. [kWh]
    price_difference : float
        Peak less off-peak price, at least 0. [money/kWh]
    capacity : float
        Capacity of the battery, at least 0. [kWh]
    wear : float, default=0.0
        Cost of a rented kWh to the owner, at least 0. [money/kWh]
    fee : array_like of shape () or (n,), default=0.0
        What a home pays the network on each rented kWh. [money/kWh]

    Returns
    -------
    PeerDispatch
        The owner, called ``"storage"``, linked to every home; energies are rented capacities.

    Raises
    ------
    InvalidInputError
        If a number is negative.

    Notes
    -----
    A model of the class described as residential shared storage rental; the uniform demand is an interpretation that
    makes benefits quadratic: a home that rents c saves
    :math:`\pi E[\min(c, X)] = \pi (c - \tfrac{c^2}{2 m})`. Without fees the rent is
    :math:`r = \max(w, \pi (1 - C / \sum m))` for :math:`C \le \sum m` and w up to :math:`\pi`, and
    :math:`c_i = m_i (1 - r / \pi)`: capacity is shared in proportion to demands.

    Examples
    --------
    >>> from gametrade.solvers.consensus_dispatch import consensus_dispatch
    >>> found = consensus_dispatch(storage_rental(["a", "b"], [4, 12], price_difference=0.2, capacity=8))
    >>> found.dispatch.round(5), found.link_price.round(6)
    (array([ 8., -2., -6.]), array([0.1, 0.1]))
    """
    n = len(homes)
    if OWNER in homes:
        raise InvalidInputError("homes of storage_rental must not be called 'storage'.")
    most = finite_numbers(largest_demand, "largest_demand", "storage_rental", (n,), least=0.0)
    numbers = {"price_difference": price_difference, "capacity": capacity, "wear": wear}
    spread, size, cost = (finite_number(x, name, "storage_rental", least=0) for name, x in numbers.items())
    fees = np.broadcast_to(finite_numbers(fee, "fee", "storage_rental", (), (n,), least=0.0), n)
    bend = np.divide(spread, most, out=np.zeros(n), where=most > 0)
    return PeerDispatch(
        [OWNER, *homes],
        [0.0, *bend],
        [cost, *np.full(n, spread)],
        [0.0, *(-most)],
        [size, *np.zeros(n)],
        [(OWNER, home) for home in homes],
        np.stack([np.zeros(n), fees], axis=1),
        False,
    )
