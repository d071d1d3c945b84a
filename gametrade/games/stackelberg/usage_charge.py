"""A prosumer sells its surplus to neighbours who owe the network a charge and could buy from the grid instead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.typing import ArrayLike, FloatArray


class UsageChargeGame(PriceLeaderGame):
    r"""A prosumer sets a price p; consumer i owes :math:`p + \tau_i` a kWh, or the import price if that is less.

    Parameters
    ----------
    intercepts, slopes : array_like of shape (n,)
        Consumer i values x kWh at :math:`a_i x - b_i x^2 / 2`. [money/kWh, money/kWh^2]
    usage_charge : array_like, broadcast to shape (n,)
        :math:`\tau_i`, by zone or distance if they differ. [money/kWh]
    import_price, export_price : float
        Grid prices :math:`\lambda_b` and :math:`\lambda_s`; the prosumer's alternative is to export. [money/kWh]
    upper : array_like, broadcast to shape (n,)
        Most that consumer i can use. [kWh]
    surplus : float
        Energy that the prosumer has to sell; infinite if that never binds. [kWh]
    leader : str
        Label of the prosumer.
    followers : sequence of str, optional
        Labels of the consumers.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If the import price is below the export price, or as :class:`PriceLeaderGame`.

    Notes
    -----
    Players: one prosumer (leader), n consumers (followers). Strategies: a price from :math:`\lambda_s` up;
    energies. Payoffs: :math:`(p - \lambda_s) \sum x_i`; utility less payments. Consumer i takes nothing from the
    prosumer once :math:`p > \lambda_b - \tau_i`, so with charges that differ the prosumer's payoff jumps there; at
    the jump the consumer is indifferent, does what suits the prosumer, and buys from the grid what the surplus
    does not cover. One consumer, everything interior:
    :math:`p^* = clip((a - \tau + \lambda_s) / 2, \lambda_s, \lambda_b - \tau)`, and there is trade if and only if
    :math:`\lambda_s + \tau < \lambda_b` and :math:`\lambda_s + \tau < a`.

    A model of the class described in Jin, Choi and Won [1]_; that utilities are quadratic is an interpretation.

    References
    ----------
    .. [1] Y. Jin, J. Choi and D. Won, "Pricing and operation strategy for peer-to-peer energy trading using
       distribution system usage charge and game theoretic model", IEEE Access 8 (2020).

    Examples
    --------
    >>> import gametrade as gt
    >>> game = UsageChargeGame([0.5], [0.1], 0.06, import_price=0.30, export_price=0.08)
    >>> round(float(gt.solve(game)[0].strategies[0][0]), 12)
    0.24
    """

    def __init__(
        self,
        intercepts: ArrayLike,
        slopes: ArrayLike,
        usage_charge: ArrayLike = 0.0,
        *,
        import_price: float,
        export_price: float,
        upper: ArrayLike = np.inf,
        surplus: float = np.inf,
        leader: str = "prosumer",
        followers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        if not import_price >= export_price:
            raise InvalidInputError(
                "import_price of UsageChargeGame must be at least export_price. "
                f"Got {import_price:g} < {export_price:g}."
            )
        charges = np.asarray(usage_charge, dtype=float)
        super().__init__(
            intercepts,
            slopes,
            0.0,
            upper,
            unit_cost=export_price,
            usage_charge=usage_charge,
            capacity=surplus,
            floor=export_price,
            cap=max(export_price, import_price - float(charges.min(initial=np.inf))),
            leader=leader,
            followers=followers,
            unit=unit,
        )
        object.__setattr__(self, "import_price", float(import_price))

    import_price: float

    @property
    def only_solver(self) -> str | None:
        """Enumeration, because demand jumps where consumers turn to the grid."""
        return "leader_breakpoints"

    @property
    def highest_prices(self) -> FloatArray:
        """Price above which each consumer prefers the grid, shape (n,). [money/kWh]"""
        return np.asarray(self.import_price - self.usage_charge)

    def demands(self, price: float) -> FloatArray:
        """What each consumer takes from the prosumer at a price, nothing if the grid is cheaper, shape (n,). [kWh]"""
        return np.where(price <= self.highest_prices, super().demands(price), 0.0)

    def follower_losses(self, price: float, demands: FloatArray) -> FloatArray:
        """What each consumer could gain at the price, the grid being its alternative, shape (n,). [money]"""
        losses = super().follower_losses(price, demands)
        alone = np.clip((self.intercepts - self.import_price) / self.slopes, self.lower, self.upper)
        best = np.maximum(0.0, self._worth(super().demands(price), price + self.usage_charge))
        grid = np.maximum(0.0, self._worth(alone, self.import_price))
        served = np.where(price <= self.highest_prices, losses, np.maximum(0.0, grid - best))
        partly = (price == self.highest_prices) & (demands >= 0) & (demands <= super().demands(price))
        return np.where(partly | ((demands == 0) & (price > self.highest_prices)), 0.0, served)

    def breakpoints(self) -> FloatArray:
        """Prices at which some consumer reaches a bound or turns to the grid. [money/kWh]"""
        return np.unique(np.concatenate([super().breakpoints(), self.highest_prices]))

    def parts(self) -> tuple[PriceLeaderGame, ...]:
        """Games without alternative on the intervals of prices in which the same consumers are served."""
        ends = np.unique(np.minimum(self.highest_prices, self.cap))
        ends = ends[ends >= self.floor]
        if not ends.size:
            return (self._between(self.floor, self.cap, np.zeros(self.n_followers)),)
        lows = np.concatenate([[self.floor], ends[:-1]])
        games = []
        for low, high in zip(lows.tolist(), ends.tolist(), strict=True):
            served = np.where(self.highest_prices >= high, self.upper, 0.0)
            games += [self._between(low, high, served), *self._rationed(high)]
        return tuple(games)

    def _rationed(self, price: float) -> list[PriceLeaderGame]:
        """Consumers for whom prosumer and grid cost the same take what is left of the surplus, in proportion."""
        wanted = self.demands(price)
        torn = self.highest_prices == price
        left = self.capacity - wanted[~torn].sum()
        if not 0 <= left < wanted[torn].sum():
            return []
        return [self._between(price, price, np.where(torn, wanted * (left / wanted[torn].sum()), wanted), np.inf)]

    def _between(self, low: float, high: float, upper: FloatArray, surplus: float | None = None) -> PriceLeaderGame:
        """Prices of an interval, consumers who take at most this."""
        return PriceLeaderGame(
            self.intercepts,
            self.slopes,
            0.0,
            upper,
            unit_cost=self.unit_cost,
            usage_charge=self.usage_charge,
            capacity=self.capacity if surplus is None else surplus,
            floor=low,
            cap=high,
        )

    def _worth(self, energy: FloatArray, price: FloatArray | float) -> FloatArray:
        return np.asarray(energy * (self.intercepts - price - self.slopes * energy / 2))
