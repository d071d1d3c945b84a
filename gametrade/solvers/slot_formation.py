"""Homes with batteries that form coalitions anew in every settlement step, by merging, splitting and switching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.community import Batteries, Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import SharingGame
from gametrade.games.formation import FormationGame, Partition
from gametrade.games.formation.battery_slot import BatteryDecision, battery_decision
from gametrade.games.step_prices import StepPrices, step_prices
from gametrade.solvers.formation_dynamics import after_move
from gametrade.solvers.optimal_structure import optimal_structure
from gametrade.solvers.partition_stability import deviation_from
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd

SLOT_HOMES = 10
"""Most homes for which every merge and split is examined in every step."""

MERGING, SWITCHING = "merge_split", "individual"


@dataclass(frozen=True, eq=False, slots=True)
class Slot:
    """One settlement step.

    Parameters
    ----------
    structures : tuple of partitions
        Structures met, the one of the step before first.
    moves : tuple of str
        "merge or split" or "switch", one fewer.
    welfare : tuple of float
        Sum of gains in each structure met. [money]
    payoffs : ndarray of shape (n,)
        Gains over being alone in the last structure, batteries used as decided. [money]
    optimal : float
        Gains of the structure worth most. [money]
    ending : str
        "stable": nothing merges, splits or switches; or "cycle": a structure returned.
    d_c : bool
        Whether the last structure is also stable against every collection of coalitions.
    decision : BatteryDecision
        What the batteries do, with the cost of both decisions.
    """

    structures: tuple[Partition, ...]
    moves: tuple[str, ...]
    welfare: tuple[float, ...]
    payoffs: FloatArray
    optimal: float
    ending: str
    d_c: bool
    decision: BatteryDecision

    @property
    def final(self) -> Partition:
        """The last structure."""
        return self.structures[-1]

    @property
    def rising(self) -> bool:
        """Whether the sum of gains rose with every move, which proves that the moves had to end."""
        return all(b > a for a, b in zip(self.welfare, self.welfare[1:], strict=False))

    @property
    def loss(self) -> float:
        """Gains that the last structure leaves, at least 0 up to rounding. [money]"""
        return self.optimal - self.welfare[-1]


@dataclass(frozen=True, eq=False)
class SlotFormation(Shown):
    """Coalitions and batteries of a community, step by step.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    rule : str
        How each coalition splits its gains.
    slots : tuple of Slot
        One a step.
    charge : ndarray of shape (n, T + 1)
        Energy in each battery at the start of each step, and at the end. [kWh]
    """

    community: Community
    rule: str
    slots: tuple[Slot, ...]
    charge: FloatArray

    @property
    def payoffs(self) -> FloatArray:
        """Gains of each home over trading alone with the same use of batteries, shape (n,). [money]"""
        return np.asarray(sum(slot.payoffs for slot in self.slots))

    @property
    def battery_benefit(self) -> FloatArray:
        """What the batteries save at the prices of the steps, wear and replacement paid, shape (n,). [money]"""
        return np.asarray(sum(slot.decision.benefit for slot in self.slots))

    def to_frame(self) -> pd.DataFrame:
        """One row a step: coalitions, moves, how they ended, gains, and energy that the batteries moved."""
        import pandas as pd

        rows = [
            {
                "coalitions": len(slot.final),
                "moves": len(slot.moves),
                "ending": slot.ending,
                "rising": slot.rising,
                "d_c": slot.d_c,
                "gains": slot.welfare[-1],
                "loss": slot.loss,
                "charged": float(slot.decision.charged.sum()),
                "discharged": float(slot.decision.discharged.sum()),
            }
            for slot in self.slots
        ]
        return pd.DataFrame(rows, index=pd.Index(self.community.times, name="time"))

    def __str__(self) -> str:
        stable = sum(slot.ending == "stable" for slot in self.slots)
        best = sum(slot.loss <= 1e-9 * max(1e-9, slot.optimal) for slot in self.slots)
        return (
            f"{len(self.slots)} steps: {stable} end in a structure that nothing merges, splits or switches, "
            f"{best} in one of largest gains; gains {self.payoffs.sum():.6g} {self.community.tariff.currency}"
        )


def slot_formation(
    community: Community, rule: str = "mid_market_rate", *, replacement_price: float | None = None
) -> SlotFormation:
    r"""Let homes decide on their batteries and form coalitions in every settlement step.

    Parameters
    ----------
    community : Community
        At most 10 homes, with batteries or without; batteries start empty where no initial charge is given.
    rule : str, default="mid_market_rate"
        Registered rule that sets prices from the totals of each step; every coalition uses it.
    replacement_price : float, optional
        What a kWh drawn by a battery is worth later; the mean over the steps of the middle between the export price
        and the import price less network charge, if not given. [money/kWh]

    Returns
    -------
    SlotFormation
        Structures, payoffs, states of charge, and for every step what was proved.

    Raises
    ------
    TooManyPlayersError
        If there are more than 10 homes.
    InvalidInputError
        If the rule does not set prices, or the batteries must reach a final charge.

    Notes
    -----
    A model of the class described by Tushar et al. (2020); what is unsaid there is our reading. In each step:

    1. The rule's prices for all homes together, batteries idle, are the prices of the step. Each home compares the
       step with and without its battery at *these* prices (:func:`battery_decision`), within power, energy and room.
    2. With the loads that follow, coalitions merge or split if nobody loses and somebody gains; if none does, a home
       switches if it gains and the coalition that it joins does not lose; from the structure of the step before.
    3. Merges and splits raise the sum of gains, a potential. A switch may lower it, at the cost of those left, so a
       structure may come back: then the step ends as a cycle, and says so.
    4. Exact checks on all merges, splits and switches close the step, with the gains of the best structure (dynamic
       program) and whether the last one is :math:`D_c`-stable.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.street(4, 1, rng=2, start="2023-06-01")
    >>> print(slot_formation(street))  # doctest: +ELLIPSIS
    24 steps: 24 end in a structure that nothing merges, splits or switches, ...
    """
    prices = _checked(community, rule)
    value = _replacement(community, replacement_price)
    n = community.n_prosumers
    batteries = community.batteries or Batteries(np.zeros(n), np.zeros(n), np.ones(n))
    charge = [np.nan_to_num(batteries.start_kwh, nan=0.0)]
    structure: Partition = tuple((name,) for name in community.names)
    slots = []
    for t in range(community.n_steps):
        step = community.steps(np.array([t]))
        sell, buy = _prices(step, prices)
        decision = battery_decision(
            step.net_load[:, 0], charge[-1], batteries, step_hours=step.step_hours,
            sell_price=sell, buy_price=buy, replacement_price=value,
        )  # fmt: skip
        slots.append(_formed(FormationGame(SharingGame(_used(step, decision)), rule), structure, decision))
        structure = slots[-1].final
        held = charge[-1] + decision.charged * batteries.charge_efficiency
        held = held - decision.discharged / batteries.discharge_efficiency
        charge.append(np.clip(held, 0.0, batteries.energy_kwh))
    return SlotFormation(community, rule, tuple(slots), np.array(charge).T)


def _replacement(community: Community, price: float | None) -> float:
    """What a kWh drawn by a battery is worth later. [money/kWh]"""
    if price is None:
        middle = 0.5 * (community.export_price + community.import_price - community.network_charge)
        return float(middle.mean())
    if not np.isfinite(price):
        raise InvalidInputError(f"replacement_price of slot_formation must be finite. Got {price!r}.")
    return float(price)


def _used(step: Community, decision: BatteryDecision) -> Community:
    """The step with the loads that follow from the batteries."""
    load = step.net_load[:, 0] + decision.charged - decision.discharged
    demand, generation = np.maximum(load, 0.0)[:, None], np.maximum(-load, 0.0)[:, None]
    return Community(step.names, demand, generation, step.times, step.step_hours, step.tariff)


def _checked(community: Community, rule: str) -> StepPrices:
    """The rule's prices, once everything fits."""
    if community.n_prosumers > SLOT_HOMES:
        raise TooManyPlayersError(
            f"slot_formation examines every merge and split of at most {SLOT_HOMES} homes; switching_path scales. "
            f"Got {community.n_prosumers}."
        )
    if community.batteries is not None and not np.isnan(community.batteries.end_kwh).all():
        raise InvalidInputError(
            "batteries of slot_formation must be free at the end: homes decide step by step. Got a final charge."
        )
    prices = step_prices(rule)
    if prices is None:
        raise InvalidInputError(f"rule of slot_formation must set prices from the totals of each step. Got {rule!r}.")
    return prices


def _prices(step: Community, prices: StepPrices) -> tuple[float, float]:
    """Average selling and buying price of one step, all homes together; those of the grid if nothing is shared."""
    supply, need = step.surplus.sum(axis=0)[None], step.deficit.sum(axis=0)[None]
    sell, buy = prices.gains(step, supply, need)
    return float(step.export_price[0] + sell[0, 0]), float(step.import_price[0] - buy[0, 0])


def _formed(formation: FormationGame, start: Partition, decision: BatteryDecision) -> Slot:
    """Merge, split and switch until nothing does, or a structure returns."""
    structures, moves, ending = [start], list[str](), "stable"
    while True:
        move, kind = deviation_from(formation, structures[-1], MERGING), "merge or split"
        if move is None:
            move, kind = deviation_from(formation, structures[-1], SWITCHING), "switch"
        if move is None:
            break
        structures.append(after_move(formation, structures[-1], move))
        moves.append(kind)
        if structures[-1] in structures[:-1]:
            ending = "cycle"
            break
    game = formation.game
    welfare = tuple(sum(game.value(part) for part in structure) for structure in structures)
    optimal = sum(game.value(part) for part in optimal_structure(game))
    against_all = deviation_from(formation, structures[-1], "d_c") is None
    payoffs = formation.payoffs(structures[-1])
    return Slot(tuple(structures), tuple(moves), welfare, payoffs, optimal, ending, against_all, decision)
