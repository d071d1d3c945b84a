"""The best structure and the lists of stable ones, proved again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.membership.literal import LITERAL_PLAYERS, Literal, Structure
from gametrade.analysis.verification.membership.paid import ZERO, Paid
from gametrade.analysis.verification.membership.switching import near
from gametrade.games.coalitional import SharingGame
from gametrade.games.formation import Partition
from gametrade.solvers.optimal_structure import STRUCTURE_PLAYERS, optimal_structure
from gametrade.solvers.partition_finder import most_players
from gametrade.solvers.partition_stability import stable_partitions

INFINITE = "infinite"
EXACT_PLAYERS = 10
"""Most players whose best structure is searched again in fractions."""


def check_best(paid: Paid, best: Mapping[str, Any]) -> str:
    """The value of the best structure, and that no other is worth more than the bound.

    Raises
    ------
    Refuted
        If the structure is worth something else, or another one more than the bound.

    Notes
    -----
    A sharing game is superadditive, because min(a, b) + min(c, d) is at most min(a + c, b + d): no structure is worth
    more than all together. Any other game: dynamic programming over all coalitions, in fractions up to 10 players.
    """
    value = structure_value(paid, paid.structure(best["structure"]))
    near(paid, "the value of the best structure", best["value"], value)
    if best["bound"] < best["value"]:
        raise Refuted("the bound on all structures is below the value of one")
    if isinstance(paid.game, SharingGame):
        most, how = paid.exact.value(np.ones(paid.game.n_players, dtype=bool)), "all together, by superadditivity"
    elif paid.game.n_players <= EXACT_PLAYERS:
        most, how = _most(paid.exact.table), "every structure, in fractions"
    elif paid.game.n_players <= STRUCTURE_PLAYERS:
        most, how = structure_value(paid, optimal_structure(paid.game)), "every structure"
    else:
        raise Refuted(f"nothing bounds the structures of {paid.game.n_players} players again")
    if most > Fraction(float(best["bound"])) + paid.tolerance:
        raise Refuted(f"a structure is worth {float(most):.9g}, more than the bound {best['bound']:.9g}")
    return f"worth {float(value):.6g} {paid.game.unit}, at most {float(most):.6g} ({how})"


def structure_value(paid: Paid, structure: Partition) -> Fraction:
    """Sum of the values of the coalitions. [money]"""
    return sum((paid.exact.value(paid.game.members(part)) for part in structure), ZERO)


def _most(table: list[Fraction]) -> Fraction:
    """Value of the structure worth most, from the values of all coalitions."""
    best = [ZERO] * len(table)
    for mask in range(1, len(table)):
        last = 1 << (mask.bit_length() - 1)
        rest = part = mask ^ last
        best[mask] = table[part | last]
        while part:
            part = (part - 1) & rest
            best[mask] = max(best[mask], table[part | last] + best[rest ^ part])
    return best[-1]


def check_stable(paid: Paid, notion: str, told: Mapping[str, Any], best: float) -> str:
    """The list of all stable structures in one sense, with its prices.

    Parameters
    ----------
    paid : Paid
        The game.
    notion : str
        In which sense.
    told : mapping
        ``structures``, ``examined``, ``price_of_anarchy`` and ``price_of_stability``.
    best : float
        Value of the best structure, proved elsewhere. [money]

    Returns
    -------
    str
        How the structures were examined.

    Raises
    ------
    Refuted
        If the list is another, or a price does not follow from it.
    """
    most_players(notion)
    stated = [paid.structure(one) for one in told["structures"]]
    if paid.game.n_players <= LITERAL_PLAYERS:
        found, examined = _literally(paid, notion)
        how = "by the definition"
    else:
        again = stable_partitions(paid.formation, [notion])[notion]
        found, examined, how = set(again.partitions), again.examined, "by the same search"
    equal("structures examined", told["examined"], examined)
    if len(set(stated)) != len(stated) or set(stated) != found:
        raise Refuted(f"{len(found)} structures are {notion} stable, the file lists {len(stated)} that are not these")
    alone = sum((paid.exact.value(paid.game.members([i])) for i in paid.game.players), ZERO)
    gains = [float(structure_value(paid, one) - alone) for one in stated]
    optimum = best - float(alone)
    for name, gain in (
        ("price_of_anarchy", min(gains, default=None)),
        ("price_of_stability", max(gains, default=None)),
    ):
        _check_ratio(name, told[name], optimum, gain, float(paid.tolerance))
    return f"{len(stated)} of {examined} structures, each examined again {how}"


def _literally(paid: Paid, notion: str) -> tuple[set[Partition], int]:
    """All stable structures by the definition."""
    literal = Literal(paid.table, float(paid.tolerance))
    found = {_named(paid, one) for one in literal.structures if literal.stable(one, notion)}
    return found, len(literal.structures)


def _named(paid: Paid, structure: Structure) -> Partition:
    names = paid.game.players
    return tuple(tuple(name for i, name in enumerate(names) if mask >> i & 1) for mask in structure)


def _check_ratio(name: str, stated: Any, optimum: float, gain: float | None, tolerance: float) -> None:
    """A price of anarchy or stability, to 1e-9."""
    if gain is None:
        found: Any = None
    elif optimum - gain <= tolerance:
        found = 1.0
    else:
        found = optimum / gain if gain > tolerance else INFINITE
    if isinstance(found, float) and isinstance(stated, int | float) and not isinstance(stated, bool):
        if abs(stated - found) > 1e-9 * found:
            raise Refuted(f"{name} is {found:.12g}, the file says {stated:.12g}")
    else:
        equal(name, stated, found)
