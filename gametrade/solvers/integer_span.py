"""Linear spans of coalitions in whole numbers: who is settled once some are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional.integer_table import int64_or_object
from gametrade.typing import BoolArray

Integers = NDArray[Any]
"""Whole numbers, int64 or Python integers."""


class IntegerSpan:
    """The span of some whole-number vectors, kept as a basis of everything orthogonal to it.

    Parameters
    ----------
    length : int
        Length n of the vectors; the span starts as the zero vector alone.

    Notes
    -----
    A vector is in the span if and only if it is orthogonal to the basis, which is exact in whole numbers.
    Adding a vector takes O(n^2).

    Examples
    --------
    >>> span = IntegerSpan(3)
    >>> span.add([1, 1, 1]), span.add([1, 0, 0]), span.add([0, 1, 1])
    (True, True, False)
    >>> span.contains(np.array([[0, 2, 2], [0, 1, 0]]))
    array([ True, False])
    """

    def __init__(self, length: int) -> None:
        self._normals: list[list[int]] = [[int(i == j) for j in range(length)] for i in range(length)]
        self._length = length
        self._arrays: tuple[Integers, Integers] | None = None

    @property
    def freedom(self) -> int:
        """Dimension of what is orthogonal to the span."""
        return len(self._normals)

    @property
    def normals(self) -> Integers:
        """Basis of the vectors orthogonal to the span, shape (n, freedom)."""
        return self._tests()[0]

    def _tests(self) -> tuple[Integers, Integers]:
        """The basis, and one mixture of it that settles most questions; kept until the span grows."""
        if self._arrays is None:
            numbers = np.array(self._normals, dtype=object).reshape(self.freedom, self._length).T
            mixed = (
                numbers @ (np.arange(1, self.freedom + 1).astype(object) ** 2) if self.freedom else numbers.sum(axis=1)
            )
            pair = (int64_or_object(array, terms=self._length) for array in (numbers, mixed))
            self._arrays = (next(pair), next(pair))
        return self._arrays

    def copy(self) -> IntegerSpan:
        """A span that can be extended on its own."""
        other = IntegerSpan(0)
        other._normals, other._length = list(self._normals), self._length
        return other

    def add(self, vector: Sequence[int] | Integers) -> bool:
        """Extend the span by a vector; False if it was inside already."""
        inside = [i for i, number in enumerate(vector) if number]
        numbers = [int(vector[i]) for i in inside]
        products = [
            sum(number * normal[i] for i, number in zip(inside, numbers, strict=True)) for normal in self._normals
        ]
        used = [k for k, product in enumerate(products) if product]
        if not used:
            return False
        pivot = min(used, key=lambda k: abs(products[k]))
        leaving, size = self._normals[pivot], products[pivot]
        kept = []
        for k, normal in enumerate(self._normals):
            if k == pivot:
                continue
            if products[k]:
                mixed = [size * a - products[k] * b for a, b in zip(normal, leaving, strict=True)]
                divisor = math.gcd(*mixed)
                normal = [a // divisor for a in mixed]
            kept.append(normal)
        self._normals, self._arrays = kept, None
        return True

    def contains(self, vectors: NDArray[Any]) -> BoolArray:
        """Which of the vectors, shape (k, n), lie in the span."""
        normals, mixed = self._tests()
        inside = np.asarray(vectors.astype(mixed.dtype) @ mixed == 0)
        some = np.flatnonzero(inside)
        inside[some] = ~(vectors[some].astype(normals.dtype) @ normals).astype(bool).any(axis=1)
        return inside


def balancing_weights(span: IntegerSpan, vectors: NDArray[Any]) -> list[int] | None:
    """Whole-number weights with which vectors add up to a vector of the span, if they are unique up to a factor.

    Parameters
    ----------
    span : IntegerSpan
        Vectors of length n.
    vectors : ndarray of int, shape (k, n)
        What is weighted.

    Returns
    -------
    list of int, length k, or None
        Weights without common divisor, the first non-zero one positive; None if there are none or many.

    Examples
    --------
    >>> span = IntegerSpan(3)
    >>> span.add([1, 1, 1])
    True
    >>> balancing_weights(span, np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]))
    [1, 1, 1]
    """
    products = vectors.astype(object) @ span.normals.astype(object)
    relations = IntegerSpan(len(vectors))
    for column in products.T:
        relations.add(column)
    if relations.freedom != 1:
        return None
    weights = [int(number) for number in relations.normals[:, 0]]
    first = next((weight for weight in weights if weight), 1)
    return weights if first > 0 else [-weight for weight in weights]
