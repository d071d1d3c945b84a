"""The largest fees that a community bears: per member, and per kWh shared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.games.coalitional.game import check_game
from gametrade.solvers.core_start import known_point
from gametrade.solvers.deadline import deadline
from gametrade.solvers.nearest_core_allocation import NearestCoreAllocation, nearest_core_allocation
from gametrade.solvers.rule_payoffs import Rule, rule_payoffs
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class FeeLimits(Shown):
    """How much everyone can be charged before somebody, alone or with others, is better off outside.

    Parameters
    ----------
    game : CoalitionalGame
        The game without fees.
    per_member, per_member_bound : float
        Bracket of the largest entry fee, the same for every member, with which the game still has a core. [money]
    payoffs : ndarray of shape (n,)
        Payoffs before the fee that bear it: in the core, with the largest least gain. [money]
    per_kwh : float or None
        Charge on every shared kWh, on top of the network charge, from which on nothing is worth sharing; below it the
        core is never empty and nobody need be worse off than alone. None for games without kWh, and where homes save
        a joint peak without sharing any. [money/kWh]
    rule : str or None
        Rule whose payoffs were examined.
    rule_per_member : float or None
        Entry fee from which on some member is worse off than alone under that rule. [money]
    nearest : NearestCoreAllocation or None
        The program behind `per_member`, with its weights; None if the core is empty without any fee.
    """

    game: CoalitionalGame
    per_member: float
    per_member_bound: float
    payoffs: FloatArray
    per_kwh: float | None
    rule: str | None = None
    rule_per_member: float | None = None
    nearest: NearestCoreAllocation | None = None

    def __str__(self) -> str:
        unit = self.game.unit
        parts = [f"largest fee a member {self.per_member:.6g} {unit}"]
        if self.per_member_bound - self.per_member > 10 * self.game.tolerance:
            parts[0] += f" (at most {self.per_member_bound:.6g})"
        if self.per_kwh is not None:
            parts.append(f"a shared kWh {self.per_kwh:.6g} {unit}")
        if self.rule is not None:
            parts.append(f"a member under {self.rule} {self.rule_per_member:.6g} {unit}")
        return ", ".join(parts)


def fee_limits(game: CoalitionalGame, rule: Rule | None = None, *, seconds: float = 60.0) -> FeeLimits:
    r"""Find the largest fee per member, and per shared kWh, with which the game still has a core.

    .. math:: c^* = \max \{ \min_i x_i - v(\{i\}) : x(N) = v(N),\ x(S) \ge v(S)\ \ \forall S \}

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table, or a sharing or dispatch game of any size.
    rule : str, callable, Allocation or array_like of shape (n,), optional
        Payoffs to examine beside: the fee from which on a member is worse off than alone.
    seconds : float, default=60.0
        When the time is up, the fee per member is a bracket.

    Returns
    -------
    FeeLimits
        The fees, with the payoffs that bear them.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or the time is no number of at least 0.

    Notes
    -----
    *Per member.* In the game in which everyone in a community of two or more pays c, and a home alone does not
    (:class:`~gametrade.games.coalitional.fees.FeeGame` with ``may_stay_apart=False``), payoffs y are in the core if
    and only if x = y + c is in the core without the fee and gives each at least c over being alone: a coalition pays
    :math:`c |S|` as well, so only staying alone gains by the fee. The largest fee is therefore one linear program; a
    home that adds nothing to anybody makes it 0. If members may stay apart, the core can empty earlier.

    *Per kWh.* A charge lowers the spread of every step for every coalition alike. The game stays a sharing game, whose
    core is not empty and whose clearing prices leave nobody worse off than alone, so no charge ever empties the core:
    what ends is the gain, once the charge reaches the largest spread of a step with trade. A dispatch game stays one of
    linear production, with the same conclusion; its gains are convex in the charge, and Newton steps from below end at
    their zero: one linear program each, a few in all.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 8, ("s2", "b"): 6, ("s1", "s2", "b"): 10})
    >>> round(fee_limits(game).per_member, 9)
    2.0
    """
    check_game(game, "fee_limits")
    if game.n_players < 2:
        raise InvalidInputError("fee_limits needs at least 2 players.")
    deadline(seconds, "fee_limits")
    name, own = (None, None) if rule is None else rule_payoffs(game, rule, "fee_limits")
    at_rule = None if own is None else float((own - game.single_values).min())
    if known_point(game).epsilon > game.tolerance:
        return FeeLimits(game, 0.0, 0.0, game.single_values, _per_kwh(game), name, at_rule)
    alone = game.single_values
    most = max(0.0, game.grand_value - float(alone.sum()))
    nearest = nearest_core_allocation(game, alone + most, norm="fee", seconds=seconds)
    found, bound = most - nearest.distance, most - nearest.lower_bound
    return FeeLimits(game, max(0.0, found), max(0.0, bound), nearest.payoffs, _per_kwh(game), name, at_rule, nearest)


def _per_kwh(game: CoalitionalGame) -> float | None:
    """Largest spread of a step with trade, 0 if there is none. [money/kWh]"""
    if isinstance(game, SharingGame):
        return float(game.spread.max(initial=0.0))
    if isinstance(game, IndividualTariffGame):
        levels = game.levels
        width = np.zeros(game.community.n_steps)
        np.add.at(width, levels.step, levels.high - levels.low)
        return float(width.max(initial=0.0))
    return _with_batteries(game) if isinstance(game, DispatchGame) else None


def _with_batteries(game: DispatchGame) -> float | None:
    """Charge at which the gains are gone: the plan for one charge bears its gains for each kWh that it shares more."""
    if game.terms.limited or game.peak_charge > 0:
        return None
    tariff, fee = game.community.tariff, 0.0
    charged = game
    while charged.grand_value > game.tolerance:
        plans = zip(game.homes, charged.grand.plans, strict=True)
        flows = np.array([home.load + home.net @ plan for home, plan in plans])
        shared = np.minimum(np.maximum(flows, 0).sum(axis=0), np.maximum(-flows, 0).sum(axis=0)).sum()
        fee += charged.grand_value / float(shared)
        dearer = replace(tariff, network_charge=tariff.network_charge + fee)
        charged = replace(game, community=game.community.with_tariff(dearer))
    return fee
