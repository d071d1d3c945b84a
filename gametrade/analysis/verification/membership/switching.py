"""Certificates of one structure: what single homes, pairs and coalitions gain, settled again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.encoding import tree_from_dict
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.comparing import ROUNDING, equal
from gametrade.analysis.verification.membership.paid import ZERO, Paid
from gametrade.analysis.verification.trees import check_tree, largest_by_enumeration
from gametrade.games.formation import Partition
from gametrade.solvers.formation_dynamics import MOVING
from gametrade.solvers.home_pairs import best_pair
from gametrade.solvers.home_pools import HomePools
from gametrade.solvers.partition_finder import SINGLE_MOVES
from gametrade.solvers.partition_stability import deviation_from
from gametrade.tolerance import decision_tolerance


def near(paid: Paid, what: str, stated: float, found: Fraction) -> None:
    """Compare money with what was settled again, to the tolerance of the game and 1e-9 of the gains."""
    slack = paid.tolerance + ROUNDING * (abs(found) + abs(Fraction(float(paid.game.grand_value))))
    if not abs(Fraction(float(stated)) - found) <= slack:
        raise Refuted(f"{what} is {float(found):.9g}, the file says {stated:.9g}")


def best_single(
    paid: Paid, structure: Partition, *, entry: bool = False, exit: bool = False
) -> tuple[float, str, tuple[str, ...]]:
    """The largest gain of a single player, negative if all moves lose, with the mover and its new coalition."""
    now = paid.payoffs(structure)
    own = {player: part for part in structure for player in part}
    best, mover, target = -np.inf, paid.game.players[0], tuple(paid.game.players[:1])
    for coalition in (*structure, ()):
        offers = paid.joining(coalition)
        for i, player in enumerate(paid.game.players):
            if player in coalition or (not coalition and len(own[player]) == 1):
                continue
            gain = float(Fraction(float(offers[i])) - now[player])
            if gain > best and agreed(paid, structure, player, coalition, (entry, exit)):
                best, mover, target = gain, player, paid.game.labels(paid.game.members((*coalition, player)))
    return (0.0 if best == -np.inf else best), mover, target


def agreed(paid: Paid, structure: Partition, mover: str, joined: tuple[str, ...], consent: tuple[bool, bool]) -> bool:
    """Whether those joined and those left, where they are asked, do not lose by a move of one player."""
    entry, exit = consent
    own = next(part for part in structure if mover in part)
    asked = [((*joined, mover), joined)] * entry + [(tuple(i for i in own if i != mover), own)] * exit
    return all(_content(paid, after, before, mover) for after, before in asked if after and before)


def _content(paid: Paid, after: tuple[str, ...], before: tuple[str, ...], mover: str) -> bool:
    then, now = paid.split(after), paid.split(before)
    return all(then[i] - now[i] >= -paid.tolerance for i in after if i != mover)


def check_steps(paid: Paid, path: Mapping[str, Any]) -> str:
    """Replay a path: every mover gains what it says, whoever is asked agrees, and the end is what it says.

    Raises
    ------
    Refuted
        If a step does not follow from the one before.
    """
    if path["moves"] not in MOVING:
        raise Refuted(f"nothing is known of moves that are {path['moves']!r}")
    structures = [paid.structure(path["start"])]
    for number, step in enumerate(path["steps"], start=1):
        after = after_step(paid, structures[-1], step)
        check_gains(paid, f"move {number}", structures[-1], after, step)
        _check_consent(paid, number, structures[-1], after, (path["moves"], step))
        structures.append(after)
    equal("the last structure of the path", paid.structure(path["final"]), structures[-1])
    if "structures" in path:
        equal("structures of the path", [paid.structure(one) for one in path["structures"]], structures)
    returned = structures[-1] in structures[:-1]
    if (path["ending"] == "cycle") != returned or path["ending"] not in ("stable", "cycle", "stopped"):
        raise Refuted(f"the path ends {'where it was before' if returned else 'in a new structure'}")
    if path["ending"] == "stable":
        _check_end(paid, structures[-1], path["moves"])
    return f"{len(path['steps'])} moves replayed"


def _check_end(paid: Paid, structure: Partition, notion: str) -> None:
    """Nobody moves from the last structure: single players settled again, groups searched again."""
    if notion in SINGLE_MOVES:
        entry, exit = SINGLE_MOVES[notion]
        gain, mover, _ = best_single(paid, structure, entry=entry, exit=exit)
        if gain > paid.tolerance:
            raise Refuted(f"{mover} gains {gain:.9g} by leaving the last structure of the path")
        return
    found = deviation_from(paid.formation, structure, notion)
    if found is not None:
        raise Refuted(f"{', '.join(found.movers)} would move from the last structure of the path")


def after_step(paid: Paid, before: Partition, step: Mapping[str, Any]) -> Partition:
    """The structure after a step of a path; who makes coalitions of others is refuted."""
    movers = set(step["movers"])
    if "coalitions" in step:
        made = [tuple(part) for part in step["coalitions"]]
    else:
        joined = next((part for part in before if step["joins"] in part), ())
        made = [(*joined, *movers)]
    stays = [set(part) - movers for part in before]
    moved = {player for part in made for player in part}
    if len(movers) != len(step["movers"]) or not movers <= moved:
        raise Refuted("movers must be named once, and be in the coalitions that they make")
    if any(kept not in stays for part in made if (kept := set(part) - movers)):
        raise Refuted("somebody changes coalitions who is no mover")
    left = [tuple(i for i in part if i not in moved) for part in before]
    return paid.structure([*filter(None, left), *made])


def check_gains(paid: Paid, what: str, before: Partition, after: Partition, step: Mapping[str, Any]) -> None:
    """Each mover gains what the step says."""
    if len(step["movers"]) != len(step["gains"]) or not step["movers"]:
        raise Refuted(f"{what} must name a gain for each mover")
    for mover, gain in zip(step["movers"], step["gains"], strict=True):
        old, new = (next(part for part in structure if mover in part) for structure in (before, after))
        near(paid, f"the gain of {mover} in {what}", gain, paid.split(new)[mover] - paid.split(old)[mover])


def _check_consent(
    paid: Paid, number: int, before: Partition, after: Partition, move: tuple[str, Mapping[str, Any]]
) -> None:
    """Movers gain, and where the moves ask for it nobody else loses."""
    notion, step = move
    harmless = notion in ("contractual_core", "merge_split")
    gains = [Fraction(float(gain)) for gain in step["gains"]]
    if not (max(gains) if harmless else min(gains)) > paid.tolerance or min(gains) < -paid.tolerance:
        raise Refuted(f"the movers of move {number} do not gain")
    if notion in SINGLE_MOVES:
        (mover,) = step["movers"]
        joined = next(tuple(i for i in part if i != mover) for part in after if mover in part)
        if not agreed(paid, before, mover, joined, SINGLE_MOVES[notion]):
            raise Refuted(f"somebody whose consent move {number} needs loses by it")
    if harmless:
        then, now = paid.payoffs(after), paid.payoffs(before)
        loser = next((i for i in now if then[i] - now[i] < -paid.tolerance), None)
        if loser is not None:
            raise Refuted(f"{loser} loses by move {number}")


def check_payoffs(paid: Paid, proof: Mapping[str, Any]) -> str:
    """Payoffs of the structure, by the rule itself."""
    structure = paid.structure(proof["structure"])
    found = paid.payoffs(structure)
    equal("players with payoffs", sorted(proof["payoffs"]), sorted(found))
    for player, payoff in proof["payoffs"].items():
        near(paid, f"the payoff of {player}", payoff, found[player])
    return f"{len(structure)} coalitions settled again by {paid.rule}"


def check_single(paid: Paid, proof: Mapping[str, Any]) -> str:
    """The best move of a single home: all are settled again, the one that is named by the rule itself."""
    structure, told = paid.structure(proof["structure"]), proof["single"]
    _check_named(paid, structure, told, "the best single move")
    gain, mover, _ = best_single(paid, structure)
    near(paid, f"the largest gain of a single home ({mover})", told["gains"][0], Fraction(gain))
    count = paid.game.n_players * len(structure)
    return f"{count} moves settled again; the best gains {gain:+.6g} {paid.game.unit}"


def _check_named(paid: Paid, structure: Partition, told: Mapping[str, Any], what: str) -> None:
    """The movers that are named get what is said where they go."""
    check_gains(paid, what, structure, after_step(paid, structure, told), told)


def check_pair(paid: Paid, proof: Mapping[str, Any]) -> str:
    """The best move of two homes: the one that is named by the rule itself, all others by the same search again."""
    structure, told = paid.structure(proof["structure"]), proof["pair"]
    if proof["single"]["gains"][0] > paid.tolerance:
        equal("the best move of two homes", told, None)
        return "no pair is named, because a single home gains already"
    pools = HomePools(paid.formation)
    found = best_pair(pools, pools.places(structure))
    if found is None or told is None:
        equal("whether two homes can move", told is not None, found is not None)
        return "no two homes can move at the same time"
    if len(set(told["movers"])) != 2:
        raise Refuted("a pair has two movers")
    _check_named(paid, structure, told, "the best pair")
    near(paid, "the gain of the worse off of the best pair", min(told["gains"]), Fraction(found.gain))
    return f"replayed by the rule, all pairs searched again; the worse off gains {found.gain:+.6g} {paid.game.unit}"


def check_blocking(paid: Paid, proof: Mapping[str, Any]) -> str:
    """The most profitable coalition that shares as it likes, and the bound on all others, exactly."""
    told, stated = proof["blocking"], proof["payoffs"]
    payoffs = [Fraction(float(stated[player])) for player in paid.game.players]
    said = check_excess(paid, payoffs, told, least=ZERO)
    together = paid.exact.excess(np.ones(len(payoffs), dtype=bool), payoffs)
    if together > max(ZERO, Fraction(float(told["upper_bound"]))) + paid.tolerance:
        raise Refuted(f"all together gain {float(together):.9g}, above the bound")
    return said


def _excess(paid: Paid, payoffs: list[Fraction], told: Mapping[str, Any], slack: Fraction) -> Fraction:
    """What a coalition gains, without rounding. [money]"""
    members = paid.game.members(told["coalition"])
    if not members.any() or members.sum() != len(told["coalition"]):
        raise Refuted("the coalition must name each member once")
    excess = paid.exact.excess(members, payoffs)
    if not abs(excess - Fraction(float(told["excess"]))) <= slack + ROUNDING * abs(excess):
        raise Refuted(f"the coalition gains {float(excess):.9g}, the file says {told['excess']:.9g}")
    return excess


def check_excess(paid: Paid, payoffs: list[Fraction], told: Mapping[str, Any], least: Fraction | None = None) -> str:
    """A coalition's excess and the bound on every other, without rounding.

    Parameters
    ----------
    paid : Paid
        The game.
    payoffs : list of Fraction
        Payoff of each player. [money]
    told : mapping
        ``coalition``, ``excess``, ``upper_bound`` and, beyond what can be enumerated, ``tree``.
    least : Fraction, optional
        Bounds below this were not searched for. [money]

    Returns
    -------
    str
        How it was proved.

    Raises
    ------
    Refuted
        If the coalition gains something else, or the bound does not follow.
    """
    game, exact = paid.game, paid.exact
    slack = Fraction(decision_tolerance(game.tolerance, np.array([float(x) for x in payoffs])))
    excess, bound = _excess(paid, payoffs, told, slack), Fraction(float(told["upper_bound"]))
    for other in told["others"]:
        _excess(paid, payoffs, other, slack)
    if bound < Fraction(float(told["excess"])) - slack:
        raise Refuted("the bound is below what the coalition gains")
    equal("unit", told["unit"], game.unit)
    if told["status"] == "proved":
        bound = min(bound, Fraction(float(told["excess"])) + slack) if least is None else bound
    elif told["status"] != "bracketed":
        raise Refuted(f"nothing is known of a coalition that is {told['status']!r}")
    if told.get("tree") is not None:
        tree = tree_from_dict(told["tree"], game.players)
        check_tree(exact.priced, payoffs, tree, smallest=1)
        if Fraction(tree.limit) > max(bound, least if least is not None else bound) + slack:
            raise Refuted("the tree proves a larger bound than the file states")
        return f"excess {float(excess):.6g} exactly, bound {float(bound):.6g} by {len(tree.homes)} price paths"
    found = largest_by_enumeration(exact, payoffs)
    if found > bound + slack:
        raise Refuted(f"a coalition gains {float(found):.9g}, more than the bound {float(bound):.9g}")
    return f"excess {float(excess):.6g} exactly, every coalition examined"
