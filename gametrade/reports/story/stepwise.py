"""When does a coalition gain by leaving? Its excess, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.analysis.rule_stability import RuleStability
from gametrade.games.coalitional import SharingGame
from gametrade.rules.settlement import step_payoffs
from gametrade.typing import FloatArray, TimeArray


@dataclass(frozen=True, eq=False, slots=True)
class StepExcess:
    """What the blocking coalition gains by leaving, in each settlement step.

    Parameters
    ----------
    times : ndarray of shape (T,)
        Start of the steps on the local clock.
    excess : ndarray of shape (T,)
        Gains of the coalition on its own less its payoffs; their sum is the excess. [money]
    priced : bool
        Whether the rule's own prices say what is paid in which step; otherwise the payoffs of the period
        are spread in proportion to the gains of all.
    spare : ndarray of float, shape (T,)
        Surplus less deficit of the whole community. [kWh]
    """

    times: TimeArray
    excess: FloatArray
    priced: bool
    spare: FloatArray

    @property
    def total(self) -> float:
        """The excess over all steps. [money]"""
        return float(self.excess.sum())

    def by_hour(self) -> FloatArray:
        """Excess in each hour of the day, shape (24,). [money]"""
        hour = (self.times - self.times.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
        return np.asarray(np.bincount(hour, self.excess, minlength=24), dtype=float)

    def by_period(self, unit: str) -> tuple[TimeArray, FloatArray]:
        """Excess in each month ("M"), week ("W"), day ("D") or step ("s"). [money]"""
        starts, group = np.unique(self.times.astype(f"datetime64[{unit}]"), return_inverse=True)
        return starts, np.asarray(np.bincount(group, self.excess), dtype=float)

    def by_state(self) -> tuple[float, float]:
        """Excess while the whole community has energy to spare, and while it falls short. [money]"""
        spare = float(self.excess[self.spare > 0].sum())
        return spare, self.total - spare


def step_excess(result: RuleStability) -> StepExcess | None:
    r"""Work out the excess of the blocking coalition in each settlement step.

    Parameters
    ----------
    result : RuleStability
        One rule; for contracts other than "whole" the period with the largest excess is taken.

    Returns
    -------
    StepExcess or None
        None for games without meter data.

    Notes
    -----
    :math:`v_t(S) - x_t(S)`. Payoffs of rules without prices belong to the whole period and are spread as
    :math:`x_t(S) = x(S)\, v_t(N) / v(N)`. Time O(n T).
    """
    game = result.blocking.game
    if not isinstance(game, SharingGame):
        return None
    members = result.blocking.members
    alone = _by_step(game, game.position[members])
    together = _by_step(game, game.position)
    sell, buy = result.allocation.sell_price, result.allocation.buy_price
    if sell is None or buy is None:
        received = float(result.blocking.payoffs[members].sum())
        paid = together * (received / game.grand_value) if game.grand_value > 0 else np.zeros_like(together)
    else:
        steps = _steps(result)
        paid = step_payoffs(game, sell[steps], buy[steps])[members].sum(axis=0)
    spare = -game.community.net_load.sum(axis=0)
    return StepExcess(game.community.local_times(), alone - paid, sell is not None, spare)


def shared_by(result: RuleStability) -> tuple[float, float, float]:
    """Energy shared by the blocking coalition on its own, by all, and the gains of the former. [kWh, kWh, money]"""
    game = result.blocking.game
    assert isinstance(game, SharingGame)
    alone = _by_step(game, game.position[result.blocking.members])[game.trade_steps]
    everyone = _by_step(game, game.position)[game.trade_steps]
    return float((alone / game.spread).sum()), float((everyone / game.spread).sum()), float(alone.sum())


def _by_step(game: SharingGame, position: FloatArray) -> FloatArray:
    """Gains in each settlement step of the homes whose positions are given, shape (T,). [money]"""
    gains = np.zeros(game.community.n_steps)
    supply, need = np.maximum(position, 0).sum(axis=0), np.maximum(-position, 0).sum(axis=0)
    gains[game.trade_steps] = np.minimum(supply, need)
    return gains


def _steps(result: RuleStability) -> slice | np.ndarray:
    """Settlement steps that the headline numbers describe."""
    if result.blocking.game is result.allocation.game:
        return slice(None)
    return next(entry.steps for entry in result.contracts if entry.contract == result.contract)
