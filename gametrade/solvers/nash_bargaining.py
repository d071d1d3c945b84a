"""The Nash bargaining solution, symmetric or with bargaining power."""

from __future__ import annotations

import numpy as np

from gametrade.games.bargaining.agreement import Agreement, no_agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.registry import bargains
from gametrade.solvers.bargaining_ray import SURE_GAIN
from gametrade.solvers.bargaining_weights import positive_weights
from gametrade.typing import ArrayLike, FloatArray

TINY = 1e-300
"""Keeps logarithms finite."""


@bargains.register(
    promises=("individual_rationality", "pareto_efficiency", "symmetry", "scale_invariance", "independence"),
    source="Nash 1950, 10.2307/1907266; Harsanyi and Selten 1972",
)
def nash_bargaining(problem: BargainingProblem, *, weights: ArrayLike | None = None) -> Agreement:
    r"""Agree where the product of gains is largest.

    Parameters
    ----------
    problem : BargainingProblem
        What can be agreed on.
    weights : array_like of shape (n,), optional
        Bargaining power of each player, above 0; equal if not given.

    Returns
    -------
    Agreement
        ``certificate["gap"]`` bounds how much larger the logarithm of the product could be.

    Raises
    ------
    InvalidInputError
        If weights are not positive or there is not one for each player, no utilities are feasible, or some
        utility is unbounded.

    Notes
    -----
    .. math:: \max_{u \ge d} \prod_i (u_i - d_i)^{\alpha_i}

    Players who cannot gain in any agreement stay at their disagreement point and leave the product. The
    objective is concave, so at the answer :math:`u^*`

    .. math:: \sum_i \alpha_i \frac{u_i - u^*_i}{u^*_i - d_i}

    maximised over the feasible set by one linear program bounds what any other agreement could add to
    :math:`\sum_i \alpha_i \log (u_i - d_i)`. With weights that differ the solution is not symmetric.

    References
    ----------
    .. [1] J. F. Nash, "The bargaining problem", Econometrica 18 (1950) 155-162. :doi:`10.2307/1907266`
    .. [2] J. C. Harsanyi and R. Selten, "A generalized Nash solution for two-person bargaining games with
       incomplete information", Manage. Sci. 18 (1972) P80-P106.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total(["a", "b"], 100.0, [0.0, 20.0])
    >>> nash_bargaining(pie).utilities.round(6), nash_bargaining(pie, weights=[3, 1]).utilities.round(6)
    (array([40., 60.]), array([60., 40.]))
    """
    power = _power(problem, weights)
    if problem.points is not None:
        return _best_point(problem, power)
    starts = problem.best_of_each()
    if starts is None:
        return no_agreement(problem, "nash_bargaining")
    gain = starts.diagonal() - problem.disagreement
    able = gain > SURE_GAIN * np.abs(np.vstack([starts, problem.disagreement])).max()
    if not able.any():
        return no_agreement(problem, "nash_bargaining")
    utilities = _ascend(problem, np.where(able, power, 0.0), starts[able].mean(axis=0), gain)
    gap = _gap(problem, np.where(able, power, 0.0), utilities)
    idle = [label for label, can in zip(problem.players, able, strict=True) if not can]
    notes = (f"No agreement gives {', '.join(idle)} a gain: left out of the product.",) if idle else ()
    certificate = {"kind": "frank_wolfe_gap", "gap": gap, "weights": power.tolist()}
    return Agreement(problem, "nash_bargaining", utilities, certificate=certificate, notes=notes, options=_told(power))


def _power(problem: BargainingProblem, weights: ArrayLike | None) -> FloatArray:
    """Bargaining power, adding up to one."""
    power = positive_weights(problem.n_players, weights, "nash_bargaining")
    return np.asarray(power / power.sum())


def _told(power: FloatArray) -> dict[str, list[float]]:
    """Weights as an option, if they differ."""
    return {} if (power == power[0]).all() else {"weights": power.tolist()}


def _best_point(problem: BargainingProblem, power: FloatArray) -> Agreement:
    """The listed agreement with the largest product; the first of several."""
    assert problem.points is not None
    gains = problem.points - problem.disagreement
    rational = (gains >= 0).all(axis=1)
    if not (rational & (gains > 0).any(axis=1)).any():
        return no_agreement(problem, "nash_bargaining")
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(rational, np.log(gains.clip(min=0.0)) @ power, -np.inf)
    logs[~rational] = -np.inf
    if not np.isfinite(logs).any():
        logs = np.where(rational, gains @ power, -np.inf)
    best = int(np.argmax(logs))
    ties = int((logs == logs[best]).sum())
    notes = (f"{ties} agreements have the same product; the first is taken.",) if ties > 1 else ()
    return Agreement(
        problem,
        "nash_bargaining",
        problem.points[best],
        certificate={"kind": "enumeration"},
        notes=notes,
        options=_told(power),
    )


def _ascend(problem: BargainingProblem, power: FloatArray, start: FloatArray, scale: FloatArray) -> FloatArray:
    """Maximise the weighted logarithms over a growing hull of vertices, each found by a linear program."""
    able = power > 0
    corners = [start]
    point = start
    for _ in range(60):
        slope = np.where(able, power / np.where(able, point - problem.disagreement, 1.0), 0.0)
        corner = problem.best(slope)
        if slope @ (corner - point) <= 1e-13:
            break
        corners.append(corner)
        rows = np.array(corners)
        point = _best_mix((rows - problem.disagreement)[:, able] / scale[able], power[able]) @ rows
    return point


def _best_mix(gains: FloatArray, power: FloatArray) -> FloatArray:
    """Weights of the mixture of rows with the largest weighted sum of logarithms."""
    from scipy.optimize import LinearConstraint, minimize

    def loss(mix: FloatArray) -> float:
        return -float(power @ np.log(np.maximum(mix @ gains, TINY)))

    def slope(mix: FloatArray) -> FloatArray:
        return np.asarray(-gains @ (power / np.maximum(mix @ gains, TINY)))

    count = len(gains)
    first = np.full(count, 0.5 / count)
    first[0] += 0.5
    answer = minimize(
        loss,
        first,
        jac=slope,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * count,
        constraints=LinearConstraint(np.ones((1, count)), 1.0, 1.0),
        options={"ftol": 1e-16, "maxiter": 500},
    )
    mix = np.maximum(answer.x, 0.0)
    return np.asarray(mix / mix.sum())


def _gap(problem: BargainingProblem, power: FloatArray, utilities: FloatArray) -> float:
    """The most that another agreement could add to the weighted logarithms."""
    able = power > 0
    slope = np.where(able, power / np.where(able, utilities - problem.disagreement, 1.0), 0.0)
    return max(0.0, float(slope @ (problem.best(slope) - utilities)))
