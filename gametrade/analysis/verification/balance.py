"""Balancing weights and payoffs, added up in exact arithmetic: whether a core is empty, and by how much."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.claims import ENUMERATED_PLAYERS
from gametrade.analysis.encoding import tree_from_dict
from gametrade.analysis.verification.case import Case, Certificate, Claim, ExactGame, Refuted
from gametrade.analysis.verification.comparing import close, equal
from gametrade.analysis.verification.trees import check_tree, largest_by_enumeration
from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.exact_excess import largest_excess
from gametrade.solvers.exact_table import ExactTable
from gametrade.tolerance import decision_tolerance


def check_empty_core(game: CoalitionalGame, certificate: Certificate) -> Fraction:
    """Check that balancing weights prove a core to be empty.

    Parameters
    ----------
    game : CoalitionalGame
        Any game.
    certificate : mapping
        Coalitions by label and weights as fractions, of kind ``balancing_weights``.

    Returns
    -------
    Fraction
        What the weighted coalitions gain more than all players together, exactly; above 0. [money]

    Raises
    ------
    Refuted
        If the weights do not add up to 1 on every player, or the coalitions do not gain more.
    """
    margin, _, _ = weighted_gains(ExactGame(game), certificate)
    if margin <= 0:
        raise Refuted(f"the weighted coalitions gain {float(margin):.9g} more than all players, which proves nothing")
    return margin


def check_least_core(game: CoalitionalGame, certificate: Certificate) -> Fraction:
    """Check that balancing weights prove what a least-core value cannot be below.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table, or a sharing game of any size.
    certificate : mapping
        Coalitions by label, weights as fractions and the bracket, as
        :meth:`~gametrade.solvers.row_generation.LeastCoreBracket.to_dict` writes them.

    Returns
    -------
    Fraction
        What no payoff vector brings the largest excess below, exactly. [money]

    Raises
    ------
    Refuted
        If the weights do not add up to 1 on every player, or prove less than the lower end of the bracket.
    """
    margin, weight, _ = weighted_gains(ExactGame(game), certificate)
    proved, stated, room = margin / weight, float(certificate["bracket"][0]), _room(game, certificate)
    if proved < Fraction(stated) - Fraction(room):
        raise Refuted(f"the weights prove only {float(proved):.9g}, the bracket says {stated:.9g}")
    return proved


def check_least_core_bracket(game: CoalitionalGame, certificate: Certificate) -> tuple[Fraction, Fraction]:
    """Check both ends of a least-core value found without a table.

    Parameters
    ----------
    game : CoalitionalGame
        A sharing game, also with individual tariffs, of any size.
    certificate : mapping
        As :func:`~gametrade.analysis.encoding.least_core_to_dict` writes it: balancing weights, payoffs and the price
        tree of these.

    Returns
    -------
    lower, upper : Fraction
        What no payoffs bring the largest excess below, and what it does not exceed at those given. [money]

    Raises
    ------
    Refuted
        If the weights or the tree prove less than the bracket says, or the payoffs do not share the value of all.
    """
    lower, exact, room = check_least_core(game, certificate), ExactGame(game), Fraction(_room(game, certificate))
    payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
    total = exact.value(np.ones(game.n_players, dtype=bool))
    close("sum of the payoffs", float(sum(payoffs)), total, game.n_players * room)
    upper, stated = proved_by_tree(exact, certificate, payoffs), float(certificate["bracket"][1])
    if upper > Fraction(stated) + room:
        raise Refuted(f"the price tree proves only {float(upper):.9g}, the bracket says {stated:.9g}")
    return lower, upper


def _room(game: CoalitionalGame, certificate: Certificate) -> float:
    """Tolerance of a statement about the payoffs of a certificate. [money]"""
    return decision_tolerance(game.tolerance, np.array(certificate["payoffs"], dtype=float))


def proved_by_tree(exact: ExactGame, certificate: Certificate, payoffs: list[Fraction]) -> Fraction:
    """What the price tree of a certificate proves of the largest excess of proper coalitions. [money]"""
    tree = tree_from_dict(certificate["tree"], exact.game.players)
    check_tree(exact.priced, payoffs, tree, smallest=1)
    return Fraction(tree.limit)


def weighted_gains(exact: ExactGame, certificate: Certificate) -> tuple[Fraction, Fraction, Fraction]:
    r"""Add up a balanced collection.

    Parameters
    ----------
    exact : ExactGame
        Values without rounding.
    certificate : mapping
        Coalitions by label and weights as fractions.

    Returns
    -------
    margin, weight, members : Fraction
        :math:`\sum \lambda_S v(S) - v(N)` [money], :math:`\sum \lambda_S` and :math:`\sum \lambda_S |S|`.

    Raises
    ------
    Refuted
        If a weight is not positive, a coalition is not proper, or the weights do not add up to 1 on every player.
    """
    game = exact.game
    weights = [Fraction(weight) for weight in certificate["weights"]]
    rows = [game.members(labels) for labels in certificate["coalitions"]]
    if len(rows) != len(weights) or any(weight <= 0 for weight in weights):
        raise Refuted("weights must be positive, one a coalition")
    if any(row.all() or not row.any() for row in rows):
        raise Refuted("weights must be on proper coalitions")
    for i, player in enumerate(game.players):
        if sum((weight for weight, row in zip(weights, rows, strict=True) if row[i]), Fraction(0)) != 1:
            raise Refuted(f"the weights do not add up to 1 on {player}")
    gains = sum((weight * exact.value(row) for weight, row in zip(weights, rows, strict=True)), Fraction(0))
    members = sum((weight * int(row.sum()) for weight, row in zip(weights, rows, strict=True)), Fraction(0))
    return gains - exact.value(np.ones(game.n_players, dtype=bool)), sum(weights, Fraction(0)), members


def reached_by(case: Case, certificate: Certificate, total: Fraction) -> Fraction:
    """Largest excess of a proper coalition under the payoffs of a certificate, or slightly above it. [money]

    Raises
    ------
    Refuted
        If the payoffs are not one a player, or share another sum than `total`.
    """
    payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
    if len(payoffs) != case.game.n_players:
        raise Refuted(f"payoffs must be {case.game.n_players} numbers")
    close("sum of the payoffs", float(sum(payoffs)), total, slack(case))
    if "tree" in certificate:
        return proved_by_tree(case.exact, certificate, payoffs)
    if case.game.n_players <= ENUMERATED_PLAYERS:
        return largest_by_enumeration(case.exact, payoffs)
    return largest_excess(ExactTable.of(case.game, "verification"), payoffs, exact=False)


def check_bracket(case: Case, certificate: Certificate, lower: Fraction, upper: Fraction) -> tuple[Fraction, Fraction]:
    """The stated bracket is one that weights (from below) and payoffs (from above) prove.

    Raises
    ------
    Refuted
        If an end is not proved, or the ends are further apart than the tolerance allows.
    """
    low, high = (Fraction(float(end)) for end in certificate["bracket"])
    if low > lower + slack(case):
        raise Refuted(f"the weights prove only {float(lower):.9g}, the report says {float(low):.9g}")
    if high < upper - slack(case):
        raise Refuted(f"the payoffs reach only {float(upper):.9g}, the report says {float(high):.9g}")
    if not low <= high <= low + slack(case):
        raise Refuted(f"the bracket from {float(low):.9g} to {float(high):.9g} is out of order or open")
    return low, high


def expect_heaviest(case: Case, claim: Claim, certificate: Certificate) -> None:
    """The witness is a coalition with the largest weight; none where the certificate has no weights."""
    weights = [Fraction(weight) for weight in certificate.get("weights", ())]
    if not weights:
        equal("witness", list(claim["witness"]), [])
        return
    heavy = [
        labels for labels, weight in zip(certificate["coalitions"], weights, strict=True) if weight == max(weights)
    ]
    if list(claim["witness"]) not in [list(labels) for labels in heavy]:
        raise Refuted("the witness is not a coalition with the largest weight")


def slack(case: Case) -> Fraction:
    """Tolerance of a statement about values, their rounding included, once a player. [money]"""
    money = [Fraction(float(value)) for value in (*case.game.single_values, case.game.grand_value)]
    return case.game.n_players * case.tolerance(money)
