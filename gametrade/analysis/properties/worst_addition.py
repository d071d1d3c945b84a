"""The player who adds least to a coalition."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from gametrade.games.coalitional.marginal_values import added_by


def worst_addition(values: NDArray[Any], demanded: NDArray[Any], *, empty: bool) -> tuple[int, int]:
    r"""Find the coalition and the player outside it with the least :math:`v(S \cup i) - v(S) - d_i`.

    Parameters
    ----------
    values : ndarray of shape (2**n,)
        A table in bitmask order.
    demanded : ndarray of shape (n,)
        What each player asks for. [money]
    empty : bool
        Whether the empty coalition counts; if not, n is at least 2.

    Returns
    -------
    smaller : int
        Bitmask of S.
    player : int
        Position of i.
    """
    best: tuple[Any, int, int] | None = None
    for i, demand in enumerate(demanded):
        added = added_by(values, i).ravel()
        start = 0 if empty else 1
        k = start + int(added[start:].argmin())
        if best is None or added[k] - demand < best[0]:
            best = added[k] - demand, with_zero_at(k, i), i
    assert best is not None
    return best[1], best[2]


def with_zero_at(index: int, bit: int) -> int:
    """Bitmask of a coalition of the other players, counted without the player at `bit`.

    Examples
    --------
    >>> bin(with_zero_at(0b111, 1))
    '0b1101'
    """
    low = index & ((1 << bit) - 1)
    return (index - low) << 1 | low
