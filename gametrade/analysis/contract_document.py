"""A network of contracts and what came of it as a file that carries everything its claims follow from."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gametrade.analysis.encoding import digest
from gametrade.errors import InvalidInputError
from gametrade.games.contracts import Contract, ContractNetwork, ContractOutcome
from gametrade.games.contracts.talk import Talk
from gametrade.games.contracts.valuations import BundleValue, NetValue, Valuation
from gametrade.solvers.blocking_contracts import BlockingContracts

CONTRACTS_SCHEMA = "gametrade-contracts/1"


def contract_document(outcome: ContractOutcome, blocking: BlockingContracts | None = None) -> dict[str, Any]:
    """Write an outcome of a contract network as a file that ``gametrade verify`` proves again, in fractions.

    Parameters
    ----------
    outcome : ContractOutcome
        With valuations that are tables of bundles or energy with a grid behind it.
    blocking : BlockingContracts, optional
        What was found about groups that sign other contracts.

    Returns
    -------
    dict
        ``schema``, ``data`` (SHA-256 of contracts and valuations), ``contracts``, ``valuations``, ``outcome`` and
        ``blocking``; amounts of money are fractions as text.

    Raises
    ------
    InvalidInputError
        If a valuation is of the user's own kind.

    Examples
    --------
    >>> from gametrade.analysis.verification import verify_document
    >>> from gametrade.games.contracts import assignment_network
    >>> from gametrade.solvers.blocking_contracts import blocking_contracts
    >>> from gametrade.solvers.price_adjustment import price_adjustment
    >>> outcome = price_adjustment(assignment_network(["s"], ["b", "c"], [[3, 2]]), step=Fraction(1, 4))
    >>> document = contract_document(outcome, blocking_contracts(outcome))
    >>> [f"{each.id}: {each.outcome}" for each in verify_document(document)]
    ['data: proved', 'outcome: proved', 'gaps: proved', 'blocking: proved']
    """
    network = outcome.network
    contracts = [
        {**{name: getattr(c, name) for name in ("name", "seller", "buyer", "time", "energy")}, "cost": str(c.cost)}
        for c in network.contracts
    ]
    valuations = {player: _written(player, value) for player, value in network.valuations.items()}
    return {
        "schema": CONTRACTS_SCHEMA,
        "data": {"sha256": digest([contracts, valuations])},
        "contracts": contracts,
        "valuations": valuations,
        "outcome": {
            "concluded": sorted(outcome.concluded),
            "prices": _told(outcome.prices),
            "utilities": _told(outcome.utilities),
            "gaps": _told(outcome.gaps),
            "welfare": str(outcome.welfare),
            "talk": outcome.talk.to_dict(),
        },
        "blocking": None if blocking is None else _blocking(blocking),
    }


def contract_outcome(document: Mapping[str, Any]) -> ContractOutcome:
    """Read the network and its outcome back from a file.

    Raises
    ------
    InvalidInputError
        If they make no network.
    """
    contracts = [Contract(**{**row, "cost": Fraction(row["cost"])}) for row in document["contracts"]]
    network = ContractNetwork(contracts, {player: _read(value) for player, value in document["valuations"].items()})
    told = document["outcome"]
    prices = {name: Fraction(price) for name, price in told["prices"].items()}
    return ContractOutcome(network, frozenset(told["concluded"]), prices, Talk(**told["talk"]))


def _told(money: Mapping[str, Fraction]) -> dict[str, str]:
    return {name: str(amount) for name, amount in money.items()}


def _written(player: str, value: Valuation) -> dict[str, Any]:
    """A valuation as data."""
    if isinstance(value, BundleValue):
        return {"bundles": [[sorted(bundle), str(worth)] for bundle, worth in value.table.items()]}
    if isinstance(value, NetValue):
        gains = {time: {str(k): str(gain) for k, gain in row.items()} for time, row in value.gains.items()}
        return {"signs": {name: list(sign) for name, sign in value.signs.items()}, "gains": gains}
    raise InvalidInputError(f"valuation of {player!r} of a file must be BundleValue or NetValue. Got {value!r:.60}.")


def _read(value: Mapping[str, Any]) -> Valuation:
    """Undo :func:`_written`."""
    if "bundles" in value:
        return BundleValue({tuple(bundle): Fraction(worth) for bundle, worth in value["bundles"]})
    gains = {time: {int(k): Fraction(gain) for k, gain in row.items()} for time, row in value["gains"].items()}
    return NetValue({name: (time, int(sign)) for name, (time, sign) in value["signs"].items()}, gains)


def _blocking(found: BlockingContracts) -> dict[str, Any]:
    """What was found about groups."""
    return {
        "members": list(found.members),
        "signed": sorted(found.signed),
        "kept": {player: sorted(bundle) for player, bundle in found.kept.items()},
        "gain": str(found.gain),
        "bound": None if found.bound is None else str(found.bound),
        "stable": found.stable,
    }
