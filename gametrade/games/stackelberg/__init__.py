"""Leaders who move first and followers who answer."""

from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.price_leader import PriceLeaderGame

__all__ = ["PriceLeaderGame", "StackelbergGame"]
