"""Numbers of a settlement step for systems in which few deal with each other: offers, named shares, blocks."""

from __future__ import annotations

import numpy as np

from gametrade.games.pricing.step_numbers import Numbers, StepNumbers
from gametrade.games.stackelberg.offers import trade_profit

SHARES = (0.25, 0.5, 0.75)
"""Shares of the profit that may be named."""


def _profit(numbers: StepNumbers, energy: float) -> float:
    """What a trade leaves between the grid's prices once the network is paid. [money]"""
    grid, charge = numbers.grid, float(numbers.community.network_charge[numbers.step])
    return trade_profit(energy, import_price=grid["import_price"] - charge, export_price=grid["export_price"])


def named_shares(numbers: StepNumbers) -> Numbers | None:
    """The home with the largest surplus and the one that imports most name a quarter, half or three quarters.

    They trade the smaller of surplus and need; the profit is the spread of grid prices less the network charge.
    """
    if not numbers.traded:
        return None
    profit = _profit(numbers, min(float(numbers.surpluses.max()), float(numbers.buyers.observed.max())))
    if not profit > 0:
        return None
    return {"profit": profit, "shares": SHARES, "unit": numbers.grid["unit"]}


def offered_shares(numbers: StepNumbers) -> Numbers | None:
    """The home with the largest surplus offers all who import one share of the profit.

    Each is offered energy in proportion to its need, at most the need. Assumed: nobody accepts less than half the
    profit (the mid-market rate) times the part of all need that the other sellers could cover.
    """
    if not numbers.traded:
        return None
    needs, left = numbers.buyers.observed, numbers.surpluses
    total = float(needs.sum())
    served = needs * min(1.0, float(left.max()) / total)
    others = min(1.0, float(left.sum() - left.max()) / total)
    profits = [_profit(numbers, float(energy)) for energy in served]
    if not max(profits) > 0:
        return None
    return {
        "profit": profits,
        "reservations": np.full(needs.size, others / 2),
        "seller": numbers.community.names[int(left.argmax())],
        "buyers": numbers.names(numbers.buyers.homes),
        "unit": numbers.grid["unit"],
    }


def blocks_of_importers(numbers: StepNumbers) -> Numbers | None:
    """A retailer who buys at the feed-in price sells two blocks of energy to all who import.

    What homes import at the tariff is worth the tariff less the network charge, to all alike, so they count as one
    buyer. Below the tariff they would take elasticity times as much again, a second block worth half of that: their
    demand line cut into two steps.
    """
    utility, grid = numbers.buyers, numbers.grid
    worth = grid["import_price"] - float(numbers.community.network_charge[numbers.step])
    total = float(utility.observed.sum())
    if not total > 0 or not worth > 0:
        return None
    return {
        "values": [worth, worth / 2],
        "quantities": [total, numbers.elasticity * total],
        "unit_cost": grid["export_price"],
        "cap": grid["import_price"],
        "unit": grid["unit"],
    }
