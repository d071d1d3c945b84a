"""Sets of contracts that a group would rather sign than keep what it has."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

from gametrade.display import Shown
from gametrade.games.contracts import ContractOutcome
from gametrade.games.contracts.valuations import Bundle
from gametrade.typing import Coalition


@dataclass(frozen=True, slots=True)
class BlockingContracts(Shown):
    """The set of contracts by which a group gains most over an outcome.

    Parameters
    ----------
    members : tuple of str
        The group.
    signed : frozenset of str
        Contracts that it signs anew, at payments of its own; none if one player only drops contracts.
    kept : mapping of str to frozenset of str
        Contracts of the outcome that each member keeps, at their prices.
    gain : Fraction
        What all members gain together; they can divide it so that each one gains. 0 or less: the outcome is stable.
        [money]
    """

    members: Coalition
    signed: Bundle
    kept: dict[str, Bundle]
    gain: Fraction

    @property
    def stable(self) -> bool:
        """Whether no group gains."""
        return self.gain <= 0

    def __str__(self) -> str:
        if self.stable:
            return "stable: no set of contracts blocks the outcome"
        names = ", ".join(sorted(self.signed)) or "nothing"
        return f"blocked: {', '.join(self.members)} sign {names} and gain {float(self.gain):g} together"


def blocking_contracts(outcome: ContractOutcome) -> BlockingContracts:
    r"""Find the most profitable blocking set of contracts, by looking at all.

    Parameters
    ----------
    outcome : ContractOutcome
        Of a network with at most 14 contracts.

    Returns
    -------
    BlockingContracts
        Exact; its gain is 0 where nobody gains.

    Raises
    ------
    TooManyPlayersError
        If there are more contracts; price-taking gaps then bound every gain.

    Notes
    -----
    A set Z blocks if every player in it prefers all its contracts of Z, at new payments, together with some of the old
    contracts that it need not keep. Payments inside a connected Z can move money between any two of its players, so it
    blocks if and only if

    .. math:: \sum_{i \in Z} \max_{B \subseteq A_i \setminus Z} [v_i(Z_i \cup B) + p(B)] - \mathrm{cost}(Z)
       > \sum_{i \in Z} u_i(A),

    and a set that is not connected blocks only if one of its components does. A player who gains by dropping contracts
    blocks alone. An outcome that no group blocks in this sense is strongly group stable [1]_, so in the core, and a
    competitive equilibrium is one. :math:`2^m` sets, in fractions.

    References
    ----------
    .. [1] J. W. Hatfield, S. D. Kominers, A. Nichifor, M. Ostrovsky and A. Westkamp, "Stability and competitive
       equilibrium in trading networks", J. Polit. Econ. 121 (2013) 966-1005.

    Examples
    --------
    >>> from gametrade.games.contracts import Talk, assignment_network
    >>> network = assignment_network(["s"], ["b", "c"], [[3, 2]])
    >>> prices = {"s>b": Fraction(1), "s>c": Fraction(1)}
    >>> print(blocking_contracts(ContractOutcome(network, frozenset(["s>b"]), prices, Talk(0, 0, 0, True))))
    blocked: s, c sign s>c and gain 1 together
    """
    network, now = outcome.network, outcome.utilities
    best = BlockingContracts((), frozenset(), {}, Fraction(0))
    for player in network.players:
        net, kept = _best_with(outcome, player, frozenset())
        if net is not None and net - now[player] > best.gain:
            best = BlockingContracts((player,), frozenset(), {player: kept}, net - now[player])
    by_name = {contract.name: contract for contract in network.contracts}
    for signed in network.sets()[1:]:
        pairs = [(by_name[name].seller, by_name[name].buyer) for name in signed]
        group = tuple(player for player in network.players if any(player in pair for pair in pairs))
        if not _connected(pairs):
            continue
        answers = [_best_with(outcome, player, signed) for player in group]
        nets = [net for net, _ in answers if net is not None]
        if len(nets) < len(answers):
            continue
        cost = sum((by_name[name].cost for name in signed), Fraction(0))
        gain = sum((net - now[player] for net, player in zip(nets, group, strict=True)), -cost)
        if gain > best.gain:
            best = BlockingContracts(group, signed, {p: k for (_, k), p in zip(answers, group, strict=True)}, gain)
    return best


def _best_with(outcome: ContractOutcome, player: str, signed: Bundle) -> tuple[Fraction | None, Bundle]:
    """Largest net value of a player with all its newly signed contracts and any it keeps, and what it keeps."""
    network = outcome.network
    valuation, income = network.valuations[player], network.income(player, outcome.prices)
    new = network.own(player, signed)
    old = sorted(network.own(player, outcome.concluded) - signed)
    best: Fraction | None = None
    kept: Bundle = frozenset()
    for some in itertools.chain.from_iterable(itertools.combinations(old, k) for k in range(len(old), -1, -1)):
        worth = valuation.value(new | frozenset(some))
        if worth is None:
            continue
        net = worth + sum((income[name] for name in some), Fraction(0))
        if best is None or net > best:
            best, kept = net, frozenset(some)
    return best, kept


def _connected(pairs: list[tuple[str, str]]) -> bool:
    """Whether the pairs hang together."""
    reached, left = {*pairs[0]}, pairs[1:]
    while True:
        near = [pair for pair in left if reached & {*pair}]
        if not near:
            return not left
        reached |= {player for pair in near for player in pair}
        left = [pair for pair in left if pair not in near]
