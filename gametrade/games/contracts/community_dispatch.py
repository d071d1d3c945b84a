"""Bilateral trades of a community: every step a market of the homes with a surplus and those with a deficit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.contracts.contract_network import ContractNetwork
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.contracts.valuations import Contract, NetValue
from gametrade.typing import ArrayLike, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class CommunityDispatch:
    """A dispatch over links whose players are homes in steps.

    Parameters
    ----------
    community : Community
        n homes, T steps.
    game : PeerDispatch
        One player for each home and step with a possible partner.
    home, step : ndarray of int
        Home and step of each player of the game.
    """

    community: Community
    game: PeerDispatch
    home: IntArray
    step: IntArray

    def of_homes(self, values: FloatArray) -> FloatArray:
        """Values of players added up for each home, shape (n,)."""
        return np.asarray(np.bincount(self.home, values, self.community.n_prosumers), dtype=float)


def community_dispatch(
    community: Community,
    partners: Sequence[tuple[str, str]] | None = None,
    *,
    charge: ArrayLike = 0.0,
    flexibility: float = 0.0,
) -> CommunityDispatch:
    r"""Make the bilateral markets of all steps of a community, side by side.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    partners : sequence of pairs of str, optional
        Who may trade with whom: K pairs of homes; everybody with everybody if not given.
    charge : array_like of shape (), (K,) or (K, 2), default=0.0
        What either end pays on each kWh on top of half the network charge of the tariff. [money/kWh]
    flexibility : float, default=0.0
        Curvature of the cost of trading, for homes that shift demand: 0 keeps metered energies worth the tariff.
        [money/kWh^2]

    Returns
    -------
    CommunityDispatch
        Its cost is minus the gains over every home alone, charges paid.

    Raises
    ------
    InvalidInputError
        If a charge is negative, or no two partners can trade in any step.
    UnknownNameError
        If a partner is no home.

    Notes
    -----
    A home with surplus s sells at most s, at the export price it forgoes; one with deficit d buys at most d, at the
    import price it saves. With all pairs and no charges but the tariff's the least cost is :math:`-v(N)` of the sharing
    game.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> market = community_dispatch(day)
    >>> market.game.n_players, market.game.n_links
    (117, 206)
    """
    names = community.names
    place = {name: i for i, name in enumerate(names)}
    pairs = list(itertools.combinations(names, 2)) if partners is None else list(partners)
    for partner in itertools.chain.from_iterable(pairs):
        if partner not in place:
            raise UnknownNameError("partner of community_dispatch", partner, names)
    k = len(pairs)
    given = finite_numbers(charge, "charge", "community_dispatch", (), (k,), (k, 2), least=0.0)
    fees = np.broadcast_to(given[:, None] if given.ndim == 1 else given, (k, 2))
    bend = finite_number(flexibility, "flexibility", "community_dispatch", least=0)
    net = community.surplus - community.deficit
    links, charges = [], []
    used = np.zeros(net.shape, dtype=bool)
    for (a, b), fee in zip(pairs, fees, strict=True):
        i, j = place[a], place[b]
        steps = np.flatnonzero(net[i] * net[j] < 0)
        used[i, steps] = used[j, steps] = True
        links += [(f"{a} {t}", f"{b} {t}") for t in steps]
        charges.append(fee + community.network_charge[steps, None] / 2)
    if not links:
        raise InvalidInputError("partners of community_dispatch must have a step in which one sells and one buys.")
    home, step = np.nonzero(used)
    held = net[home, step]
    slope = np.where(held > 0, community.export_price[step], community.import_price[step])
    game = PeerDispatch(
        [f"{names[i]} {t}" for i, t in zip(home, step, strict=True)],
        np.full(home.size, bend),
        slope,
        np.minimum(held, 0.0),
        np.maximum(held, 0.0),
        links=links,
        charge=np.concatenate(charges),
        resale=False,
    )
    return CommunityDispatch(community, game, home, step)


def community_contracts(
    community: Community, steps: Sequence[int], *, energy: float, cost: float = 0.0, most: int = 4
) -> ContractNetwork:
    """Offer contracts of one unit of energy between homes with a surplus and homes with a deficit.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    steps : sequence of int
        Settlement steps.
    energy : float
        Energy of a contract, above 0. [kWh]
    cost : float, default=0.0
        Transaction cost of a contract, paid by the buyer. [money]
    most : int, default=4
        Most contracts of a pair in a step.

    Returns
    -------
    ContractNetwork
        Every home values energy by what it saves against its own retailer, so its contracts are substitutes.

    Raises
    ------
    InvalidInputError
        If no pair has a unit to trade, or a number is out of range.

    Examples
    --------
    >>> import gametrade as gt
    >>> noon = gt.Community(["Ada", "Bob"], [[0.0], [2.5]], [[1.2], [0.0]], ["2023-06-01T12:00"], 1.0,
    ...                     gt.Tariff(import_price=0.5, export_price=0.25))
    >>> [contract.name for contract in community_contracts(noon, [0], energy=0.5).contracts]
    ['Ada>Bob 0 #1', 'Ada>Bob 0 #2']
    """
    if not energy > 0 or most < 1:
        raise InvalidInputError(f"energy and most of community_contracts must be above 0. Got {energy!r} and {most!r}.")
    contracts = []
    for t in steps:
        units = whole_units(community, t, energy)
        fee = Fraction(finite_number(cost, "cost", "community_contracts", least=0))
        fee += Fraction(float(community.network_charge[t])) * Fraction(energy)
        for i, j in itertools.product(np.flatnonzero(units[0]), np.flatnonzero(units[1])):
            a, b = community.names[i], community.names[j]
            count = min(int(units[0][i]), int(units[1][j]), most)
            contracts += [Contract(f"{a}>{b} {t} #{k + 1}", a, b, str(t), energy, fee) for k in range(count)]
    if not contracts:
        raise InvalidInputError("steps of community_contracts must have a unit of surplus and one of deficit.")
    homes = [name for name in community.names if any(name in (c.seller, c.buyer) for c in contracts)]
    return ContractNetwork(contracts, {home: _retail_value(community, home, contracts) for home in homes})


def whole_units(community: Community, step: int, energy: float) -> tuple[IntArray, IntArray]:
    """Whole units of surplus and of deficit of each home in one step, each of shape (n,).

    Parameters
    ----------
    community : Community
        n homes.
    step : int
        Settlement step.
    energy : float
        Energy of a unit. [kWh]
    """
    surplus, deficit = (
        np.floor(side[:, step] / energy + 1e-9).astype(np.int64) for side in (community.surplus, community.deficit)
    )
    return surplus, deficit


def _retail_value(community: Community, home: str, contracts: Sequence[Contract]) -> NetValue:
    """What units bought less units sold save a home against its retailer."""
    i = community.names.index(home)
    own = [c for c in contracts if home in (c.seller, c.buyer)]
    signs = {c.name: (c.time, 1 if c.buyer == home else -1) for c in own}
    gains = {}
    for time in {c.time for c in own}:
        t, sides = int(time), [sign for when, sign in signs.values() if when == time]
        buy, sell = (Fraction(float(p[t])) for p in (community.import_price, community.export_price))
        load, unit = Fraction(float(community.net_load[i, t])), Fraction(own[0].energy)
        bill = {
            k: buy * max(load - k * unit, Fraction(0)) - sell * max(k * unit - load, Fraction(0))
            for k in range(-sides.count(-1), sides.count(1) + 1)
        }
        gains[time] = {k: bill[0] - value for k, value in bill.items()}
    return NetValue(signs, gains)
