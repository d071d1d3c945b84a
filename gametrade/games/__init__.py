"""What is played: definitions of games, without the algorithms that answer them."""

from gametrade.games.coalitional import (
    Allocation,
    AssignmentGame,
    CoalitionalGame,
    DispatchGame,
    FeeGame,
    GraphGame,
    IndividualTariffGame,
    LoadDataGame,
    SharingGame,
    TableGame,
    dual,
    null_players,
    subgame,
    symmetric_players,
    veto_players,
    zero_normalised,
)

__all__ = [
    "Allocation",
    "AssignmentGame",
    "CoalitionalGame",
    "DispatchGame",
    "FeeGame",
    "GraphGame",
    "IndividualTariffGame",
    "LoadDataGame",
    "SharingGame",
    "TableGame",
    "dual",
    "null_players",
    "subgame",
    "symmetric_players",
    "veto_players",
    "zero_normalised",
]
