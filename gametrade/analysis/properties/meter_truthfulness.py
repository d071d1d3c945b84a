"""Whether a home gains by what it does to its own meter, under a split rule or a mechanism."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from gametrade.analysis.properties.lie_bounds import bounded
from gametrade.analysis.properties.meter_changes import WAYS, MeterChange, bills, changed, possible_changes, told
from gametrade.analysis.properties.meter_pieces import best_change
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import mechanisms as registered_mechanisms
from gametrade.registry import properties
from gametrade.registry import rules as registered_rules

MOST_CHANGES = 300
"""Changes that are tried unless told otherwise."""

MOST_NUMBERS = 5_000_000
"""Intervals of energy times homes that are looked at, at most, where that decides the question."""

ALL = "every energy of every home and step, in pieces of one form"
SOME = "a search, without proof that nothing else pays"
"""What a verdict rests on."""

IN_SHARING_GAMES = (
    "shapley", "equal_split", "egalitarian", "marginal_contribution", "nucleolus", "prenucleolus",
    "per_capita_nucleolus", "least_core",
)  # fmt: skip
"""Rules under which nobody loses in a sharing game, which is superadditive, not negative, and has a core."""


@properties.register(of="allocation")
def meter_truthfulness(allocation: Allocation, *, way: str = "any", most: int = MOST_CHANGES) -> Verdict:
    r"""No home pays less by wasting or burning energy, by shifting load, or by appearing as two accounts.

    Parameters
    ----------
    allocation : Allocation
        Of a sharing game by a registered rule or mechanism.
    way : {"any", "waste", "burn", "shift", "accounts"}, default="any"
        What homes may do.
    most : int, default=300
        Changes to try at most; each runs the rule on the whole period.

    Returns
    -------
    Verdict
        Margin: minus the largest fall of a home's bill found; witness: who. True for rules of one local price a
        step and one way other than shifting, of which all energies are looked at; for wasting and burning under rules
        whose formula rules it out, see ``argument``; and where the bound is 0. [money]

    Raises
    ------
    InvalidInputError
        If there is no such way.

    Notes
    -----
    Meters do not lie, but homes decide what they show. With :math:`B_i(d, g)` what home i pays alone and :math:`x_i`
    what the rule gives it, its bill is :math:`B_i - x_i`. Wasted energy is lost, burnt energy is of no use, shifted
    load is as good as before, so a shift can pay alone too: ``stand_alone`` tells. A second account takes all
    generation, or half of everything; the home pays both bills. Under a rule of one local price a step, which depends
    on supply and demand only, the bill is a rational function of the energy between the points where the home
    becomes a buyer and where supply meets demand; its largest fall is found exactly, in any number of steps, see
    ``meter_pieces``. Other rules and shifted loads are searched; ``certificate["bound"]`` is then what no
    change gains more than, if nobody loses under the rule: :math:`v(N) - x_i`, and the cost of a load moved.
    Competitive prices jump where supply meets demand, so
    a seller that wastes the difference sells the rest at the import price; steps where the two are closest are tried
    first. The certificate holds the change; anybody can run the rule on the changed meters again.

    Examples
    --------
    A seller of 3.1 kWh beside a buyer of 3 kWh wastes 0.1 kWh and sells the rest for 0.30 instead of 0.08.

    >>> import gametrade as gt
    >>> from gametrade.community import Community, Tariff
    >>> pair = Community(["s", "b"], [[0.0], [3.0]], [[3.1], [0.0]], ["2024-06-01T12:00"], 1.0, Tariff(0.30, 0.08))
    >>> verdict = gt.check(gt.allocate(pair, "competitive_price"), "meter_truthfulness", way="waste")
    >>> verdict.holds, verdict.witness, round(verdict.margin, 3)
    (False, ('s',), -0.652)
    """
    if way not in ("any", *WAYS):
        raise InvalidInputError(f"way of meter_truthfulness must be 'any' or one of {', '.join(WAYS)}. Got {way!r}.")
    game = allocation.game
    if not isinstance(game, SharingGame):
        return _verdict(allocation, way, Search(0.0, None, 0, "the game has no meter data"))
    exact = best_change(allocation, way, MOST_NUMBERS // game.n_players)
    if exact is not None:
        return _verdict(allocation, way, Search(exact.gain, exact.change, exact.pieces, ALL, exact.supremum))
    proof = argument(allocation, way)
    if proof is not None:
        return _verdict(allocation, way, Search(0.0, None, 0, proof))
    community = game.community
    best: tuple[float, MeterChange | None] = (0.0, None)
    tried, failed = 0, ""
    for change in possible_changes(community, WAYS if way == "any" else (way,), most):
        try:
            gain = gain_of(allocation, change)
        except TooManyPlayersError as reason:
            failed = str(reason)
            continue
        tried += 1
        best = max(best, (gain, change), key=lambda pair: pair[0])
    return _verdict(allocation, way, Search(*best, tried, failed or SOME))


def gain_of(allocation: Allocation, change: MeterChange) -> float:
    """By how much the bill of a home falls if it changes what the rule sees. [money]"""
    assert isinstance(allocation.game, SharingGame)
    community = allocation.game.community
    seen, mine = changed(community, change)
    payoffs = split(SharingGame(seen), allocation.rule).payoffs
    return bills(community, allocation.payoffs, [change.home]) - bills(seen, payoffs, mine)


MONOTONE_COSTS = ("stand_alone", "equal_split", "egalitarian", "ensc", "shapley")
MONOTONE = "the bill adds up costs of coalitions with the home, at weights not negative, and costs without it"
"""Rules whose bills cannot fall when energy is wasted, and why."""


def most_of_any_change(allocation: Allocation, way: str) -> float | None:
    r"""What no home gains more than at its meter, from what a rule promises alone.

    Parameters
    ----------
    allocation : Allocation
        Of the honest meters.
    way : str
        What homes may do.

    Returns
    -------
    float or None
        None where the rule does not promise that nobody loses and no more is shared than there is, or a price is
        negative. [money]

    Notes
    -----
    With C the cost of all at the grid after sharing, all payoffs of changed meters add up to at most the costs alone
    less C, and those of the others are at least 0. So the bills of a home fall by at most :math:`v(N) - x_i` and
    what C falls by: nothing for wasted or burnt energy and for accounts, at most the import price of a load moved.
    """
    game, base = allocation.game, allocation.rule.partition(":")[0]
    if not isinstance(game, SharingGame) or not _nobody_loses(base):
        return None
    community = game.community
    if community.export_price.min() < 0 or community.import_price.min() < 0:
        return None
    saved = np.zeros(community.n_prosumers)
    if way in ("shift", "any"):
        saved = (community.demand * community.import_price).max(axis=1)
    return float((game.grand_value - allocation.payoffs + saved).max())


def argument(allocation: Allocation, way: str) -> str | None:
    r"""Why no energy wasted or burnt lowers a bill, for rules under which that follows from their formula.

    Parameters
    ----------
    allocation : Allocation
        Of a sharing game.
    way : str
        What homes may do.

    Returns
    -------
    str or None
        None where there is no such argument, or a price is negative.

    Notes
    -----
    With C(S) what S pays together, a bill is, in costs, a sum of C(S) with weights that are not negative on coalitions
    with the home and arbitrary on those without. Wasting or burning raises no surplus and lowers no deficit, so at
    prices of at least 0 it raises C(S) for the former and leaves the latter as they are. Shapley: weights of
    marginal costs. Equal split: :math:`(1 - 1/n)` on C(i), 1/n on C(N). ENSC: 1/n on C(N) and on each C(N without j).
    """
    game, base = allocation.game, allocation.rule.partition(":")[0]
    if not isinstance(game, SharingGame) or base not in MONOTONE_COSTS or way not in ("waste", "burn"):
        return None
    community = game.community
    if community.export_price.min() < 0 or (community.import_price < community.export_price).any():
        return None
    return MONOTONE


def _nobody_loses(rule: str) -> bool:
    """Whether a rule or mechanism gives nobody less than 0 and no more in all than sharing saves."""
    if rule in registered_mechanisms and rule not in registered_rules:
        return bounded(rule)
    if rule in IN_SHARING_GAMES:
        return True
    return rule in registered_rules and {"individual_rationality", "efficiency"} <= registered_rules.get(rule).promises


class Search(NamedTuple):
    """What was found: the largest fall of a bill, by what change, how many were tried, and what that proves."""

    gain: float
    change: MeterChange | None
    tried: int
    why: str
    supremum: float | None = None


def _verdict(allocation: Allocation, way: str, found: Search) -> Verdict:
    """A change that pays refutes; without one the claim is proved where all energies were looked at."""
    game, slack = allocation.game, 10 * allocation.tolerance
    pays = found.change is not None and found.gain > slack
    most = found.supremum if found.supremum is not None else most_of_any_change(allocation, way)
    proved = not pays and most is not None and most <= slack
    certificate: dict[str, Any] = {"kind": "none", "tried": found.tried, "why": found.why}
    if pays and found.change is not None and isinstance(game, SharingGame):
        certificate |= {"kind": "recompute", "change": told(game.community, found.change), "gain": found.gain}
    elif found.why == MONOTONE:
        certificate["kind"] = "theorem"
    elif proved:
        certificate["kind"] = "enumeration" if found.supremum is not None else "bound"
    if most is not None and certificate["kind"] != "theorem":
        certificate["bound"] = most
    return Verdict(
        allocation.rule,
        "meter_truthfulness",
        change_statement(way, slack, game.unit, found.tried),
        False if pays else True if certificate["kind"] in ("enumeration", "bound", "theorem") else None,
        -found.gain if pays else 0.0,
        game.unit,
        (game.players[found.change.home],) if pays and found.change is not None else (),
        certificate,
    )


def change_statement(way: str, slack: float, unit: str, tried: int) -> str:
    """The claim in words, with its tolerance and how many changes were tried."""
    what = {
        "any": "wasting or burning energy, shifting load or a second account", "waste": "wasting energy",
        "burn": "burning energy", "shift": "shifting load", "accounts": "a second account",
    }[way]  # fmt: skip
    return f"no home pays less by {what}, to {slack:.3g} {unit} ({tried} changes tried)"
