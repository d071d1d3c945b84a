"""The most profitable blocking coalition: who gains most by leaving, and a proof that nobody gains more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, all_coalitions
from gametrade.solvers.blocking_milp import solve_blocking_milp
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE, CoalitionSearch
from gametrade.solvers.price_tree import PriceTree, TreeSearch, search_price_tree
from gametrade.tolerance import decision_tolerance
from gametrade.typing import ArrayLike, BoolArray, Coalition, CoalitionLike, FloatArray, IntArray

ENGINES = ("auto", "bracket", "tree", "milp", "table")
FULL_TREE_PLAYERS = 50
"""Below this many homes the root bound is far from the truth and the tree is always grown."""


@dataclass(frozen=True, eq=False)
class BlockingCoalition:
    """The allowed coalition with the largest excess, and an upper bound on every other.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    payoffs : ndarray of shape (n,)
        The payoff vector under test. [money]
    members : ndarray of bool, shape (n,)
        The best coalition found.
    excess : float
        What it gains by leaving, net of exit costs; negative if it loses. A lower bound on the largest
        excess. [money]
    upper_bound : float
        No allowed coalition gains more. [money]
    proved : bool
        Whether the two agree to the tolerance of the game; otherwise they bracket the truth.
    engine : str
        What found it.
    price_tree : PriceTree or None
        Proof of the upper bound for a sharing game.
    others : tuple of (coalition, excess)
        The next most profitable ones, when asked for.
    smallest, largest : int
        Sizes of the coalitions that were allowed.
    exit_cost, exit_cost_per_member : float
        Cost of leaving that the excess is net of. [money]
    groups : tuple of coalitions
        Groups inside which a coalition had to lie; empty if any home may join any other.
    """

    game: CoalitionalGame
    payoffs: FloatArray
    members: BoolArray
    excess: float
    upper_bound: float
    proved: bool
    engine: str
    price_tree: PriceTree | None = None
    others: tuple[tuple[Coalition, float], ...] = ()
    smallest: int = 1
    largest: int = 0
    exit_cost: float = 0.0
    exit_cost_per_member: float = 0.0
    groups: tuple[Coalition, ...] = ()

    @property
    def tolerance(self) -> float:
        """Excess below which nobody is said to gain. [money]"""
        return decision_tolerance(self.game.tolerance, self.payoffs)

    @property
    def coalition(self) -> Coalition:
        """Labels of the members, in player order."""
        return self.game.labels(self.members)

    @property
    def blocks(self) -> bool | None:
        """Whether some coalition gains by leaving; None if the bracket straddles the tolerance."""
        if self.excess > self.tolerance or self.proved:
            return self.excess > self.tolerance
        return False if self.upper_bound <= 1.001 * self.tolerance else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with labels and the unit."""
        return {
            "coalition": list(self.coalition),
            "excess": self.excess,
            "upper_bound": self.upper_bound,
            "status": "proved" if self.proved else "bracketed",
            "engine": self.engine,
            "unit": self.game.unit,
            "others": [{"coalition": list(labels), "excess": excess} for labels, excess in self.others],
        }

    def __str__(self) -> str:
        verb = {True: "gains", False: "does not gain", None: "may gain"}[self.blocks]
        status = "proved" if self.proved else f"largest excess at most {self.upper_bound:.4f}, not proved exact"
        names = ", ".join(self.coalition[:12]) + (", ..." if len(self.coalition) > 12 else "")
        return (
            f"{{{names}}} ({len(self.coalition)} of {self.game.n_players}) {verb} by leaving: "
            f"{self.excess:+.4f} {self.game.unit} ({status})"
        )


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
    question = _Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
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
    question = _Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    if engine == "table":
        return _by_table(question)
    return _by_tree(question, game.position, engine, floor + exit_cost, nodes, seconds)


@dataclass(frozen=True, eq=False, slots=True)
class _Question:
    """Which coalitions are allowed, and what leaving costs them."""

    game: CoalitionalGame
    payoffs: FloatArray
    count: int
    must: BoolArray
    groups: tuple[BoolArray, ...]
    smallest: int
    largest: int
    exit_cost: float
    exit_cost_per_member: float

    @classmethod
    def of(
        cls,
        game: CoalitionalGame,
        payoffs: ArrayLike,
        count: int,
        containing: CoalitionLike,
        min_size: int,
        allowed: Sequence[Iterable[str]] | None,
        exit_cost: float,
        exit_cost_per_member: float,
    ) -> _Question:
        x = np.array(payoffs, dtype=float)
        n = game.n_players
        if x.shape != (n,) or not np.isfinite(x).all():
            raise InvalidInputError(f"payoffs of blocking_coalition must be {n} finite numbers. Got shape {x.shape}.")
        if n == 1:
            raise InvalidInputError("blocking_coalition needs at least 2 players: one home alone has nobody to leave.")
        if not 1 <= min_size < n:
            raise InvalidInputError(f"min_size of blocking_coalition must be from 1 to {n - 1}. Got {min_size}.")
        if count < 1:
            raise InvalidInputError(f"count of blocking_coalition must be at least 1. Got {count}.")
        if min(exit_cost, exit_cost_per_member) < 0:
            raise InvalidInputError("exit costs of blocking_coalition must not be negative.")
        must = game.members(containing)
        groups = tuple(game.members(group) for group in allowed) if allowed else ()
        groups = tuple(group for group in groups if not (must & ~group).any() and group.sum() >= min_size)
        if allowed is not None and not groups:
            raise InvalidInputError(
                "allowed groups of blocking_coalition leave no coalition of min_size with those homes."
            )
        if must.all():
            raise InvalidInputError("containing of blocking_coalition must leave out at least one player.")
        return cls(game, x, count, must, groups, min_size, n - 1, exit_cost, exit_cost_per_member)

    @property
    def price_of_leaving(self) -> FloatArray:
        """Payoff given up plus the exit cost of each member, shape (n,). [money]"""
        return self.payoffs + self.exit_cost_per_member

    def answer(self, found: Sequence[tuple[float, BoolArray]], upper: float, **proof: Any) -> BlockingCoalition:
        """Net the fixed exit cost and wrap the coalitions found, largest excess first."""
        excess, members = found[0]
        others = tuple((self.game.labels(row), value - self.exit_cost) for value, row in found[1:])
        slack = decision_tolerance(self.game.tolerance, self.payoffs)
        return BlockingCoalition(
            self.game,
            self.payoffs,
            members,
            excess - self.exit_cost,
            max(upper, excess) - self.exit_cost,
            upper <= excess + 1.001 * slack,
            others=others,
            smallest=self.smallest,
            largest=self.largest,
            exit_cost=self.exit_cost,
            exit_cost_per_member=self.exit_cost_per_member,
            groups=tuple(self.game.labels(group) for group in self.groups),
            **proof,
        )


def _by_table(question: _Question) -> BlockingCoalition:
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
    question: _Question, position: FloatArray, engine: str, floor: float, nodes: int, seconds: float
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
    proof = tree if len(groups) == 1 and question.count == 1 else None
    if question.count > 1:
        upper = max(upper, found[0][0])
    used = {"milp": "milp + price tree", "bracket": "saddle point"}.get(engine, "price tree")
    return question.answer(found[: question.count], upper, engine=used, price_tree=proof)


def _grow(
    question: _Question,
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
