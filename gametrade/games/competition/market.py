"""The game of homes that each choose one provider, or none, for the whole period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional import SharingGame, all_coalitions
from gametrade.games.competition.provider import Provider
from gametrade.games.step_prices import StepPrices, pool_payoffs, trading_steps
from gametrade.tolerance import ROUNDING
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray

ALONE = "alone"
MOST_HOMES = 12

Choice = Mapping[str, str] | Sequence[str] | Sequence[int] | IntArray


@dataclass(frozen=True, eq=False)
class ProviderMarket:
    r"""Homes choose a provider each; the members of one provider are a community of their own under its rule.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    providers : sequence of Provider
        At least one, with different names. A home may also stay alone with the grid and gain 0.
    switching_cost : array_like of shape () or (n,), default=0
        What it costs a home to move to another choice than its present one, at least 0. [money]

    Raises
    ------
    InvalidInputError
        If there is no provider, names repeat, or a switching cost is negative.

    Notes
    -----
    A home chooses one provider for all its hours. Where home i is a member of provider m, whose members are
    :math:`S_m`, its payoff is :math:`x_i^m(S_m)` less the fees. Fees are transfers from homes to providers, so
    :math:`\sum_m v(S_m)` is the welfare, and joining all homes in one pool loses none of it, because v is
    superadditive.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4))
    >>> half = lambda game: np.full(game.n_players, game.grand_value / game.n_players)
    >>> market = ProviderMarket(street, [Provider(half, fee_per_member=1.0, name="pool")])
    >>> market.payoffs(["pool", "pool"]), market.payoffs({"Ada": "pool", "Bob": "alone"})
    (array([3., 3.]), array([-1.,  0.]))
    """

    community: Community
    providers: tuple[Provider, ...]
    switching_cost: FloatArray

    def __init__(self, community: Community, providers: Sequence[Provider], switching_cost: ArrayLike = 0.0) -> None:
        if not isinstance(community, Community):
            raise InvalidInputError(f"community of ProviderMarket must be a Community. Got {type(community).__name__}.")
        offers = tuple(providers) if isinstance(providers, Sequence) else ()
        if not offers or not all(isinstance(offer, Provider) for offer in offers):
            raise InvalidInputError(f"providers of ProviderMarket must be one Provider or more. Got {providers!r}.")
        names = [offer.name for offer in offers]
        if len({*names, ALONE}) <= len(names):
            raise InvalidInputError(f"names of providers must be different and none {ALONE!r}. Got {names}.")
        cost = np.array(switching_cost, dtype=float)
        if cost.shape not in ((), (community.n_prosumers,)) or not (np.isfinite(cost) & (cost >= 0)).all():
            raise InvalidInputError(
                "switching_cost of ProviderMarket must be one number or one a home, each at least 0. "
                f"Got {switching_cost!r}."
            )
        cost = np.array(np.broadcast_to(cost, community.n_prosumers))
        cost.setflags(write=False)
        for name, value in (("community", community), ("providers", offers), ("switching_cost", cost)):
            object.__setattr__(self, name, value)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the homes, in order."""
        return self.community.names

    @property
    def n_players(self) -> int:
        """Number of homes n."""
        return self.community.n_prosumers

    @property
    def options(self) -> tuple[str, ...]:
        """What a home may choose: the providers, and to stay alone."""
        return (*(offer.name for offer in self.providers), ALONE)

    @property
    def unit(self) -> str:
        """Currency of the tariff."""
        return self.community.tariff.currency

    @cached_property
    def game(self) -> SharingGame:
        """The sharing game of all homes in one pool."""
        return SharingGame(self.community)

    @cached_property
    def tolerance(self) -> float:
        """Gain that counts as none: that of the sharing game, or rounding of the fees. [money]"""
        fees = [self._fees(m, np.zeros(self.n_players)).sum() for m in range(len(self.providers))]
        return max(self.game.tolerance, ROUNDING * float(max(fees)))

    @cached_property
    def _energy(self) -> tuple[FloatArray, ...]:
        return tuple(offer.charged_energy(self.community) for offer in self.providers)

    @cached_property
    def _known(self) -> dict[tuple[int, bytes], FloatArray]:
        return {}

    @cached_property
    def _trading(self) -> Community:
        return trading_steps(self.game)

    def positions(self, choice: Choice) -> IntArray:
        """Positions of everybody's choice among the options.

        Parameters
        ----------
        choice : mapping, sequence of str or sequence of int
            Option of each home by label, or in player order by name or position.

        Returns
        -------
        ndarray of shape (n,)
            Positions in :attr:`options`.

        Raises
        ------
        InvalidInputError, UnknownNameError
            If a home has no choice, or an option does not exist.
        """
        if isinstance(choice, Mapping):
            missing = [name for name in self.players if name not in choice]
            if missing:
                raise InvalidInputError(
                    f"choice of ProviderMarket must name an option for every home. Got none for {missing[0]!r}."
                )
            stranger = [name for name in choice if name not in self.players]
            if stranger:
                raise UnknownNameError("home of ProviderMarket", stranger[0], self.players)
            choice = [choice[name] for name in self.players]
        if len(choice) != self.n_players:
            raise InvalidInputError(
                f"choice of ProviderMarket must name one option for each of {self.n_players} homes. Got {len(choice)}."
            )
        known = {name: k for k, name in enumerate(self.options)}
        found = [known.get(c, -1) if isinstance(c, str) else int(c) for c in choice]
        for given, position in zip(choice, found, strict=True):
            if not 0 <= position < len(known):
                raise UnknownNameError("option of ProviderMarket", given, self.options)
        return np.array(found, dtype=np.int64)

    def payoffs(self, choice: Choice) -> FloatArray:
        """What every home gains over being alone, fees paid, shape (n,). [money]"""
        return np.asarray(self.payoffs_of(self.positions(choice)[None])[0])

    def payoffs_of(self, choices: IntArray) -> FloatArray:
        """Payoffs of many profiles, given by position: shape (k, n) to (k, n). [money]"""
        answer = np.zeros(choices.shape)
        for m in range(len(self.providers)):
            answer += self.member_payoffs(m, choices == m)
        return answer

    def member_payoffs(self, provider: int, members: BoolArray) -> FloatArray:
        """Payoffs of the members of one provider, fees paid, 0 for all others.

        Parameters
        ----------
        provider : int
            Position of the provider.
        members : ndarray of bool of shape (k, n)
            Sets of members.

        Returns
        -------
        ndarray of shape (k, n)
            Payoffs. [money]
        """
        gains = self.member_gains(provider, members)
        return np.asarray(np.where(members, gains - self._fees(provider, gains), 0.0))

    def member_gains(self, provider: int, members: BoolArray) -> FloatArray:
        """Gains before fees of the members of one provider, 0 for all others.

        Parameters
        ----------
        provider : int
            Position of the provider.
        members : ndarray of bool of shape (k, n)
            Sets of members.

        Returns
        -------
        ndarray of shape (k, n)
            Gains over being alone. [money]
        """
        rule, answer = self.providers[provider].rule, np.zeros(members.shape)
        if isinstance(rule, StepPrices):
            return pool_payoffs(self._trading, rule, members)
        for row in np.flatnonzero(members.any(axis=1)):
            answer[row] = self._split(provider, members[row])
        return answer

    def _split(self, provider: int, members: BoolArray) -> FloatArray:
        """Gains under any other rule, kept once made."""
        key = provider, members.tobytes()
        if key not in self._known:
            names = [name for name, inside in zip(self.players, members, strict=True) if inside]
            split = self.providers[provider].rule(SharingGame(self.community.select(names)))  # type: ignore[operator]
            numbers = np.asarray(getattr(split, "payoffs", split), dtype=float)
            if numbers.shape != (len(names),) or not np.isfinite(numbers).all():
                raise InvalidInputError(
                    f"rule of Provider {self.providers[provider].name!r} must return {len(names)} finite payoffs. "
                    f"Got {numbers!r}."
                )
            row = np.zeros(self.n_players)
            row[members] = numbers
            self._known[key] = row
        return self._known[key]

    def _fees(self, provider: int, gains: FloatArray) -> FloatArray:
        return self.providers[provider].fees(gains, self._energy[provider])

    def option_payoffs(self, choice: IntArray, homes: Sequence[int] | None = None) -> FloatArray:
        """What each home would get at each option while all others stay, fees paid, switching cost not.

        Parameters
        ----------
        choice : ndarray of shape (n,)
            Positions of everybody's choice.
        homes : sequence of int, optional
            Positions of the homes asked for; all if not given.

        Returns
        -------
        ndarray of shape (k, m + 1)
            One row a home asked for, one column an option, the last one being alone. [money]
        """
        asked = np.arange(self.n_players) if homes is None else np.asarray(homes, dtype=np.int64)
        answer = np.zeros((asked.size, len(self.options)))
        for m in range(len(self.providers)):
            members = np.repeat((choice == m)[None], asked.size, axis=0)
            members[np.arange(asked.size), asked] = True
            answer[:, m] = self.member_payoffs(m, members)[np.arange(asked.size), asked]
        return answer

    def regrets(self, choice: IntArray) -> FloatArray:
        """The most that each home gains by another option alone, switching cost paid, shape (n,). [money]"""
        table, everybody = self.option_payoffs(choice), np.arange(self.n_players)
        moved = table - self.switching_cost[:, None]
        moved[everybody, choice] = table[everybody, choice]
        return np.asarray(moved.max(axis=1) - table[everybody, choice])

    @cached_property
    def table(self) -> FloatArray:
        """Payoffs under each option of each set of members in bitmask order, shape (m + 1, 2**n, n). [money]"""
        if self.n_players > MOST_HOMES:
            raise TooManyPlayersError(
                f"A table of all pools takes at most {MOST_HOMES} homes; best_provider_dynamics scales, and "
                "joint_move_search asks of one choice whether homes gain by moving together. "
                f"Got {self.n_players}."
            )
        members = all_coalitions(self.n_players)
        rows = [self.member_payoffs(m, members) for m in range(len(self.providers))]
        table = np.stack([*rows, np.zeros(members.shape)])
        table.setflags(write=False)
        return table

    def fee_income(self, choice: IntArray) -> FloatArray:
        """What each provider earns, shape (m,). [money]"""
        income = []
        for m in range(len(self.providers)):
            members = (choice == m)[None]
            income.append(float(self._fees(m, self.member_gains(m, members))[members].sum()))
        return np.array(income)

    def welfare(self, choice: IntArray) -> float:
        """Gains from trade of all pools together, fees being transfers. [money]"""
        pools = np.array([choice == m for m in range(len(self.providers))])
        return float(self.game.values(pools).sum())

    def __repr__(self) -> str:
        return f"<ProviderMarket: {self.n_players} homes, options {', '.join(self.options)}>"
