"""Markets in which homes choose among providers of energy sharing."""

from gametrade.games.competition.atomless import AtomlessMarket
from gametrade.games.competition.market import ProviderMarket
from gametrade.games.competition.outcome import ProviderOutcome
from gametrade.games.competition.provider import Provider
from gametrade.games.step_prices import StepPrices

__all__ = ["AtomlessMarket", "Provider", "ProviderMarket", "ProviderOutcome", "StepPrices"]
