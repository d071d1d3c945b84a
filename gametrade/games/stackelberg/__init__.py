"""Leaders who move first and followers who answer."""

from gametrade.games.stackelberg.bilevel import BilevelGame, Quadratic
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.grid_leader import Auction, GridLeaderGame
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.games.stackelberg.usage_charge import UsageChargeGame
from gametrade.games.stackelberg.utility import QuadraticUtility, buying_utility

__all__ = [
    "Auction",
    "BilevelGame",
    "GridLeaderGame",
    "PriceLeaderGame",
    "Quadratic",
    "QuadraticUtility",
    "StackelbergGame",
    "UsageChargeGame",
    "buying_utility",
]
