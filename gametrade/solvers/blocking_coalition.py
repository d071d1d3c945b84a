"""The most profitable blocking coalition: who gains most by leaving, and a proof that nobody gains more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, all_coalitions
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_milp import solve_blocking_milp
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE, CoalitionSearch
from gametrade.solvers.price_tree import TreeSearch, search_price_tree
from gametrade.tolerance import decision_tolerance
from gametrade.typing import ArrayLike, BoolArray, CoalitionLike, FloatArray, IntArray

ENGINES = ("auto", "bracket", "tree", "milp", "table")
FULL_TREE_PLAYERS = 50
"""Below this many homes the root bound is far from the truth and the tree is always grown."""


@singledispatch
def blocking_coalition(
    game: CoalitionalGame,
    payoffs: ArrayLike,
    *,
    engine: str = "auto",
    count: int = 1,
    containing: CoalitionLike = (),
    min_size: int = 1,
    allowed: Sequence[Iterable[str]] | None = None,
    exit_cost: float = 0.0,
    exit_cost_per_member: float = 0.0,
    floor: float = -np.inf,
    nodes: int = 20_000,
    seconds: float = 60.0,
) -> BlockingCoalition:
    r"""Find the proper coalition that gains most by leaving, whatever the sign of its gain.

    .. math:: \max_{\emptyset \neq S \subsetneq N}\ v(S) - x(S) - c_0 - c_1 |S|

    Parameters
    ----------
    game : CoalitionalGame
        A sharing game of any size, or any game with at most 25 players.
    payoffs : array_like of shape (n,)
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
    search branches on homes until such bounds meet the best coalition found.

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
    if engine not in ("auto", "table"):
        raise InvalidInputError(
            f"engine of blocking_coalition must be 'table' for a {type(game).__name__}. Got {engine!r}."
        )
    question = Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    return _by_table(question)


@blocking_coalition.register
def _sharing(
    game: SharingGame,
    payoffs: ArrayLike,
    *,
    engine: str = "auto",
    count: int = 1,
    containing: CoalitionLike = (),
    min_size: int = 1,
    allowed: Sequence[Iterable[str]] | None = None,
    exit_cost: float = 0.0,
    exit_cost_per_member: float = 0.0,
    floor: float = -np.inf,
    nodes: int = 20_000,
    seconds: float = 60.0,
) -> BlockingCoalition:
    if engine not in ENGINES:
        raise UnknownNameError("engine of blocking_coalition", engine, ENGINES)
    question = Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    if engine == "table":
        return _by_table(question)
    return _by_tree(question, game.position, engine, floor + exit_cost, nodes, seconds)


def _by_table(question: Question) -> BlockingCoalition:
    """Read the answer off the values of all coalitions."""
    rows = all_coalitions(question.game.n_players)
    excess = question.game.table() - rows @ question.price_of_leaving
    sizes = rows.sum(axis=1)
    excess[(sizes < question.smallest) | (sizes > question.largest) | (rows < question.must).any(axis=1)] = -np.inf
    if question.groups:
        inside = [~(rows & ~group).any(axis=1) for group in question.groups]
        excess[~np.logical_or.reduce(inside)] = -np.inf
    order = np.argsort(-excess, kind="stable")[: question.count]
    found = [(float(excess[k]), rows[k]) for k in order if np.isfinite(excess[k])]
    return question.answer(found, found[0][0], engine="table")


def _by_tree(
    question: Question, position: FloatArray, engine: str, floor: float, nodes: int, seconds: float
) -> BlockingCoalition:
    """Grow a price tree, one for each allowed group."""
    search = CoalitionSearch(position, question.price_of_leaving, question.smallest, question.largest)
    slack = 0.5 * decision_tolerance(question.game.tolerance, question.payoffs)
    groups = question.groups or (np.ones(question.game.n_players, dtype=bool),)
    found: list[tuple[float, BoolArray]] = []
    upper, tree = -np.inf, None
    for group in groups:
        state = np.where(question.must, INSIDE, np.where(group, FREE, OUTSIDE)).astype(np.int64)
        hints = (solve_blocking_milp(search, state, seconds=seconds),) if engine == "milp" else ()
        result = _grow(question, search, state, slack, engine, floor, nodes, seconds, hints)
        found += list(zip(result.excesses, result.coalitions, strict=True))
        upper, tree = max(upper, result.tree.limit), result.tree
    found = list({members.tobytes(): (excess, members) for excess, members in found}.values())
    found.sort(key=lambda pair: -pair[0])
    proof = tree if len(groups) == 1 else None
    used = {"milp": "milp + price tree", "bracket": "saddle point"}.get(engine, "price tree")
    return question.answer(found[: question.count], upper, engine=used, price_tree=proof)


def _grow(
    question: Question,
    search: CoalitionSearch,
    state: IntArray,
    slack: float,
    engine: str,
    floor: float,
    nodes: int,
    seconds: float,
    hints: tuple[BoolArray, ...],
) -> TreeSearch:
    """Grow the tree as far as the engine asks; "auto" stops at the root if that decides the verdict of many homes."""
    many = question.game.n_players >= FULL_TREE_PLAYERS
    if engine == "bracket" or (engine == "auto" and many):
        root = search_price_tree(search, state, slack=slack, keep=question.count, nodes=1, hints=hints, floor=floor)
        best, limit = root.excesses[0] - question.exit_cost, root.tree.limit - question.exit_cost
        if engine == "bracket" or best > question.game.tolerance or limit <= question.game.tolerance:
            return root
        hints = (*hints, *root.coalitions)
    return search_price_tree(
        search,
        state,
        slack=slack,
        keep=question.count,
        nodes=nodes,
        seconds=seconds,
        hints=hints,
        floor=floor,
    )
