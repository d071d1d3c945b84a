"""Leaders who move first and followers who answer."""

from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.games.stackelberg.usage_charge import UsageChargeGame

__all__ = ["PriceLeaderGame", "StackelbergGame", "UsageChargeGame"]
