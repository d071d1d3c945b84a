"""All stable choices of few homes among providers, listed again from the payoffs of every pool."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.membership.choices import Offers
from gametrade.typing import FloatArray


def check_lists(offers: Offers) -> str:
    """All choices again: those that no home leaves, and those among them that no homes leave together.

    Raises
    ------
    Refuted
        If a list is another.
    """
    options, n = offers.part["options"], offers.game.n_players
    tables = [_pool_table(offers, name) for name in offers.settled] + [np.zeros((2**n, n))]
    tolerance = offers.market.tolerance
    nash, core = [], []
    for choice in _kept(offers, tables):
        masks = [sum(1 << i for i in range(n) if choice[i] == option) for option in range(len(options))]
        now = [tables[choice[i]][masks[choice[i]], i] + offers.cost[i] + tolerance for i in range(n)]
        nash.append([options[option] for option in choice])
        if not any(_all_gain(tables[option], masks[option], now) for option in range(len(options))):
            core.append(nash[-1])
    for name, found in (("nash_stable", nash), ("core_stable", core)):
        if sorted(map(list, offers.part[name])) != sorted(found):
            raise Refuted(f"{len(found)} choices are {name}, the file lists {len(offers.part[name])} or others")
    return f"{len(options) ** n} choices examined again: {len(nash)} Nash-stable, {len(core)} core-stable"


def _kept(offers: Offers, tables: list[FloatArray]) -> list[list[int]]:
    """Choices in which no home gains by another option, of all that there are."""
    n, count = offers.game.n_players, len(tables)
    choices = np.arange(count**n)[:, None] // count ** np.arange(n)[::-1] % count
    masks = [(choices == option) @ (1 << np.arange(n)) for option in range(count)]
    kept = np.ones(len(choices), dtype=bool)
    for i in range(n):
        offered = np.stack([tables[option][masks[option] | 1 << i, i] for option in range(count)])
        now = offered[choices[:, i], np.arange(len(choices))]
        kept &= offered.max(axis=0) <= now + offers.cost[i] + offers.market.tolerance
    listed: list[list[int]] = choices[kept].tolist()
    return listed


def _pool_table(offers: Offers, provider: str) -> FloatArray:
    """Payoffs after fees in every pool of a provider, shape (2**n, n). [money]"""
    gains = offers.settled[provider].table
    fees = [[offers.fee(provider, i, gain) for i, gain in enumerate(row)] for row in gains.tolist()]
    return np.asarray(gains - np.array(fees))


def _all_gain(table: FloatArray, there: int, now: list[float]) -> bool:
    """Whether some homes that are not there all gain by going there together."""
    n = len(now)
    outside = (1 << n) - 1 & ~there
    group = outside
    while group:
        if all(table[there | group, i] > now[i] for i in range(n) if group >> i & 1):
            return True
        group = (group - 1) & outside
    return False
