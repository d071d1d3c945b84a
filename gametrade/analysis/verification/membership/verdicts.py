"""Whether one structure is stable: a deviation is replayed by the rule itself, an absence of any is searched again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gametrade.analysis.partition_verdict import stability_claim
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict
from gametrade.analysis.verification.membership.literal import LITERAL_PLAYERS, Literal
from gametrade.analysis.verification.membership.paid import Paid
from gametrade.analysis.verification.membership.switching import after_step, agreed, check_gains
from gametrade.games.formation import Partition
from gametrade.solvers.partition_finder import SINGLE_MOVES, group_size, most_players
from gametrade.solvers.partition_stability import deviation_from

HARMLESS = ("contractual_core", "merge_split")
"""Notions whose deviations need a gain to somebody and a loss to nobody."""


def check_examined(paid: Paid, row: Mapping[str, Any]) -> str:
    """Check one verdict on one structure.

    Parameters
    ----------
    paid : Paid
        The game.
    row : mapping
        A verdict of :func:`~gametrade.analysis.partition_verdict.partition_verdict` as data.

    Returns
    -------
    str
        How it was proved.

    Raises
    ------
    Refuted
        If the deviation does not pay what is said, or the structure is another case than is said.
    """
    notion, proof = str(row["property"]).removesuffix("_stable"), row["certificate"]
    most_players(notion)
    equal("rule of the verdict", row["rule"], paid.rule)
    equal("id of the verdict", row["id"], f"{row['rule']}/{notion}_stable")
    equal("unit of the verdict", row["unit"], paid.game.unit)
    equal("statement of the verdict", row["statement"], stability_claim(paid.formation, notion))
    structure = paid.structure(proof["partition"])
    stable, how = _stable(paid, structure, notion)
    expect_verdict(row, {stable})
    equal("kind of the certificate", proof["kind"], "enumeration" if stable else "deviation")
    if stable:
        equal("witness", list(row["witness"]), [])
        close("margin", row["margin"], Fraction(0), Fraction(0))
        return f"stable, every deviation examined {how}"
    return _replayed(paid, structure, notion, row)


def _stable(paid: Paid, structure: Partition, notion: str) -> tuple[bool, str]:
    """Whether a structure is stable, by the definition for few players."""
    if paid.game.n_players > LITERAL_PLAYERS:
        return deviation_from(paid.formation, structure, notion) is None, "by the same search"
    place = {player: 1 << i for i, player in enumerate(paid.game.players)}
    masks = tuple(sum(place[player] for player in part) for part in structure)
    return Literal(paid.table, float(paid.tolerance)).stable(masks, notion), "by the definition"


def _replayed(paid: Paid, structure: Partition, notion: str, row: Mapping[str, Any]) -> str:
    """The deviation pays what it says, and is one that the notion allows."""
    proof = row["certificate"]
    step = {
        "movers": row["witness"],
        "gains": proof["gains"],
        "coalitions": proof.get("coalitions") or [proof["coalition"]],
    }
    gains = [Fraction(float(gain)) for gain in proof["gains"]]
    close("margin", row["margin"], -max(Fraction(0), min(gains)), paid.tolerance)
    if notion == "d_c":
        _check_collection(paid, structure, step)
        return f"a collection of {len(step['coalitions'])} coalitions that the structure does not better"
    after = after_step(paid, structure, step)
    check_gains(paid, "the deviation", structure, after, step)
    if notion in HARMLESS:
        _check_harmless(paid, structure, after, notion)
    elif min(gains) <= paid.tolerance:
        raise Refuted("a mover of the deviation does not gain")
    _check_movers(paid, structure, after, (notion, step))
    return f"gains of {', '.join(row['witness'])}: {', '.join(f'{float(gain):+.6g}' for gain in gains)}"


def _check_collection(paid: Paid, structure: Partition, step: Mapping[str, Any]) -> None:
    """Disjoint coalitions that are not all worse for their members than what the structure makes of them."""
    parts = [tuple(part) for part in step["coalitions"]]
    players = {player for part in parts for player in part}
    if sum(map(len, parts)) != len(players) or players != set(step["movers"]):
        raise Refuted("the coalitions of a collection must be disjoint, and its members the witness")
    frame = [kept for part in structure if (kept := tuple(player for player in part if player in players))]
    if {frozenset(part) for part in frame} == {frozenset(part) for part in parts}:
        raise Refuted("the structure makes these coalitions itself")
    inside = {player: payoff for part in parts for player, payoff in paid.split(part).items()}
    made = {player: payoff for part in frame for player, payoff in paid.split(part).items()}
    better = [made[player] - inside[player] for player in players]
    if min(better) >= -paid.tolerance and max(better) > paid.tolerance:
        raise Refuted("the structure is better for the members of the collection")


def _check_harmless(paid: Paid, before: Partition, after: Partition, notion: str) -> None:
    """Somebody gains, and nobody loses."""
    then, now = paid.payoffs(after), paid.payoffs(before)
    changes = [then[player] - now[player] for player in now]
    if min(changes) < -paid.tolerance or max(changes) <= paid.tolerance:
        raise Refuted(f"the deviation is none in the sense of {notion}: somebody loses, or nobody gains")


def _check_movers(paid: Paid, before: Partition, after: Partition, move: tuple[str, Mapping[str, Any]]) -> None:
    """So many may move, and those who are asked consent."""
    notion, step = move
    movers = step["movers"]
    if notion in SINGLE_MOVES:
        (mover,) = movers
        joined = next(tuple(i for i in part if i != mover) for part in after if mover in part)
        if not agreed(paid, before, mover, joined, SINGLE_MOVES[notion]):
            raise Refuted("somebody whose consent the deviation needs loses by it")
    elif (most := group_size(notion)) and len(movers) > most:
        raise Refuted(f"at most {most} players may move, and these are {len(movers)}")
    elif notion == "core" and [set(movers)] != [set(part) for part in step["coalitions"]]:
        raise Refuted("the coalition that forms must be that of its movers")
