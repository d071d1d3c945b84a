"""The core of an assignment game, from the sellers' best end to the buyers', and who blocks what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, AssignmentGame
from gametrade.games.coalitional.assignment import best_matching
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.blocking_question import Question
from gametrade.typing import ArrayLike, BoolArray, CoalitionLike, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class AssignmentCore(Shown):
    """Two ends and the middle of the core of an assignment game.

    Parameters
    ----------
    seller_optimal, buyer_optimal : Allocation
        Core allocations that every seller (buyer) likes best and every buyer (seller) least.
    midpoint : Allocation
        Halfway between: the fair division point, which is the tau value.
    matching : tuple of (str, str)
        Pairs that trade in a best matching.
    """

    seller_optimal: Allocation
    buyer_optimal: Allocation
    midpoint: Allocation
    matching: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        ends = zip(self.midpoint.game.players, self.seller_optimal.payoffs, self.buyer_optimal.payoffs, strict=True)
        rows = [f"  {label:<20} {first:>12.4f} {last:>12.4f}" for label, first, last in ends]
        return "\n".join([f"  {'player':<20} {'best seller':>12} {'best buyer':>12}", *rows])


def assignment_core(game: AssignmentGame) -> AssignmentCore:
    r"""Find the sellers' best, the buyers' best and the middle core allocation of an assignment game.

    Parameters
    ----------
    game : AssignmentGame
        m sellers and k buyers.

    Returns
    -------
    AssignmentCore
        The allocations and a best matching.

    Notes
    -----
    The core is the set of dual solutions :math:`u_i + w_j \ge a_{ij}`, :math:`u, w \ge 0`, with equality for
    matched pairs and 0 for the unmatched [1]_; it is a lattice. Its end that is best for a side pays each of its
    players the marginal contribution :math:`v(N) - v(N \setminus i)`, all at once [2]_. m + k + 1 assignment problems.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130.
       :doi:`10.1007/BF01753437`
    .. [2] H. B. Leonard, "Elicitation of honest preferences for the assignment of individuals to positions",
       J. Polit. Econ. 91 (1983) 461-479.

    Examples
    --------
    >>> core = assignment_core(AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]]))
    >>> core.seller_optimal.payoffs, core.buyer_optimal.payoffs, core.midpoint.payoffs
    (array([5., 3., 3., 0.]), array([2., 0., 6., 3.]), array([3.5, 1.5, 4.5, 1.5]))
    """
    matching = best_matching(game.gains)
    best_sellers = _best_for_rows(game.gains, matching)
    best_buyers = np.roll(_best_for_rows(game.gains.T, matching[::-1]), len(game.sellers))
    return AssignmentCore(
        Allocation(game, "seller_optimal", best_sellers),
        Allocation(game, "buyer_optimal", best_buyers),
        Allocation(game, "midpoint", (best_sellers + best_buyers) / 2),
        game.matching,
    )


def _best_for_rows(gains: FloatArray, matching: tuple[np.ndarray, np.ndarray]) -> FloatArray:
    """Every row player takes what all would lose without it, its partner the rest: payoffs of rows, then columns."""
    rows, columns = matching
    total = gains[rows, columns].sum()
    own, others = np.zeros(gains.shape[0]), np.zeros(gains.shape[1])
    for i in rows:
        rest = np.delete(gains, i, axis=0)
        own[i] = total - rest[best_matching(rest)].sum()
    own = np.clip(own, 0.0, None)
    others[columns] = np.maximum(0.0, gains[rows, columns] - own[rows])
    return np.concatenate([own, others])


@blocking_coalition.register
def _blocking(
    game: AssignmentGame,
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
    near: BlockingCoalition | None = None,
    nodes: int = 20_000,
    seconds: float = 60.0,
) -> BlockingCoalition:
    """The most profitable coalition by matching: pairs and single players that gain, all of them together."""
    if engine not in ("auto", "matching", "table"):
        raise InvalidInputError(
            f"engine of blocking_coalition must be 'auto', 'matching' or 'table' for an AssignmentGame. Got {engine!r}."
        )
    question = Question.of(game, payoffs, count, containing, min_size, allowed, exit_cost, exit_cost_per_member)
    plain = count == 1 and min_size == 1 and not question.groups and not question.must.any()
    if engine == "table" or (engine == "auto" and not plain):
        by_table: Callable[..., BlockingCoalition] = blocking_coalition.dispatch(object)
        options = {"count": count, "containing": containing, "min_size": min_size, "allowed": allowed}
        return by_table(game, payoffs, exit_cost=exit_cost, exit_cost_per_member=exit_cost_per_member, **options)
    if not plain:
        raise InvalidInputError("engine 'matching' of blocking_coalition answers the plain question only.")
    excess, members = _largest_excess(game.gains, question.price_of_leaving)
    return question.answer([(excess, members)], excess, engine="matching")


def _largest_excess(gains: FloatArray, price: FloatArray) -> tuple[float, BoolArray]:
    """Largest excess over proper non-empty coalitions, each of which falls apart into pairs and single players."""
    m, k = gains.shape
    everyone = np.ones(m + k, dtype=bool)
    excess, members = _free_choice(gains, price, everyone)
    if members.all():
        tries = [_free_choice(gains, price, everyone & (np.arange(m + k) != i)) for i in range(m + k)]
        excess, members = max(tries, key=lambda pair: pair[0])
    if members.any():
        return excess, members
    pairs = gains - price[:m, None] - price[None, m:] if m + k > 2 else np.full((m, k), -np.inf)
    single = int(np.argmin(price))
    i, j = np.unravel_index(int(np.argmax(pairs)), pairs.shape)
    best = np.zeros(m + k, dtype=bool)
    if pairs[i, j] > -price[single]:
        best[[i, m + j]] = True
        return float(pairs[i, j]), best
    best[single] = True
    return float(-price[single]), best


def _free_choice(gains: FloatArray, price: FloatArray, allowed: BoolArray) -> tuple[float, BoolArray]:
    """Best coalition among some players, perhaps empty: a matching of what pairs gain over staying or going alone."""
    m = gains.shape[0]
    alone = np.maximum(0.0, -price)
    better = gains - (price + alone)[:m, None] - (price + alone)[None, m:]
    better[~allowed[:m]] = -1.0
    better[:, ~allowed[m:]] = -1.0
    rows, columns = best_matching(better)
    members = allowed & (price < 0)
    members[rows] = members[m + columns] = True
    excess = better[rows, columns].sum() + alone[allowed].sum()
    return float(excess), members
