"""The most profitable coalition of a dispatch game, as a bracket with its proof."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.dispatch_proof import DispatchProof
from gametrade.solvers.dispatch_relaxation import DispatchRelaxation
from gametrade.solvers.dispatch_search import DispatchSearch, grow
from gametrade.tolerance import decision_tolerance
from gametrade.typing import IntArray

EXACT_PLAYERS = 10
"""Up to this many homes the tree is always grown."""


def search_dispatch(question: Question, engine: str, floor: float, nodes: int, seconds: float) -> BlockingCoalition:
    """Search a dispatch game for the most profitable coalition.

    Parameters
    ----------
    question : Question
        Which coalitions are allowed, and what leaving costs them.
    engine : {"auto", "bracket", "tree", "milp"}
        "bracket": one relaxation and the coalitions near it. "tree": branch on homes until exact. "milp": the
        mixed-integer optimum as a hint, then the tree. "auto": the tree only where the bracket leaves open
        whether anybody gains.
    floor : float
        Excesses up to this are of no interest. [money]
    nodes, seconds : int, float
        Budget of the tree.

    Returns
    -------
    BlockingCoalition
        With the price paths that prove its upper bound.
    """
    game = question.game
    assert isinstance(game, DispatchGame)
    if engine == "auto" and game.n_players <= EXACT_PLAYERS:
        engine = "tree"
    slack = 0.5 * decision_tolerance(game.tolerance, question.payoffs)
    relaxation = DispatchRelaxation(game, question.smallest, question.largest)
    search = DispatchSearch(game, question.price_of_leaving, question.smallest, question.largest, relaxation)
    groups = question.groups or (np.ones(game.n_players, dtype=bool),)
    states = [np.where(question.must, INSIDE, np.where(group, FREE, OUTSIDE)).astype(np.int64) for group in groups]
    if engine == "milp":
        _add_hints(search, states, seconds)
    if engine in ("auto", "bracket"):
        proofs = [grow(search, state, nodes=1, seconds=seconds, slack=slack, floor=floor) for state in states]
        decided = search.best > floor + 2 * slack and search.best > question.exit_cost + 2 * slack
        limit = max(proof.limit for proof in proofs)
        if engine == "auto" and not decided and limit > max(question.exit_cost, floor) + 2 * slack:
            engine = "tree"
    if engine in ("tree", "milp"):
        proofs = [grow(search, state, nodes=nodes, seconds=seconds, slack=slack, floor=floor) for state in states]
    used = {"milp": "milp + price paths", "bracket": "price path", "auto": "price path"}.get(engine, "price paths")
    return _answer(question, search, proofs, used)


def _add_hints(search: DispatchSearch, states: list[IntArray], seconds: float) -> None:
    """Value the mixed-integer optimum of each state."""
    for state in states:
        row = search.relaxation.solve_whole(search.price_of_leaving, state, seconds)
        if row is not None:
            search.visit([row], state)


def _answer(question: Question, search: DispatchSearch, proofs: list[DispatchProof], engine: str) -> BlockingCoalition:
    """The best coalitions met, with the largest bound of all leaves."""
    found = sorted(search.met.values(), key=lambda pair: -pair[0])[: question.count]
    leaves = tuple(leaf for proof in proofs for leaf in proof.leaves)
    proof = DispatchProof(leaves, max(proof.limit for proof in proofs))
    return question.answer(found, proof.limit, engine=engine, dispatch_proof=proof)
