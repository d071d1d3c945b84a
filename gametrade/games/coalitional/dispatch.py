"""The dispatch game of a community: what each coalition saves by running batteries and demand together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.community.arrays import freeze
from gametrade.community.finite_numbers import as_numbers, finite_number
from gametrade.community.flexibility import Flexibility, checked_flexibility
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional.dispatch_home import HomeProgram, home_programs
from gametrade.games.coalitional.dispatch_program import JointProgram
from gametrade.games.coalitional.dispatch_solving import Dispatch, Solver, dispatch
from gametrade.games.coalitional.dispatch_terms import Terms
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import ArrayLike, BoolArray, CoalitionLike, FloatArray

PROGRAM_ROUNDING = 1e-11
"""Share of all money paid to and by the grid within which optima of linear programs are taken as known."""

PROGRAM_PLAYERS = 12
"""Most players for which the value of every coalition is computed."""


@dataclass(frozen=True, eq=False)
class DispatchGame(CoalitionalGame):
    r"""What each coalition saves by running its batteries and flexible demand for the joint bill.

    .. math:: v(S) = \sum_{i \in S} c(\{i\}) - c(S)

    where c(S) is the least cost of the coalition, the optimum of a linear program: energy from and into the
    grid at the tariff, the network charge on each kWh shared between members, a peak charge on the largest
    joint import, wear of the batteries, and the value of demand given up. Without batteries and flexible
    demand it is the sharing game.

    Parameters
    ----------
    community : Community
        Homes, meter data, tariff and batteries.
    flexibility : sequence of ShiftableLoad or CurtailableLoad
        Flexible demand of the homes.
    peak_charge : float, default=0.0
        Due once on the largest purchase of the coalition from the grid over all steps, after sharing. [money/kW]
    connection_limit : float, optional
        Largest purchase from and sale to the grid, after sharing, of any coalition, whose members share one
        connection. [kW]
    import_limit, export_limit : float or array_like of shape (n,), optional
        Limits of each home's own connection. [kW]

    Raises
    ------
    InvalidInputError
        If an option is out of range, a price pair invites arbitrage, prices are negative where batteries lose
        energy, or a battery with losses must be emptied behind a limit on export.

    Notes
    -----
    The game is a linear production game [1]_ as long as every right-hand side is a sum over members, and its core
    then holds the payoffs at dual prices. A `connection_limit` is no such sum: it breaks this, and the core can
    be empty. Limits of each home's own connection do no harm.

    The peak charge and the connection limit count energy bought from the grid after sharing, and the limit also
    energy sold to it: not the physical net import. Homes that do not share because of the network charge count their
    own imports in full, even while a neighbour feeds in.

    A step whose network charge is at least import price less export price shares nothing, unless that lowers the
    joint peak.

    *No battery burns energy.* Charging and discharging in the same step wastes energy, which real batteries do not do
    and the programs do not forbid. With prices of at least 0 it never pays, unless energy is in the way: so behind a
    limit on export a home may give up generation at no cost, as inverters do, which gets rid of energy at least as
    well. What would still make burning pay is refused if a battery has losses: negative prices, and behind a limit
    on export a battery that must end with less than it starts with.

    References
    ----------
    .. [1] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`
    .. [2] L. Han, T. Morstyn and M. McCulloch, "Incentivizing prosumer coalitions with energy management using
       cooperative game theory", IEEE Trans. Power Syst. 34 (2019) 303-313.

    Examples
    --------
    >>> import gametrade as gt
    >>> night = gt.Community(["Ada", "Bob"], [[0, 0], [0, 2]], [[2, 0], [0, 0]],
    ...                      ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(0.30, 0.10),
    ...                      gt.Batteries([0.0, 5.0], [0.0, 5.0], [1.0, 1.0]))
    >>> round(gt.DispatchGame(night).value(["Ada", "Bob"]), 9)
    0.4
    """

    community: Community
    flexibility: Sequence[Flexibility] = ()
    peak_charge: float = 0.0
    connection_limit: float | None = None
    import_limit: ArrayLike | None = None
    export_limit: ArrayLike | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.community, Community):
            raise InvalidInputError(
                f"community of DispatchGame must be a Community. Got {type(self.community).__name__}."
            )
        object.__setattr__(self, "flexibility", checked_flexibility(self.flexibility, self.community))
        for name in ("peak_charge", "connection_limit"):
            if name == "peak_charge" or self.connection_limit is not None:
                number = finite_number(getattr(self, name), name, "DispatchGame", least=0)
                object.__setattr__(self, name, number)
        for name in ("import_limit", "export_limit"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _limits(getattr(self, name), name, self.n_players))
        _check_prices(self.community)
        _check_burning(self)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def unit(self) -> str:
        """Currency of the tariff."""
        return self.community.tariff.currency

    @cached_property
    def terms(self) -> Terms:
        """Prices and joint limits, per step."""
        tariff, hours = self.community, self.community.step_hours
        connection = np.inf if self.connection_limit is None else self.connection_limit * hours
        return Terms(
            tariff.import_price, tariff.export_price, tariff.network_charge, self.peak_charge / hours, connection
        )

    @cached_property
    def homes(self) -> tuple[HomeProgram, ...]:
        """Every home as a linear program."""
        limits = [
            None if limit is None else np.asarray(limit) * self.community.step_hours
            for limit in (self.import_limit, self.export_limit)
        ]
        return home_programs(
            self.community, tuple(self.flexibility), limits[0], limits[1], self.connection_limit is not None
        )

    @cached_property
    def program(self) -> JointProgram:
        """The joint program of all homes, the template of every coalition's."""
        return JointProgram(self.homes, self.terms)

    @cached_property
    def alone(self) -> tuple[Dispatch | None, ...]:
        """The best each home can do alone, None for a home whose limits cannot be met."""
        return tuple(dispatch(JointProgram((home,), self.terms)) for home in self.homes)

    @property
    def infeasible_homes(self) -> tuple[str, ...]:
        """Homes that cannot meet their own limits alone: batteries, blocks or connections that do not fit."""
        return tuple(name for name, plan in zip(self.players, self.alone, strict=True) if plan is None)

    @cached_property
    def alone_costs(self) -> FloatArray:
        """Least cost c({i}) of each home alone, shape (n,). [money]

        Raises
        ------
        InvalidInputError
            If a home is infeasible alone; the message names it.
        """
        if self.infeasible_homes:
            raise InvalidInputError(
                f"every home of DispatchGame must be able to meet its own limits alone. Got "
                f"{self.infeasible_homes[0]!r}, whose battery, flexible demand and connection do not fit together."
            )
        return freeze(np.array([plan.cost for plan in self.alone if plan is not None]))

    @cached_property
    def grand(self) -> Dispatch:
        """The best all homes can do together."""
        return self.dispatch(np.ones(self.n_players, dtype=bool))

    @cached_property
    def grand_value(self) -> float:
        """What all homes save together. [money]"""
        return float(self.alone_costs.sum()) - self.grand.cost

    @property
    def single_values(self) -> FloatArray:
        """A home alone saves nothing: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @cached_property
    def tolerance(self) -> float:
        """1e-9 of the savings of all, or what rounding in the programs may do to their costs. [money]"""
        worth = np.abs(self.terms.import_price).max() + np.abs(self.terms.export_price).max()
        moved = sum(float(np.abs(home.load).sum()) for home in self.homes)
        turnover = max(float(np.abs(self.alone_costs).sum()), worth * moved, self.program.money_unit)
        return float(max(absolute_tolerance(self.grand_value), PROGRAM_ROUNDING * turnover))

    def dispatch(self, coalition: CoalitionLike | BoolArray) -> Dispatch:
        """Best joint plan of one coalition, with its dual prices.

        Parameters
        ----------
        coalition : iterable of str, or ndarray of bool of shape (n,)
            Labels, or a row that marks the members.

        Returns
        -------
        Dispatch
            The plan.

        Raises
        ------
        InvalidInputError
            If a row has another length, or the members cannot meet the limits that they share; the message names them.
        """
        members = self._row(coalition)
        chosen = tuple(home for home, inside in zip(self.homes, members, strict=True) if inside)
        found = dispatch(JointProgram(chosen, self.terms))
        if found is None:
            raise self._infeasible(members)
        return found

    def values(self, members: BoolArray) -> FloatArray:
        """Savings of each coalition, shape (k, n) to (k,): one linear program each, warm-started. [money]"""
        rows = np.asarray(members, dtype=bool)
        sizes = rows.sum(axis=1)
        answer = np.zeros(len(rows))
        wanted = np.flatnonzero(sizes > 1)
        alone = rows.astype(float) @ self.alone_costs
        if wanted.size <= 2:
            costs = [self._one(rows[k]) for k in wanted]
        else:
            solver = Solver(self.program)
            costs = []
            for k in wanted:
                cost = solver.cost(rows[k])
                if cost is None:
                    raise self._infeasible(rows[k])
                costs.append(cost)
        answer[wanted] = alone[wanted] - np.array(costs, dtype=float)
        return answer

    @cached_property
    def _table(self) -> FloatArray:
        return freeze(super().table())

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order, kept once made, shape (2**n,): one linear program each. [money]

        Raises
        ------
        TooManyPlayersError
            If the game has more than 12 players.
        """
        if self.n_players > PROGRAM_PLAYERS:
            raise TooManyPlayersError(
                f"a table of a DispatchGame needs 2^n linear programs and stops at {PROGRAM_PLAYERS} players. Got "
                f"{self.n_players}; blocking_coalition(game, payoffs) and competitive_price take hundreds of homes."
            )
        return self._table

    def _row(self, coalition: CoalitionLike | BoolArray) -> BoolArray:
        if not isinstance(coalition, np.ndarray) or coalition.dtype != bool:
            return self.members(coalition)
        if coalition.shape != (self.n_players,):
            raise InvalidInputError(
                f"coalition of DispatchGame must be labels or a row of {self.n_players} booleans. "
                f"Got shape {coalition.shape}."
            )
        return coalition

    def _one(self, row: BoolArray) -> float:
        return (self.grand if row.all() else self.dispatch(row)).cost

    def _infeasible(self, members: BoolArray) -> InvalidInputError:
        return InvalidInputError(
            f"connection_limit of DispatchGame must leave every coalition a plan. Got {self.connection_limit} kW, "
            f"which {{{', '.join(self.labels(members)[:8])}}} cannot meet together."
        )


def _limits(values: ArrayLike, name: str, n_homes: int) -> FloatArray:
    limits = freeze(np.broadcast_to(as_numbers(values, name, "DispatchGame", (), (n_homes,)), (n_homes,)).copy())
    if not (limits >= 0).all():
        raise InvalidInputError(f"{name} of DispatchGame must be at least 0 for every home. Got {limits.min():g}.")
    return limits


def _check_prices(community: Community) -> None:
    """Refuse prices with which the programs have no sensible optimum."""
    b, f = community.import_price, community.export_price
    if (b < f).any():
        step = int(np.argmax(b < f))
        raise InvalidInputError(
            "import_price of DispatchGame must be at least export_price in every step: buying to sell at once would "
            f"earn without end. Got {b[step]:g} < {f[step]:g} at step {step}."
        )
    batteries = community.batteries
    losses = batteries is not None and bool(((batteries.efficiency < 1) & (batteries.energy_kwh > 0)).any())
    if losses and (min(b.min(), f.min()) < 0):
        raise InvalidInputError(
            "prices of DispatchGame must be at least 0 where batteries have losses: charging and discharging in the "
            f"same step would burn energy for money. Got {min(b.min(), f.min()):g}."
        )


def _check_burning(game: DispatchGame) -> None:
    """Refuse batteries that must be emptied behind a limit on export: they would burn what they cannot sell."""
    batteries = game.community.batteries
    if batteries is None:
        return
    limits = np.full(game.n_players, np.inf) if game.export_limit is None else np.asarray(game.export_limit)
    limited = np.isfinite(limits) | (game.connection_limit is not None)
    emptied = batteries.end_kwh < batteries.start_kwh
    wrong = np.flatnonzero(limited & emptied & (batteries.efficiency < 1) & (batteries.energy_kwh > 0))
    if wrong.size:
        home = int(wrong[0])
        raise InvalidInputError(
            "end_kwh of Batteries must be at least start_kwh in a DispatchGame with a limit on export: a battery with "
            "losses would burn what it cannot sell by charging and discharging in the same step. Got "
            f"{batteries.end_kwh[home]:g} < {batteries.start_kwh[home]:g} for {game.players[home]!r}."
        )
