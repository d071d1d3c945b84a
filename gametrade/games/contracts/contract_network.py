"""Networks of bilateral contracts: who may deliver what to whom, and what it is worth to them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional.table import TableGame
from gametrade.games.contracts.valuations import Bundle, BundleValue, Contract, NetValue, Valuation

MOST_ENUMERATED = 14
"""Contracts of which all sets are looked at."""


@dataclass(frozen=True, eq=False)
class ContractNetwork:
    r"""Possible contracts between pairs of players who value bundles of them and money alike.

    Parameters
    ----------
    contracts : sequence of Contract
        m contracts, each either concluded at some price or not.
    valuations : mapping of str to Valuation
        One for each player.

    Raises
    ------
    InvalidInputError
        If names repeat, or a contract names somebody without a valuation.

    Notes
    -----
    The trading network with transferable utility of [1]_: player i values a set :math:`\Psi` of its contracts at
    :math:`v_i(\Psi)` plus what it is paid less what it pays. Numbers are fractions; answers are exact.

    References
    ----------
    .. [1] J. W. Hatfield, S. D. Kominers, A. Nichifor, M. Ostrovsky and A. Westkamp, "Stability and competitive
       equilibrium in trading networks", J. Polit. Econ. 121 (2013) 966-1005.

    Examples
    --------
    >>> network = assignment_network(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])
    >>> network.most_valuable()
    (frozenset({...}), Fraction(11, 1))
    """

    contracts: Sequence[Contract]
    valuations: Mapping[str, Valuation]
    of: Mapping[str, tuple[Contract, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = [contract.name for contract in self.contracts]
        if len(set(names)) < len(names):
            raise InvalidInputError(f"names of contracts of ContractNetwork must be unique. Got {sorted(names)[:8]}.")
        for contract in self.contracts:
            for player in (contract.seller, contract.buyer):
                if player not in self.valuations:
                    raise InvalidInputError(
                        f"valuations of ContractNetwork must have one for everybody in a contract. {player!r} has none."
                    )
        own = {player: tuple(c for c in self.contracts if player in (c.seller, c.buyer)) for player in self.valuations}
        object.__setattr__(self, "contracts", tuple(self.contracts))
        object.__setattr__(self, "of", own)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels, in the order of the valuations."""
        return tuple(self.valuations)

    def own(self, player: str, bundle: Bundle) -> Bundle:
        """Contracts of a set that a player takes part in."""
        return frozenset(contract.name for contract in self.of[player] if contract.name in bundle)

    def income(self, player: str, prices: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """What each of its priced contracts brings a player: the price, or minus price and transaction cost. [money]"""
        mine = [contract for contract in self.of[player] if contract.name in prices]
        return {c.name: prices[c.name] if c.seller == player else -prices[c.name] - c.cost for c in mine}

    def total(self, bundle: Bundle) -> Fraction | None:
        """Value of a set of contracts to all, less transaction costs; None if somebody cannot fulfil it. [money]"""
        worth = [self.valuations[player].value(self.own(player, bundle)) for player in self.players]
        if any(value is None for value in worth):
            return None
        cost = sum((contract.cost for contract in self.contracts if contract.name in bundle), Fraction(0))
        return sum((value for value in worth if value is not None), -cost)

    def sets(self) -> list[Bundle]:
        """All sets of contracts, the empty one first.

        Raises
        ------
        TooManyPlayersError
            If there are more than 14 contracts.
        """
        names = [contract.name for contract in self.contracts]
        if len(names) > MOST_ENUMERATED:
            raise TooManyPlayersError(
                f"All sets of {len(names)} contracts of ContractNetwork are too many; at most {MOST_ENUMERATED} "
                "contracts. Price-taking gaps of price_adjustment bound what any set can gain, and blocking_contracts "
                "searches by a program, for any number."
            )
        return [frozenset(some) for k in range(len(names) + 1) for some in itertools.combinations(names, k)]

    def most_valuable(self) -> tuple[Bundle, Fraction]:
        """A set of contracts of the largest total value, by looking at all. [money]"""
        worth = [(total, bundle) for bundle in self.sets() if (total := self.total(bundle)) is not None]
        value, best = max(worth, key=lambda pair: pair[0])
        return best, value

    def game(self) -> TableGame:
        r"""The coalitional game of the network: the best set of contracts among members.

        Returns
        -------
        TableGame
            :math:`v(S) = \max_\Psi \sum_{i \in S} v_i(\Psi_i)` over contracts inside S. Its core is empty where no
            outcome is stable against groups. [money]
        """
        n, place = len(self.players), {player: 1 << i for i, player in enumerate(self.players)}
        who = {contract.name: place[contract.seller] | place[contract.buyer] for contract in self.contracts}
        table = np.zeros(2**n)
        for bundle in self.sets():
            total = self.total(bundle)
            mask = 0
            for name in bundle:
                mask |= who[name]
            if total is not None:
                table[mask] = max(table[mask], float(total))
        for i in range(n):
            view = table.reshape(-1, 2, 1 << i)
            np.maximum(view[:, 1], view[:, 0], out=view[:, 1])
        return TableGame(self.players, table)


def assignment_network(
    sellers: Sequence[str], buyers: Sequence[str], values: Sequence[Sequence[float]]
) -> ContractNetwork:
    """One contract a pair; sellers deliver once at no cost, buyers use the best of what they get.

    Parameters
    ----------
    sellers, buyers : sequence of str
        Labels.
    values : sequence of sequences of number
        Value of each pair to its buyer. [money]

    Returns
    -------
    ContractNetwork
        Contracts are called ``"seller>buyer"``.

    Examples
    --------
    >>> assignment_network(["s"], ["b", "c"], [[3, 2]]).players
    ('s', 'b', 'c')
    """
    rows = {(s, b): values[i][j] for i, s in enumerate(sellers) for j, b in enumerate(buyers)}
    contracts = [Contract(f"{s}>{b}", s, b) for s, b in rows]
    sell = {s: BundleValue.best_of({f"{s}>{b}": 0 for b in buyers}, capacity=1) for s in sellers}
    buy = {b: BundleValue.best_of({f"{s}>{b}": rows[s, b] for s in sellers}) for b in buyers}
    return ContractNetwork(contracts, {**sell, **buy})


def fits_energy(valuation: Valuation) -> bool:
    """Whether a valuation is of energy with falling value, which makes its contracts substitutes."""
    return isinstance(valuation, NetValue) and valuation.concave
