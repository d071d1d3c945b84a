"""The one place that says how small a number must be to count as zero."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray

RELATIVE_TOLERANCE = 1e-9
"""Share of the range of a game's zero-normalised values below which an excess counts as none."""

BALANCE_TOLERANCE = 1e-9
"""Share of the total below which money or energy counts as balanced."""


ROUNDING = 1e-12
"""Share of the money in play below which sums of floats may differ: what keeps games without gains decidable."""


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
    >>> absolute_tolerance(2.0)
    2e-09
    """
    return relative * abs(value_range)


def decision_tolerance(tolerance: float, payoffs: FloatArray) -> float:
    """Tolerance of statements about a payoff vector: that of the game, or rounding of the payoffs if larger.

    Parameters
    ----------
    tolerance : float
        Tolerance of the game. [money]
    payoffs : ndarray of shape (n,)
        Payoffs. [money]

    Returns
    -------
    float
        Larger than the tolerance of the game only where payoffs dwarf the gains. [money]

    Examples
    --------
    >>> import numpy as np
    >>> decision_tolerance(0.0, np.array([3.0, -2.0]))
    5e-12
    """
    return max(tolerance, ROUNDING * float(np.abs(payoffs).sum()))
