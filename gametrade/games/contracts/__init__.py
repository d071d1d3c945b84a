"""Contracts between pairs of homes: dispatch over links, contract networks, and what bargaining over them costs."""

from gametrade.games.contracts.network_charges import distance_charge, uniform_charge, zonal_charge
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.games.contracts.peer_trades import PeerTrades
from gametrade.games.contracts.talk import Talk

__all__ = ["PeerDispatch", "PeerTrades", "Talk", "distance_charge", "uniform_charge", "zonal_charge"]
