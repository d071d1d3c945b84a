"""Equilibria of monotone games with one evaluation a step and a step size that finds itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.registry import solvers
from gametrade.solvers.variational_map import prepared
from gametrade.typing import ArrayLike

RATIO = 1.5
GROWTH = 1 / RATIO + 1 / RATIO**2
LONGEST = 1e6


@solvers.register(plays=("ContinuousGame",), source="Malitsky 2020, 10.1007/s10107-019-01416-w")
def golden_ratio(
    game: ContinuousGame, *, start: ArrayLike | None = None, tolerance: float = 1e-10, max_steps: int = 400_000
) -> Solution:
    r"""Find the variational equilibrium of a monotone game by the adaptive golden-ratio method.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs with a monotone pseudo-gradient.
    start : array_like of shape (d,), optional
        First profile; a feasible one if not given.
    tolerance : float, default=1e-10
        Residual :math:`\|z - P(z - T(z))\|`, relative to the size of the profile, at which to stop.
    max_steps : int, default=400000
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
    :math:`\bar z \leftarrow ((\varphi - 1) z + \bar z)/\varphi,\; z \leftarrow P(\bar z - s T(z))` with
    :math:`\varphi = 3/2` and a step from the local change of T [1]_: no Lipschitz constant, no line search.

    References
    ----------
    .. [1] Y. Malitsky, "Golden ratio algorithms for variational inequalities", Math. Program. 184 (2020) 383-410.
       :doi:`10.1007/s10107-019-01416-w`

    Examples
    --------
    >>> import gametrade as gt
    >>> cournot = gt.ContinuousGame.from_expressions({"a": "x*(90-x-y)", "b": "y*(90-x-y)"},
    ...     {"a": {"x": (0, 90)}, "b": {"y": (0, 90)}})
    >>> gt.solve(cournot, "golden_ratio")[0].payoffs.round(6)
    array([900., 900.])
    """
    chart, z = prepared(game, "golden_ratio", start)
    before, value_before = z, chart(z)
    mean, z = z, chart.project(z - 1e-3 * value_before)
    step, theta, trace = 1e-3, 1.0, list[Mapping[str, Any]]()
    for k in range(max_steps + 1):
        value = chart(z)
        residual = chart.residual(z, value)
        trace.append({"step": k, "residual": residual, "size": step})
        if residual <= tolerance or k == max_steps:
            break
        moved, changed = float(((z - before) ** 2).sum()), float(((value - value_before) ** 2).sum())
        limit = RATIO * theta / (4 * step) * moved / changed if changed > 0 and moved > 0 else np.inf
        longer = min(GROWTH * step, limit, LONGEST)
        mean = ((RATIO - 1) * z + mean) / RATIO
        before, value_before, z = z, value, chart.project(mean - longer * value)
        theta, step = RATIO * longer / step, longer
    return chart.answer("golden_ratio", z, trace[-1]["residual"] <= tolerance, trace)
