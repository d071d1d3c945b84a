"""Best replies return to the equilibrium: a power of the reply map shrinks, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.games.sparse_quadratic import dense_jacobian, is_quadratic
from gametrade.registry import game_checks

MOST = 12
"""Variables up to which powers are taken exactly."""

SQUARINGS = 8


@game_checks.register()
def stable_replies(case: GameCase, claim: Claim, certificate: Mapping[str, Any]) -> str:
    r"""Some power of the reply map has a norm below 1, or a trace above its size, in rational arithmetic.

    The spectral radius of M is below 1 if :math:`\|M^k\| < 1` for some k, and above 1 if
    :math:`|\mathrm{tr} M^k| > d`.
    """
    game: Any = case.game
    if not is_quadratic(game) or game.dimension > MOST:
        raise NotCertified("eigenvalues in floating point")
    power = _reply_map(dense_jacobian(game), game.owner)
    d = len(power)
    for _ in range(SQUARINGS):
        norm = max(sum(map(abs, row), Fraction(0)) for row in power)
        trace = abs(sum((power[i][i] for i in range(d)), Fraction(0)))
        if norm < 1:
            if not claim["holds"]:
                raise Refuted("the spectral radius is below 1")
            return f"a power of the reply map has norm {float(norm):.4g}: the spectral radius is below 1, exactly"
        if trace > d:
            if claim["holds"]:
                raise Refuted("the spectral radius is above 1")
            return "the trace of a power of the reply map exceeds its size: the spectral radius is above 1, exactly"
        if max(value.denominator.bit_length() for row in power for value in row) > 20_000:
            break
        power = _product(power, power)
    raise NotCertified("powers of the reply map leave it open")


def _reply_map(jacobian: np.ndarray, owner: np.ndarray) -> list[list[Fraction]]:
    """Minus the inverse of the own blocks times the rest, without rounding."""
    exact = [[Fraction(float(value)) for value in row] for row in jacobian]
    d = len(exact)
    own = [[exact[i][j] if owner[i] == owner[j] else Fraction(0) for j in range(d)] for i in range(d)]
    rest = [[Fraction(0) if owner[i] == owner[j] else -exact[i][j] for j in range(d)] for i in range(d)]
    for k in range(d):
        pivot = next((i for i in range(k, d) if own[i][k]), None)
        if pivot is None:
            raise NotCertified("an own block has no inverse")
        own[k], own[pivot], rest[k], rest[pivot] = own[pivot], own[k], rest[pivot], rest[k]
        for i in range(d):
            factor = own[i][k] / own[k][k] if i != k else Fraction(0)
            if factor:
                own[i] = [a - factor * b for a, b in zip(own[i], own[k], strict=True)]
                rest[i] = [a - factor * b for a, b in zip(rest[i], rest[k], strict=True)]
    return [[value / own[i][i] for value in rest[i]] for i in range(d)]


def _product(a: list[list[Fraction]], b: list[list[Fraction]]) -> list[list[Fraction]]:
    return [[_dot(row, column) for column in zip(*b, strict=True)] for row in a]


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True) if x and y), Fraction(0))
