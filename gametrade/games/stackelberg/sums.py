"""Running sums of a million terms that are right to the last bits."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray


def running_sums(terms: FloatArray) -> FloatArray:
    r"""Running sums, the empty one first, each as if added exactly and rounded once.

    Parameters
    ----------
    terms : ndarray of shape (m,)
        What is added, any sign.

    Returns
    -------
    ndarray of shape (m + 1,)
        ``running_sums(t)[k]`` is the sum of the first k terms.

    Notes
    -----
    Every term is split into a multiple of a power of two so coarse that no running sum of multiples needs
    more than 53 bits, and a rest. The multiples add up without error, the rests with an error of at most
    :math:`m^3 2^{-104} \max |t|`, so sums that cancel do not carry the rounding of what cancelled. Two passes [1]_.

    References
    ----------
    .. [1] S. M. Rump, T. Ogita and S. Oishi, "Accurate floating-point summation part I", SIAM J. Sci. Comput.
       31 (2008) 189-224. :doi:`10.1137/050645671`

    Examples
    --------
    >>> import numpy as np
    >>> float(running_sums(np.array([1e16, 1.0, -1e16]))[-1]), float(np.array([1e16, 1.0, -1e16]).cumsum()[-1])
    (1.0, 0.0)
    """
    sums = np.zeros(terms.size + 1)
    largest = float(np.abs(terms).max(initial=0.0))
    if largest == 0.0:
        return sums
    power = np.ceil(np.log2(largest)) + np.ceil(np.log2(terms.size + 1)) + 2
    coarse = 2.0 ** min(power, 1022.0)
    multiples = (coarse + terms) - coarse
    sums[1:] = np.cumsum(multiples) + np.cumsum(terms - multiples)
    return sums
