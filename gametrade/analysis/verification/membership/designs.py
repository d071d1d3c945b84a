"""Market designs of one community, run again and compared with what no design can exceed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from gametrade.analysis.design_outcome import DesignOutcome
from gametrade.analysis.studies.market_designs import RESOLUTION, played
from gametrade.analysis.verification.case import ExactGame, Refuted
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.membership.paid import Paid
from gametrade.analysis.verification.membership.switching import check_excess, near
from gametrade.games.coalitional import SharingGame
from gametrade.solvers.blocking_answer import ROUNDED, gains_by_leaving
from gametrade.tolerance import decision_tolerance

SOURCES = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
"""Random sources that a design can be run with again."""

COUNTED = ("messages", "numbers", "rounds", "converged")
"""What a negotiation costs."""


def design_checks(exact: ExactGame, part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The claims about market designs.

    Parameters
    ----------
    exact : ExactGame
        Of the sharing game of all homes.
    part : mapping
        ``homes``, ``steps``, ``unit``, ``partners`` and ``designs``.

    Yields
    ------
    tuple of str and callable
        Name of a claim, and what checks it.
    """
    if not isinstance(exact.game, SharingGame):
        raise Refuted("market designs need meter data")
    paid = Paid(exact, "equal_split")
    yield "designs", partial(_check_head, exact.game, part)
    for row in part["designs"]:
        yield str(row["design"]), partial(check_design, paid, part, row)


def _check_head(game: SharingGame, part: Mapping[str, Any]) -> str:
    """Homes, steps and unit are those of the data, and designs are named once."""
    equal("homes", list(part["homes"]), list(game.players))
    equal("steps", part["steps"], game.community.n_steps)
    equal("unit", part["unit"], game.unit)
    names = [row["design"] for row in part["designs"]]
    if not names or len(set(names)) != len(names):
        raise Refuted("designs must be one or more, each named once")
    return f"{len(names)} designs of {len(game.players)} homes"


def check_design(paid: Paid, part: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Run one design again, and prove who gains by leaving what it pays.

    Raises
    ------
    Refuted
        If payoffs, costs or messages are others, or a sum, a ratio or the verdict does not follow from them.
    """
    game = paid.game
    assert isinstance(game, SharingGame)
    again = _again(game, part["partners"], row)
    equal("number of payoffs", len(row["payoffs"]), game.n_players)
    for home, stated, found in zip(game.players, row["payoffs"], again.payoffs.tolist(), strict=True):
        near(paid, f"the payoff of {home}", stated, Fraction(found))
    for name in COUNTED:
        equal(name, row[name], getattr(again.talk, name))
    near(paid, "what homes could still gain", row["gap"], Fraction(again.gap))
    _check_told(row, again)
    payoffs = [Fraction(float(x)) for x in row["payoffs"]]
    _check_money(paid, payoffs, row)
    said = check_excess(paid, payoffs, row["blocking"])
    _check_verdict(paid, payoffs, row)
    return f"run again, {row['messages']} messages; {said}"


def _again(game: SharingGame, partners: Any, row: Mapping[str, Any]) -> DesignOutcome:
    """The design once more, from where its random source stood."""
    rng = None
    if (lot := row["lot"]) is not None:
        if lot["bit_generator"] not in SOURCES:
            raise Refuted(f"a design cannot be run again with the random source {lot['bit_generator']!r:.40}")
        source = getattr(np.random, lot["bit_generator"])()
        source.state = dict(lot)
        rng = np.random.Generator(source)
    pairs = None if partners is None else [(first, second) for first, second in partners]
    return played(game.community, row["design"], pairs, rng)


def _check_told(row: Mapping[str, Any], again: DesignOutcome) -> None:
    """How much each home tells about itself, and to how many."""
    equal("what is told", row["what_is_told"], again.kind)
    for name, found in (("numbers_told_per_home", again.told.mean()), ("receivers_per_home", again.receivers.mean())):
        if abs(row[name] - float(found)) > 1e-9 * max(1.0, float(found)):
            raise Refuted(f"{name} is {float(found):.9g}, the file says {row[name]:.9g}")


def _check_money(paid: Paid, payoffs: list[Fraction], row: Mapping[str, Any]) -> None:
    """Gains, what is lost against the best plan, and the ratio of the two."""
    best = paid.exact.value(np.ones(paid.game.n_players, dtype=bool))
    welfare = sum(payoffs, Fraction(0))
    near(paid, "the welfare", row["welfare"], welfare)
    near(paid, "the loss", row["loss"], best - welfare)
    near(paid, "the least gain", row["least_gain"], min(payoffs))
    if welfare > best + paid.tolerance * len(payoffs) + Fraction(RESOLUTION) * best:
        raise Refuted(f"the design hands out {float(welfare):.9g}, there is no more than {float(best):.9g}")
    stated = row["price_of_anarchy"]
    if best <= paid.tolerance:
        equal("the price of anarchy", stated, 1.0)
    elif welfare <= 0:
        equal("the price of anarchy", stated, "infinite")
    elif isinstance(stated, str) or abs(Fraction(float(stated)) * welfare - best) > best / 10**9:
        raise Refuted(f"the price of anarchy is {float(best / welfare):.9g}, the file says {stated!r}")


def _check_verdict(paid: Paid, payoffs: list[Fraction], row: Mapping[str, Any]) -> None:
    """The word for the stability follows from the bracket."""
    told, best = row["blocking"], float(paid.game.grand_value)
    low, high = told["excess"], max(told["excess"], told["upper_bound"])
    equal("the excess of the design", row["excess"], low)
    equal("the bound on excesses of the design", row["excess_bound"], high)
    equal("the blocking coalition", row["blocking_coalition"], ", ".join(told["coalition"]))
    tolerance = decision_tolerance(paid.game.tolerance, np.array([float(x) for x in payoffs]))
    blocks = low > tolerance if told["status"] == "proved" else gains_by_leaving(low, high, tolerance)
    if blocks is False and high > ROUNDED * tolerance:
        raise Refuted("the bracket does not rule out that somebody gains by leaving")
    word = "blocked" if blocks else "not proved"
    if blocks is False and row["converged"]:
        word = "stable"
    elif row["gap"] and row["converged"] and high <= RESOLUTION * best:
        word = f"stable to {high:.0e}"
    equal("the stability", row["stability"], word)
