"""Lots: where the random numbers of a mechanism come from, and how to draw the same again."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError


def lot(rng: np.random.Generator | int | None, mechanism: str) -> int:
    """A number that fixes every draw of one clearing.

    Parameters
    ----------
    rng : numpy.random.Generator, int or None
        The generator that the caller passed, from which one number is drawn, or that number itself.
    mechanism : str
        Who draws, for the message.

    Returns
    -------
    int
        Goes into the options of the outcome: the same number gives the same draws on any book with the same
        traders, e.g. on a lie beside the truth.

    Raises
    ------
    InvalidInputError
        If no source is given: randomness is never hidden.

    Examples
    --------
    >>> lot(3, "muda"), lot(np.random.default_rng(0), "muda")
    (3, 3653403231)
    """
    if isinstance(rng, np.random.Generator):
        return int(rng.integers(2**32))
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return int(rng)
    raise InvalidInputError(
        f"rng of {mechanism} must be a numpy.random.Generator, or a whole number to start one: this mechanism "
        f"draws lots. Got {rng!r}."
    )
