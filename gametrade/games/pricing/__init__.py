"""Homes that answer prices: shifted demand, savings against a baseline, prices for each seller."""

from gametrade.games.pricing.negawatts import customer_baseline, negawatt_community
from gametrade.games.pricing.price_discrimination import BuyerOfEnergy, OfferedPrices
from gametrade.games.pricing.responsive_demand import ResponsiveDemand

__all__ = ["BuyerOfEnergy", "OfferedPrices", "ResponsiveDemand", "customer_baseline", "negawatt_community"]
