"""The nucleolus and its kin as fractions: structure from floats, numbers and proof in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import Allocation, CoalitionalGame, all_coalitions
from gametrade.games.coalitional.integer_table import over_one_denominator
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.integer_span import Integers, IntegerSpan
from gametrade.solvers.kohlberg import KohlbergCertificate, everyone_alone, extend, kohlberg_gap, members_of
from gametrade.solvers.lexicographic import NO_IMPUTATION, Concept, float_levels, unbounded_name
from gametrade.solvers.whole_tableau import WholeTableau

TABLEAU_PLAYERS = 12
"""Most players for which levels that floats cannot separate are found in whole numbers."""


def exact_answer(game: CoalitionalGame, concept: Concept) -> Allocation:
    """Find and certify the allocation of a concept in fractions.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table; its fractions, or its floats as they are stored, are the values.
    concept : Concept
        Which of the solution concepts.

    Returns
    -------
    Allocation
        Payoffs as fractions beside the nearest floats, proved without any tolerance. [money]

    Raises
    ------
    SolverError
        If more than 12 players have levels so close that floats do not separate them.
    """
    table, alone = ExactTable.zero_normalised(game, concept.rule)
    gain = table.excesses(np.array([len(table.floats) - 1]), [Fraction(0)] * len(alone))[0][0]
    bounded = concept.bounded and gain >= 0
    added, certificate = certified_point(table, concept.per_member, bounded, no_gain=gain == 0)
    notes = [f"Exact: Kohlberg's criterion is proved in whole numbers, with {len(certificate.levels)} levels."]
    if concept.bounded and not bounded:
        notes.insert(0, NO_IMPUTATION.format(kind=unbounded_name(concept)))
    fractions = tuple(a + b for a, b in zip(alone, added, strict=True))
    payoffs = np.array([float(x) for x in fractions])
    proof = certificate.to_dict(game.players)
    rule = f"{concept.rule}:exact=True"
    return Allocation(game, rule, payoffs, notes=tuple(notes), fractions=fractions, certificate=proof)


def certified_point(
    table: ExactTable, per_member: bool, bounded: bool, *, no_gain: bool
) -> tuple[list[Fraction], KohlbergCertificate]:
    """Fractions and certificate of a zero-normalised table."""
    n = table.n_players
    for levels in (_by_floats, _in_whole_numbers):
        found = levels(table, per_member, bounded, no_gain)
        if found is None:
            continue
        point = exact_point(found, table, per_member)
        if point is None:
            continue
        try:
            certificate = KohlbergCertificate.of(found, n, per_member=per_member, bounded=bounded)
        except SolverError:
            continue
        if kohlberg_gap(table, point, certificate, exact=True) == 0:
            return point, certificate
    raise SolverError(
        f"Floats do not separate the levels of excess, and whole numbers are tried for at most {TABLEAU_PLAYERS} "
        f"players. Got {n}.",
        "not certified",
    )


def _by_floats(table: ExactTable, per_member: bool, bounded: bool, no_gain: bool) -> Sequence[Level] | None:
    """Levels found in floating point."""
    everyone = np.arange(table.n_players)
    if bounded and no_gain and len(everyone) > 1:
        return [Level(everyone[:0], everyone)]
    scan = ExcessScan(table.floats)
    alone = np.zeros(len(everyone))
    low, high = scan.spread(alone)
    try:
        return float_levels(scan, alone, high - low, per_member, bounded)[1]
    except SolverError:
        return None


def _in_whole_numbers(table: ExactTable, per_member: bool, bounded: bool, no_gain: bool) -> Sequence[Level] | None:
    """Levels found by exact linear programs over all coalitions."""
    n = table.n_players
    if n > TABLEAU_PLAYERS:
        return None
    span, levels = everyone_alone(n), list[Level]()
    gain, denominator = table.values(np.array([2**n - 1]))
    point = [Fraction(int(gain[0]), denominator * n)] * n
    while span.freedom:
        level, point = _whole_level(table, span, point, per_member, bounded)
        levels.append(level)
        extend(span, members_of(level, n))
    return levels


def _whole_level(
    table: ExactTable, span: IntegerSpan, point: list[Fraction], per_member: bool, bounded: bool
) -> tuple[Level, list[Fraction]]:
    """The next level and a point that reaches it, from the program over all unsettled coalitions."""
    n = table.n_players
    masks, unit = np.arange(1, 2**n - 1), np.eye(n, dtype=np.int64)
    masks = masks[~span.contains(all_coalitions(n, masks).astype(np.int64))]
    rows = all_coalitions(n, masks).astype(np.int64)
    floors = np.flatnonzero(~span.contains(unit) & bounded)
    normals = span.normals.astype(object)
    excess, below = table.excesses(masks, point)
    gains = [Fraction(int(e), below) for e in excess] + [-point[i] for i in floors]
    paid, common = over_one_denominator(gains)
    sizes = np.concatenate([rows.sum(axis=1) if per_member else np.ones_like(masks), np.zeros_like(floors)])
    columns = np.vstack([rows, unit[floors]]).astype(object) @ normals
    program = WholeTableau(np.vstack([columns.T, sizes.astype(object)]), [0] * span.freedom + [1])
    positive, prices = program.maximise(paid)
    moved = [
        x + sum(a * t for a, t in zip(row, prices[:-1], strict=True)) / common
        for x, row in zip(point, normals, strict=True)
    ]
    chosen = np.array(sorted(positive))
    inside = chosen < len(masks)
    return Level(masks[chosen[inside]], floors[chosen[~inside] - len(masks)]), moved


def exact_point(levels: Sequence[Level], table: ExactTable, per_member: bool) -> list[Fraction] | None:
    """The payoffs of a zero-normalised game at which the coalitions of each level have one excess.

    Returns
    -------
    list of Fraction, length n, or None
        None if there is no such point, or more than one. [money]
    """
    n, unknown = table.n_players, table.n_players + len(levels)
    rows: list[list[int]] = [[1] * n + [0] * len(levels)]
    masks = [2**n - 1]
    for k, level in enumerate(levels):
        for mask, members in zip(
            level.masks.tolist(), all_coalitions(n, level.masks).astype(int).tolist(), strict=True
        ):
            own = [0] * len(levels)
            own[k] = sum(members) if per_member else 1
            rows.append(members + own)
            masks.append(mask)
        for player in level.alone.tolist():
            rows.append([int(i == player) for i in range(n)] + [0] * len(levels))
            masks.append(1 << player)
    right, denominator = table.values(np.array(masks))
    return solve_whole(np.array(rows, dtype=object), right.astype(object), denominator, n, unknown)


def solve_whole(
    matrix: Integers, right: Integers, denominator: int, wanted: int, unknown: int
) -> list[Fraction] | None:
    """Solve matrix z = right / denominator by elimination in whole numbers; the first `wanted` unknowns."""
    table = np.hstack([matrix, right[:, None]])
    unit, pivots = 1, list[int]()
    for column in range(unknown):
        used = [r for r in range(len(pivots), len(table)) if table[r, column] != 0]
        if not used:
            continue
        top, pivot = len(pivots), used[0]
        table[[top, pivot]] = table[[pivot, top]]
        kept, number = table[top].copy(), table[top, column]
        table = (table * number - np.outer(table[:, column], kept)) // unit
        table[top] = kept
        unit = number
        pivots.append(column)
    if pivots[:wanted] != list(range(wanted)) or any(table[len(pivots) :, -1]):
        return None
    if any(table[:wanted, wanted:unknown].ravel()[_free(pivots, wanted, unknown)]):
        return None
    return [Fraction(int(table[i, -1]), int(unit) * denominator) for i in range(wanted)]


def _free(pivots: Sequence[int], wanted: int, unknown: int) -> Integers:
    """Entries of unknowns without a pivot, which the wanted ones must not depend on."""
    missing = np.array([column not in pivots for column in range(wanted, unknown)], dtype=bool)
    return np.tile(missing, wanted)
