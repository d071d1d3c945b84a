"""Sets of contracts that a group would rather sign than keep what it has."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction

from gametrade.display import Shown
from gametrade.games.contracts import ContractOutcome
from gametrade.games.contracts.contract_network import MOST_ENUMERATED
from gametrade.games.contracts.valuations import Bundle
from gametrade.solvers.blocking_contract_program import best_signed, gap_bound, searchable
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
        What all members gain together; they can divide it so that each one gains. [money]
    bound : Fraction or None
        No group gains more; the gain itself if not given. Above 14 contracts to the accuracy of the solver, or exactly
        by the price-taking gaps if these say less. [money]
    """

    members: Coalition
    signed: Bundle
    kept: dict[str, Bundle]
    gain: Fraction
    bound: Fraction | None = None

    @property
    def stable(self) -> bool | None:
        """Whether no group gains; None if only a positive bound is known."""
        if self.gain > 0:
            return False
        return True if self.bound is None or self.bound <= 0 else None

    def __str__(self) -> str:
        if self.stable:
            return "stable: no set of contracts blocks the outcome"
        if self.stable is None and self.bound is not None:
            return (
                f"no set of contracts was found that blocks the outcome, and none gains more than {float(self.bound):g}"
            )
        names = ", ".join(sorted(self.signed)) or "nothing"
        return f"blocked: {', '.join(self.members)} sign {names} and gain {float(self.gain):g} together"


def blocking_contracts(outcome: ContractOutcome, *, seconds: float = 60.0) -> BlockingContracts:
    r"""Find the most profitable blocking set of contracts: by looking at all of up to 14, by a program of more.

    Parameters
    ----------
    outcome : ContractOutcome
        Any number of contracts.
    seconds : float, default=60.0
        Time limit of the program.

    Returns
    -------
    BlockingContracts
        Exact up to 14 contracts; its gain is 0 where nobody gains. Above, what was found is exact, and ``bound`` says
        what nobody gains more than.

    Raises
    ------
    TooManyPlayersError
        If there are more than 14 contracts, and a valuation is neither a table nor energy with a grid behind it.

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
    if len(network.contracts) > MOST_ENUMERATED and searchable(outcome):
        return _by_program(outcome, best, seconds)
    for signed in network.sets()[1:]:
        if _connected([(c.seller, c.buyer) for c in network.contracts if c.name in signed]):
            found = signing(outcome, signed)
            best = found if found is not None and found.gain > best.gain else best
    return best


def _by_program(outcome: ContractOutcome, alone: BlockingContracts, seconds: float) -> BlockingContracts:
    """The best of what one player gains by dropping contracts and what a program finds, with a bound."""
    limit = gap_bound(outcome)
    if limit <= 0:
        return replace(alone, bound=limit)
    signed, reach = best_signed(outcome, seconds=seconds)
    found = signing(outcome, signed) if signed else None
    best = found if found is not None and found.gain > alone.gain else alone
    return replace(best, bound=max(best.gain, min(limit, Fraction(max(reach, 0.0)))))


def signing(outcome: ContractOutcome, signed: Bundle) -> BlockingContracts | None:
    """What the players of some contracts gain together by signing them anew and keeping what suits them.

    Parameters
    ----------
    outcome : ContractOutcome
        What they have now.
    signed : frozenset of str
        Contracts, at least one.

    Returns
    -------
    BlockingContracts or None
        Exact, with a gain of any sign; None if somebody cannot fulfil these contracts.
    """
    network, now = outcome.network, outcome.utilities
    pairs = [contract for contract in network.contracts if contract.name in signed]
    group = tuple(player for player in network.players if any(player in (c.seller, c.buyer) for c in pairs))
    answers = [_best_with(outcome, player, signed) for player in group]
    nets = [net for net, _ in answers if net is not None]
    if len(nets) < len(answers):
        return None
    cost = sum((contract.cost for contract in pairs), Fraction(0))
    gain = sum((net - now[player] for net, player in zip(nets, group, strict=True)), -cost)
    return BlockingContracts(group, signed, {p: k for (_, k), p in zip(answers, group, strict=True)}, gain)


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
