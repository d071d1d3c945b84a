"""A collective settled by its manager, who tells prices and is told energies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.games.contracts import Talk
from gametrade.games.contracts.energy_collective import EnergyCollective
from gametrade.games.equilibrium import Solution
from gametrade.solvers.solve import solve
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class CollectiveTrades(Shown):
    """What the homes of a collective give, take, import and export.

    Parameters
    ----------
    collective : EnergyCollective
        n homes.
    flows : ndarray of shape (n, 4)
        Energy given, taken, imported and exported. [kWh]
    inside_price : float
        Price of energy shared inside. [money/kWh]
    solution : Solution
        The equilibrium with the price-taking gap of every home and of the manager; empty if it did not converge.
    talk : Talk
        Messages between homes and manager.
    """

    collective: EnergyCollective
    flows: FloatArray
    inside_price: float
    solution: Solution
    talk: Talk

    @property
    def production(self) -> FloatArray:
        """Net production of each home, shape (n,). [kWh]"""
        return np.asarray(self.flows @ np.array([1.0, -1.0, -1.0, 1.0]))

    @property
    def cost(self) -> float:
        """Cost of production, fees and trade outside, terms of preference not counted. [money]"""
        outside = self.collective.import_price * self.flows[:, 2] - self.collective.export_price * self.flows[:, 3]
        fees = self.collective.sharing_fee * self.flows[:, :2].sum()
        return float(self.collective.cost(self.production).sum() + outside.sum() + fees)

    @property
    def largest_gap(self) -> float:
        """Largest price-taking gap; infinite if the negotiation did not converge. [money]"""
        return float(self.solution[0].regrets.max()) if len(self.solution) else np.inf

    def __str__(self) -> str:
        rows = zip(self.collective.players, self.flows, strict=True)
        told = [f"{label:<16}" + "".join(f"{value:>12.4f}" for value in flow) for label, flow in rows]
        head = f"{'home':<16}" + "".join(f"{name:>12}" for name in ("given", "taken", "imported", "exported"))
        return "\n".join([str(self.talk), head, *told, f"inside price {self.inside_price:.6g}; cost {self.cost:.6g}"])


def collective_dispatch(
    collective: EnergyCollective, *, tolerance: float = 1e-8, max_rounds: int = 20_000
) -> CollectiveTrades:
    """Let the manager of a collective find prices at which its homes balance.

    Parameters
    ----------
    collective : EnergyCollective
        n homes.
    tolerance : float, default=1e-8
        Relative residuals at which to stop.
    max_rounds : int, default=20000
        Rounds after which the negotiation stops, and says so.

    Returns
    -------
    CollectiveTrades
        Energies, the inside price, gaps and messages. Where it did not converge, energies are not known.

    Notes
    -----
    :func:`~gametrade.solvers.exchange_admm.exchange_admm` on the game of the collective. In each round the manager
    tells every home three prices and three imbalances, and is told three energies: 2n messages, 9n numbers. With
    fairness every home has a price of the largest import too.

    Examples
    --------
    >>> pair = EnergyCollective(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], 10, 4)
    >>> found = collective_dispatch(pair)
    >>> found.production.round(4), round(found.inside_price, 4)
    (array([ 5., -5.]), 7.0)
    """
    n = len(collective.players)
    solution = solve(collective.game, "exchange_admm", tolerance=tolerance, max_rounds=max_rounds)
    last = solution.trace[-1]
    numbers = 9 + 3 * bool(collective.fairness)
    residuals = {"primal": float(last["primal"]), "dual": float(last["dual"])}
    talk = Talk(last["round"], 2 * n * last["round"], numbers * n * last["round"], bool(len(solution)), residuals)
    if not len(solution):
        return CollectiveTrades(collective, np.full((n, 4), np.nan), np.nan, solution, talk)
    flows = np.array(solution[0].strategies[:n])
    price = -float(solution[0].certificate["shared_equal_prices"][0])
    return CollectiveTrades(collective, flows, abs(price) if price == 0 else price, solution, talk)
