"""What providers can charge: until a member leaves, until members leave together, and against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional import SharingGame, all_coalitions
from gametrade.games.competition import Provider, ProviderMarket, ProviderOutcome
from gametrade.games.competition.market import MOST_HOMES, Choice
from gametrade.games.equilibrium import Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.least_regret import least_regret
from gametrade.solvers.provider_choice import nash_stable_choices
from gametrade.solvers.provider_dynamics import best_provider_dynamics
from gametrade.solvers.pure_equilibria import pure_equilibria
from gametrade.solvers.support_enumeration import support_enumeration
from gametrade.typing import Coalition, FloatArray, IntArray

KINDS = ("fee_per_member", "fee_per_kwh", "share_of_savings")


@dataclass(frozen=True)
class FeeLimit:
    """The largest fee that keeps all members of a provider, and who leaves first above it.

    Parameters
    ----------
    fee : float
        Fee in its own unit; negative if members leave even without it, minus infinity if one leaves that would not pay
        it, infinite if no member would pay it.
    leavers : tuple of str
        The home, or homes together, that leave first; empty if nobody leaves at any fee.
    """

    fee: float
    leavers: Coalition


def leaving_fee(market: ProviderMarket, choice: Choice, provider: str, *, kind: str = "fee_per_member") -> FeeLimit:
    r"""Find the largest fee of one kind with which no member gains by leaving alone.

    Parameters
    ----------
    market : ProviderMarket
        Any number of homes; all other fees are kept as they are.
    choice : mapping or sequence
        Present option of each home.
    provider : str
        Name of the provider, which must have members.
    kind : str, default="fee_per_member"
        Or ``"fee_per_kwh"`` or ``"share_of_savings"``.

    Returns
    -------
    FeeLimit
        The exact breakpoint. [money, money/kWh, or a share, which is at most 1]

    Raises
    ------
    InvalidInputError, UnknownNameError
        If the provider has no members, or the provider or kind does not exist.

    Notes
    -----
    Payoffs fall linearly in a fee, so the limit is the least of
    :math:`(x_i - \max_o (y_{io} - c_i)) / z_i` over the members, with payoff x before the fee, y at another option o,
    switching cost c and what the fee is charged on, z: 1, kWh, or positive gains. A member with z = 0 stays at every
    fee or at none. Time n^2 m T.
    """
    m, positions = _provider(market, choice, provider)
    if kind not in KINDS:
        raise UnknownNameError("kind of fee", kind, KINDS)
    free = _with_fees(market, {m: _priced(market.providers[m], kind, 0.0)})
    members = np.flatnonzero(positions == m)
    table = free.option_payoffs(positions, members.tolist())
    others = np.delete(table, m, axis=1).max(axis=1) - market.switching_cost[members]
    base = _charged_on(market, m, positions, kind)[members]
    slack = table[:, m] - others
    limits = np.where(slack < -free.tolerance, -math.inf, math.inf)
    np.divide(slack, base, out=limits, where=base > 0)
    first = int(limits.argmin())
    most = 1.0 if kind == "share_of_savings" else math.inf
    if limits[first] >= most:
        return FeeLimit(most, ())
    return FeeLimit(float(limits[first]), (market.players[members[first]],))


def breakaway_fee(market: ProviderMarket, choice: Choice, provider: str) -> FeeLimit:
    r"""Find the largest fee per member with which no members gain by sharing among themselves instead.

    Parameters
    ----------
    market : ProviderMarket
        Its provider has at most 12 members; its other fees are kept as they are.
    choice : mapping or sequence
        Present option of each home.
    provider : str
        Name of the provider, which must have members.

    Returns
    -------
    FeeLimit
        The least of :math:`(x(T) + c(T) - v(T)) / |T|` over sets T of members, x before the fee per member. [money]

    Raises
    ------
    InvalidInputError, UnknownNameError, TooManyPlayersError
        If the provider has no members, does not exist, or has too many members to examine every set.

    Notes
    -----
    This is the limit of competition from entrants without fees (Bertrand): all members together lose no gains by
    leaving, so without other fees it is at most the average switching cost. With the same switching cost c for
    everybody it is c exactly if the payoffs are in the core, and less than c if some members block them. Time 2^k k T.
    """
    m, positions = _provider(market, choice, provider)
    inside = positions == m
    names = [name for name, member in zip(market.players, inside, strict=True) if member]
    if len(names) > MOST_HOMES:
        raise TooManyPlayersError(f"breakaway_fee examines all sets of at most {MOST_HOMES} members. Got {len(names)}.")
    free = _with_fees(market, {m: replace(market.providers[m], fee_per_member=0.0)})
    kept = free.payoffs_of(positions[None])[0][inside] + market.switching_cost[inside]
    coalitions = all_coalitions(len(names))[1:]
    values = SharingGame(market.community.select(names)).values(coalitions)
    slack = (coalitions @ kept - values) / coalitions.sum(axis=1)
    first = int(slack.argmin())
    leavers = tuple(name for name, member in zip(names, coalitions[first], strict=True) if member)
    return FeeLimit(float(slack[first]), leavers)


def best_for_homes(market: ProviderMarket) -> ProviderOutcome:
    """Take the Nash-stable choice with the largest total payoff of the homes, the first listed among equals.

    Parameters
    ----------
    market : ProviderMarket
        At most 12 homes and 2**20 profiles.

    Returns
    -------
    ProviderOutcome
        What homes that can agree on an equilibrium would do.

    Raises
    ------
    InvalidInputError
        If no choice is Nash-stable.
    """
    found = nash_stable_choices(market)
    if not found:
        raise InvalidInputError("best_for_homes needs a Nash-stable choice. This market has none.")
    totals = market.payoffs_of(np.array([outcome.positions for outcome in found])).sum(axis=1)
    return found[int((totals >= totals.max() - market.tolerance).argmax())]


def fee_game(
    market: ProviderMarket,
    fees: Sequence[Sequence[float]],
    *,
    kind: str = "fee_per_member",
    respond: Callable[[ProviderMarket], ProviderOutcome] = best_provider_dynamics,
    cost_per_member: float = 0.0,
) -> NormalFormGame:
    """Make the finite game of providers that set fees from a grid, to which homes respond.

    Parameters
    ----------
    market : ProviderMarket
        Providers; their fees of this kind are replaced.
    fees : sequence of m sequences of float
        Grid of fees of each provider, at least 0, in the unit of the kind.
    kind : str, default="fee_per_member"
        Or ``"fee_per_kwh"`` or ``"share_of_savings"``.
    respond : callable, optional
        ``respond(market)`` returns where the homes are at given fees: best replies from everybody at the first
        provider, so that it is the incumbent, if not given; :func:`best_for_homes` lets homes coordinate.
    cost_per_member : float, default=0.0
        What serving a member costs a provider. [money]

    Returns
    -------
    NormalFormGame
        Profit of each provider at each profile of the grid. [money]

    Raises
    ------
    InvalidInputError, UnknownNameError
        If the grids do not fit, the homes come to no stable choice at some fees, or the kind does not exist.

    Notes
    -----
    An equilibrium is one of the grid, not of all fees. One response for each profile of fees.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of fee", kind, KINDS)
    if len(fees) != len(market.providers) or not all(len(row) for row in fees):
        raise InvalidInputError(f"fees of fee_game must be {len(market.providers)} lists of fees. Got {fees!r}.")
    names = [offer.name for offer in market.providers]
    profits = np.zeros((len(names), *map(len, fees)))
    for where in np.ndindex(*map(len, fees)):
        offers = {m: _priced(market.providers[m], kind, float(fees[m][k])) for m, k in enumerate(where)}
        priced = _with_fees(market, offers)
        outcome = respond(priced)
        if not outcome.stable:
            raise InvalidInputError(
                f"homes of fee_game must come to a stable choice. Got {outcome.concept} at {where}."
            )
        counts = np.bincount(outcome.positions, minlength=len(names) + 1)[:-1]
        profits[(slice(None), *where)] = priced.fee_income(outcome.positions) - cost_per_member * counts
    return NormalFormGame(profits, names, [[f"{fee:.12g}" for fee in row] for row in fees], unit=market.unit)


def fee_equilibria(game: NormalFormGame) -> Solution:
    """List the pure equilibria of a fee game, or mixed ones if no pure one exists.

    Parameters
    ----------
    game : NormalFormGame
        Of :func:`fee_game`.

    Returns
    -------
    Solution
        Equilibria of the grid: all pure ones; else all extreme mixed ones of two providers, and those that
        :func:`least_regret` comes to of more, with regrets up to rounding; it says that there may be others.
    """
    pure = pure_equilibria(game)
    if len(pure):
        return pure
    return support_enumeration(game) if game.n_players == 2 else least_regret(game)


def _provider(market: ProviderMarket, choice: Choice, provider: str) -> tuple[int, IntArray]:
    """Position of a provider that has members, and everybody's option."""
    names = [offer.name for offer in market.providers]
    if provider not in names:
        raise UnknownNameError("provider", provider, names)
    positions = market.positions(choice)
    if not (positions == names.index(provider)).any():
        raise InvalidInputError(f"provider {provider!r} must have a member to charge. Got none.")
    return names.index(provider), positions


def _priced(offer: Provider, kind: str, fee: float) -> Provider:
    """The provider with another fee of one kind."""
    changed: dict[str, Any] = {kind: fee}
    return replace(offer, **changed)


def _with_fees(market: ProviderMarket, changed: Mapping[int, Provider]) -> ProviderMarket:
    offers = [changed.get(m, offer) for m, offer in enumerate(market.providers)]
    return ProviderMarket(market.community, offers, market.switching_cost)


def _charged_on(market: ProviderMarket, provider: int, positions: IntArray, kind: str) -> FloatArray:
    """What a fee of this kind is charged on, shape (n,)."""
    if kind == "fee_per_kwh":
        return market.providers[provider].charged_energy(market.community)
    if kind == "share_of_savings":
        return np.asarray(np.maximum(market.member_gains(provider, (positions == provider)[None])[0], 0.0))
    return np.ones(market.n_players)
