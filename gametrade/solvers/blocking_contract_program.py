"""Blocking sets among many contracts, as a mixed-integer program."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from gametrade.games.contracts import ContractOutcome
from gametrade.games.contracts.valuations import Bundle, BundleValue, NetValue, Valuation
from gametrade.optimise import Program, maximise

Terms = Iterable[tuple[Hashable, float]]


@dataclass
class _Model:
    """Variables by key, and rows of terms."""

    gains: dict[Hashable, float] = field(default_factory=dict)
    rows: list[tuple[list[tuple[Hashable, float]], float, float]] = field(default_factory=list)

    def add(self, key: Hashable, gain: float = 0.0) -> None:
        """A binary variable."""
        self.gains[key] = gain

    def row(self, terms: Terms, least: float, most: float) -> None:
        """A constraint."""
        self.rows.append((list(terms), least, most))

    def program(self) -> Program:
        """All of it."""
        from scipy.sparse import coo_matrix, csr_matrix

        place = {key: k for k, key in enumerate(self.gains)}
        entries = [(r, place[key], x) for r, (terms, _, _) in enumerate(self.rows) for key, x in terms]
        at, columns, values = (np.array(part) for part in zip(*entries, strict=True))
        matrix = csr_matrix(coo_matrix((values, (at, columns)), shape=(len(self.rows), len(place))))
        least, most = (np.array([row[k] for row in self.rows]) for k in (1, 2))
        n = len(place)
        return Program(
            np.array(list(self.gains.values())), matrix, least, most, np.zeros(n), np.ones(n), np.ones(n, dtype=bool)
        )


def best_signed(outcome: ContractOutcome, *, seconds: float = 60.0) -> tuple[Bundle, float]:
    r"""Search the contracts that a group gains most by signing anew, and bound what any group gains.

    Parameters
    ----------
    outcome : ContractOutcome
        m contracts, any number; valuations are tables of bundles or energy with a grid behind it.
    seconds : float, default=60.0
        Time limit.

    Returns
    -------
    signed : frozenset of str
        The contracts; empty if nothing better than keeping all was found.
    bound : float
        No group gains more, to the accuracy of the solver. [money]

    Notes
    -----
    Variables: contracts signed anew :math:`z_c`, players that take part, old contracts that each of them keeps, and
    the bundle (or the net number of units of a step) that it then has. The gain is what its bundle is worth and its
    old contracts bring, less the cost of new ones and what those who take part have now. Contracts that are signed
    need not hang together: if the sum is positive one of the parts gains.
    """
    network, now = outcome.network, outcome.utilities
    model = _Model()
    for contract in network.contracts:
        model.add(("new", contract.name), -float(contract.cost))
    for player in network.players:
        if not network.of[player]:
            continue
        model.add(("in", player), -float(now[player]))
        _old_contracts(model, outcome, player)
        _holdings(model, outcome, player, network.valuations[player])
    answer = maximise(model.program(), seconds=seconds)
    keys = list(model.gains)
    chosen = [key for key, x in zip(keys, answer.variables, strict=True) if x > 0.5]
    return frozenset(key[1] for key in chosen if isinstance(key, tuple) and key[0] == "new"), answer.bound


def _old_contracts(model: _Model, outcome: ContractOutcome, player: str) -> None:
    """Who signs something takes part; old contracts are kept by those who do, unless they are signed anew."""
    network = outcome.network
    income, names = network.income(player, outcome.prices), [contract.name for contract in network.of[player]]
    for name in names:
        model.row([(("new", name), 1.0), (("in", player), -1.0)], -1.0, 0.0)
    model.row([(("in", player), 1.0), *((("new", name), -1.0) for name in names)], -float(len(names)), 0.0)
    for name in network.own(player, outcome.concluded):
        model.add(("kept", player, name), float(income[name]))
        model.row([(("kept", player, name), 1.0), (("in", player), -1.0)], -1.0, 0.0)
        model.row([(("kept", player, name), 1.0), (("new", name), 1.0)], 0.0, 1.0)


def _holdings(model: _Model, outcome: ContractOutcome, player: str, valuation: Valuation) -> None:
    """What a player that takes part then has, and what it is worth."""
    network = outcome.network
    kept = network.own(player, outcome.concluded)

    def held(name: str, sign: float = -1.0) -> list[tuple[Hashable, float]]:
        return [(("new", name), sign)] + ([(("kept", player, name), sign)] if name in kept else [])

    if isinstance(valuation, NetValue):
        for time, gains in valuation.gains.items():
            units = [(("net", player, time, k), float(k)) for k in gains]
            for k, gain in gains.items():
                model.add(("net", player, time, k), float(gain))
            model.row([*((key, 1.0) for key, _ in units), (("in", player), -1.0)], 0.0, 0.0)
            signs = [(name, sign) for name, (when, sign) in valuation.signs.items() if when == time]
            terms = [term for name, sign in signs for term in held(name, -float(sign))]
            model.row([*units, *terms], 0.0, 0.0)
        return
    assert isinstance(valuation, BundleValue)
    for bundle, worth in valuation.table.items():
        model.add(("bundle", player, bundle), float(worth))
    model.row([*((("bundle", player, b), 1.0) for b in valuation.table), (("in", player), -1.0)], 0.0, 0.0)
    for contract in network.of[player]:
        inside = [(("bundle", player, b), 1.0) for b in valuation.table if contract.name in b]
        model.row([*inside, *held(contract.name)], 0.0, 0.0)


def searchable(outcome: ContractOutcome) -> bool:
    """Whether every valuation is one that the program can hold."""
    return all(isinstance(v, NetValue | BundleValue) for v in outcome.network.valuations.values())


def gap_bound(outcome: ContractOutcome) -> Fraction:
    """What no group gains more than at any payments: the sum of what its members could gain at the prices. [money]"""
    return sum((max(gap, Fraction(0)) for gap in outcome.gaps.values()), Fraction(0))
