"""Sellers of one and the same energy who name prices, each with a limited amount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame, Payoff
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, repr=False)
class CapacityCompetition(ContinuousGame):
    r"""Bertrand-Edgeworth competition: buyers go to the cheapest seller first, until it has no more.

    Parameters
    ----------
    intercept, slope : float
        Buyers together take :math:`D(p) = (a - p) / b` at a price p up to a. [money/kWh, money/kWh^2]
    capacities : array_like of shape (n,)
        :math:`E_i \ge 0`. [kWh]
    cost : float
        What a kWh costs every seller, and the lowest price that makes sense. [money/kWh]
    cap : float
        Highest price allowed, at which buyers could have energy elsewhere. [money/kWh]
    sellers : sequence of str, optional
        Labels.
    unit : str
        Money.

    Raises
    ------
    InvalidInputError
        If there is no seller, a number is missing, the slope is not positive or a capacity is negative.

    Notes
    -----
    Players: n sellers. Strategies: prices from the cost to a, or to the cap. Payoffs:
    :math:`(p_i - c) \min(E_i, R_i)` with what cheaper sellers leave, :math:`R_i = D(p_i) - \sum_{p_j < p_i} E_j`
    (efficient rationing: the buyers who value energy most are served first); sellers of equal price share in
    proportion to capacity. Payoffs jump where prices are equal, so there may be no equilibrium in prices: see the
    solver.

    References
    ----------
    .. [1] D. M. Kreps and J. A. Scheinkman, "Quantity precommitment and Bertrand competition yield Cournot
       outcomes", Bell J. Econ. 14 (1983) 326-337. :doi:`10.2307/3003636`

    Examples
    --------
    >>> game = CapacityCompetition(1.0, 0.1, [2.0, 3.0])
    >>> game.sales(np.array([0.4, 0.5])).tolist()
    [2.0, 3.0]
    """

    intercept: float = 0.0
    slope: float = 1.0
    capacities: FloatArray = ()  # type: ignore[assignment]
    cost: float = 0.0
    cap: float = np.inf

    def __init__(
        self,
        intercept: float,
        slope: float,
        capacities: ArrayLike,
        *,
        cost: float = 0.0,
        cap: float = np.inf,
        sellers: Sequence[str] | None = None,
        unit: str = "money",
    ) -> None:
        energy = np.array(capacities, dtype=float).ravel()
        n = energy.size
        if not n or not np.isfinite([*energy, intercept, slope, cost]).all():
            raise InvalidInputError("intercept, slope, cost and capacities of CapacityCompetition must be finite.")
        if not slope > 0 or (energy < 0).any():
            raise InvalidInputError(
                "slope of CapacityCompetition must be positive and capacities at least 0. "
                f"Got {slope:g} and {energy.min():g}."
            )
        if np.isnan(cap) or cap < cost:
            raise InvalidInputError(f"cap of CapacityCompetition must be at least cost. Got {cap:g} < {cost:g}.")
        energy.setflags(write=False)
        told = {
            "intercept": float(intercept),
            "slope": float(slope),
            "capacities": energy,
            "cost": float(cost),
            "cap": float(cap),
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)
        super().__init__(
            tuple(f"seller {k + 1}" for k in range(n)) if sellers is None else tuple(map(str, sellers)),
            (("price",),) * n,
            tuple(self._profit(k) for k in range(n)),
            None,
            (Polyhedron.of([cost], [min(cap, max(cost, intercept))]),) * n,
            concave=False,
            unit=unit,
            units={"price": f"{unit}/kWh"},
        )

    def sales(self, prices: FloatArray) -> FloatArray:
        """Energy that each seller sells, shape (n,). [kWh]"""
        wanted = np.maximum(0.0, (self.intercept - prices) / self.slope)
        cheaper = prices[None, :] < prices[:, None]
        tied = prices[None, :] == prices[:, None]
        left = np.maximum(0.0, wanted - cheaper @ self.capacities)
        among = tied @ self.capacities
        share = np.divide(left, among, out=np.ones_like(left), where=among > 0)
        return np.asarray(self.capacities * np.minimum(1.0, share))

    @property
    def clearing_price(self) -> Fraction:
        """Price at which buyers take all there is, no less than cost, no more than cap, unrounded. [money/kWh]"""
        total = sum(map(Fraction, self.capacities.tolist()), Fraction(0))
        clearing = max(Fraction(self.cost), Fraction(self.intercept) - Fraction(self.slope) * total)
        return min(clearing, Fraction(self.cap)) if np.isfinite(self.cap) else clearing

    def best_profit(self, seller: int, prices: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
        """Least upper bound of what a seller can earn against others' prices, and a price next to which it does.

        Parameters
        ----------
        seller : int
            Position.
        prices : sequence of Fraction
            Prices of all sellers; the own one does not matter.

        Returns
        -------
        tuple of Fraction
            Profit, not always reached: just below a rival's price one sells as if cheaper; and the price.
        """
        worth, cost = Fraction(self.intercept), Fraction(self.cost)
        top = min(worth, Fraction(self.cap)) if np.isfinite(self.cap) else worth
        energy, slope = Fraction(float(self.capacities[seller])), Fraction(self.slope)
        others = [k for k in range(self.n_players) if k != seller]
        rivals = [(prices[k], Fraction(float(self.capacities[k]))) for k in others]
        ends = sorted({cost, top, *(p for p, _ in rivals if cost < p < top)}) if top > cost else [cost]
        best = (Fraction(0), cost)
        for low, high in pairwise(ends):
            ahead = sum((e for p, e in rivals if p <= low), Fraction(0))
            full = worth - slope * (ahead + energy)
            middle = (worth - slope * ahead + cost) / 2
            for price in (low, high, min(max(full, low), high), min(max(middle, low), high)):
                sold = max(Fraction(0), min(energy, (worth - price) / slope - ahead))
                best = max(best, ((price - cost) * sold, price))
        return best

    def exact_profits(self, price: Fraction) -> list[Fraction]:
        """Profits when all sellers name one price, without rounding. [money]"""
        energies = [Fraction(float(e)) for e in self.capacities]
        total = sum(energies, Fraction(0))
        wanted = max(Fraction(0), (Fraction(self.intercept) - price) / Fraction(self.slope))
        share = min(Fraction(1), wanted / total) if total else Fraction(0)
        return [(price - Fraction(self.cost)) * share * e for e in energies]

    def _profit(self, seller: int) -> Payoff:
        return lambda x: float((x[seller] - self.cost) * self.sales(x)[seller])
