"""All values of a game as whole numbers over one denominator, for algorithms that must not round."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import singledispatch
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.typing import FloatArray

WholeNumbers: TypeAlias = NDArray[Any]
"""Whole numbers of dtype int64, or Python integers of dtype object where 64 bits are too few."""

BLOCK = 2**20
"""Numbers taken apart at once, so that the work needs little memory beside the table."""

MANTISSA = 53


@singledispatch
def integer_table(game: CoalitionalGame, *, terms: int | None = None) -> tuple[WholeNumbers, int]:
    r"""Write all values of a game exactly as whole numbers over one common denominator.

    Parameters
    ----------
    game : CoalitionalGame
        n players. A :class:`~gametrade.TableGame` made from fractions or whole numbers keeps those; of every
        other game the floats of its table are taken as they are stored.
    terms : int, optional
        How many entries are to be added up without overflow; n + 1 by default.

    Returns
    -------
    numbers : ndarray of shape (2**n,)
        :math:`v(S) \cdot` `denominator` in bitmask order; int64 if `terms` times the largest size stays below
        :math:`2^{63}`, otherwise Python integers in an array of dtype object, which never overflow.
    denominator : int
        Positive.

    Notes
    -----
    Every float is a whole number over a power of two, so the table is exact. The denominator is the least one
    of that form: values that are multiples of 1/4 come with denominator 4 at most, whatever their size. Two
    passes over the table in blocks; 0.5 s for n = 25.

    Examples
    --------
    >>> from gametrade.games import TableGame
    >>> integer_table(TableGame.from_values({("a",): 0.5, ("a", "b"): 3.0}))
    (array([0, 1, 0, 6]), 2)
    """
    return whole_numbers(game.table(), terms=terms or game.n_players + 1)


def whole_numbers(floats: FloatArray, *, terms: int = 1) -> tuple[WholeNumbers, int]:
    """Write floats exactly as whole numbers over the least common power of two.

    Parameters
    ----------
    floats : ndarray of shape (m,)
        Finite numbers.
    terms : int, default=1
        How many of them are to be added up without overflow.

    Returns
    -------
    numbers : ndarray of shape (m,)
        int64 where `terms` of them add up within 64 bits, else Python integers.
    denominator : int
        A power of two.

    Examples
    --------
    >>> import numpy as np
    >>> whole_numbers(np.array([0.5, 3.0]))
    (array([1, 6]), 2)
    """
    shift = max(0, -min((_lowest_bit(block) for block in _blocks(floats)), default=0))
    largest = Fraction(float(max(abs(floats.max(initial=0.0)), abs(floats.min(initial=0.0)))))
    if largest * 2**shift * terms < 2**63:
        numbers = np.empty(len(floats), dtype=np.int64)
        for start in range(0, len(floats), BLOCK):
            numbers[start : start + BLOCK] = np.ldexp(floats[start : start + BLOCK], shift)
        return numbers, 2**shift
    return np.concatenate([_python_integers(block, shift) for block in _blocks(floats)]), 2**shift


def over_one_denominator(values: Sequence[Any]) -> tuple[list[int], int]:
    """Write fractions, whole numbers and floats as whole numbers over their least common denominator.

    Examples
    --------
    >>> over_one_denominator([Fraction(1, 3), 0.5, 2])
    ([2, 3, 12], 6)
    """
    fractions = [Fraction(value) for value in values]
    denominator = math.lcm(*(fraction.denominator for fraction in fractions))
    return [fraction.numerator * (denominator // fraction.denominator) for fraction in fractions], denominator


def int64_or_object(numbers: Sequence[int] | WholeNumbers, *, terms: int = 1) -> WholeNumbers:
    """Store whole numbers in 64 bits if `terms` of them add up within 64 bits, else as Python integers.

    Examples
    --------
    >>> int64_or_object([1, 2]).dtype, int64_or_object([1, 2**62], terms=2).dtype
    (dtype('int64'), dtype('O'))
    """
    array = numbers if isinstance(numbers, np.ndarray) else np.array(numbers, dtype=object)
    largest = max(int(array.max(initial=0)), -int(array.min(initial=0)))
    return array.astype(np.int64 if largest * terms < 2**63 else object)


def times(numbers: WholeNumbers, factor: int, *, terms: int = 1) -> WholeNumbers:
    """Multiply whole numbers by one; in 64 bits if `terms` of the products add up within 64 bits.

    Examples
    --------
    >>> times(np.array([1, 2]), 2**62)
    array([4611686018427387904, 9223372036854775808], dtype=object)
    """
    fits = int64_or_object(numbers, terms=terms * abs(factor)).dtype == np.int64 and abs(factor) < 2**63
    return numbers.astype(np.int64 if fits else object) * factor


def _blocks(floats: FloatArray) -> Iterator[FloatArray]:
    for start in range(0, max(1, len(floats)), BLOCK):
        yield floats[start : start + BLOCK]


def _lowest_bit(floats: FloatArray) -> int:
    """Largest exponent e, at most 0, such that all floats are whole multiples of 2**e."""
    used = floats[floats != np.rint(floats)]
    if not len(used):
        return 0
    mantissas, exponents = np.frexp(used)
    whole = (mantissas * 2.0**MANTISSA).astype(np.int64)
    lowest = np.frexp((whole & -whole).astype(float))[1] - 1
    return int((exponents - MANTISSA + lowest).min())


def _python_integers(floats: FloatArray, shift: int) -> WholeNumbers:
    """Floats times 2**shift as Python integers of any length."""
    mantissas, exponents = np.frexp(floats)
    whole = (mantissas * 2.0**MANTISSA).astype(np.int64).tolist()
    shifts = (exponents - MANTISSA + shift).tolist()
    numbers = np.empty(len(floats), dtype=object)
    numbers[:] = [m << s if s >= 0 else m >> -s for m, s in zip(whole, shifts, strict=True)]
    return numbers
