"""Kohlberg's criterion: the proof that a point is the nucleolus, checked in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.exact_excess import Highest, excesses_of, per_size
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level
from gametrade.solvers.integer_span import IntegerSpan, balancing_weights
from gametrade.typing import Coalition, IntArray


@dataclass(frozen=True, eq=False, slots=True)
class KohlbergCertificate:
    r"""Levels of excess, each with weights under which its coalitions balance.

    Parameters
    ----------
    levels : tuple of Level
        Coalitions of each level, highest first, and players held at what they get alone.
    weights : tuple of tuple of int
        Positive weights of the coalitions and then of the players held, one tuple a level.
    per_member : bool
        Whether excesses are divided by the number of members.
    bounded : bool
        Whether nobody may get less than alone.

    Notes
    -----
    With :math:`L_k` the span of the grand coalition and of levels 1 to k, the certificate proves that x is
    the (pre)nucleolus if for each k the weighted members of level k add up to a vector of
    :math:`L_{k-1}`, the last span holds everything, and no coalition outside :math:`L_{k-1}` has a larger
    excess than those of level k. This is Kohlberg's criterion [1]_ with the coalitions of each collection
    that follow from others left out.

    References
    ----------
    .. [1] E. Kohlberg, "On the nucleolus of a characteristic function game", SIAM J. Appl. Math. 20 (1971)
       62-66. :doi:`10.1137/0120009`
    """

    levels: tuple[Level, ...]
    weights: tuple[tuple[int, ...], ...]
    per_member: bool
    bounded: bool

    @classmethod
    def of(cls, levels: Iterable[Level], n_players: int, *, per_member: bool, bounded: bool) -> KohlbergCertificate:
        """Find the weights of levels in whole numbers.

        Raises
        ------
        SolverError
            If the coalitions of a level do not balance.
        """
        span, kept, weights = everyone_alone(n_players), tuple(levels), []
        for level in kept:
            vectors = members_of(level, n_players)
            found = balancing_weights(span, vectors)
            if found is None or min(found) <= 0:
                raise SolverError("The coalitions of a level of excess do not balance.", "not certified")
            weights.append(tuple(found))
            extend(span, vectors)
        return cls(kept, tuple(weights), per_member, bounded)

    def to_dict(self, players: Coalition) -> dict[str, Any]:
        """JSON-ready form, coalitions by label."""
        n = len(players)
        return {
            "kind": "kohlberg",
            "per_member": bool(self.per_member),
            "individually_rational": bool(self.bounded),
            "levels": [
                {
                    "coalitions": [[players[i] for i in np.flatnonzero(row)] for row in all_coalitions(n, level.masks)],
                    "alone": [players[i] for i in level.alone],
                    "weights": list(weights),
                }
                for level, weights in zip(self.levels, self.weights, strict=True)
            ],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], players: Coalition) -> KohlbergCertificate:
        """Read the JSON-ready form.

        Raises
        ------
        InvalidInputError
            If a label is unknown or named twice in a coalition.
        """
        position = {label: i for i, label in enumerate(players)}
        levels, weights = [], []
        for entry in document["levels"]:
            masks = [_mask(labels, position) for labels in entry["coalitions"]]
            alone = sorted(position[label] for label in entry["alone"])
            levels.append(Level(np.array(masks, dtype=np.int64), np.array(alone, dtype=np.int64)))
            weights.append(tuple(int(weight) for weight in entry["weights"]))
        return cls(tuple(levels), tuple(weights), bool(document["per_member"]), bool(document["individually_rational"]))


def kohlberg_gap(
    table: ExactTable, payoffs: Sequence[Fraction], certificate: KohlbergCertificate, *, exact: bool
) -> Fraction:
    """How far values of the game must move for the payoffs to be its nucleolus: zero if they are.

    Parameters
    ----------
    table : ExactTable
        Values of all coalitions. [money]
    payoffs : sequence of Fraction, length n
        Payoffs. [money]
    certificate : KohlbergCertificate
        Levels and weights.
    exact : bool
        Whether excesses are compared in whole numbers wherever floats do not decide; otherwise the answer
        is an upper bound that includes the rounding of floats.

    Returns
    -------
    Fraction
        The payoffs are exactly the nucleolus (or prenucleolus, or per-capita) of a game none of whose values
        differs by more than this from the given one. [money]

    Raises
    ------
    InvalidInputError
        If the coalitions of a level do not balance with the weights, or the levels leave a payoff open.

    Notes
    -----
    One pass over the table in floats, with a bound on their error; whole numbers for the coalitions of the
    certificate and for those whose order floats cannot decide.
    """
    spans = checked_spans(certificate, table.n_players)
    gap = max(_gap_alone(table, payoffs, certificate), _gap_total(table, payoffs))
    if not certificate.levels:
        return gap
    lowest = [_lowest(table, payoffs, level.masks, certificate.per_member) for level in certificate.levels]
    highest = Highest(table, payoffs, certificate.per_member, exact)
    floor = min((float(value) for value in lowest if value is not None), default=np.inf)
    if np.isfinite(floor):
        for masks in highest.candidates(floor):
            highest.look(masks, spans)
    for k, least in enumerate(lowest):
        most = highest.found.get(k)
        if least is not None and most is not None:
            gap = max(gap, most - least)
    return gap


def checked_spans(certificate: KohlbergCertificate, n_players: int, *, complete: bool = True) -> list[IntegerSpan]:
    """Check in whole numbers that every level balances, and together settle everything; the span before each."""
    span, spans = everyone_alone(n_players), []
    for level, weights in zip(certificate.levels, certificate.weights, strict=True):
        vectors = members_of(level, n_players)
        if len(weights) != len(vectors) or not len(vectors) or min(weights) <= 0:
            raise InvalidInputError("weights of a Kohlberg certificate must be positive, one a coalition.")
        if len(level.alone) and not certificate.bounded:
            raise InvalidInputError("a prenucleolus has no players held at what they get alone.")
        if span.copy().add(np.array(weights, dtype=object) @ vectors.astype(object)):
            raise InvalidInputError("the coalitions of a level do not balance with the weights given.")
        spans.append(span.copy())
        extend(span, vectors)
    if complete and span.freedom:
        raise InvalidInputError(f"the levels of the certificate leave {span.freedom} payoffs open.")
    return spans


def _lowest(table: ExactTable, payoffs: Sequence[Fraction], masks: IntArray, per_member: bool) -> Fraction | None:
    if not len(masks):
        return None
    numbers, denominator, sizes = excesses_of(table, payoffs, masks, per_member)
    return -max(per_size(-numbers, denominator, sizes))


def _gap_alone(table: ExactTable, payoffs: Sequence[Fraction], certificate: KohlbergCertificate) -> Fraction:
    """How far players get less than alone, or players held there get more."""
    if not certificate.bounded:
        return Fraction(0)
    numbers, denominator = table.excesses(1 << np.arange(len(payoffs)), payoffs)
    held = np.concatenate([np.zeros(0, dtype=np.int64), *(level.alone for level in certificate.levels)])
    worst = max([int(numbers.max()), *(-int(number) for number in numbers[held])])
    return max(Fraction(0), Fraction(worst, denominator))


def _gap_total(table: ExactTable, payoffs: Sequence[Fraction]) -> Fraction:
    numbers, denominator = table.excesses(np.array([len(table.floats) - 1]), payoffs)
    return abs(Fraction(int(numbers[0]), denominator))


def everyone_alone(n_players: int) -> IntegerSpan:
    """The span of the grand coalition."""
    span = IntegerSpan(n_players)
    span.add([1] * n_players)
    return span


def members_of(level: Level, n_players: int) -> IntArray:
    """Members of the coalitions of a level and of the players held, as rows of 0 and 1."""
    rows = all_coalitions(n_players, level.masks).astype(np.int64)
    return np.vstack([rows, np.eye(n_players, dtype=np.int64)[level.alone]])


def extend(span: IntegerSpan, vectors: IntArray) -> None:
    """Add rows to a span."""
    for vector in vectors:
        span.add(vector)


def _mask(labels: Sequence[str], position: Mapping[str, int]) -> int:
    if not 0 < len(labels) < len(position) or len(set(labels)) < len(labels):
        raise InvalidInputError(f"a coalition of a certificate must be proper and name nobody twice. Got {labels!r}.")
    return sum(1 << position[label] for label in labels)
