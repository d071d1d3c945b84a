"""Contracts between pairs of homes: dispatch over links, contract networks, and what bargaining over them costs."""

from gametrade.games.contracts.community_dispatch import CommunityDispatch, community_contracts, community_dispatch
from gametrade.games.contracts.contract_network import ContractNetwork, assignment_network
from gametrade.games.contracts.contract_outcome import ContractOutcome
from gametrade.games.contracts.cost_shares import no_worse_than_alone
from gametrade.games.contracts.demurrage import TokenLedger, demurrage, half_life
from gametrade.games.contracts.energy_classes import energy_classes
from gametrade.games.contracts.energy_collective import EnergyCollective
from gametrade.games.contracts.network_charges import distance_charge, uniform_charge, zonal_charge
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.contracts.peer_trades import PeerTrades
from gametrade.games.contracts.storage_rental import storage_rental
from gametrade.games.contracts.talk import Talk
from gametrade.games.contracts.unit_market import UnitMarket, community_units
from gametrade.games.contracts.valuations import BundleValue, Contract, NetValue, Valuation

__all__ = [
    "BundleValue",
    "CommunityDispatch",
    "Contract",
    "ContractNetwork",
    "ContractOutcome",
    "EnergyCollective",
    "NetValue",
    "PeerDispatch",
    "PeerTrades",
    "Talk",
    "TokenLedger",
    "UnitMarket",
    "Valuation",
    "assignment_network",
    "community_contracts",
    "community_dispatch",
    "community_units",
    "demurrage",
    "distance_charge",
    "energy_classes",
    "half_life",
    "no_worse_than_alone",
    "storage_rental",
    "uniform_charge",
    "zonal_charge",
]
