"""The central optimum of a dispatch over links, as one quadratic program: what negotiations are measured against."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from gametrade.games.contracts import PeerDispatch, PeerTrades
from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.highs_quadratic import minimise_quadratic
from gametrade.solvers.negotiation import closed


def central_dispatch(game: PeerDispatch, *, seconds: float = 600.0) -> PeerTrades:
    r"""Find the least cost of a dispatch by telling everything to one solver.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.
    seconds : float, default=600.0
        Time limit of the quadratic program.

    Returns
    -------
    PeerTrades
        Trades, prices and price-taking gaps. One round: everybody tells four numbers and one a link, and is told its
        trades.

    Raises
    ------
    SolverError
        If HiGHS ends without an optimum.

    Notes
    -----
    Trades are split in two directions, :math:`t = t^+ - t^-`, each of which pays the charges of both ends; n + 2L
    variables. HiGHS adds a curvature of 1e-7 of its own, so trades are right to about six digits. Multipliers of
    :math:`p_n = \sum_m t_{nm}` are the prices of players.

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")], charge=1)
    >>> central_dispatch(pair).trades.round(4)
    array([4.])
    """
    from scipy.sparse import csr_matrix, diags, eye, hstack

    n, count = game.n_players, game.n_links
    first, second = game.ends.T
    column = np.arange(count)
    one = np.ones(count)
    out = csr_matrix((np.concatenate([one, -one]), (game.owner, np.tile(column, 2))), (n, count))
    equal = hstack([-eye(n), out, -out]).tocsr()
    bend = diags(np.concatenate([np.asarray(game.curvature), np.zeros(2 * count)]))
    both = np.asarray(game.charge).sum(axis=1)
    sells = game.may_sell.reshape(2, -1)
    limit = np.concatenate([np.where(way, np.inf, 0.0) for way in sells])
    points = Polyhedron(
        np.concatenate([np.asarray(game.lower), np.zeros(2 * count)]),
        np.concatenate([np.asarray(game.upper), limit]),
        np.zeros((0, n + 2 * count)),
        np.zeros(0),
        cast(Any, equal),
        np.zeros(n),
    )
    answer = minimise_quadratic(bend, np.concatenate([np.asarray(game.slope), both, both]), points, seconds=seconds)
    flow = answer.x[n : n + count] - answer.x[n + count :]
    node = answer.equal
    link = (node[first] + np.asarray(game.charge)[:, 0] + node[second] - np.asarray(game.charge)[:, 1]) / 2
    found = np.concatenate([flow, -flow]), node, link
    return closed(game, "central_dispatch", found, (1, 2 * n, 4 * n + 4 * count), ({"reciprocity": 0.0}, 0.0))
