"""Leaders who move first and followers who answer."""

from gametrade.games.stackelberg.bilevel import BilevelGame, Quadratic
from gametrade.games.stackelberg.budget_buyers import BudgetBuyersGame, gains_over_feed_in
from gametrade.games.stackelberg.charging import (
    charging_retailer,
    flexibility_seller,
    microgrid_operator,
    shared_facility,
)
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.grid_leader import Auction, GridLeaderGame
from gametrade.games.stackelberg.offers import contract_game, offer_game, trade_profit
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
    "charging_retailer",
    "contract_game",
    "flexibility_seller",
    "gains_over_feed_in",
    "microgrid_operator",
    "offer_game",
    "shared_facility",
    "trade_profit",
    "uniform_pair_equilibrium",
]
