"""The nucleolus and its kin: what they share, from the levels of excess to the certified allocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import Allocation, CoalitionalGame
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import VIOLATION, Level, LevelSearch
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.kohlberg import KohlbergCertificate, kohlberg_gap
from gametrade.tolerance import RELATIVE_TOLERANCE, ROUNDING
from gametrade.typing import FloatArray


@dataclass(frozen=True, slots=True)
class Concept:
    """Which solution concept: its rule name, whether excesses are per member, whether nobody gets less than alone."""

    rule: str
    per_member: bool
    bounded: bool


NO_IMPUTATION = (
    "The players gain more alone than together, so nobody can be paid as much as alone: this is the {kind}, "
    "which has no such bound."
)


def lexicographic_allocation(game: CoalitionalGame, concept: Concept, exact: bool) -> Allocation:
    """Find, certify and describe the allocation of a concept.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table.
    concept : Concept
        Which of them.
    exact : bool
        Whether payoffs are fractions, certified without tolerance.

    Returns
    -------
    Allocation
        Payoffs with the certificate, and a note that says how closely it was proved. [money]

    Raises
    ------
    SolverError
        If a linear program fails or the answer is not certified.
    """
    if exact:
        from gametrade.solvers.exact_levels import exact_answer

        return exact_answer(game, concept)
    table = ExactTable.of_size(game, concept.rule)
    scan, alone = ExcessScan(table.floats), table.alone
    low, high = scan.spread(alone)
    rounding = ROUNDING * float(np.abs(alone).sum())
    scale = high - low if high - low > rounding else 0.0
    gain = table.grand_value - float(alone.sum())
    bounded = concept.bounded and gain >= -max(VIOLATION * scale, rounding)
    payoffs, levels = float_levels(scan, alone, scale, concept.per_member, bounded)
    certificate = KohlbergCertificate.of(levels, len(alone), per_member=concept.per_member, bounded=bounded)
    fractions = [Fraction(x) for x in payoffs.tolist()]
    gap = float(kohlberg_gap(table, fractions, certificate, exact=False))
    size = float(np.abs(payoffs).sum())
    if gap > max(RELATIVE_TOLERANCE * scale, ROUNDING * size, 8 * table.rounding(fractions)):
        raise SolverError(f"The {concept.rule} is only proved for values that differ by {gap:.3g}.", "not certified")
    count = f"{len(levels)} level{'s' * (len(levels) > 1)}"
    notes = [f"Kohlberg's criterion holds exactly, with {count}, for values within rounding of those given."]
    if concept.bounded and not bounded:
        notes.insert(0, NO_IMPUTATION.format(kind=unbounded_name(concept)))
    proof = certificate.to_dict(game.players)
    return Allocation(game, concept.rule, payoffs, notes=tuple(notes), certificate=proof)


def unbounded_name(concept: Concept) -> str:
    """What the concept is called without the bound."""
    return "per-capita prenucleolus" if concept.per_member else "prenucleolus"


def float_levels(
    scan: ExcessScan, alone: FloatArray, scale: float, per_member: bool, bounded: bool
) -> tuple[FloatArray, Sequence[Level]]:
    """Payoffs and levels in floating point; games without gains or without a choice need no program."""
    n = len(alone)
    gain = float(scan.table[-1]) - float(alone.sum())
    everyone = np.arange(n)
    if n == 1:
        return np.array([float(scan.table[-1])]), []
    if scale == 0:
        return alone + gain / n, [Level(1 << everyone, everyone[:0])]
    if bounded and gain <= VIOLATION * scale:
        return alone + gain / n, [Level(everyone[:0], everyone)]
    search = LevelSearch(scan, alone, scale, per_member, bounded)
    levels = [level for level, _ in search.levels()]
    return search.payoffs, levels
