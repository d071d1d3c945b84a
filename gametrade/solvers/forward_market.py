"""Contracts signed on a forecast, and more of them once the energies are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.community import Community
from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.games.contracts import ContractOutcome, community_contracts
from gametrade.games.contracts.community_dispatch import whole_units
from gametrade.games.contracts.valuations import Number
from gametrade.solvers.price_adjustment import price_adjustment
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class TwoMarkets(Shown):
    """A forward and a real-time market of one community.

    Parameters
    ----------
    community : Community
        The homes with the energies that came.
    forward, real_time : ContractOutcome or None
        What was signed on the forecast, and on what the forward contracts left; None where there was no unit to trade.
    gains : ndarray of shape (n,)
        What each home gains over its retailer with the energies that came; below 0 where the forecast erred. [money]
    """

    community: Community
    forward: ContractOutcome | None
    real_time: ContractOutcome | None
    gains: FloatArray

    def __str__(self) -> str:
        rows = [[name, f"{gain:+.6g}"] for name, gain in zip(self.community.names, self.gains, strict=True)]
        told = [_told("forward", self.forward), _told("real time", self.real_time)]
        return "\n".join([*told, text_table(["home", "gain"], rows, numeric={1})])


def _told(name: str, outcome: ContractOutcome | None) -> str:
    return f"{name}: " + (f"{len(outcome.concluded)} contracts, {outcome.talk}" if outcome else "no unit to trade")


def forward_market(
    forecast: Community,
    actual: Community,
    steps: Sequence[int],
    *,
    energy: float,
    step: Number = Fraction(1, 100),
    cost: float = 0.0,
) -> TwoMarkets:
    """Sign contracts on a forecast, then on what came, and settle the rest with the grid.

    Parameters
    ----------
    forecast, actual : Community
        The same homes and steps, with energies as expected and as they came; prices are those of `actual`.
    steps : sequence of int
        Settlement steps.
    energy : float
        Energy of a contract, above 0. [kWh]
    step : number, optional
        Rise of a price in a round; 1/100 if not given. [money]
    cost : float, default=0.0
        Transaction cost of a contract, paid by the buyer. [money]

    Returns
    -------
    TwoMarkets
        Both outcomes and the gain of each home.

    Raises
    ------
    InvalidInputError
        If homes or steps differ, or a number is out of range.

    Notes
    -----
    Forward contracts bind: who sold more than it has buys the rest from neighbours or from the grid, and may lose. With
    a perfect forecast the gains are the utilities of the forward market, and what is left for real time are contracts
    that its price steps missed. Payments cancel among homes.

    Examples
    --------
    >>> import gametrade as gt
    >>> def noon(sun):
    ...     return gt.Community(["Ada", "Bob"], [[0.0], [2.0]], [[sun], [0.0]], ["2023-06-01T12:00"], 1.0,
    ...                         gt.Tariff(import_price=0.5, export_price=0.25))
    >>> forward_market(noon(2.0), noon(1.0), [0], energy=0.5, step=0.03125).gains
    array([-0.125,  0.375])
    """
    if forecast.names != actual.names or not np.array_equal(forecast.times, actual.times):
        raise InvalidInputError("forecast and actual of forward_market must have the same homes and steps.")
    expected = forecast.with_tariff(actual.tariff)
    forward = _signed(expected, steps, energy, step, cost)
    left = _after(actual, forward)
    real_time = _signed(left, steps, energy, step, cost)
    paid = sum((_payments(actual, outcome) for outcome in (forward, real_time)), np.zeros(actual.n_prosumers))
    gains = actual.stand_alone_bills() - _after(left, real_time).stand_alone_bills() - paid
    return TwoMarkets(actual, forward, real_time, np.asarray(gains))


def _signed(
    community: Community, steps: Sequence[int], energy: float, step: Number, cost: float
) -> ContractOutcome | None:
    """What the price process signs; None if there is no unit to trade."""
    if energy > 0 and not any(all(side.any() for side in whole_units(community, t, energy)) for t in steps):
        return None
    low = float(min(community.export_price[t] for t in steps)) * energy
    return price_adjustment(community_contracts(community, steps, energy=energy, cost=cost), step=step, start=low)


def _after(community: Community, outcome: ContractOutcome | None) -> Community:
    """Homes with the energies that contracts leave to be settled."""
    net = community.net_load.copy()
    place = {name: i for i, name in enumerate(community.names)}
    for contract in () if outcome is None else outcome.network.contracts:
        if outcome is not None and contract.name in outcome.concluded:
            net[place[contract.seller], int(contract.time)] += contract.energy
            net[place[contract.buyer], int(contract.time)] -= contract.energy
    demand, made = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    return Community(community.names, demand, made, community.times, community.step_hours, community.tariff)


def _payments(community: Community, outcome: ContractOutcome | None) -> FloatArray:
    """What each home pays for its contracts, transaction costs included. [money]"""
    paid = np.zeros(community.n_prosumers)
    if outcome is None:
        return paid
    for i, home in enumerate(community.names):
        if home in outcome.network.players:
            income = outcome.network.income(home, outcome.prices)
            paid[i] = -float(sum((income[name] for name in outcome.network.own(home, outcome.concluded)), Fraction(0)))
    return paid
