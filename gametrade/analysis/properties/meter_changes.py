"""What a home can do to its own meter: waste, burn, shift load, or appear as two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gametrade.community import Community
from gametrade.typing import FloatArray

WAYS = ("waste", "burn", "shift", "accounts")
"""Withhold generation, use energy for nothing, move load to another step, appear as two members."""

BEYOND = 1e-6
"""Share by which a home goes beyond the energy at which the price jumps."""


class MeterChange(NamedTuple):
    """One way in which a home changes what the rule sees.

    Parameters
    ----------
    home : int
        Position of the home.
    way : {"waste", "burn", "shift", "accounts"}
        What it does.
    step, other : int
        Settlement step, and the one that load is moved to; -1 where there is none.
    energy : float
        Energy wasted, burnt or moved [kWh]. Of two accounts in one step what the home buys from itself: the second
        account has its surplus and as much generation more [kWh]; in all steps the share of load and generation
        of the second, 0 for all generation and no load.
    """

    home: int
    way: str
    step: int
    other: int
    energy: float


def changed(community: Community, change: MeterChange) -> tuple[Community, list[int]]:
    """The community as the rule sees it, and the members behind which the home stands."""
    demand, generation = np.array(community.demand), np.array(community.generation)
    names, home, mine = list(community.names), change.home, [change.home]
    if change.way == "waste":
        generation[home, change.step] = max(0.0, generation[home, change.step] - change.energy)
    elif change.way == "burn":
        demand[home, change.step] += change.energy
    elif change.way == "shift":
        demand[home, change.step] = max(0.0, demand[home, change.step] - change.energy)
        demand[home, change.other] += change.energy
    elif change.step >= 0:
        sold = np.zeros((1, community.n_steps))
        sold[0, change.step] = community.surplus[home, change.step] + change.energy
        demand, generation = np.vstack([demand, np.zeros(sold.shape)]), np.vstack([generation, sold])
        generation[home] = np.maximum(0.0, generation[home] - sold[0])
        names.append(f"{names[home]} (second account)")
        mine.append(len(names) - 1)
    else:
        parts = (change.energy * demand[home], (change.energy or 1.0) * generation[home])
        demand, generation = (np.vstack([rows, part]) for rows, part in zip((demand, generation), parts, strict=True))
        demand[home] -= parts[0]
        generation[home] -= parts[1]
        names.append(f"{names[home]} (second account)")
        mine.append(len(names) - 1)
    seen = Community(
        names, demand, generation, community.times, community.step_hours, community.tariff,
        time_zone=community.time_zone,
    )  # fmt: skip
    return seen, mine


def possible_changes(community: Community, ways: tuple[str, ...], most: int) -> Iterator[MeterChange]:
    """Changes that can matter, the most promising first: near steps where supply meets demand.

    Parameters
    ----------
    community : Community
        Honest meters.
    ways : tuple of str
        What homes may do.
    most : int
        How many at most.

    Yields
    ------
    MeterChange
        For each home its accounts, then, step by step from the one where supply and demand differ least, the energies
        that bring the community to balance, a little more, half of what the home has, and all.
    """
    left = most
    for change in _all_changes(community, ways):
        if not left:
            return
        left -= 1
        yield change


def _all_changes(community: Community, ways: tuple[str, ...]) -> Iterator[MeterChange]:
    n = community.n_prosumers
    if "accounts" in ways:
        yield from (MeterChange(home, "accounts", -1, -1, share) for home in range(n) for share in (0.0, 0.5))
    supply, demand = community.surplus.sum(axis=0), community.deficit.sum(axis=0)
    size = np.maximum(supply, demand)
    order = np.argsort(np.where(np.minimum(supply, demand) > 0, np.abs(supply - demand), size + 1), kind="stable")
    for step in order.tolist():
        gap = float(supply[step] - demand[step])
        for home in range(n):
            surplus = float(community.surplus[home, step])
            load = float(community.demand[home, step])
            if "waste" in ways:
                yield from (MeterChange(home, "waste", step, -1, e) for e in _amounts(gap, surplus))
            if "burn" in ways and surplus > 0:
                yield from (MeterChange(home, "burn", step, -1, e) for e in _amounts(gap, surplus))
            if "shift" in ways and community.n_steps > 1:
                other = int(order[0] if step != order[0] else order[1])
                yield from (MeterChange(home, "shift", step, other, e) for e in _amounts(-gap, load))


def _amounts(gap: float, whole: float) -> list[float]:
    """Energies up to a whole: to the balance, a little beyond it, half and all."""
    amounts = {whole / 2, whole} | {gap * (1 + k * BEYOND) for k in (0, 1)}
    return sorted(amount for amount in amounts if 0 < amount <= whole)


def bills(community: Community, payoffs: FloatArray, members: list[int]) -> float:
    """What some members pay in all, under a rule that pays them this much over being alone. [money]"""
    return float((community.stand_alone_bills() - payoffs)[members].sum())


def told(community: Community, change: MeterChange) -> dict[str, Any]:
    """The change as JSON-ready data."""
    times = community.local_times()
    return {
        "home": community.names[change.home],
        "way": change.way,
        "step": change.step,
        "time": str(times[change.step]) if change.step >= 0 else None,
        "other": change.other,
        "energy": change.energy,
    }
