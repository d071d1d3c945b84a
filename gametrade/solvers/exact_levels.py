"""The nucleolus and its kin as fractions: structure from floats, numbers and proof in whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import GametradeError, SolverError
from gametrade.games.coalitional import Allocation, CoalitionalGame, all_coalitions
from gametrade.games.coalitional.integer_table import over_one_denominator
from gametrade.solvers.exact_excess import excesses_of
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.integer_span import Integers, IntegerSpan
from gametrade.solvers.kohlberg import KohlbergCertificate, everyone_alone, extend, kohlberg_gap, members_of
from gametrade.solvers.lexicographic import NO_IMPUTATION, Concept, float_levels, unbounded_name
from gametrade.solvers.whole_tableau import WholeTableau
from gametrade.typing import BoolArray, IntArray

TABLEAU_PLAYERS = 12
"""Most players for which exact programs have all coalitions as columns."""

ADDED = 48
"""Coalitions added at once to an exact program of more players."""


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
        If the answer is not certified.
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
    levels = _by_floats(table, per_member, bounded, no_gain)
    found = _certified(table, levels, per_member, bounded)
    if found is None:
        start = _first_masks(n, levels)
        found = _certified(table, _in_whole_numbers(table, start, per_member, bounded), per_member, bounded)
    if found is None:
        raise SolverError(f"Whole numbers do not separate the levels of excess of {n} players.", "not certified")
    return found


def _certified(
    table: ExactTable, levels: Sequence[Level], per_member: bool, bounded: bool
) -> tuple[list[Fraction], KohlbergCertificate] | None:
    """The point that levels determine, if it is proved without tolerance."""
    point = exact_point(levels, table, per_member)
    if point is None:
        return None
    try:
        certificate = KohlbergCertificate.of(levels, table.n_players, per_member=per_member, bounded=bounded)
        gap = kohlberg_gap(table, point, certificate, exact=True)
    except GametradeError:
        return None
    return (point, certificate) if gap == 0 else None


def _by_floats(table: ExactTable, per_member: bool, bounded: bool, no_gain: bool) -> Sequence[Level]:
    """Levels found in floating point, none if that fails."""
    everyone = np.arange(table.n_players)
    alone = np.zeros(len(everyone))
    if bounded and no_gain and len(everyone) > 1:
        return [Level(everyone[:0], everyone)]
    scan = ExcessScan(table.floats)
    low, high = scan.spread(alone)
    try:
        return float_levels(scan, alone, high - low, per_member, bounded)[1]
    except SolverError:
        return []


def _first_masks(n_players: int, levels: Sequence[Level]) -> IntArray:
    """Coalitions from which exact programs start: all of few players; of many, single ones, and those of floats."""
    if n_players <= TABLEAU_PLAYERS:
        return np.arange(1, 2**n_players - 1)
    single = 1 << np.arange(n_players)
    return np.unique(np.concatenate([single, 2**n_players - 1 - single, *(level.masks for level in levels)]))


def _in_whole_numbers(table: ExactTable, masks: IntArray, per_member: bool, bounded: bool) -> Sequence[Level]:
    """Levels found by exact linear programs, to which coalitions are added until no coalition is missed."""
    n = table.n_players
    span, levels = everyone_alone(n), list[Level]()
    gain, denominator = table.values(np.array([2**n - 1]))
    point = [Fraction(int(gain[0]), denominator * n)] * n
    while span.freedom:
        level, height, moved = _whole_level(table, masks, span, point, (per_member, bounded))
        missed = _missed(table, span, moved, height, per_member) if n > TABLEAU_PLAYERS else masks[:0]
        if len(missed):
            masks = np.union1d(masks, missed)
            continue
        levels.append(level)
        extend(span, members_of(level, n))
        point = moved
    return levels


def _missed(
    table: ExactTable, span: IntegerSpan, payoffs: list[Fraction], height: Fraction, per_member: bool
) -> IntArray:
    """Unsettled coalitions with an excess above a height, in whole numbers, the worst ones."""
    n = table.n_players

    def unsettled(masks: IntArray) -> BoolArray:
        return ~span.contains(all_coalitions(n, masks).astype(np.int64))

    floats = np.array([float(x) for x in payoffs])
    level = float(np.nextafter(float(height) - 4 * table.rounding(payoffs), -np.inf))
    worst = list[tuple[Fraction, int]]()
    for masks in ExcessScan(table.floats).above(floats, level, per_member=per_member, keep=unsettled):
        numbers, denominator, sizes = excesses_of(table, payoffs, masks, per_member)
        over = numbers.astype(object) * height.denominator - sizes.astype(object) * (height.numerator * denominator)
        above = np.flatnonzero(over > 0)
        above = above[np.argsort(-over[above], kind="stable")[:ADDED]]
        worst += [(Fraction(int(over[k]), denominator * int(sizes[k])), int(masks[k])) for k in above]
        worst = sorted(worst, reverse=True)[:ADDED]
    return np.array([mask for _, mask in worst], dtype=np.int64)


def _whole_level(
    table: ExactTable, masks: IntArray, span: IntegerSpan, point: list[Fraction], concept: tuple[bool, bool]
) -> tuple[Level, Fraction, list[Fraction]]:
    """The next level, its excess and a point that reaches it, from the program over the unsettled coalitions given."""
    n, (per_member, bounded) = table.n_players, concept
    unit = np.eye(n, dtype=np.int64)
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
    level = Level(masks[chosen[inside]], floors[chosen[~inside] - len(masks)])
    return level, prices[-1] / common, moved


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
