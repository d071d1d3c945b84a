"""How evenly gains are spread, and whether they follow what each home brings."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray


def gini(payoffs: FloatArray) -> float:
    r"""Gini coefficient of the gains: 0 if all gain the same, towards 1 if one home takes all.

    .. math:: G = \frac{\sum_{i,j} |x_i - x_j|}{2 n \sum_i x_i}

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Gains. [money]

    Returns
    -------
    float
        NaN if the gains do not add up to a positive total; above 1 is possible when some lose.

    References
    ----------
    .. [1] C. Gini, "Variabilita e mutabilita", 1912.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 1.0]))
    (0.0, 0.5)
    """
    total = float(payoffs.sum())
    if total <= 0:
        return float("nan")
    ranked = np.sort(payoffs)
    n = len(ranked)
    return max(0.0, float((2 * np.arange(1, n + 1) - n - 1) @ ranked / (n * total)))


def jain(payoffs: FloatArray) -> float:
    r"""Jain's fairness index of the gains: 1 if all gain the same, 1/n if one home takes all.

    .. math:: J = \frac{(\sum_i x_i)^2}{n \sum_i x_i^2}

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Gains. [money]

    Returns
    -------
    float
        NaN if nobody gains or loses anything.

    References
    ----------
    .. [1] R. Jain, D.-M. Chiu and W. Hawe, "A quantitative measure of fairness and discrimination for
       resource allocation in shared computer systems", DEC-TR-301, 1984.

    Examples
    --------
    >>> jain(np.array([1.0, 1.0])), jain(np.array([0.0, 1.0]))
    (1.0, 0.5)
    """
    squares = float(payoffs @ payoffs)
    return float(payoffs.sum()) ** 2 / (len(payoffs) * squares) if squares > 0 else float("nan")


def correlation(payoffs: FloatArray, contribution: FloatArray) -> float:
    """Correlation of gains with marginal contributions v(N) - v(N without i); NaN if either is constant.

    Examples
    --------
    >>> correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    1.0
    """
    x, y = payoffs - payoffs.mean(), contribution - contribution.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return round(float(x @ y) / scale, 12) if scale > 1e-12 * float(np.abs(contribution).sum()) ** 2 else float("nan")
