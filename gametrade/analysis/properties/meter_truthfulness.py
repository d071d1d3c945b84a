"""Whether a home gains by what it does to its own meter, under a split rule or a mechanism."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.properties.meter_changes import WAYS, MeterChange, bills, changed, possible_changes, told
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import properties

MOST_CHANGES = 300
"""Changes that are tried unless told otherwise."""


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
        Margin: minus the largest fall of a home's bill found; witness: who. Never decided in the positive, because
        energies between those tried may pay. [money]

    Raises
    ------
    InvalidInputError
        If there is no such way.

    Notes
    -----
    Meters do not lie, but homes decide what they show. With :math:`B_i(d, g)` what home i pays alone and :math:`x_i`
    what the rule gives it, its bill is :math:`B_i - x_i`. Wasted energy is lost, burnt energy is of no use, shifted
    load is as good as before, so a shift can pay alone too: ``stand_alone`` tells. A second account takes all
    generation, or half of everything; the home pays both bills. Competitive prices jump where supply meets demand, so
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
        return _verdict(allocation, way, None, 0.0, 0, "the game has no meter data")
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
    return _verdict(
        allocation, way, best[1], best[0], tried, failed or "a search, without proof that nothing else pays"
    )


def gain_of(allocation: Allocation, change: MeterChange) -> float:
    """By how much the bill of a home falls if it changes what the rule sees. [money]"""
    assert isinstance(allocation.game, SharingGame)
    community = allocation.game.community
    seen, mine = changed(community, change)
    payoffs = split(SharingGame(seen), allocation.rule).payoffs
    return bills(community, allocation.payoffs, [change.home]) - bills(seen, payoffs, mine)


def _verdict(
    allocation: Allocation, way: str, change: MeterChange | None, gain: float, tried: int, why: str
) -> Verdict:
    """A change that pays refutes; without one nothing is decided."""
    game = allocation.game
    pays = change is not None and gain > 10 * allocation.tolerance
    certificate: dict[str, Any] = {"kind": "none", "tried": tried, "why": why}
    if pays and change is not None and isinstance(game, SharingGame):
        certificate = {"kind": "recompute", "tried": tried, "change": told(game.community, change), "gain": gain}
    what = {
        "any": "wasting or burning energy, shifting load or a second account", "waste": "wasting energy",
        "burn": "burning energy", "shift": "shifting load", "accounts": "a second account",
    }[way]  # fmt: skip
    return Verdict(
        allocation.rule,
        "meter_truthfulness",
        f"no home pays less by {what}, to {10 * allocation.tolerance:.3g} {game.unit} ({tried} changes tried)",
        False if pays else None,
        -gain if pays else 0.0,
        game.unit,
        (game.players[change.home],) if pays and change is not None else (),
        certificate,
    )
