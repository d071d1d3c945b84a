"""Sharing on a feeder whose voltages and lines limit what may be exported at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.community.arrays import show_time
from gametrade.community.feeder import Feeder
from gametrade.community.finite_numbers import finite_number
from gametrade.community.power_flow import WATTS, voltage_sensitivity
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.sharing import SharingGame
from gametrade.optimise import Program, maximise
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, FloatArray, IntArray

OUTSIDERS = ("granted", "idle")
ROUNDED = 1e-12
"""Share of a limit within which it counts as kept."""


@dataclass(frozen=True, eq=False)
class NetworkGame(CoalitionalGame):
    r"""What each coalition saves by sharing and by planning together which surplus is exported when the grid is full.

    In step t every home draws its deficit; of its surplus :math:`s_{it}` the operator grants it
    :math:`g_{it} = \theta_t s_{it}`, with the largest :math:`\theta_t \le 1` that keeps all limits. The members of a
    coalition export any :math:`y_{it} \le s_{it}` that keep the limits while the others export what they are granted:

    .. math:: u(S) = \sum_t \max_{y, m}\ f_t \sum_{i \in S} y_{it} + \delta_t m_t \quad\text{s.t.}\quad
              m_t \le \sum_{i \in S} y_{it},\ \ m_t \le \sum_{i \in S} d_{it},\ \
              \sum_{i \in S} G_i\, y_{it} \le h_t - \sum_{j \notin S} G_j\, g_{jt}

    and :math:`v(S) = u(S) - \sum_{i \in S} u(\{i\})`.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    feeder : Feeder
        Lines, limits, and the bus of each home.
    outsiders : {"granted", "idle"}
        What those outside a coalition export: their grant, or nothing, which is the most a coalition can hope for.
    power_factor : float
        Of all demand; surplus is fed in without reactive power.

    Raises
    ------
    InvalidInputError
        If demand alone breaks a limit: no trade cures that; step and bus or line are named.
    UnknownNameError
        If a home is not connected.

    Notes
    -----
    *Model.* Voltages and flows are those of :func:`~gametrade.community.power_flow.lin_dist_flow`. Because demand
    alone keeps the limits and feeding in raises voltages, only upper voltage limits and flows towards the grid can
    bind, so :math:`G \ge 0`. Surplus that is not exported is lost.

    *A partition function.* The value of a coalition depends on what the others do; this is the game for the stated
    behaviour of outsiders, and ``network_partition_game`` of ``gametrade.games.formation`` the one in which they plan.
    It need not be superadditive, and its core can be empty.

    *Prices.* With a local price between the grid prices and prices :math:`\mu \ge 0` of the limits,
    :math:`v(S) \le \sum_{i \in S} w_i + \sum_t \mu_t (h_t - G g_t)`, where home i is paid
    :math:`\mu_t G_i g_{it}` for its grant and owes :math:`\mu_t G_i y_{it}`. Where grants exhaust every limit that has
    a price, the last sum is zero and the prices of the grand plan support the core (see
    :func:`~gametrade.solvers.network_prices.network_prices`).

    *Cost.* A linear program per coalition over the steps in which a limit can bind; the rest is a sharing game.

    References
    ----------
    .. [1] M. I. Azim, W. Tushar and T. K. Saha, "Coalition graph game-based P2P energy trading with local voltage
       management", IEEE Trans. Smart Grid 12 (2021). A model of the class described there.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.community.feeder import Feeder
    >>> street = gt.Community(["Ada", "Bob"], [[0], [4]], [[10], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> wide = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b"})
    >>> tight = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b"}, capacity=5)
    >>> round(NetworkGame(street, wide).grand_value, 12), NetworkGame(street, tight).granted.tolist()
    (0.88, [[9.0], [0.0]])
    """

    community: Community
    feeder: Feeder
    outsiders: str = field(default="granted", kw_only=True)
    power_factor: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        for name, kind in (("community", Community), ("feeder", Feeder)):
            if not isinstance(getattr(self, name), kind):
                got = type(getattr(self, name)).__name__
                raise InvalidInputError(f"{name} of NetworkGame must be a {kind.__name__}. Got {got}.")
        if self.outsiders not in OUTSIDERS:
            raise UnknownNameError("outsiders of NetworkGame", self.outsiders, OUTSIDERS)
        factor = finite_number(self.power_factor, "power_factor", "NetworkGame", least=0.0)
        if not 0 < factor <= 1:
            raise InvalidInputError(f"power_factor of NetworkGame must be above 0 and at most 1. Got {factor:g}.")
        room = self._room
        if (room < 0).any():
            row, step = np.argwhere(room < 0)[0]
            raise InvalidInputError(
                f"demand of NetworkGame must keep the limits of the feeder without any trade. Got a breach at "
                f"{self.limits[row % len(self.limits)]} at {show_time(self.community.times[step])}."
            )

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def unit(self) -> str:
        """Currency of the tariff."""
        return self.community.tariff.currency

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of the limits: the voltage of each bus, then each line with a rating."""
        feeder = self.feeder
        rated = [f"line {a} - {b}" for (a, b), most in zip(feeder.lines, feeder.capacity, strict=True) if most < np.inf]
        return (*(f"voltage of bus {bus}" for bus in feeder.buses[1:]), *rated)

    @cached_property
    def loading(self) -> FloatArray:
        """G: what a kWh exported by each home in one step takes of each limit, shape (r, n), not negative."""
        feeder, hours = self.feeder, self.community.step_hours
        at = feeder.at(self.players)
        rows = np.vstack([voltage_sensitivity(feeder) @ at, (feeder.below @ at)[feeder.capacity < np.inf]])
        return np.asarray(rows / hours)

    @cached_property
    def room(self) -> FloatArray:
        """h: how much of each limit exports may take in each step, demand drawn, shape (r, T)."""
        return self._room[: len(self.limits)]

    @cached_property
    def _room(self) -> FloatArray:
        """Room towards export, then towards import; the latter is for the check that demand alone fits."""
        feeder, drawn = self.feeder, self.community.deficit / self.community.step_hours
        at = feeder.at(self.players)
        flow = feeder.below @ (at @ drawn)
        reactive = flow * np.tan(np.arccos(self.power_factor))
        drop = (
            2 * WATTS / feeder.voltage**2 * (feeder.resistance[:, None] * flow + feeder.reactance[:, None] * reactive)
        )
        fall = feeder.below.T @ drop
        rated = feeder.capacity < np.inf
        active = feeder.capacity[rated, None] ** 2 - reactive[rated] ** 2
        active = np.where(active < 0, -np.inf, np.sqrt(np.maximum(active, 0)))
        up, down = feeder.highest**2 - feeder.held**2, feeder.held**2 - feeder.lowest**2
        return np.vstack([up + fall, active + flow[rated], down - fall, active - flow[rated]])

    @cached_property
    def granted(self) -> FloatArray:
        """What the operator lets each home export without any agreement, shape (n, T). [kWh]"""
        surplus = self.community.surplus
        taken = self.loading @ surplus
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(taken > 0, self.room / taken, np.inf).min(axis=0, initial=np.inf)
        return np.asarray(surplus * np.minimum(1.0, share))

    @cached_property
    def bound_steps(self) -> IntArray:
        """Positions of the steps in which not all surplus fits, or is better lost because it would cost, shape (B,)."""
        full = (self.loading @ self.community.surplus > self.room * (1 + ROUNDED)).any(axis=0)
        costly = (self.community.export_price < 0) & (self.community.surplus > 0).any(axis=0)
        return np.flatnonzero(full | costly)

    @cached_property
    def free_game(self) -> SharingGame:
        """The sharing game of the steps in which nothing binds."""
        free = np.setdiff1d(np.arange(self.community.n_steps), self.bound_steps)
        return SharingGame(self.community.steps(free)) if free.size else SharingGame(_nothing(self.community))

    @cached_property
    def plans_alone(self) -> FloatArray:
        """What each home earns alone in the bound steps, shape (n,). [money]"""
        return np.array([self.plan(row)[0] for row in np.eye(self.n_players, dtype=bool)])

    @property
    def single_values(self) -> FloatArray:
        """A home alone saves nothing: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @cached_property
    def grand_value(self) -> float:
        """Value of the coalition of all homes. [money]"""
        return float(self.values(np.ones((1, self.n_players), dtype=bool))[0])

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the gains of all, or of what the bound steps earn if that is more. [money]"""
        return max(absolute_tolerance(self.grand_value), absolute_tolerance(float(np.abs(self.plans_alone).sum())))

    def values(self, members: BoolArray) -> FloatArray:
        """Value of each coalition, shape (k, n) to (k,). [money]"""
        members = np.asarray(members, dtype=bool)
        answer = self.free_game.values(members)
        if not self.bound_steps.size:
            return answer
        for k, row in enumerate(members):
            if row.sum() > 1:
                answer[k] += self.plan(row)[0] - float(self.plans_alone[row].sum())
        return answer

    def plan(self, members: BoolArray) -> tuple[float, FloatArray]:
        """Best joint exports of a coalition in the bound steps.

        Parameters
        ----------
        members : ndarray of bool, shape (n,)
            The coalition.

        Returns
        -------
        earned : float
            What exports earn and sharing saves in these steps. [money]
        exports : ndarray of shape (n, B)
            What each home exports; outsiders none. [kWh]
        """
        steps, n = self.bound_steps, self.n_players
        exports = np.zeros((n, steps.size))
        inside = np.flatnonzero(members)
        if not steps.size or not inside.size:
            return 0.0, exports
        answer = maximise(self.program(np.asarray(members, dtype=bool)))
        exports[inside] = answer.variables[: inside.size * steps.size].reshape(inside.size, steps.size)
        return answer.objective, exports

    def outside_exports(self) -> FloatArray:
        """What each home exports in the bound steps when it is not in the coalition, shape (n, B). [kWh]"""
        granted = self.granted[:, self.bound_steps]
        return granted if self.outsiders == "granted" else np.zeros_like(granted)

    def tight_rows(self) -> tuple[IntArray, IntArray]:
        """Limits that all surplus together would break, as rows and positions among the bound steps."""
        steps = self.bound_steps
        broken = self.loading @ self.community.surplus[:, steps] > self.room[:, steps] * (1 + ROUNDED)
        row, step = np.nonzero(broken)
        return row, step

    def program(self, members: BoolArray) -> Program:
        """Variables: exports of each member in each bound step, then the energy shared in each."""
        from scipy.sparse import csr_matrix, hstack, identity, kron, vstack

        steps, inside, community = self.bound_steps, np.flatnonzero(members), self.community
        b, k = steps.size, inside.size
        row, step = self.tight_rows()
        left = self.room[row, steps[step]] - (
            self.loading[row] * (self.outside_exports() * ~members[:, None])[:, step].T
        ).sum(axis=1)
        columns = (np.arange(k)[None, :] * b + step[:, None]).ravel()
        limits = csr_matrix(
            (self.loading[np.ix_(row, inside)].ravel(), columns, np.arange(row.size + 1) * k),
            shape=(row.size, (k + 1) * b),
        )
        shared = hstack([kron(np.ones((1, k)), -identity(b)), identity(b)])
        price, spread = community.export_price[steps], community.tariff.spread()[steps]
        surplus = community.surplus[np.ix_(inside, steps)].ravel()
        return Program(
            gain=np.concatenate([np.tile(price, k), spread]),
            matrix=csr_matrix(vstack([shared, limits])),
            row_lower=np.full(b + row.size, -np.inf),
            row_upper=np.concatenate([np.zeros(b), np.maximum(left, 0.0)]),
            lower=np.zeros((k + 1) * b),
            upper=np.concatenate([surplus, community.deficit[np.ix_(inside, steps)].sum(axis=0)]),
        )


def _nothing(community: Community) -> Community:
    """One step of a community with neither surplus nor deficit."""
    first = community.steps(np.array([0]))
    zero = np.zeros_like(first.demand)
    return Community(first.names, zero, zero, first.times, first.step_hours, first.tariff, time_zone=first.time_zone)
