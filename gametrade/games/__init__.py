"""What is played: definitions of games, without the algorithms that answer them."""

from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame, TableGame

__all__ = ["Allocation", "CoalitionalGame", "SharingGame", "TableGame"]
