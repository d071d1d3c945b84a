"""Re-prove that nobody gains much by changing its strategy alone, from payoffs and a certificate, without a solver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.typing import ArrayLike

Numbers = list[Fraction]
"""One a player."""


def check_regret(payoffs: ArrayLike, certificate: Mapping[str, Any], claimed: Sequence[float]) -> str:
    r"""Check the regrets of a profile, or of a lottery over profiles, in rational arithmetic.

    Parameters
    ----------
    payoffs : array_like of shape (n, a_1, ..., a_n)
        The game; every float is taken as the fraction that it is. [unit]
    certificate : mapping
        Of kind "regret" with ``strategies``, probabilities as fractions, one list a player, or ``actions``, positions;
        or of kind "correlated" with ``joint``, rows of ``actions`` and ``probability``.
    claimed : sequence of float
        Regret that is claimed of each player at most. [unit]

    Returns
    -------
    str
        What was proved, and how tightly.

    Raises
    ------
    Refuted
        If probabilities are none, a regret is larger than claimed, a stated number is wrong, or the certificate cannot
        be read.

    Notes
    -----
    Regrets are computed by definition, action by action and profile by profile, not by the code that solvers use.
    Cost: n times the number of profiles.

    Examples
    --------
    >>> pennies = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
    >>> check_regret(pennies, {"kind": "regret", "strategies": [["1/2", "1/2"], ["1/2", "1/2"]]}, [0, 0])
    'nobody gains anything by a change of its own, exactly'
    """
    try:
        table = np.array(payoffs, dtype=float)
        if table.ndim < 2 or table.ndim != len(table) + 1 or not np.isfinite(table).all():
            raise Refuted(f"payoffs of shape {table.shape} are no finite game")
        got, regrets = judge(table, certificate)
        _compare(certificate, got, regrets, claimed)
    except MALFORMED as reason:
        raise Refuted(f"the certificate cannot be read: {reason}") from reason
    worst = max(regrets)
    return (
        f"nobody gains more than {float(worst):.3g} by a change of its own, exactly"
        if worst
        else "nobody gains anything by a change of its own, exactly"
    )


def judge(table: np.ndarray, certificate: Mapping[str, Any]) -> tuple[Numbers, Numbers]:
    """Payoffs and regrets of what the certificate describes, without rounding.

    Raises
    ------
    Refuted
        If it describes no profile and no lottery of the game.
    """
    if certificate["kind"] == "correlated":
        return _of_lottery(table, certificate["joint"])
    if certificate["kind"] != "regret":
        raise Refuted(f"a certificate of kind {certificate['kind']!r} bounds no regret")
    sizes = table.shape[1:]
    if "actions" in certificate:
        chosen = [int(k) for k in certificate["actions"]]
        profile = [[Fraction(k == pick) for k in range(size)] for size, pick in zip(sizes, chosen, strict=True)]
    else:
        profile = [[Fraction(p) for p in row] for row in certificate["strategies"]]
    if certificate.get("symmetric"):
        profile = profile * len(sizes)
    if tuple(map(len, profile)) != sizes:
        raise Refuted(f"strategies of {tuple(map(len, profile))} actions are none of a game of {sizes}")
    for player, row in enumerate(profile):
        if min(row) < 0 or sum(row) != 1:
            raise Refuted(f"the probabilities of player {player + 1} are negative or add up to {sum(row)}")
    got, regrets = _of_profile(table, profile)
    stated = len(certificate["strategies"]) if certificate.get("symmetric") else len(got)
    return got[:stated], regrets[:stated]


def _of_profile(table: np.ndarray, profile: list[Numbers]) -> tuple[Numbers, Numbers]:
    """Payoffs and regrets of independent strategies."""
    got, regrets = [], []
    supports = [[k for k, p in enumerate(row) if p] for row in profile]
    for player, row in enumerate(profile):
        others = [used if other != player else [0] for other, used in enumerate(supports)]
        values = [Fraction(0)] * len(row)
        for where in itertools.product(*others):
            weight = Fraction(1)
            for other, k in enumerate(where):
                weight *= profile[other][k] if other != player else 1
            lane = np.moveaxis(table[player], player, -1)[(*where[:player], *where[player + 1 :])]
            values = [value + weight * Fraction(number) for value, number in zip(values, lane.tolist(), strict=True)]
        got.append(sum((p * value for p, value in zip(row, values, strict=True)), Fraction(0)))
        regrets.append(max(values) - got[-1])
    return got, regrets


def _of_lottery(table: np.ndarray, rows: Sequence[Mapping[str, Any]]) -> tuple[Numbers, Numbers]:
    """Payoffs of recommendations, and what each player gains by its best answer to each."""
    joint = {tuple(int(k) for k in row["actions"]): Fraction(row["probability"]) for row in rows}
    if len(joint) != len(rows) or min(joint.values()) < 0 or sum(joint.values()) != 1:
        raise Refuted("the probabilities of the lottery repeat, are negative or do not add up to 1")
    if any(not 0 <= k < size for where in joint for k, size in zip(where, table.shape[1:], strict=True)):
        raise Refuted("a profile of the lottery is none of the game")
    got, regrets = [], []
    for player, size in enumerate(table.shape[1:]):
        gains = {(told, other): Fraction(0) for told in range(size) for other in range(size)}
        total = Fraction(0)
        for where, probability in joint.items():
            lane = np.moveaxis(table[player], player, -1)[(*where[:player], *where[player + 1 :])].tolist()
            told = where[player]
            total += probability * Fraction(lane[told])
            for other in range(size):
                gains[told, other] += probability * (Fraction(lane[other]) - Fraction(lane[told]))
        got.append(total)
        regrets.append(sum((max(gains[told, other] for other in range(size)) for told in range(size)), Fraction(0)))
    return got, regrets


def _compare(certificate: Mapping[str, Any], got: Numbers, regrets: Numbers, claimed: Sequence[float]) -> None:
    """Refuse numbers that are claimed or stated wrongly."""
    if len(claimed) != len(regrets):
        raise Refuted(f"regrets are claimed of {len(claimed)} players, not of {len(regrets)}")
    for player, (regret, bound) in enumerate(zip(regrets, claimed, strict=True)):
        if regret > Fraction(bound):
            raise Refuted(f"player {player + 1} gains {float(regret):.6g}, more than the {float(bound):.6g} claimed")
    for name, values in (("payoffs", got), ("regrets", regrets)):
        if name in certificate and [Fraction(value) for value in certificate[name]] != values:
            raise Refuted(f"{name} of the certificate are not those of the profile")
