"""What is played: definitions of games, without the algorithms that answer them."""

from gametrade.games.coalitional import Allocation, CoalitionalGame, DispatchGame, SharingGame, TableGame

__all__ = ["Allocation", "CoalitionalGame", "DispatchGame", "SharingGame", "TableGame"]
