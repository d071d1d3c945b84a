"""The coalition on a feeder that gains most by leaving: found by a mixed-integer program, bounded by prices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional.network import NetworkGame
from gametrade.optimise import Program, in_time
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.network_prices import NetworkPrices, priced, step_prices
from gametrade.typing import BoolArray, FloatArray


def network_blocking(question: Question, *, seconds: float = 60.0) -> tuple[BoolArray, float, float]:
    r"""Find the most profitable coalition that the network lets leave.

    .. math:: \max_{z \in \{0,1\}^n,\ y,\ m}\ \sum_t \Bigl(f_t \sum_i y_{it} + \delta_t m_t\Bigr)
              - \sum_i z_i (u(\{i\}) + x_i), \qquad 0 \le y_{it} \le s_{it} z_i,\quad
              \sum_i G_i (y_{it} + (1 - z_i) g_{it}) \le h_t

    Parameters
    ----------
    question : Question
        About a NetworkGame: homes that must be members, allowed sizes, price of leaving.
    seconds : float
        Time limit of the program.

    Returns
    -------
    members : ndarray of bool, shape (n,)
        The best coalition found.
    excess : float
        What it gains, by its own linear program. [money]
    upper : float
        No coalition gains more: the bound of the prices of the program without whole numbers, recomputed by weak
        duality. [money]

    Raises
    ------
    SolverError
        If the program fails; where its time is up, the smallest coalition stands for the best one, and prices of zero
        for those of the program.
    """
    game = question.game
    assert isinstance(game, NetworkGame)
    program = _program(game, question)
    upper = price_bound(_relaxed_prices(game, program, seconds), question)
    n = game.n_players
    best = in_time(program, seconds)
    members = _smallest(question) if best is None else best.variables[:n] > 0.5
    if not question.smallest <= members.sum() <= question.largest:
        raise SolverError("network_blocking got a coalition of a size that is not allowed.", "rounded")
    excess = float(game.values(members[None, :])[0] - question.price_of_leaving[members].sum())
    return members, excess, max(upper, excess)


def _smallest(question: Question) -> BoolArray:
    """The fewest homes that may leave, those with the least payoffs."""
    price = np.where(question.must, -np.inf, question.price_of_leaving)
    members = np.zeros(price.size, dtype=bool)
    members[np.argsort(price, kind="stable")[: max(question.smallest, int(question.must.sum()))]] = True
    return members


def _program(game: NetworkGame, question: Question) -> Program:
    """Variables: members, exports (n B), energy shared in bound steps (B) and free trade steps (T')."""
    from scipy.sparse import csr_matrix, hstack, identity, kron, vstack

    n, b, position = game.n_players, game.bound_steps.size, game.free_game.position
    community, steps, f = game.community, game.bound_steps, position.shape[1]
    surplus, deficit = community.surplus[:, steps], community.deficit[:, steps]
    row, step = game.tight_rows()
    outside = game.outside_exports()
    held = game.loading[row] * outside[:, step].T
    columns = (np.arange(n)[None, :] * b + step[:, None]).ravel()
    exported = csr_matrix((game.loading[row].ravel(), columns, np.arange(row.size + 1) * n), shape=(row.size, n * b))
    members_of = kron(identity(n), np.ones((b, 1)))
    take, share = identity(b), identity(f)
    none = csr_matrix
    matrix = vstack(
        [
            hstack([none((b, n)), kron(np.ones((1, n)), -take), take, none((b, f))]),
            hstack([csr_matrix(-held), exported, none((row.size, b + f))]),
            hstack([csr_matrix(-deficit.T), none((b, n * b)), take, none((b, f))]),
            hstack([members_of.multiply(-surplus.reshape(-1, 1)), identity(n * b), none((n * b, b + f))]),
            hstack([csr_matrix(-np.maximum(position, 0).T), none((f, n * b + b)), share]),
            hstack([csr_matrix(-np.maximum(-position, 0).T), none((f, n * b + b)), share]),
            hstack([np.ones((1, n)), none((1, n * b + b + f))]),
        ]
    )
    room = game.room[row, steps[step]] - held.sum(axis=1)
    upper = np.concatenate([np.zeros(b), np.maximum(room, 0.0), np.zeros(b + n * b + 2 * f), [question.largest]])
    lower = np.full(upper.size, -np.inf)
    lower[-1] = question.smallest
    price, spread = community.export_price[steps], community.tariff.spread()[steps]
    money = [-(question.price_of_leaving + game.plans_alone), np.tile(price, n), spread, np.ones(f)]
    most = np.concatenate([np.ones(n), surplus.ravel(), np.full(b + f, np.inf)])
    least = np.concatenate([question.must.astype(float), np.zeros(n * b + b + f)])
    whole = np.arange(most.size) < n
    return Program(np.concatenate(money), csr_matrix(matrix), lower, upper, least, most, whole)


def bounding_prices(question: Question, *, seconds: float = 60.0) -> NetworkPrices:
    """Find prices of energy and limits at which no allowed coalition gains more than a bound that they prove.

    Parameters
    ----------
    question : Question
        About a NetworkGame.
    seconds : float
        Time limit of the linear program.

    Returns
    -------
    NetworkPrices
        Duals of the program of :func:`network_blocking` without whole numbers, cut to prices; see
        :func:`price_bound`.
    """
    game = question.game
    assert isinstance(game, NetworkGame)
    return _relaxed_prices(game, _program(game, question), seconds)


def _relaxed_prices(game: NetworkGame, program: Program, seconds: float) -> NetworkPrices:
    """Prices of the program without whole numbers; without time those of no limits, which bound as well."""
    relaxed = in_time(replace(program, integer=None), seconds)
    return _prices(game, np.zeros(program.row_upper.size) if relaxed is None else relaxed.row_duals)


def _prices(game: NetworkGame, row_duals: FloatArray) -> NetworkPrices:
    """Duals of the relaxed program as prices."""
    b, n, rows = game.bound_steps.size, game.n_players, game.tight_rows()[0].size
    energy, limits = step_prices(game, row_duals)
    start, f = 2 * b + rows + n * b, game.free_game.position.shape[1]
    return priced(game, energy, limits, np.clip(row_duals[start : start + f], 0.0, 1.0))


def price_bound(prices: NetworkPrices, question: Question) -> float:
    """What no allowed coalition gains more than, at any prices. [money]"""
    margins = prices.gains - question.price_of_leaving
    must, rest = margins[question.must].sum(), np.sort(margins[~question.must])[::-1]
    fewest, most = (max(0, size - int(question.must.sum())) for size in (question.smallest, question.largest))
    picked = rest[:fewest].sum() + np.maximum(rest[fewest:most], 0.0).sum()
    return float(must + picked + prices.rent)
