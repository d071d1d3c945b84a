"""Leaders who move first and followers who answer."""

from gametrade.games.stackelberg.bilevel import BilevelGame, Quadratic
from gametrade.games.stackelberg.budget_buyers import BudgetBuyersGame, gains_over_feed_in
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.grid_leader import Auction, GridLeaderGame
from gametrade.games.stackelberg.of_formulas import leaders_of_formulas
from gametrade.games.stackelberg.offers import trade_profit
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.games.stackelberg.storage_investment import StorageInvestmentGame, uniform_pair_equilibrium
from gametrade.games.stackelberg.usage_charge import UsageChargeGame
from gametrade.games.stackelberg.utility import QuadraticUtility, buying_utility

__all__ = [
    "Auction",
    "BilevelGame",
    "BudgetBuyersGame",
    "GridLeaderGame",
    "PriceLeaderGame",
    "Quadratic",
    "QuadraticUtility",
    "StackelbergGame",
    "StorageInvestmentGame",
    "UsageChargeGame",
    "buying_utility",
    "gains_over_feed_in",
    "leaders_of_formulas",
    "trade_profit",
    "uniform_pair_equilibrium",
]
