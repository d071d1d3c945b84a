"""Nobody gains by leaving for one month, day or step."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.encoding import tree_from_dict
from gametrade.analysis.exact import ExactSharingGame, exact_sum
from gametrade.analysis.period_proofs import countable
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict
from gametrade.analysis.verification.scene import Scene, coalition_excess
from gametrade.analysis.verification.supporting import read_path
from gametrade.analysis.verification.trees import check_tree
from gametrade.registry import checks
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import FloatArray


@checks.register()
def core_of_periods(case: Case, claim: Claim, certificate: Certificate) -> str:
    """A coalition that gains in one period, or a proof for every period."""
    equal("contract of the certificate", certificate["contract"], claim["property"].removeprefix("core_"))
    if certificate["kind"] in ("price_path", "periods"):
        expect_verdict(claim, {True})
        return _check_all_periods(case, claim, certificate)
    expect_verdict(claim, {False})
    scene = Scene.of(case, claim, certificate)
    excess = coalition_excess(scene, certificate["coalition"])
    if excess <= Fraction(999, 1000) * case.tolerance(case.payoffs(claim["rule"])):
        raise Refuted("the coalition does not gain")
    equal("witness", list(claim["witness"]), list(certificate["coalition"]))
    close("excess of the coalition", certificate["excess"], excess, scene.tolerance)
    close("margin", claim["margin"], -excess, scene.tolerance)
    return f"blocked by {float(excess):.9g}"


def _check_all_periods(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Every period is settled by the price path, by its tree, or by looking at all of its coalitions."""
    contract, rule = certificate["contract"], claim["rule"]
    periods, payoffs = case.exact_periods(contract), case.period_payoffs(rule, contract)
    tolerance = case.tolerance(case.payoffs(rule))
    limit = Fraction(1001, 1000) * tolerance
    path = read_path(certificate, len(periods.sharing.steps))
    gaps = periods.shortfalls(path, PRICE_GRID, payoffs) if periods.steps else []
    open_periods = {p for p, gap in enumerate(gaps) if gap > limit}
    open_periods -= _settled_by_trees(case, claim, certificate, limit)
    listed = set(certificate.get("enumerated", []))
    if not open_periods <= listed:
        first = min(open_periods - listed)
        where = f"{contract} of {case.periods(contract).labels[first]}"
        raise Refuted(f"the prices leave room for a gain of {float(gaps[first]):.9g} in the {where}")
    _check_enumerated(case, payoffs, limit, contract, sorted(open_periods))
    close("margin", claim["margin"], _excess_of_witness(case, claim), 4 * tolerance)
    left = f", {len(open_periods)} of them by all coalitions" if open_periods else ""
    return f"no coalition gains more than {float(limit):.3e} in any of {len(gaps)} periods{left}"


def _settled_by_trees(case: Case, claim: Claim, certificate: Certificate, limit: Fraction) -> set[int]:
    """Periods whose own price tree proves that nobody gains."""
    contract, settled = certificate["contract"], set()
    payoffs = case.period_payoffs(claim["rule"], contract)
    for entry in certificate.get("trees", []):
        position = entry["period"]
        if isinstance(position, bool) or not isinstance(position, int) or not 0 <= position < len(payoffs):
            raise Refuted(f"there is no {contract} number {position!r}")
        tree = tree_from_dict(entry["tree"], case.game.players)
        game = ExactSharingGame(case.periods(contract).games[position].community)
        check_tree(game, [Fraction(float(x)) for x in payoffs[position]], tree, smallest=1)
        if Fraction(tree.limit) > limit:
            raise Refuted(f"the tree of {contract} number {position} proves only {tree.limit:.9g}")
        settled.add(position)
    return settled


def _check_enumerated(case: Case, payoffs: FloatArray, limit: Fraction, contract: str, periods: list[int]) -> None:
    """Look at all coalitions of some periods."""
    if not periods:
        return
    known = case.periods(contract)
    if not countable(case.game.n_players, [len(known.games[p].trade_steps) for p in periods]):
        raise Refuted(f"{len(periods)} periods of {case.game.n_players} homes are too many to look at all coalitions")
    found = case.exact_periods(contract).gaining_period(payoffs, limit, periods)
    if found is not None:
        raise Refuted(f"a coalition gains in the {contract} of {known.labels[found]}")


def _excess_of_witness(case: Case, claim: Claim) -> Fraction:
    """What the margin must be: minus the excess of the witness in the period that the table names. [money]"""
    contract, rule = claim["property"].removeprefix("core_"), claim["rule"]
    known, row = case.periods(contract), case.contract_rows[rule, contract]
    if not known.games:
        return Fraction(0)
    payoffs = case.period_payoffs(rule, contract)
    members = case.game.members(claim["witness"])
    if not members.any() or members.all() or members.sum() != len(claim["witness"]):
        raise Refuted("the witness must be a proper coalition that names each member once")
    stated, margins = Fraction(float(claim["margin"])), []
    for position in [p for p, label in enumerate(known.labels) if label == row["period"]]:
        game = ExactSharingGame(known.games[position].community)
        margins.append(exact_sum(payoffs[position][members]) - game.value(members))
    if not margins:
        raise Refuted(f"{row['period']!r} is no {contract} of the calendar in which energy is shared")
    return min(margins, key=lambda margin: abs(margin - stated))
