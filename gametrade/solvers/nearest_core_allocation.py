"""The allocation of the core that is nearest to a rule: what each home gives or gets to make the rule stable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame, all_coalitions
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.core_approach import Approach, approach
from gametrade.solvers.core_intervals import inside
from gametrade.solvers.core_oracles import SearchOracle, Wronged
from gametrade.solvers.core_program import NORMS, CoreProgram, CoreWeights
from gametrade.solvers.core_start import KnownPoint, known_point, supported_near
from gametrade.solvers.deadline import deadline
from gametrade.solvers.least_core_value import check_question
from gametrade.solvers.rule_payoffs import Rule, rule_payoffs
from gametrade.tolerance import decision_tolerance
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class NearestCoreAllocation(Shown):
    """An allocation of the core near a given one, and how near any could be.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    rule : str
        Where the given payoffs come from.
    start, payoffs : ndarray of shape (n,)
        The payoffs given, and the nearest ones found in the core. [money]
    norm : str
        How distance is measured.
    distance : float
        Distance between the two. [money]
    lower_bound : float
        No allocation of the core is nearer, as the weights prove. [money]
    epsilon : float
        What coalitions may still gain: 0, or the least-core excess if the core is empty. [money]
    largest_excess : float
        No proper coalition gains more at `payoffs`. [money]
    weights : CoreWeights
        Coalitions that keep the core away.
    proof : BlockingCoalition or None
        The search that proves `largest_excess`, for games without a table; None if a table or prices prove it.
    price_position : ndarray of shape (T',) or None
        Prices that support the payoffs, as position in the range of each trade step, where there are any; empty for a
        dispatch game.
    sell_price : ndarray of shape (T,) or None
        For a dispatch game whose dual prices support the payoffs, what a kWh earns inside. [money/kWh]
    """

    game: CoalitionalGame
    rule: str
    start: FloatArray
    payoffs: FloatArray
    norm: str
    distance: float
    lower_bound: float
    epsilon: float
    largest_excess: float
    weights: CoreWeights
    proof: BlockingCoalition | None = None
    price_position: FloatArray | None = None
    sell_price: FloatArray | None = None

    @property
    def transfers(self) -> FloatArray:
        """What each player gets (above 0) or gives, shape (n,). [money]"""
        return np.asarray(self.payoffs - self.start)

    @property
    def common_fee(self) -> float:
        """Fee a player that pays for the transfers: with it back in hand, nobody gives anything else. [money]"""
        return float(max(0.0, -self.transfers.min()))

    @property
    def exact(self) -> bool:
        """Whether nothing nearer exists, to a few roundings."""
        slack = decision_tolerance(self.game.tolerance, self.start)
        return bool(self.distance - self.lower_bound <= 10 * slack * np.sqrt(self.start.size))

    @property
    def local_price(self) -> FloatArray | None:
        """Supporting price in every settlement step, shape (T,), where one path supports the payoffs. [money/kWh]"""
        if self.price_position is None or not isinstance(self.game, SharingGame):
            return self.sell_price
        return self.game.local_price(self.price_position)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with labels and the unit."""
        prices = self.local_price
        return {
            "rule": self.rule,
            "norm": self.norm,
            "distance": self.distance,
            "lower_bound": self.lower_bound,
            "epsilon": self.epsilon,
            "largest_excess": self.largest_excess,
            "common_fee": self.common_fee,
            "payoffs": dict(zip(self.game.players, self.payoffs.tolist(), strict=True)),
            "transfers": dict(zip(self.game.players, self.transfers.tolist(), strict=True)),
            "local_price": None if prices is None else prices.tolist(),
            "unit": self.game.unit,
        }

    def __str__(self) -> str:
        columns = zip(self.game.players, self.start, self.payoffs, self.transfers, strict=True)
        rows = [(label, f"{a:.4f}", f"{b:.4f}", f"{c:+.4f}") for label, a, b, c in columns]
        where = "least core" if self.epsilon > self.game.tolerance else "core"
        how = "exact" if self.exact else f"at least {self.lower_bound:.6g}"
        searched = isinstance(self.game, DispatchGame)
        none = "no price path was found that pays it" if searched else "no price path pays it"
        paid = none if self.price_position is None else "a price path pays it"
        first = (
            f"nearest point of the {where}, {self.norm} distance {self.distance:.6g} {self.game.unit} ({how}), {paid}"
        )
        return f"{first}\n{text_table(('player', self.rule, 'nearest', 'transfer'), rows)}"


def nearest_core_allocation(
    game: CoalitionalGame, rule: Rule, *, norm: str = "l1", seconds: float = 60.0, solver: str = "highs"
) -> NearestCoreAllocation:
    r"""Find the core allocation nearest to a rule's payoffs, and prove how near any could be.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table (at most 25 players), or a sharing or dispatch game of any size.
    rule : str, callable, Allocation or array_like of shape (n,)
        Whose payoffs to repair. [money]
    norm : {"l1", "l2", "linf", "fee"}, default="l1"
        "l1": least money moved (twice what the givers give); "l2": least sum of squares; "linf": least largest
        change; "fee": least loss of anybody, which is the smallest fee, the same for all players, out of which all
        the transfers can be paid.
    seconds : float, default=60.0
        When the time is up, the nearest allocation proved to be in the core is the answer, with its bracket: in a game
        without prices that may be the point of the least core that shows whether the core is empty. [s]
    solver : {"highs", "pulp"}, default="highs"
        Row generation with HiGHS, or one readable pulp model with all rows, for at most 12 players and norms other
        than "l2": least squares are no linear program.

    Returns
    -------
    NearestCoreAllocation
        An allocation of the core, or of the least core if the core is empty. For payments from outside, on top of
        the payoffs, see :func:`~gametrade.solvers.least_subsidy.least_subsidy`.

    Raises
    ------
    InvalidInputError
        If there is one player alone, the payoffs do not fit, the time is no number of at least 0, or the rule needs
        meter data that the game has not.
    UnknownNameError
        If there is no such norm or rule.
    SolverError
        If a program fails.

    Notes
    -----
    Coalitions are rows, added as they are violated: to a linear program, or for "l2" a quadratic one. The answer is
    in the core once a table, or a price tree, shows that no coalition gains. The proof from below is duality: weights
    :math:`\mu_S \ge 0` and :math:`\nu` give a vector :math:`g = \sum_S \mu_S 1_S + \nu 1_N`, and every x of the core
    has :math:`g \cdot (x - x^0) \ge \sum_S \mu_S (v(S) - \varepsilon - x^0(S)) + \nu (v(N) - x^0(N))`; divided by the
    dual norm of g this bounds the distance. In a sharing game every price path that clears supports a point of the
    core [1]_; the nearest of these is tried first, and wins if no other point is nearer; so no price path
    supports an answer of such a game whose ``local_price`` is None. In a dispatch game the nearest point
    of the Owen set is tried first (:func:`~gametrade.solvers.owen_set.nearest_dual_prices`), above 20 000 rows that
    of `competitive_price`.

    Without a table the bracket is narrowed from both ends (:mod:`~gametrade.solvers.core_approach`): the point of the
    core moves towards the optimum over the rows as far as a search proves it inside. The search is hard far from
    supported payoffs, so with little time the upper end stays wide; in a dispatch game of many homes, where every
    region of coalitions is a program of all homes, it mostly stays where the dual prices put it.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "On market games", J. Econ. Theory 1 (1969) 9-25.
       :doi:`10.1016/0022-0531(69)90008-8`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> found = nearest_core_allocation(game, [2.0, 2.0, 2.0], norm="linf")
    >>> found.payoffs.round(9), round(found.distance, 9)
    (array([0., 6., 0.]), 4.0)
    """
    if norm not in NORMS:
        raise UnknownNameError("norm of nearest_core_allocation", norm, NORMS)
    check_question(game, "nearest_core_allocation", solver)
    until = deadline(seconds, "nearest_core_allocation")
    label, start = rule_payoffs(game, rule, "nearest_core_allocation")
    alone, known = game.single_values, known_point(game)
    epsilon = known.epsilon
    if solver == "pulp":
        return _by_model(game, label, start, norm, epsilon)
    program = CoreProgram(game, epsilon, "nearest_core_allocation", start - alone, norm)
    supported, slack = supported_near(game, start, norm), decision_tolerance(game.tolerance, start)
    priced, path = (None, None) if supported is None else supported.nearest(start, norm)

    def proved(weights: CoreWeights) -> float:
        return _bound(program.guaranteed, weights, start - alone, norm)

    def distance(over_alone: FloatArray) -> float:
        return length(over_alone + alone - start, norm)

    if priced is not None and isinstance(program.oracle, SearchOracle):
        found = approach(program, priced - alone, distance, proved, tolerance=slack, until=until)
    else:
        found = _by_rows(program, _at_hand(known, priced, alone), distance, slack, until)
    if found.inside is None:
        assert priced is not None
        payoffs, excess, proof = priced, 0.0, None
    else:
        payoffs, excess, proof, path = found.payoffs + alone, found.inside.upper_bound, found.inside.proof, None
    reached = length(payoffs - start, norm)
    lower = min(max(0.0, proved(found.weights)), reached)
    sell = None if supported is None or path is None else supported.sell_price
    return NearestCoreAllocation(
        game, label, start, payoffs, norm, reached, lower, epsilon, excess, found.weights, proof, path, sell
    )


def _at_hand(known: KnownPoint, priced: FloatArray | None, alone: FloatArray) -> tuple[FloatArray, Wronged | None]:
    """Payoffs of the core over being alone that took no search, and what proves them unless prices do."""
    if priced is not None:
        return priced - alone, None
    assert known.payoffs is not None
    none = np.zeros((0, alone.size), dtype=bool)
    return known.payoffs - alone, Wronged(none, np.zeros(0), known.largest_excess)


def _by_rows(
    program: CoreProgram,
    at_hand: tuple[FloatArray, Wronged | None],
    distance: Callable[[FloatArray], float],
    slack: float,
    until: float,
) -> Approach:
    """The optimum over all rows that are needed; the payoffs at hand if the time is up, or prices do as well."""
    reach = distance(at_hand[0]) - slack / 2 if at_hand[1] is None else np.inf
    point = program.solve(slack, until, lambda x: distance(x) >= reach)
    if inside(point, program, program.tolerance) and distance(point.payoffs) < reach:
        return Approach(point.payoffs, point.weights, point.largest)
    return Approach(at_hand[0], point.weights, at_hand[1])


def length(change: FloatArray, norm: str) -> float:
    """Length of a change of payoffs, or the largest loss in it. [money]

    Parameters
    ----------
    change : ndarray of shape (n,)
        Payoffs less others. [money]
    norm : {"l1", "l2", "linf", "fee"}
        Which length.

    Returns
    -------
    float
        At least 0.
    """
    if norm == "fee":
        return float(max(0.0, -change.min()))
    largest = float(np.abs(change).max()) or 1.0
    return float(np.linalg.norm(change / largest, {"l1": 1, "l2": 2, "linf": np.inf}[norm])) * largest


def _by_model(game: CoalitionalGame, label: str, start: FloatArray, norm: str, epsilon: float) -> NearestCoreAllocation:
    """The answer of the pulp model, with the bound that its multipliers prove."""
    from gametrade.solvers.core_models import solved_projection

    if norm == "l2":
        raise InvalidInputError("solver of nearest_core_allocation must be 'highs' for norm 'l2'. Got 'pulp'.")
    payoffs, multipliers, everyone = solved_projection(game, start, norm, epsilon)
    table, rows, alone = game.table(), all_coalitions(game.n_players), game.single_values
    used = multipliers > 0
    weights = CoreWeights(rows[used], multipliers[used], everyone)
    least, total = (table - rows @ alone)[used] - epsilon, game.grand_value - float(alone.sum())

    def guaranteed(weights: CoreWeights) -> float:
        return float(weights.weights @ least + weights.everyone * total)

    reached = length(payoffs - start, norm)
    lower = min(max(0.0, _bound(guaranteed, weights, start - alone, norm)), reached)
    excess = float((table - rows @ payoffs)[1:-1].max())
    return NearestCoreAllocation(game, label, start, payoffs, norm, reached, lower, epsilon, excess, weights)


def _bound(guaranteed: Callable[[CoreWeights], float], weights: CoreWeights, start: FloatArray, norm: str) -> float:
    """What the weights prove about the distance, given what they guarantee; payoffs are those over being alone."""
    direction = weights.direction
    if norm == "fee":
        weights = CoreWeights(weights.coalitions, weights.weights, weights.everyone - max(0.0, float(direction.max())))
        direction = weights.direction
    dual = {"l1": np.inf, "l2": 2, "linf": 1, "fee": 1}[norm]
    size = float(np.linalg.norm(direction, dual))
    if size == 0:
        return 0.0
    return (guaranteed(weights) - float(direction @ start)) / size
