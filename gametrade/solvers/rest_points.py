"""Every state of one population at which the shares stand still."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import mixed_on
from gametrade.solvers.population_profile import certified_state, payoff_span
from gametrade.tolerance import absolute_tolerance

MOST_STRATEGIES = 14
"""Most strategies whose 2^m supports are tried."""


@solvers.register(plays=("EvolutionaryGame",), source="Hofbauer and Sigmund 1998, 10.1017/CBO9781139173179")
def rest_points(game: EvolutionaryGame) -> Solution:
    r"""List the isolated rest points of the replicator equation of one population, and which are equilibria.

    Parameters
    ----------
    game : EvolutionaryGame
        One population whose members meet in pairs, at most 14 strategies.

    Returns
    -------
    Solution
        The symmetric equilibria among the rest points, exactly. `trace` holds all isolated rest points with their
        shares, regret and the real parts of the eigenvalues of the replicator equation there: all negative means that
        shares nearby return. The list is complete if no support has a whole continuum of rest points.

    Raises
    ------
    InvalidInputError
        If there are several populations, or fitness is not pairwise, or there are too many strategies.

    Notes
    -----
    On each of the :math:`2^m - 1` supports the strategies in use earn the same, a linear system that is solved in whole
    numbers; a support on which it is singular is reported in `finding`.

    References
    ----------
    .. [1] J. Hofbauer and K. Sigmund, *Evolutionary Games and Population Dynamics*, Cambridge University Press (1998).
       :doi:`10.1017/CBO9781139173179`

    Examples
    --------
    >>> from gametrade.games.evolutionary import EvolutionaryGame
    >>> answer = rest_points(EvolutionaryGame.from_matrix([[-1, 4], [0, 2]], ["hawk", "dove"]))
    >>> [point["shares"] for point in answer.trace], len(answer)
    ([['1', '0'], ['0', '1'], ['2/3', '1/3']], 1)
    """
    if game.pairwise is None or not game.symmetric:
        raise InvalidInputError("rest_points takes one population whose members meet in pairs.")
    (size,) = game.shape
    if size > MOST_STRATEGIES:
        raise InvalidInputError(f"rest_points takes at most {MOST_STRATEGIES} strategies. Got {size}.")
    whole = game.pairwise.whole_payoffs[0][0]
    points: list[dict[str, object]] = []
    found: list[Equilibrium] = []
    singular = []
    for used in itertools.chain(*(itertools.combinations(range(size), k) for k in range(1, size + 1))):
        shares = mixed_on(whole.T, used, used)
        if shares is None:
            singular.append(used)
        elif min(shares[k] for k in used) > 0:
            regret = game.pairwise.exact_regrets([shares, shares])[0]
            points.append(_told(game, shares, regret))
            equilibrium = certified_state(game, [shares], Fraction(0)) if regret == 0 else None
            if equilibrium is not None:
                notes = ("Shares nearby return.",) if points[-1]["attracts"] else ()
                found.append(replace(equilibrium, notes=notes))
    finding = f"{len(points)} isolated rest points, {len(found)} of them equilibria."
    if singular:
        labels = ", ".join(game.strategies[0][k] for k in singular[0])
        finding += f" {len(singular)} supports, the first of {{{labels}}}, may hold a continuum of rest points."
    return Solution(game, "rest_points", tuple(found), not singular, finding, tuple(points))


def _told(game: EvolutionaryGame, shares: Sequence[Fraction], regret: Fraction) -> dict[str, object]:
    """JSON-ready form of a rest point, with the linear stability of the equation there."""
    real = eigenvalues(game, np.array([float(p) for p in shares])).real
    return {
        "shares": [str(p) for p in shares],
        "regret": str(regret),
        "eigenvalues": sorted(real.tolist()),
        "attracts": bool(len(real) == 0 or real.max() < -absolute_tolerance(payoff_span(game))),
    }


def eigenvalues(game: EvolutionaryGame, shares: np.ndarray) -> np.ndarray:
    r"""Eigenvalues of the replicator equation at a state, along the simplex.

    Parameters
    ----------
    game : EvolutionaryGame
        One population whose members meet in pairs, with m strategies.
    shares : ndarray of shape (m,)
        The state.

    Returns
    -------
    ndarray of shape (m - 1,)
        Of the Jacobian :math:`J_{kl} = \delta_{kl} (f_k - \bar f) + x_k (a_{kl} - f_l - (A^T x)_l)` on directions that
        add up to zero. [unit of the game]
    """
    if game.pairwise is None:
        raise InvalidInputError("eigenvalues takes one population whose members meet in pairs.")
    matrix, size = game.pairwise.payoffs[0], len(shares)
    earned = matrix @ shares
    jacobian = np.diag(earned - shares @ earned) + shares[:, None] * (matrix - (earned + matrix.T @ shares)[None, :])
    basis = np.linalg.qr(np.column_stack([np.ones(size), np.eye(size)[:, : size - 1]]))[0][:, 1:]
    return np.asarray(np.linalg.eigvals(basis.T @ jacobian @ basis)) if size > 1 else np.zeros(0)
