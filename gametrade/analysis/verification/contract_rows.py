"""The table of contracts: one rule at one contract length a row."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import Case, Refuted, Row
from gametrade.analysis.verification.comparing import BORDER, close, equal, same
from gametrade.games.coalitional import all_coalitions

CHEAP_PERIODS = 400
"""Most periods for which a rule without prices is settled again, and whose coalitions are looked at again."""
RECOUNTED_PLAYERS = 14
"""Most homes for which the coalitions of every period are looked at again."""


def check_contract_row(case: Case, row: Row) -> set[str]:
    """Compare one row with its claim, the calendar and the payoffs of each period.

    Returns
    -------
    set of str
        Columns that were not checked.

    Raises
    ------
    Refuted
        If the row says something else.
    """
    rule, contract = row["rule"], row["contract"]
    claim, periods, what = case.claims[f"{rule}/core_{contract}"], case.periods(contract), f"{contract} of {rule}"
    equal(f"excess in the worst {what}", row["largest_excess"], -claim["margin"])
    equal(f"coalition in the worst {what}", list(row["coalition"]), list(claim["witness"]))
    equal(f"number of periods, {what}", row["periods"], len(periods.games))
    equal(f"kind of exactness, {what}", type(row["exact"]), bool)
    certified = claim["certificate"]["kind"] != "none"
    if not 0 <= row["blocked"] <= row["periods"] or (certified and (row["blocked"] > 0) is claim["holds"]):
        raise Refuted(f"{what}: {row['blocked']} of {row['periods']} periods blocked")
    tolerance = case.tolerance(case.payoffs(rule))
    if row["upper_bound"] < row["largest_excess"] - tolerance or (
        claim["holds"] and row["upper_bound"] > 2 * tolerance
    ):
        raise Refuted(f"{what}: the upper bound {row['upper_bound']} contradicts the claim")
    if row["exact"]:
        equal(f"exact upper bound, {what}", row["upper_bound"], row["largest_excess"])
    if not periods.games:
        equal(f"empty row, {what}", [row[name] for name in ("largest_excess", "period", "smallest_gain", "loser")],
              [0.0, "", 0.0, ""])  # fmt: skip
        return set()
    if row["period"] not in periods.labels:
        raise Refuted(f"{row['period']!r} is no {contract} of the calendar in which energy is shared")
    return _check_periods(case, row)


def _check_periods(case: Case, row: Row) -> set[str]:
    """Settle the periods again and look at their coalitions, where that is cheap; name the columns where not."""
    rule, contract = row["rule"], row["contract"]
    if not case.known_rule(rule):
        return {f"contracts of {rule}"}
    loose = set()
    if _cheap(case, row):
        _check_numbers(case, row, case.period_payoffs(rule, contract))
    else:
        columns = "contracts.smallest_gain and, where not blocked, largest_excess"
        loose.add(f"{columns} of rules without prices in more than {CHEAP_PERIODS} periods")
    if case.game.n_players <= RECOUNTED_PLAYERS and row["periods"] <= CHEAP_PERIODS:
        _check_blocked(case, row, case.period_payoffs(rule, contract))
    else:
        beyond = f"beyond {RECOUNTED_PLAYERS} homes or {CHEAP_PERIODS} periods"
        loose.add(f"contracts.blocked and upper_bound {beyond}")
    return loose


def _cheap(case: Case, row: Row) -> bool:
    """Whether the payoffs of every period are known already, priced, or few."""
    return row["periods"] <= CHEAP_PERIODS or case.recomputed(row["rule"]).sell_price is not None


def _check_numbers(case: Case, row: Row, payoffs: np.ndarray) -> None:
    """The coalition gains the largest excess in the period, and the loser gains least in any."""
    periods, what = case.periods(row["contract"]), f"{row['contract']} of {row['rule']}"
    scale = max(case.game.grand_value, float(np.abs(payoffs).sum(axis=1).max()))
    same(f"smallest gain in a {what}", row["smallest_gain"], float(payoffs.min()), scale)
    home = case.game.players.index(row["loser"])
    same(f"gain of {row['loser']} in a {what}", row["smallest_gain"], float(payoffs[:, home].min()), scale)
    members = case.game.members(row["coalition"])
    if not members.any() or members.all():
        raise Refuted(f"the coalition in the worst {what} must be proper")
    gains: list[Fraction] = []
    for position in np.flatnonzero(np.array(periods.labels) == row["period"]):
        value = float(periods.games[position].values(members[None, :])[0])
        gains.append(Fraction(value) - sum((Fraction(float(x)) for x in payoffs[position][members]), Fraction(0)))
    stated = Fraction(float(row["largest_excess"]))
    nearest = min(gains, key=lambda gain: abs(gain - stated))
    close(f"excess in the worst {what}", row["largest_excess"], nearest, 2 * case.tolerance(case.payoffs(row["rule"])))


def _check_blocked(case: Case, row: Row, payoffs: np.ndarray) -> None:
    """In how many periods somebody gains, and the most that anybody gains, from all coalitions of all periods."""
    what = f"{row['contract']} of {row['rule']}"
    tolerance = case.tolerance(case.payoffs(row["rule"]))
    rows = all_coalitions(case.game.n_players)[1:-1].astype(float)
    games = case.periods(row["contract"]).games
    largest = np.array([(game.table()[1:-1] - rows @ x).max() for game, x in zip(games, payoffs, strict=True)])
    sure, maybe = (int((largest > float((1 + side * BORDER) * tolerance)).sum()) for side in (1, -1))
    if not sure <= row["blocked"] <= maybe:
        raise Refuted(f"in {sure} periods somebody gains, {what}, the table says {row['blocked']}")
    close(f"largest excess in any {what}", row["largest_excess"], Fraction(float(largest.max())), 2 * tolerance)
