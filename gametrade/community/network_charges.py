"""What the operator asks for a kWh traded between two homes: the same for all, by electrical distance, or by zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gametrade.community.feeder import Feeder
from gametrade.community.finite_numbers import finite_number
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import FloatArray

WAYS = ("uniform", "lines", "resistance", "zone")


def network_charges(
    feeder: Feeder, homes: Sequence[str], *, rate: float, by: str = "lines", zones: Mapping[str, str] | None = None
) -> FloatArray:
    r"""Charge for each pair of homes.

    Parameters
    ----------
    feeder : Feeder
        Where the homes are.
    homes : sequence of str
        n homes.
    rate : float
        Charge of a kWh: per trade ("uniform"), per line on the way ("lines"), per ohm on the way ("resistance"), or
        per border between zones ("zone"). [money/kWh]
    by : {"uniform", "lines", "resistance", "zone"}, default="lines"
        How trades are told apart.
    zones : mapping of bus to zone, optional
        For "zone": the zone of every bus; a trade pays the rate for each line on its way that joins two zones.

    Returns
    -------
    ndarray of shape (n, n)
        Symmetric, zero on the diagonal. [money/kWh]

    Raises
    ------
    InvalidInputError
        If the rate is negative, or zones are missing.
    UnknownNameError
        If there is no such way, or a bus has no zone.

    Notes
    -----
    The electrical distance of a trade is the sum over lines of the absolute power transfer distribution factors; on a
    tree a trade flows through the lines between the two homes and through no others, so "lines" counts them [1]_.

    References
    ----------
    .. [1] T. Baroche, P. Pinson, R. Le Goff Latimier and H. Ben Ahmed, "Exogenous cost allocation in peer-to-peer
       electricity markets", IEEE Trans. Power Syst. 34 (2019) 2553-2564.

    Examples
    --------
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.2], [0, 0], homes={"Ada": "a", "Bob": "b", "Cy": "b"})
    >>> network_charges(feeder, ["Ada", "Bob", "Cy"], rate=0.01).tolist()
    [[0.0, 0.01, 0.01], [0.01, 0.0, 0.0], [0.01, 0.0, 0.0]]
    """
    rate = finite_number(rate, "rate", "network_charges", least=0.0)
    if by not in WAYS:
        raise UnknownNameError("way of network_charges", by, WAYS)
    n = len(homes)
    if by == "uniform":
        return rate * (1.0 - np.eye(n))
    fed = feeder.below.astype(float) @ feeder.at(homes)
    between = np.abs(fed[:, :, None] - fed[:, None, :])
    return np.asarray(rate * np.tensordot(_weights(feeder, by, zones), between, axes=1))


def _weights(feeder: Feeder, by: str, zones: Mapping[str, str] | None) -> FloatArray:
    """What each line adds to the distance of a trade that flows through it, shape (m,)."""
    if by != "zone":
        return np.ones(len(feeder.lines)) if by == "lines" else feeder.resistance
    if zones is None:
        raise InvalidInputError("zones of network_charges must be given to charge by zone. Got None.")
    for bus in feeder.buses:
        if bus not in zones:
            raise UnknownNameError("bus with a zone in network_charges", bus, list(zones))
    return np.array([float(zones[start] != zones[end]) for start, end in feeder.lines])
