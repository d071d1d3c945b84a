"""Profiles of a finite game with their regret computed without rounding: the only way one leaves a solver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.games.equilibrium import Equilibrium
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.integer_tableau import solve_whole
from gametrade.typing import FloatArray

Profile = Sequence[Sequence[Fraction]]
"""Probabilities of each player's actions, without rounding."""


def certified(
    game: NormalFormGame,
    profile: Profile,
    *,
    epsilon: Fraction = Fraction(0),
    evidence: dict[str, Any] | None = None,
    notes: tuple[str, ...] = (),
) -> Equilibrium | None:
    """Make an equilibrium of a profile, if nobody gains more than epsilon by a change of its own.

    Parameters
    ----------
    game : NormalFormGame
        The game.
    profile : sequence of sequences of Fraction
        Probabilities of each player's actions.
    epsilon : Fraction
        Gain that is not worth a change. [unit of the game]
    evidence : dict, optional
        More for the certificate.
    notes : tuple of str
        Findings.

    Returns
    -------
    Equilibrium or None
        With regrets rounded up, and a certificate of kind "regret" that holds every number as a fraction; None if the
        profile is none.
    """
    legal = all(min(row) >= 0 and sum(row) == 1 for row in profile)
    if not legal:
        return None
    payoffs, regrets = game.exact_payoffs_and_regrets(profile)
    if max(regrets) > epsilon:
        return None
    certificate = {
        "kind": "regret",
        "strategies": [[str(p) for p in row] for row in profile],
        "payoffs": [str(value) for value in payoffs],
        "regrets": [str(value) for value in regrets],
        **(evidence or {}),
    }
    return Equilibrium(
        game,
        tuple(np.array([float(p) for p in row]) for row in profile),
        np.array([float(value) for value in payoffs]),
        np.array([rounded_up(value) for value in regrets]),
        "Nash" if not any(regrets) else f"epsilon-Nash ({rounded_up(max(regrets)):.3g})",
        certificate,
        notes,
    )


def rounded_up(value: Fraction) -> float:
    """The least float that is not below a fraction."""
    nearest = float(value)
    return nearest if Fraction(nearest) >= value else math.nextafter(nearest, math.inf)


def exact_profile(strategies: Sequence[FloatArray], *, digits: int = 48) -> list[list[Fraction]]:
    """Nearest fractions over a power of two that are probabilities without rounding."""
    profile = []
    for strategy in strategies:
        whole = [max(0, round(float(p) * (1 << digits))) for p in strategy]
        total = sum(whole)
        profile.append([Fraction(weight, total) for weight in whole])
    return profile


def mixed_on(payoffs: np.ndarray, own: Sequence[int], other: Sequence[int]) -> list[Fraction] | None:
    """Weights on some own actions that make some actions of the other player equally good for it.

    Parameters
    ----------
    payoffs : ndarray of Python integers, shape (a, b)
        The other player's payoffs, own actions in rows.
    own, other : sequence of int
        Positions; as many of one as of the other.

    Returns
    -------
    list of Fraction, of length a, or None
        Probabilities, which may be negative; None if they are not determined.
    """
    k = len(own)
    system = np.zeros((k + 1, k + 1), dtype=object)
    system[:k, :k] = payoffs[np.ix_(own, other)].T
    system[:k, k], system[k, :k] = -1, 1
    solution = solve_whole(system, [0] * k + [1])
    if solution is None:
        return None
    answer = [Fraction(0)] * len(payoffs)
    for position, weight in zip(own, solution[:k], strict=True):
        answer[position] = weight
    return answer


def on_supports(
    first: np.ndarray, second: np.ndarray, rows: Sequence[int], columns: Sequence[int]
) -> list[list[Fraction]] | None:
    """The two strategies on given supports that make each other indifferent, None if not determined or not legal.

    Parameters
    ----------
    first, second : ndarray of Python integers, shape (m, n)
        Payoff matrices.
    rows, columns : sequence of int
        Supports; different sizes determine nothing.

    Returns
    -------
    list of two lists of Fraction, or None
        Probabilities of the row and of the column player.
    """
    if len(rows) != len(columns):
        return None
    x = mixed_on(second, rows, columns)
    if x is None or min(x) < 0:
        return None
    y = mixed_on(first.T, columns, rows)
    return None if y is None or min(y) < 0 else [x, y]


def support(strategy: FloatArray, *, share: float = 1e-9) -> list[int]:
    """Positions of the actions with more than a share of the probability."""
    return np.flatnonzero(np.asarray(strategy) > share).tolist()
