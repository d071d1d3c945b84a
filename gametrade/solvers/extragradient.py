"""Equilibria of monotone games by a look ahead and a step from where one stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.registry import solvers
from gametrade.solvers.variational_map import prepared
from gametrade.typing import ArrayLike

SHARE = 0.9


@solvers.register(
    plays=("ContinuousGame",), first_choice_for=("ContinuousGame",), source="Korpelevich 1976; Khobotov 1987"
)
def extragradient(
    game: ContinuousGame, *, start: ArrayLike | None = None, tolerance: float = 1e-10, max_steps: int = 200_000
) -> Solution:
    r"""Find the variational equilibrium of a monotone game; shared constraints get one price each.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs with a monotone pseudo-gradient.
    start : array_like of shape (d,), optional
        First profile; a feasible one if not given.
    tolerance : float, default=1e-10
        Residual :math:`\|z - P(z - T(z))\|`, relative to the size of the profile, at which to stop.
    max_steps : int, default=200000
        Steps after which the iteration gives up, and says so.

    Returns
    -------
    Solution
        The equilibrium with regrets bounded and the prices of shared constraints, or the residual that is left.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave, a set is empty, or a slope is not a number.

    Notes
    -----
    :math:`\bar z = P(z - sT(z)),\; z \leftarrow P(z - sT(\bar z))` on strategies and prices together, so that
    projections are onto bounds only [1]_. The step is shortened until
    :math:`s\|T(z) - T(\bar z)\| \le 0.9 \|z - \bar z\|`. Plain projection diverges on zero-sum games; this converges.

    References
    ----------
    .. [1] G. M. Korpelevich, "The extragradient method for finding saddle points and other problems",
       Matekon 12 (1976) 747-756.

    Examples
    --------
    >>> import gametrade as gt
    >>> matching = gt.ContinuousGame.from_expressions({"a": "x*y", "b": "-x*y"},
    ...     {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}})
    >>> gt.solve(matching, "extragradient", start=[1, 1])[0].regret < 1e-9
    True
    """
    chart, z = prepared(game, "extragradient", start)
    step, trace = 1.0, list[Mapping[str, Any]]()
    for k in range(max_steps + 1):
        value = chart(z)
        residual = chart.residual(z, value)
        trace.append({"step": k, "residual": residual, "size": step})
        if residual <= tolerance or k == max_steps:
            break
        while True:
            ahead = chart.project(z - step * value)
            beyond = chart(ahead)
            moved, changed = float(np.linalg.norm(z - ahead)), float(np.linalg.norm(value - beyond))
            if step * changed <= SHARE * moved or moved == 0:
                break
            step *= max(0.1, 0.9 * SHARE * moved / (step * changed))
        z = chart.project(z - step * beyond)
        step *= 1.5 if step * changed <= 0.5 * SHARE * moved else 1.0
    return chart.answer("extragradient", z, trace[-1]["residual"] <= tolerance, trace)
