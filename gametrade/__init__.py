"""Game theory of peer-to-peer energy trading, with proof."""

from gametrade.community import Community, Tariff, check_data, communities, read_community
from gametrade.errors import GametradeError, InvalidInputError, SolverError, TooManyPlayersError, UnknownNameError
from gametrade.games import Allocation, CoalitionalGame, SharingGame, TableGame
from gametrade.registry import rules
from gametrade.rules import allocate
from gametrade.analysis import RuleStability, StabilityStudy, Verdict, analyse_stability

__version__ = "0.1.0"
from gametrade.solvers.blocking_coalition import BlockingCoalition, blocking_coalition
