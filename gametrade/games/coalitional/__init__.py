r"""Coalitional games with transferable money.

A *coalitional game* is a set of players and a number :math:`v(S)` for every coalition :math:`S`: the
money that its members gain together, over what each of them gains alone. A *payoff vector* :math:`x`
shares the gains; the *excess* :math:`e(S, x) = v(S) - x(S)` is what the coalition gains by leaving.
The *core* is the set of payoff vectors that share :math:`v(N)` and leave no coalition a positive excess.

Labels are for people and stand at the edge: ``game.value(["Ada", "Bob"])``. Inside, a family of
coalitions is a boolean array of shape (k, n), and ``game.values(members)`` is the one method that a new
kind of game must write. Integer bitmasks appear only in tables of all :math:`2^n` values, where player 0
is bit 0 and entry 0 is the empty coalition.
"""

from gametrade.games.coalitional.allocation import Allocation
from gametrade.games.coalitional.assignment import AssignmentGame
from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.dual import dual
from gametrade.games.coalitional.fees import FeeGame
from gametrade.games.coalitional.game import CoalitionalGame, all_coalitions
from gametrade.games.coalitional.graph import GraphGame
from gametrade.games.coalitional.individual_tariffs import IndividualTariffGame
from gametrade.games.coalitional.integer_table import integer_table
from gametrade.games.coalitional.load_data import LoadDataGame
from gametrade.games.coalitional.network import NetworkGame
from gametrade.games.coalitional.payoff_vector import PayoffsLike, payoff_vector
from gametrade.games.coalitional.sharing import SharingGame
from gametrade.games.coalitional.slab_tariffs import SlabTariffGame
from gametrade.games.coalitional.special_players import null_players, symmetric_players, veto_players
from gametrade.games.coalitional.storage_investment import ExistingStorageGame, StorageInvestmentGame
from gametrade.games.coalitional.subgame import subgame
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.table import TableGame
from gametrade.games.coalitional.zero_normalised import zero_normalised

__all__ = [
    "Allocation",
    "AssignmentGame",
    "CoalitionalGame",
    "DispatchGame",
    "ExistingStorageGame",
    "FeeGame",
    "GraphGame",
    "IndividualTariffGame",
    "LoadDataGame",
    "NetworkGame",
    "PayoffsLike",
    "SharingGame",
    "SlabTariffGame",
    "StorageInvestmentGame",
    "TableGame",
    "all_coalitions",
    "dual",
    "integer_table",
    "null_players",
    "payoff_vector",
    "subgame",
    "subset_sums",
    "symmetric_players",
    "veto_players",
    "zero_normalised",
]
