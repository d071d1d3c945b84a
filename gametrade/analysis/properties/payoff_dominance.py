"""Whether everybody prefers the same equilibrium."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.properties.finite_game import verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties
from gametrade.solvers.solve import solve


@properties.register(
    of="strategic", plays=("NormalFormGame",), enumerates=("NormalFormGame",), source="Harsanyi and Selten 1988"
)
def payoff_dominance(game: NormalFormGame, *, equilibria: str = "pure_equilibria") -> Verdict:
    """One equilibrium is at least as good for every player as each of the others.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    equilibria : str, default="pure_equilibria"
        Solver that lists the equilibria.

    Returns
    -------
    Verdict
        Margin: over the best candidate, the least that a player gets in it more than in another equilibrium. Witness:
        its likeliest actions. The certificate lists payoffs, and for each equilibrium which others Pareto dominate it.
        Not decided where no equilibrium is found, or the list is not proved complete.

    References
    ----------
    .. [1] J. C. Harsanyi and R. Selten, *A General Theory of Equilibrium Selection in Games*, MIT Press (1988).

    Examples
    --------
    >>> import gametrade as gt
    >>> hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]], actions=[["stag", "hare"]] * 2)
    >>> verdict = gt.check(hunt, "payoff_dominance")
    >>> verdict.witness, verdict.margin, verdict.certificate["dominated_by"]
    (('stag', 'stag'), 1.0, [[], [0]])
    """
    solution = solve(game, solver=equilibria)
    rows = [_payoffs(e.certificate.get("payoffs"), e.payoffs.tolist()) for e in solution]
    certificate: dict[str, Any] = {
        "kind": "enumeration",
        "equilibria": equilibria,
        "complete": solution.complete,
        "payoffs": [[str(value) for value in row] for row in rows],
        "dominated_by": [
            [k for k, other in enumerate(rows) if other != row and all(a >= b for a, b in zip(other, row, strict=True))]
            for row in rows
        ],
    }
    statement = f"one equilibrium of {equilibria} is best for every player"
    if not rows:
        return verdict(game, "payoff_dominance", f"{statement}: there is none", None, certificate=certificate)
    ahead = [
        min((a - b for other in rows[:k] + rows[k + 1 :] for a, b in zip(row, other, strict=True)), default=Fraction(0))
        for k, row in enumerate(rows)
    ]
    k = max(range(len(rows)), key=ahead.__getitem__)
    witness = [row[int(np.argmax(s))] for row, s in zip(game.actions, solution[k].strategies, strict=True)]
    holds = ahead[k] >= 0 if solution.complete else None
    return verdict(
        game, "payoff_dominance", statement, holds, margin=ahead[k], witness=witness, certificate=certificate
    )


def _payoffs(stated: list[str] | None, computed: list[float]) -> list[Fraction]:
    """Without rounding where the certificate has them."""
    return [Fraction(value) for value in (computed if stated is None else stated)]
