"""The most profitable blocking coalition: who gains most by leaving, and a proof that nobody gains more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial, singledispatch
from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import (
    CoalitionalGame,
    DispatchGame,
    IndividualTariffGame,
    PayoffsLike,
    SharingGame,
    subset_sums,
)
from gametrade.games.coalitional.game import check_game
from gametrade.games.coalitional.network import NetworkGame
from gametrade.games.coalitional.subsets import bitmask, largest_positions, members_of
from gametrade.solvers.blocking_answer import BlockingCoalition, gains_by_leaving
from gametrade.solvers.blocking_milp import solve_blocking_milp
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE, CoalitionSearch
from gametrade.solvers.deadline import deadline
from gametrade.solvers.dispatch_blocking import search_dispatch
from gametrade.solvers.network_blocking import network_blocking
from gametrade.solvers.price_tree import TreeSearch, search_price_tree
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import BoolArray, CoalitionLike, FloatArray, IntArray

ENGINES = ("auto", "bracket", "tree", "milp", "table")
NETWORK_TABLE_PLAYERS = 10
"""Up to this many homes on a feeder all coalitions are planned."""

FULL_TREE_PLAYERS = 50
"""Below this many homes the root bound is far from the truth and the tree is always grown."""


@singledispatch
def blocking_coalition(
    game: CoalitionalGame | Community,
    payoffs: PayoffsLike,
    *,
    engine: str = "auto",
    count: int = 1,
    containing: CoalitionLike = (),
    min_size: int = 1,
    allowed: Sequence[Iterable[str]] | None = None,
    exit_cost: float = 0.0,
    exit_cost_per_member: float = 0.0,
    floor: float = -np.inf,
    near: BlockingCoalition | None = None,
    nodes: int = 20_000,
    seconds: float = 60.0,
) -> BlockingCoalition:
    r"""Find the proper coalition that gains most by leaving, whatever the sign of its gain.

    .. math:: \max_{\emptyset \neq S \subsetneq N}\ v(S) - x(S) - c_0 - c_1 |S|

    Parameters
    ----------
    game : CoalitionalGame or Community
        A sharing or dispatch game of any size, or any game with at most 25 players; a community is taken as its
        sharing game.
    payoffs : array_like of shape (n,), mapping of label to payoff, or Allocation
        Payoff of each player. [money]
    engine : {"auto", "bracket", "tree", "milp", "table"}, default="auto"
        "bracket": root of the price tree only, cost O(n T') times a few hundred. "tree": grown until exact.
        "milp": the HiGHS mixed-integer optimum as a hint, then the tree that proves it. "table": all
        2^n coalitions. "auto": the bracket, and the tree where n < 50 or the bracket leaves open whether
        anybody gains; other games than sharing games are tabulated.
    count : int
        How many of the most profitable coalitions to list.
    containing : iterable of str
        Homes that must be members.
    min_size : int
        Fewest members.
    allowed : sequence of iterables of str, optional
        Groups (say, homes on one feeder); a coalition must lie inside one of them.
    exit_cost, exit_cost_per_member : float
        Cost of leaving, once for the coalition and for each member. [money]
    floor : float
        Excesses up to this are of no interest: 0 asks only whether anybody gains, which is proved faster,
        and the upper bound is then at least the floor. [money]
    near : BlockingCoalition, optional
        Answer to a similar question about the same game: the search starts from its prices.
    nodes, seconds : int, float
        Budget of the tree; when it runs out the answer is a bracket and says so.

    Returns
    -------
    BlockingCoalition
        The coalition, its excess, an upper bound on all others, and its proof.

    Raises
    ------
    InvalidInputError
        If no coalition is allowed, or an option is out of range.
    TooManyPlayersError
        If a game without structure has more than 25 players.

    Notes
    -----
    For a sharing game every price path :math:`\lambda \in [0,1]^T` bounds the excess of all coalitions,
    :math:`\max_S e(S,x) \le \sum_i \max(0, w_i(\lambda) - x_i)`, by linear programming duality [1]_. The
    search branches on homes until such bounds meet the best coalition found. For a dispatch game the bound is
    that of the homes' best responses to the prices, found with the shares of homes by one linear program; "auto"
    is the tree for at most 10 homes, else the bracket, and the tree only where it leaves the verdict open.

    References
    ----------
    .. [1] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    >>> print(gt.blocking_coalition(game, [2.0, 2.0, 2.0]))
    {a, c} (2 of 3) gains by leaving: +2.0000 money (proved)
    """
    check_game(game, "blocking_coalition")
    deadline(seconds, "blocking_coalition")
    assert isinstance(game, CoalitionalGame)
    if engine not in ("auto", "table"):
        raise InvalidInputError(
            f"engine of blocking_coalition must be 'table' for a {type(game).__name__}. Got {engine!r}."
        )
    question = Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    return _by_table(question)


@blocking_coalition.register
def _community(community: Community, payoffs: PayoffsLike, **options: Any) -> BlockingCoalition:
    """A community is taken as its sharing game."""
    return blocking_coalition(SharingGame(community), payoffs, **options)


@blocking_coalition.register(IndividualTariffGame)
@blocking_coalition.register(SharingGame)
@blocking_coalition.register(DispatchGame)
@blocking_coalition.register(NetworkGame)
def _with_prices(
    game: IndividualTariffGame | SharingGame | DispatchGame | NetworkGame,
    payoffs: PayoffsLike,
    *,
    engine: str = "auto",
    count: int = 1,
    containing: CoalitionLike = (),
    min_size: int = 1,
    allowed: Sequence[Iterable[str]] | None = None,
    exit_cost: float = 0.0,
    exit_cost_per_member: float = 0.0,
    floor: float = -np.inf,
    near: BlockingCoalition | None = None,
    nodes: int = 20_000,
    seconds: float = 60.0,
) -> BlockingCoalition:
    """A game with prices is searched; how, its kind decides."""
    deadline(seconds, "blocking_coalition")
    if engine not in ENGINES:
        raise UnknownNameError("engine of blocking_coalition", engine, ENGINES)
    question = Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    if engine == "table":
        return _by_table(question)
    return _search(game, question, _Effort(engine, floor + exit_cost, near, nodes, seconds))


@dataclass(frozen=True, eq=False, slots=True)
class _Effort:
    """How hard to search, and from where."""

    engine: str
    floor: float
    near: BlockingCoalition | None
    nodes: int
    seconds: float

    @property
    def start(self) -> tuple[FloatArray, BoolArray] | None:
        """Prices and coalition to start from."""
        if self.near is None or self.near.price_tree is None:
            return None
        return self.near.price_tree.paths[0] / PRICE_GRID, self.near.members


@singledispatch
def _search(game: CoalitionalGame, question: Question, effort: _Effort) -> BlockingCoalition:
    """Grow a price tree, one for each allowed group."""
    assert isinstance(game, SharingGame | IndividualTariffGame)
    return _by_tree(question, game.position, effort)


@_search.register
def _(game: DispatchGame, question: Question, effort: _Effort) -> BlockingCoalition:
    return search_dispatch(question, effort.engine, effort.floor, effort.nodes, effort.seconds)


@_search.register
def _(game: NetworkGame, question: Question, effort: _Effort) -> BlockingCoalition:
    small = effort.engine == "auto" and game.n_players <= NETWORK_TABLE_PLAYERS
    if small or question.groups or question.count > 1:
        return _by_table(question)
    members, excess, upper = network_blocking(question, seconds=effort.seconds)
    return question.answer([(excess, members)], upper, engine="milp + prices")


def _by_table(question: Question) -> BlockingCoalition:
    """Read the answer off the values of all coalitions."""
    n = question.game.n_players
    excess = question.game.table() - subset_sums(question.price_of_leaving)
    excess[_barred(question)] = -np.inf
    order = largest_positions(excess, question.count)
    found = [(float(excess[mask]), members_of(mask, n)) for mask in order if np.isfinite(excess[mask])]
    return question.answer(found, found[0][0], engine="table")


def _barred(question: Question) -> BoolArray:
    """Which coalitions may not leave, in bitmask order, shape (2**n,)."""
    masks = np.arange(2**question.game.n_players, dtype=np.uint32)
    sizes, must = np.bitwise_count(masks), np.uint32(bitmask(question.must))
    barred = (sizes < question.smallest) | (sizes > question.largest) | (masks & must != must)
    if question.groups:
        barred |= np.logical_and.reduce([masks & np.uint32(bitmask(~group)) != 0 for group in question.groups])
    return np.asarray(barred)


def _by_tree(question: Question, position: FloatArray, effort: _Effort) -> BlockingCoalition:
    """Grow a price tree, one for each allowed group."""
    search = CoalitionSearch(position, question.price_of_leaving, question.smallest, question.largest)
    groups = question.groups or (np.ones(question.game.n_players, dtype=bool),)
    found: dict[bytes, tuple[float, BoolArray]] = {}
    upper, tree = -np.inf, None
    for group in groups:
        state = np.where(question.must, INSIDE, np.where(group, FREE, OUTSIDE)).astype(np.int64)
        result = _grow(question, search, state, effort)
        pairs = zip(result.excesses, result.coalitions, strict=True)
        found.update({members.tobytes(): (excess, members) for excess, members in pairs})
        upper, tree = max(upper, result.tree.limit), result.tree
    best = sorted(found.values(), key=lambda pair: -pair[0])[: question.count]
    used = {"milp": "milp + price tree", "bracket": "saddle point"}.get(effort.engine, "price tree")
    return question.answer(best, upper, engine=used, price_tree=tree if len(groups) == 1 else None)


def _milp_hint(search: CoalitionSearch, state: IntArray, seconds: float) -> tuple[BoolArray, ...]:
    """The best coalition of the mixed-integer program, none if the time was too short for one."""
    best = solve_blocking_milp(search, state, seconds=seconds)
    return () if best is None else (best,)


def _grow(question: Question, search: CoalitionSearch, state: IntArray, effort: _Effort) -> TreeSearch:
    """Grow the tree as far as the engine asks; "auto" stops at the root if that decides the verdict of many homes."""
    grow = partial(
        search_price_tree,
        search,
        state,
        slack=0.5 * question.tolerance,
        keep=question.count,
        floor=effort.floor,
        near=effort.start,
    )
    if effort.engine == "milp":
        best = _milp_hint(search, state, effort.seconds)
        return grow(nodes=effort.nodes, seconds=effort.seconds, hints=best)
    if effort.engine == "tree" or (effort.engine == "auto" and question.game.n_players < FULL_TREE_PLAYERS):
        return grow(nodes=effort.nodes, seconds=effort.seconds)
    root = grow(nodes=1)
    verdict = gains_by_leaving(*question.net(root.excesses[0], root.tree.limit), question.tolerance)
    if effort.engine == "bracket" or verdict is not None:
        return root
    return grow(nodes=effort.nodes, seconds=effort.seconds, hints=root.coalitions)
