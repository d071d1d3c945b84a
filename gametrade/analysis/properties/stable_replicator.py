"""Whether shares of strategies return to an equilibrium under the replicator equation."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties
from gametrade.solvers.population_profile import as_population, payoff_span
from gametrade.solvers.solve import solve
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

STEP = 1e-6
"""Share that moves in a difference."""

MOST_ACTIONS = 60


@properties.register(
    of="strategic",
    plays=("NormalFormGame", "EvolutionaryGame"),
    source="Taylor and Jonker 1978, 10.1016/0025-5564(78)90077-9",
)
def stable_replicator(game: NormalFormGame | EvolutionaryGame) -> Verdict:
    r"""Some equilibrium attracts the states around it under the replicator equation.

    Parameters
    ----------
    game : NormalFormGame or EvolutionaryGame
        A finite game is played by one population for each player.

    Returns
    -------
    Verdict
        Margin: minus the smallest, over the equilibria that are found, largest real part of the eigenvalues along the
        simplices; a negative real part attracts. The certificate lists them all. Not decided where that number is
        zero, or no equilibrium was found. Witness: strategies in use at that equilibrium.

    Raises
    ------
    InvalidInputError
        If there are more than 60 strategies.

    Notes
    -----
    Derivatives of the equation along :math:`e_k - x` by differences, in floating point: a pure equilibrium that is
    strict attracts, and no mixed one of two populations does [1]_. Zero real parts decide nothing.

    References
    ----------
    .. [1] J. Hofbauer and K. Sigmund, *Evolutionary Games and Population Dynamics*, Cambridge University Press (1998).
       :doi:`10.1017/CBO9781139173179`

    Examples
    --------
    >>> import gametrade as gt
    >>> hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    >>> verdict = gt.check(hunt, "stable_replicator")
    >>> verdict.holds, [row["attracts"] for row in verdict.certificate["equilibria"]]
    (True, [True, False, True])
    >>> gt.check(gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]]), "stable_replicator").holds is None
    True
    """
    populations = as_population(game)
    if sum(populations.shape) > MOST_ACTIONS:
        raise InvalidInputError(
            f"stable_replicator takes at most {MOST_ACTIONS} strategies. Got {sum(populations.shape)}."
        )
    near = max(1e-5, RELATIVE_TOLERANCE) * payoff_span(populations)
    rows: list[dict[str, Any]] = []
    for equilibrium in solve(game):
        largest = largest_real_part(populations, equilibrium.strategies)
        used = [
            label
            for labels, shares in zip(populations.strategies, equilibrium.strategies, strict=True)
            for label, share in zip(labels, shares, strict=True)
            if share > 0
        ]
        alone = max(populations.shape) == 1
        attracts = True if alone or largest < -near else False if largest > near else None
        rows.append({"largest_real_part": largest, "attracts": attracts, "used": used})
    best = min(rows, key=lambda row: row["largest_real_part"], default=None)
    certificate = {"kind": "none", "why": "eigenvalues in floating point", "equilibria": rows}
    told = sum(row["attracts"] is True for row in rows)
    statement = f"some equilibrium attracts the states around it: {told} of {len(rows)} do"
    if best is None:
        return Verdict("game", "stable_replicator", statement, None, 0.0, game.unit, (), certificate)
    certificate["largest_real_part"] = best["largest_real_part"]
    margin = -float(best["largest_real_part"])
    return Verdict(
        "game", "stable_replicator", statement, best["attracts"], margin, game.unit, tuple(best["used"]), certificate
    )


def largest_real_part(game: EvolutionaryGame, state: tuple[FloatArray, ...]) -> float:
    """Largest real part of the eigenvalues of the replicator equation at a rest point, along the simplices.

    Parameters
    ----------
    game : EvolutionaryGame
        The populations.
    state : tuple of ndarray
        Shares.

    Returns
    -------
    float
        By differences of steps of 1e-6; 0 if nobody has two strategies. [unit of the game]
    """
    here = np.concatenate(game.velocity(state))
    columns, basis = [], []
    for player, shares in enumerate(state):
        base = int(np.argmax(shares))
        for k in range(len(shares)):
            if k == base:
                continue
            way = -shares.copy()
            way[k] += 1.0
            moved = tuple(row + STEP * way if j == player else row for j, row in enumerate(state))
            columns.append((np.concatenate(game.velocity(moved)) - here) / STEP)
            basis.append(np.concatenate([way if j == player else np.zeros(len(row)) for j, row in enumerate(state)]))
    if not basis:
        return 0.0
    directions, images = np.array(basis).T, np.array(columns).T
    reduced = np.linalg.lstsq(directions, images, rcond=None)[0]
    return float(np.linalg.eigvals(reduced).real.max())
