"""Contracts between pairs of homes: dispatch over links, contract networks, and what bargaining over them costs."""

from gametrade.games.contracts.contract_network import ContractNetwork, assignment_network
from gametrade.games.contracts.contract_outcome import ContractOutcome
from gametrade.games.contracts.network_charges import distance_charge, uniform_charge, zonal_charge
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.contracts.peer_trades import PeerTrades
from gametrade.games.contracts.talk import Talk
from gametrade.games.contracts.valuations import BundleValue, Contract, NetValue, Valuation

__all__ = [
    "BundleValue",
    "Contract",
    "ContractNetwork",
    "ContractOutcome",
    "NetValue",
    "PeerDispatch",
    "PeerTrades",
    "Talk",
    "Valuation",
    "assignment_network",
    "distance_charge",
    "uniform_charge",
    "zonal_charge",
]
