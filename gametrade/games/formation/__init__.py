"""Coalition formation: who joins whom when a rule splits what every coalition gains."""

from gametrade.games.formation.battery_slot import BatteryDecision, battery_decision
from gametrade.games.formation.formation_game import FORMATION_PLAYERS, FormationGame
from gametrade.games.formation.network_partition import network_partition_game
from gametrade.games.formation.partition import Partition, PartitionLike, partition_of
from gametrade.games.formation.partition_function import Externality, PartitionFunctionGame, joint_limit_game

__all__ = [
    "FORMATION_PLAYERS",
    "BatteryDecision",
    "Externality",
    "FormationGame",
    "Partition",
    "PartitionFunctionGame",
    "PartitionLike",
    "battery_decision",
    "joint_limit_game",
    "network_partition_game",
    "partition_of",
]
