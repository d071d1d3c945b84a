"""Game theory of peer-to-peer energy trading, with proof: who gains by leaving, under which rule?

>>> import gametrade as gt
>>> street = gt.communities.fontana("flat")
>>> study = gt.analyse_stability(street, ["mid_market_rate"], contracts=["whole"])
>>> study["mid_market_rate"].status
'blocked'
>>> round(study["mid_market_rate"].largest_excess, 2), len(study["mid_market_rate"].blocking.coalition)
(34.38, 9)
"""

from gametrade import registry as _registry
from gametrade.analysis import RuleStability, StabilityStudy, Verdict, analyse_stability
from gametrade.analysis.checking import check
from gametrade.analysis.counting import count_blocking
from gametrade.analysis.equilibria import analyse_equilibria
from gametrade.analysis.studies import market_allocation, mechanism_table
from gametrade.community import (
    Batteries,
    Community,
    CurtailableLoad,
    ShiftableLoad,
    Tariff,
    check_data,
    check_files,
    communities,
    read_community,
    read_tariff,
)
from gametrade.errors import (
    GametradeError,
    InvalidInputError,
    SolverError,
    TooManyPlayersError,
    UnknownNameError,
)
from gametrade.games import (
    Allocation,
    AssignmentGame,
    CoalitionalGame,
    DispatchGame,
    FeeGame,
    GraphGame,
    IndividualTariffGame,
    SharingGame,
    TableGame,
)
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.games.catalogue import catalogue
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.quadratic import QuadraticGame
from gametrade.mechanisms import MarketOutcome, OrderBook, clear
from gametrade.rules import allocate
from gametrade.solvers.assignment_core import assignment_core
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.core_intervals import core_intervals
from gametrade.solvers.exit_cost import ExitCost, exit_cost_per_member
from gametrade.solvers.least_subsidy import LeastSubsidy, least_subsidy
from gametrade.solvers.nearest_core_allocation import nearest_core_allocation
from gametrade.solvers.solve import solve

rules = _registry.rules
mechanisms = _registry.mechanisms
solvers = _registry.solvers
formats = _registry.formats
properties = _registry.properties

__version__ = "0.1.0"

__all__ = [
    "Agreement",
    "Allocation",
    "AssignmentGame",
    "BargainingProblem",
    "Batteries",
    "BlockingCoalition",
    "CoalitionalGame",
    "Community",
    "ContinuousGame",
    "CurtailableLoad",
    "DispatchGame",
    "Equilibrium",
    "EvolutionaryGame",
    "ExitCost",
    "FeeGame",
    "GametradeError",
    "GraphGame",
    "IndividualTariffGame",
    "InvalidInputError",
    "LeastSubsidy",
    "MarketOutcome",
    "NormalFormGame",
    "OrderBook",
    "Polyhedron",
    "QuadraticGame",
    "RuleStability",
    "SharingGame",
    "ShiftableLoad",
    "Solution",
    "SolverError",
    "StabilityStudy",
    "TableGame",
    "Tariff",
    "TooManyPlayersError",
    "UnknownNameError",
    "Verdict",
    "allocate",
    "analyse_equilibria",
    "analyse_stability",
    "assignment_core",
    "blocking_coalition",
    "catalogue",
    "check",
    "check_data",
    "check_files",
    "clear",
    "communities",
    "core_intervals",
    "count_blocking",
    "exit_cost_per_member",
    "formats",
    "least_subsidy",
    "market_allocation",
    "mechanism_table",
    "mechanisms",
    "nearest_core_allocation",
    "properties",
    "read_community",
    "read_tariff",
    "rules",
    "solve",
    "solvers",
]
