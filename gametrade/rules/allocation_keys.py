"""What the rules of national energy-community laws share: checks, and payoffs of attributed energy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.rules.settlement import TradeBook
from gametrade.typing import ArrayLike, FloatArray


def check_local_share(local_share: float, rule: str) -> None:
    """Refuse a local price outside the tariff lines.

    Parameters
    ----------
    local_share : float
        Share of the spread that goes to sellers.
    rule : str
        Name of the rule, for the message.

    Raises
    ------
    InvalidInputError
        If it is not between 0 and 1.
    """
    if not 0 <= local_share <= 1:
        raise InvalidInputError(f"local_share of {rule} must be between 0 and 1. Got {local_share!r}.")


def key_vector(keys: Mapping[str, float] | ArrayLike | None, names: tuple[str, ...]) -> FloatArray:
    """Turn keys by name or in order into a vector that sums to 1.

    Parameters
    ----------
    keys : mapping, array_like of shape (n,) or None
        Shares of the local energy; homes left out of a mapping get 0; equal shares if None.
    names : tuple of str
        The n homes.

    Returns
    -------
    ndarray of shape (n,)
        Keys, at least 0.

    Raises
    ------
    UnknownNameError
        If a home is not in the community.
    InvalidInputError
        If a key is negative or missing, or they do not sum to 1.
    """
    if keys is None:
        return np.full(len(names), 1.0 / len(names))
    if isinstance(keys, Mapping):
        unknown = [name for name in keys if name not in names]
        if unknown:
            raise UnknownNameError("home in keys of static_key", unknown[0], names)
        vector = np.array([float(keys.get(name, 0.0)) for name in names])
    else:
        try:
            vector = np.array(keys, dtype=float)
        except (TypeError, ValueError):
            raise InvalidInputError(f"keys of static_key must be numbers. Got {keys!r}.") from None
    if vector.shape != (len(names),):
        raise InvalidInputError(
            f"keys of static_key must have one number for each of the {len(names)} homes. Got shape {vector.shape}."
        )
    if not (np.isfinite(vector).all() and (vector >= 0).all() and abs(vector.sum() - 1) <= 1e-9):
        raise InvalidInputError(
            f"keys of static_key must be at least 0 and sum to 1. Got least {vector.min():g}, sum {vector.sum():g}."
        )
    return vector


def attributed_payoffs(book: TradeBook, attributed: FloatArray, local_share: float) -> FloatArray:
    r"""Payoffs when buyers are attributed given amounts at the local price
    :math:`f + \text{share}\cdot\delta`.

    Parameters
    ----------
    book : TradeBook
        Trade steps of the game.
    attributed : ndarray of shape (n, T')
        Spread times energy attributed to each buyer. [money]
    local_share : float
        Share of the spread that goes to sellers.

    Returns
    -------
    ndarray of shape (n,)
        Payoffs: sellers are paid for the attributed energy in proportion to their surplus. [money]
    """
    total = attributed.sum(axis=0)
    return np.asarray((1 - local_share) * attributed.sum(axis=1) + local_share * (book.selling @ (total / book.supply)))


def water_fill(limits: FloatArray, amounts: FloatArray) -> FloatArray:
    """Give everybody the same amount, up to each one's limit, in every column.

    Parameters
    ----------
    limits : ndarray of shape (n, T)
        Most that each can take, at least 0.
    amounts : ndarray of shape (T,)
        What is shared in each column, at most the sum of its limits.

    Returns
    -------
    ndarray of shape (n, T)
        The smaller of the limit and a common level, with the given column sums.

    Examples
    --------
    >>> water_fill(np.array([[1.0], [4.0], [9.0]]), np.array([7.0]))
    array([[1.],
           [3.],
           [3.]])
    """
    n = len(limits)
    ordered = np.sort(limits, axis=0)
    before = np.cumsum(ordered, axis=0) - ordered
    full = before + ordered * np.arange(n, 0, -1)[:, None] < amounts
    filled = np.minimum(full.sum(axis=0), n - 1)
    columns = np.arange(limits.shape[1])
    level = (amounts - before[filled, columns]) / (n - filled)
    return np.asarray(np.minimum(limits, np.maximum(level, 0.0)))
