"""Rubinstein's alternating offers between two players who discount time."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.community.finite_numbers import as_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.agreement import Agreement, no_agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.registry import bargains
from gametrade.solvers.bargaining_ray import hopes
from gametrade.typing import ArrayLike, FloatArray


@bargains.register(
    promises=("individual_rationality", "pareto_efficiency"),
    source="Rubinstein 1982, 10.2307/1912531",
)
def alternating_offers(problem: BargainingProblem, *, discount: ArrayLike = (0.9, 0.9), proposer: int = 0) -> Agreement:
    r"""The offer that is accepted at once when two impatient players take turns.

    Parameters
    ----------
    problem : BargainingProblem
        Two players; a convex set of agreements.
    discount : (float, float)
        What a gain one round later is worth to each player, from 0 (exclusive) to 1 (exclusive).
    proposer : {0, 1}, default=0
        Position of the player who makes the first offer.

    Returns
    -------
    Agreement
        The first offer of the subgame-perfect equilibrium; ``certificate["counter_offer"]`` is what the
        other player would offer.

    Raises
    ------
    InvalidInputError
        If there are not two players, a discount factor is out of range, or lotteries are ruled out.

    Notes
    -----
    In the stationary equilibrium each offer leaves the other player indifferent between accepting and
    making the next offer. With the Pareto frontier :math:`x_2 = f(x_1)` of gains, the first player offers
    :math:`x` and the second :math:`y` with :math:`f(x_1) = \delta_2 f(y_1)` and :math:`y_1 = \delta_1 x_1`.
    For a sum of money the proposer gets :math:`(1 - \delta_2) / (1 - \delta_1 \delta_2)`. As both discount
    factors go to one along :math:`\delta_i = e^{-r_i \Delta}` the agreement approaches the Nash solution
    with weights :math:`1 / r_i` [2]_.

    References
    ----------
    .. [1] A. Rubinstein, "Perfect equilibrium in a bargaining model", Econometrica 50 (1982) 97-109.
       :doi:`10.2307/1912531`
    .. [2] K. Binmore, A. Rubinstein and A. Wolinsky, "The Nash bargaining solution in economic modelling",
       RAND J. Econ. 17 (1986) 176-188. :doi:`10.2307/2555382`

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total(["a", "b"], 1.0, [0.0, 0.0])
    >>> alternating_offers(pie, discount=(0.9, 0.8)).utilities.round(6)
    array([0.714286, 0.285714])
    """
    patience = as_numbers(discount, "discount", "alternating_offers", (2,))
    if problem.n_players != 2 or problem.points is not None:
        raise InvalidInputError("alternating_offers needs two players and a convex set of agreements.")
    if not ((patience > 0) & (patience < 1)).all():
        raise InvalidInputError(f"discount of alternating_offers must be two numbers inside (0, 1). Got {discount!r}.")
    if proposer not in (0, 1):
        raise InvalidInputError(f"proposer of alternating_offers must be 0 or 1. Got {proposer}.")
    hope = hopes(problem)
    if not np.isfinite(hope).all() or not (hope > 0).any():
        return no_agreement(problem, "alternating_offers")
    options = {"discount": tuple(patience.tolist()), "proposer": proposer}
    if not (hope > 0).all():
        return _one_sided(problem, int(np.argmax(hope)), options)
    own = _own_gain(problem, patience, proposer, float(hope[proposer]))
    offer = _frontier(problem, proposer, own)
    counter = _frontier(problem, proposer, patience[proposer] * own)
    certificate = {"kind": "indifference", "counter_offer": counter.tolist(), "discount": patience.tolist()}
    return Agreement(problem, "alternating_offers", offer, certificate=certificate, options=options)


def _one_sided(problem: BargainingProblem, winner: int, options: dict[str, Any]) -> Agreement:
    """What one player alone can gain it gets: the other has nothing to wait for and accepts every offer."""
    corners = problem.best_of_each()
    assert corners is not None
    able, idle = problem.players[winner], problem.players[1 - winner]
    note = f"Only {able} can gain. {idle} is indifferent, so other offers are equilibria too; this one is efficient."
    certificate = {"kind": "one_sided", "winner": able}
    return Agreement(
        problem, "alternating_offers", corners[winner], certificate=certificate, notes=(note,), options=options
    )


def _own_gain(problem: BargainingProblem, patience: FloatArray, proposer: int, most: float) -> float:
    """The proposer's gain at which the other is just willing to accept, by bisection: the slack is monotone."""
    other = 1 - proposer
    low, high = 0.0, most
    for _ in range(60):
        own = (low + high) / 2
        accepts = _frontier(problem, proposer, own)[other] - problem.disagreement[other]
        waits = _frontier(problem, proposer, patience[proposer] * own)[other] - problem.disagreement[other]
        if accepts >= patience[other] * waits:
            low = own
        else:
            high = own
    return low


def _frontier(problem: BargainingProblem, player: int, gain: float) -> FloatArray:
    """Utilities that are best for the other player while this one gains at least so much."""
    size = np.abs(problem.utilities[player]).max()
    least = problem.disagreement[player] + gain
    return problem.utilities @ problem.decide(
        problem.utilities[1 - player], rows=-problem.utilities[[player]] / size, limits=[-least / size]
    )
