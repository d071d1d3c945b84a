"""Check exactly that payoffs are a nucleolus or a fair point of the least core."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import Certificate, Refuted
from gametrade.errors import GametradeError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.exact_table import UNIT, ExactTable
from gametrade.solvers.fair_core_point import gap_of, projection
from gametrade.solvers.kohlberg import KohlbergCertificate, checked_spans, kohlberg_gap
from gametrade.solvers.least_core_value import allowed_gap, dual_value

CONCEPTS = {"nucleolus": (False, True), "prenucleolus": (False, False), "per_capita_nucleolus": (True, True)}
"""Of each rule: whether its excesses are per member, and whether it gives nobody less than alone."""


def check_kohlberg(
    game: CoalitionalGame, payoffs: Sequence[Fraction], certificate: Certificate, *, exact: bool = False
) -> Fraction:
    """Check that payoffs satisfy Kohlberg's criterion.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table.
    payoffs : sequence of Fraction, length n
        Payoffs. [money]
    certificate : mapping
        Levels of coalitions with weights, of kind ``kohlberg``.
    exact : bool, default=False
        Whether values may not move at all.

    Returns
    -------
    Fraction
        The payoffs are exactly the (pre)nucleolus of a game whose values are within this of the given ones: zero
        if exact, otherwise at most the tolerance, with the rounding of floats included. [money]

    Raises
    ------
    Refuted
        If the certificate is malformed, does not balance, leaves a payoff open, or proves less than that.

    Notes
    -----
    Balance is checked in whole numbers; of the excesses of all coalitions, floats with a bound on their error
    settle those that are clearly low, and so no right answer is refuted by rounding.
    """
    table = ExactTable.of(game, "verification")
    try:
        proof = KohlbergCertificate.from_dict(certificate, game.players)
        gap = kohlberg_gap(table, payoffs, proof, exact=exact)
    except GametradeError as reason:
        raise Refuted(str(reason)) from reason
    _expect_small(gap, Fraction(0) if exact else Fraction(allowed_gap(table, list(payoffs))))
    return gap


def check_least_core(game: CoalitionalGame, payoffs: Sequence[Fraction], certificate: Certificate) -> Fraction:
    """Check that payoffs are the fair point of the least core.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table.
    payoffs : sequence of Fraction, length n
        Payoffs. [money]
    certificate : mapping
        Balanced levels and active coalitions, of kind ``least_core``.

    Returns
    -------
    Fraction
        How far an excess or a payoff is from that point at most. [money]

    Raises
    ------
    Refuted
        If the weights do not balance, or an excess or a payoff is off by more than the tolerance.

    Notes
    -----
    All is checked on the floats that the report carries. Its excess may come from the fractions that they round.
    """
    table, n = ExactTable.of(game, "verification"), game.n_players
    try:
        proof = KohlbergCertificate.from_dict(certificate, game.players)
        if not proof.levels or any(len(level.alone) for level in proof.levels):
            raise Refuted("a least core is held up by coalitions, in at least one level")
        checked_spans(proof, n, complete=False)
        epsilon, _ = dual_value(table, proof.levels[0], list(proof.weights[0]), proof.per_member)
        active = np.array(
            [game.members(labels) @ (1 << np.arange(n)) for labels in certificate["active"]], dtype=np.int64
        )
        point = projection(table, proof.levels, active, epsilon, proof.per_member)
        gap = gap_of(table, point, proof, epsilon, exact=False)
    except GametradeError as reason:
        raise Refuted(str(reason)) from reason
    if abs(Fraction(certificate["epsilon"]) - epsilon) > _rounding_of_data(table):
        raise Refuted(f"the weights prove an excess of {float(epsilon):.9g}, not {certificate['epsilon']}")
    gap = max([gap, *(abs(x - y) for x, y in zip(point, payoffs, strict=True))])
    _expect_small(gap, Fraction(allowed_gap(table, list(payoffs))))
    return gap


def expect_concept(certificate: Certificate, rule: str, options: dict[str, object]) -> None:
    """The certificate is about the excesses that the rule speaks of.

    Raises
    ------
    Refuted
        If it is about another solution concept.
    """
    if certificate["kind"] == "least_core":
        if rule != "least_core" or certificate["per_member"] is not bool(options.get("weak", False)):
            raise Refuted(f"a certificate of the least core does not prove the payoffs of {rule}")
        return
    if rule not in CONCEPTS:
        raise Refuted(f"Kohlberg's criterion does not prove the payoffs of {rule}")
    per_member, bounded = CONCEPTS[rule]
    if certificate["per_member"] is not per_member or (certificate["individually_rational"] and not bounded):
        raise Refuted(f"the certificate is about another solution concept than {rule}")


def expect_bound_if_possible(game: CoalitionalGame, certificate: Certificate, rule: str) -> None:
    """Only where players gain more alone than together may the bound of a nucleolus be missing.

    Raises
    ------
    Refuted
        If the certificate drops a bound that can be met.
    """
    if certificate["kind"] == "least_core" or not CONCEPTS[rule][1] or certificate["individually_rational"]:
        return
    if game.grand_value > float(game.single_values.sum()) + game.tolerance:
        raise Refuted(f"the {rule} gives nobody less than alone, which this certificate leaves out")


def _rounding_of_data(table: ExactTable) -> Fraction:
    """Most by which a least excess moves if every value moves by half a unit in its last place. [money]

    The excess is a weighted mean of values less at most one value of all players, so it moves by two such halves.
    """
    size = max(abs(Fraction(float(table.floats.max()))), abs(Fraction(float(table.floats.min()))))
    return size * Fraction(UNIT)


def _expect_small(gap: Fraction, tolerance: Fraction) -> None:
    if gap > tolerance:
        raise Refuted(f"this is only proved for values that differ by {float(gap):.3g}, above {float(tolerance):.3g}")
