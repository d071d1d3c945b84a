"""Network charges of links that are known before anybody trades: uniform, by electrical distance, by zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray

Links = Sequence[tuple[str, str]]


def uniform_charge(links: Links, rate: float) -> FloatArray:
    """Charge every link alike, half of it to either end.

    Parameters
    ----------
    links : sequence of pairs of str
        L links.
    rate : float
        Charge on each traded kWh, at least 0. [money/kWh]

    Returns
    -------
    ndarray of shape (L, 2)
        What either end pays. [money/kWh]

    Raises
    ------
    InvalidInputError
        If the rate is negative or not finite.

    Examples
    --------
    >>> uniform_charge([("a", "b")], 0.04)
    array([[0.02, 0.02]])
    """
    return np.full((len(links), 2), finite_number(rate, "rate", "uniform_charge", least=0) / 2)


def distance_charge(links: Links, rate: float, distance: ArrayLike, players: Sequence[str]) -> FloatArray:
    r"""Charge links in proportion to the electrical distance of their ends.

    Parameters
    ----------
    links : sequence of pairs of str
        L links.
    rate : float
        Charge on each kWh and unit of distance, at least 0. [money/kWh]
    distance : array_like of shape (n, n)
        Distance between players, e.g. the sum of absolute power transfer distribution factors; symmetric, at least 0.
    players : sequence of str
        n labels of its rows.

    Returns
    -------
    ndarray of shape (L, 2)
        What either end pays, half each. [money/kWh]

    Raises
    ------
    InvalidInputError
        If the matrix is not symmetric, a number is negative, or a link joins somebody else.

    Examples
    --------
    >>> distance_charge([("a", "b")], 0.01, [[0, 3], [3, 0]], ["a", "b"])
    array([[0.015, 0.015]])
    """
    n = len(players)
    lengths = finite_numbers(distance, "distance", "distance_charge", (n, n), least=0.0)
    if not np.array_equal(lengths, lengths.T):
        raise InvalidInputError("distance of distance_charge must be symmetric.")
    place = {str(label): i for i, label in enumerate(players)}
    _refuse_strangers(links, place, "distance_charge")
    long = np.array([lengths[place[a], place[b]] for a, b in links])
    each = finite_number(rate, "rate", "distance_charge", least=0) * long / 2
    return np.stack([each, each], axis=1)


def zonal_charge(
    links: Links, zones: Mapping[str, str], *, within: float = 0.0, between: float = 0.0, entry: float = 0.0
) -> FloatArray:
    """Charge links by the zones of their ends.

    Parameters
    ----------
    links : sequence of pairs of str
        L links.
    zones : mapping of str to str
        Zone of each player.
    within : float, default=0.0
        Charge on each kWh traded inside a zone. [money/kWh]
    between : float, default=0.0
        Charge on each kWh traded between zones. [money/kWh]
    entry : float, default=0.0
        What either end pays on top for leaving its zone. [money/kWh]

    Returns
    -------
    ndarray of shape (L, 2)
        What either end pays. [money/kWh]

    Raises
    ------
    InvalidInputError
        If a charge is negative, or a player has no zone.

    Examples
    --------
    >>> zonal_charge([("a", "b"), ("b", "c")], {"a": "x", "b": "x", "c": "y"}, within=0.02, between=0.06)
    array([[0.01, 0.01],
           [0.03, 0.03]])
    """
    names = {"within": within, "between": between, "entry": entry}
    rates = {name: finite_number(value, name, "zonal_charge", least=0) for name, value in names.items()}
    _refuse_strangers(links, zones, "zonal_charge")
    inside = np.array([zones[a] == zones[b] for a, b in links], dtype=bool)
    each = np.where(inside, rates["within"] / 2, rates["between"] / 2 + rates["entry"])
    return np.stack([each, each], axis=1)


def _refuse_strangers(links: Links, known: Mapping[str, object], owner: str) -> None:
    """Every end of a link is known."""
    strangers = [label for link in links for label in link if label not in known]
    if strangers:
        raise InvalidInputError(f"links of {owner} must join players that it knows. Got {strangers[0]!r}.")
