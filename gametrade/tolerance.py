"""The one place that says how small a number must be to count as zero."""

from __future__ import annotations

RELATIVE_TOLERANCE = 1e-9
"""Share of the range of a game's zero-normalised values below which an excess counts as none."""

BALANCE_TOLERANCE = 1e-9
"""Share of the total below which money or energy counts as balanced."""


def absolute_tolerance(value_range: float, relative: float = RELATIVE_TOLERANCE) -> float:
    """Tolerance in money of a game whose zero-normalised values span `value_range`.

    Parameters
    ----------
    value_range : float
        Largest minus smallest zero-normalised value. [money]
    relative : float, default=1e-9
        Tolerance as a share of the range.

    Returns
    -------
    float
        Absolute tolerance; zero for an inessential game, which is decided exactly. [money]

    Examples
    --------
    >>> absolute_tolerance(500.0)
    5e-07
    """
    return relative * abs(value_range)
