"""Contracts at prices, proved again in fractions: values, price-taking gaps, and groups that would sign others."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from gametrade.analysis.contract_document import contract_outcome
from gametrade.analysis.encoding import digest
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.fields import broken
from gametrade.analysis.verification.guarding import guarded
from gametrade.analysis.verification.membership.paid import ZERO
from gametrade.analysis.verification.outcome import NOT_PROVED, PROVED, Outcome
from gametrade.errors import InvalidInputError
from gametrade.games.contracts import ContractOutcome
from gametrade.games.contracts.contract_network import MOST_ENUMERATED
from gametrade.solvers.blocking_contracts import blocking_contracts

MOST_LISTED = 14
"""Most contracts of one player of which all bundles are looked at."""


def verify_contracts(document: Mapping[str, Any], folder: str | Path | None) -> list[Outcome]:
    """Prove a file of schema ``gametrade-contracts/1`` again.

    Parameters
    ----------
    document : mapping
        With ``contracts``, ``valuations``, ``outcome`` and ``blocking``.
    folder : str or Path, optional
        Not used: everything is in the file.

    Returns
    -------
    list of Outcome
        The data, values at the prices, gaps, and groups if they were searched.

    Raises
    ------
    InvalidInputError
        If the contracts and valuations make no network.
    """
    try:
        outcome = contract_outcome(document)
        told, blocking = dict(document["outcome"]), document["blocking"]
    except InvalidInputError:
        raise
    except MALFORMED as problem:
        raise InvalidInputError(f"contracts of the file cannot be read: {broken('it', problem)}.") from None
    outcomes = [
        guarded("data", partial(_check_data, document)),
        guarded("outcome", partial(_check_values, outcome, told)),
        guarded("gaps", partial(_check_gaps, outcome, told)),
    ]
    if blocking is not None:
        outcomes.append(guarded("blocking", partial(_check_blocking, outcome, blocking)))
    return outcomes


def _check_data(document: Mapping[str, Any]) -> tuple[str, str]:
    """Contracts and valuations are those that the file was made from."""
    found = digest([document["contracts"], document["valuations"]])
    equal("SHA-256 of the contracts and valuations", document["data"]["sha256"], found)
    return PROVED, f"SHA-256 {found[:16]}..., {len(document['contracts'])} contracts"


def _check_values(outcome: ContractOutcome, told: Mapping[str, Any]) -> tuple[str, str]:
    """Everybody can fulfil what it signed, and gets what is said."""
    network = outcome.network
    if not outcome.concluded <= {contract.name for contract in network.contracts}:
        raise Refuted("a contract that was concluded is none of the network")
    equal("contracts with a price", set(told["prices"]) >= outcome.concluded, True)
    found = {player: net_value(outcome, player, network.own(player, outcome.concluded)) for player in network.players}
    unable = next((player for player, net in found.items() if net is None), None)
    if unable is not None:
        raise Refuted(f"{unable} cannot fulfil what it signed")
    equal("net values", {player: Fraction(text) for player, text in told["utilities"].items()}, found)
    total = sum((net for net in found.values() if net is not None), ZERO)
    equal("value to all", Fraction(told["welfare"]), total)
    return PROVED, f"{len(outcome.concluded)} contracts are worth {float(total):.6g} to all, in fractions"


def net_value(outcome: ContractOutcome, player: str, bundle: frozenset[str]) -> Fraction | None:
    """Value of a bundle to a player at the prices; None if it cannot fulfil it. [money]"""
    worth = outcome.network.valuations[player].value(bundle)
    income = outcome.network.income(player, outcome.prices)
    return None if worth is None else worth + sum((income[name] for name in bundle), ZERO)


def _check_gaps(outcome: ContractOutcome, told: Mapping[str, Any]) -> tuple[str, str]:
    """What each player could gain at these prices: all bundles of few contracts, its best choice of more."""
    network, found = outcome.network, {}
    for player in network.players:
        now = net_value(outcome, player, network.own(player, outcome.concluded))
        nets = [net for bundle in _bundles(outcome, player) if (net := net_value(outcome, player, bundle)) is not None]
        if now is None:
            raise Refuted(f"{player} cannot fulfil what it signed")
        found[player] = max(nets) - now
    equal("gaps", {player: Fraction(text) for player, text in told["gaps"].items()}, found)
    return PROVED, f"the largest gain at these prices is {float(max(found.values())):.6g}"


def _bundles(outcome: ContractOutcome, player: str) -> list[frozenset[str]]:
    """Bundles of priced contracts that may be the best."""
    income = outcome.network.income(player, outcome.prices)
    if len(income) > MOST_LISTED:
        return [outcome.network.valuations[player].choice(income), frozenset()]
    return [frozenset(some) for k in range(len(income) + 1) for some in itertools.combinations(income, k)]


def _check_blocking(outcome: ContractOutcome, told: Mapping[str, Any]) -> tuple[str, str]:
    """The group gains what is said, and nobody gains more than is said."""
    gain, bound = Fraction(told["gain"]), None if told["bound"] is None else Fraction(told["bound"])
    equal("stable", told["stable"], False if gain > 0 else True if bound is None or bound <= 0 else None)
    if gain < 0 or (bound is not None and bound < gain):
        raise Refuted("a gain is at least 0, and at most its bound")
    equal("gain of the group", gain, _gain_of(outcome, told))
    gaps = _gap_sum(outcome)
    limit = gain if bound is None else bound
    if gaps <= limit:
        return PROVED, f"gain {float(gain):.6g}; gaps prove that no group gains more than {float(gaps):.6g}"
    if len(outcome.network.contracts) <= MOST_ENUMERATED:
        again = blocking_contracts(outcome).gain
        if again > limit:
            raise Refuted(f"a group gains {float(again):.6g}")
        return PROVED, f"gain {float(gain):.6g}, every set of contracts examined again"
    return NOT_PROVED, f"gain {float(gain):.6g} replayed; the bound {float(limit):.6g} is that of a program"


def _gap_sum(outcome: ContractOutcome) -> Fraction:
    return sum((max(gap, ZERO) for gap in outcome.gaps.values()), ZERO)


def _gain_of(outcome: ContractOutcome, told: Mapping[str, Any]) -> Fraction:
    """What the members gain with the contracts that they sign anew and those that they keep."""
    network, signed = outcome.network, frozenset(told["signed"])
    new = [contract for contract in network.contracts if contract.name in signed]
    equal("contracts that are signed", sorted(told["signed"]), sorted(contract.name for contract in new))
    members = told["members"]
    if len(set(members)) != len(members) or not {x for c in new for x in (c.seller, c.buyer)} <= set(members):
        raise Refuted("both ends of a contract that is signed must be members, each named once")
    total = -sum((contract.cost for contract in new), ZERO)
    for player in members:
        kept = frozenset(told["kept"][player])
        if not kept <= network.own(player, outcome.concluded) - signed:
            raise Refuted(f"{player} can keep only what it signed and does not sign anew")
        worth = network.valuations[player].value(network.own(player, signed) | kept)
        now = net_value(outcome, player, network.own(player, outcome.concluded))
        if worth is None or now is None:
            raise Refuted(f"{player} cannot fulfil what it would sign")
        income = network.income(player, outcome.prices)
        total += worth + sum((income[name] for name in kept), ZERO) - now
    return total
