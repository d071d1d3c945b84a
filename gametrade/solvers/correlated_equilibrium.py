"""Recommendations that nobody gains by disobeying."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.optimise import INFINITY, Program, maximise
from gametrade.registry import solvers
from gametrade.solvers.certified_profile import rounded_up
from gametrade.solvers.exact_program import exact_program
from gametrade.tolerance import absolute_tolerance

OBJECTIVES = ("welfare", "egalitarian")

WHOLE_ENTRIES = 20_000
"""Largest table, incentives times profiles, that is solved in whole numbers."""

Joint = dict[tuple[int, ...], Fraction]
"""Probability of each profile of action positions."""


@solvers.register(
    plays=("NormalFormGame",),
    source="Aumann 1974, 10.1016/0304-4068(74)90037-8",
    variants=({"objective": "egalitarian"},),
)
def correlated_equilibrium(game: NormalFormGame, *, objective: str = "welfare") -> Solution:
    r"""Find the best lottery over profiles whose recommendations nobody gains by disobeying.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    objective : {"welfare", "egalitarian"}
        What is made as large as it can be: the sum of payoffs, or the least payoff.

    Returns
    -------
    Solution
        One correlated equilibrium. Its strategies are what each player's recommendations look like to an outsider; the
        lottery itself is ``certificate["joint"]``, and payoffs and regrets are those of the lottery. The regret of a
        player is what it gains by the best answer to each recommendation, in rational arithmetic.

    Raises
    ------
    InvalidInputError
        If `objective` is neither.
    SolverError
        If the program of a large game ends without an answer, or with one that gives somebody a reason to disobey.

    Notes
    -----
    A linear program over the :math:`N = \prod a_i` profiles with :math:`\sum_i a_i (a_i - 1)` incentives
    :math:`\sum_{s_{-i}} p(k, s_{-i}) (u_i(l, s_{-i}) - u_i(k, s_{-i})) \le 0`. Up to 20 000 entries it is solved in
    whole numbers, so that regrets are zero and the objective is the best; larger ones by HiGHS, with regrets of
    rounding size, computed exactly.

    References
    ----------
    .. [1] R. J. Aumann, "Subjectivity and correlation in randomized strategies", J. Math. Econ. 1 (1974) 67-96.
       :doi:`10.1016/0304-4068(74)90037-8`

    Examples
    --------
    >>> import gametrade as gt
    >>> chicken = gt.NormalFormGame.bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    >>> best = correlated_equilibrium(chicken)[0]
    >>> best.payoffs.tolist(), [row["probability"] for row in best.certificate["joint"]]
    ([5.25, 5.25], ['1/2', '1/4', '1/4'])
    """
    if objective not in OBJECTIVES:
        raise InvalidInputError(f"objective of correlated_equilibrium must be one of {OBJECTIVES}. Got {objective!r}.")
    entries = _rows(game) * int(np.prod(game.shape))
    joint, duals = _in_whole_numbers(game, objective) if entries <= WHOLE_ENTRIES else (_in_floats(game, objective), {})
    payoffs, regrets = joint_payoffs_and_regrets(game, joint)
    off = [float(r) > absolute_tolerance(float(s)) for r, s in zip(regrets, game.payoff_range, strict=True)]
    if any(off):
        raise SolverError("correlated_equilibrium found a lottery that somebody disobeys.", str(float(max(regrets))))
    certificate = {
        "kind": "correlated",
        "joint": [
            {"actions": list(where), "probability": str(probability)} for where, probability in sorted(joint.items())
        ],
        "payoffs": [str(value) for value in payoffs],
        "regrets": [str(value) for value in regrets],
        "objective": objective,
        **duals,
    }
    answer = Equilibrium(
        game,
        _marginals(game, joint),
        np.array([float(value) for value in payoffs]),
        np.array([rounded_up(value) for value in regrets]),
        "correlated",
        certificate,
    )
    finding = f"No correlated equilibrium has a larger {'sum of payoffs' if objective == 'welfare' else 'least payoff'}"
    return Solution(game, "correlated_equilibrium", (answer,), finding=f"{finding}{'' if duals else ', by HiGHS'}.")


def joint_payoffs_and_regrets(game: NormalFormGame, joint: Joint) -> tuple[list[Fraction], list[Fraction]]:
    """Expected payoffs of a lottery, and what each player gains by its best answer to each recommendation.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    joint : dict
        Probability of each profile of action positions; the others have none.

    Returns
    -------
    tuple of two lists of Fraction
        Payoffs and regrets, one a player. [unit of the game]
    """
    payoffs, regrets = [], []
    for player, (whole, denominator) in enumerate(game.whole_payoffs):
        table = np.moveaxis(whole, player, 0)
        told: dict[int, np.ndarray] = {}
        for where, probability in joint.items():
            if probability:
                others = np.moveaxis(table, 0, -1)[(*where[:player], *where[player + 1 :])]
                told[where[player]] = told.get(where[player], 0) + others * probability
        obeyed = sum((values[k] for k, values in told.items()), Fraction(0))
        best = sum((max(values.tolist()) for values in told.values()), Fraction(0))
        payoffs.append(Fraction(obeyed) / denominator)
        regrets.append((Fraction(best) - Fraction(obeyed)) / denominator)
    return payoffs, regrets


def _rows(game: NormalFormGame) -> int:
    """Number of incentives."""
    return sum(size * (size - 1) for size in game.shape)


def _incentives(game: NormalFormGame, tables: tuple[np.ndarray, ...]) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    """Gain of each player, from each recommendation, by each other action: one row each over all profiles."""
    rows, names = [], []
    for player, size in enumerate(game.shape):
        table = np.moveaxis(tables[player], player, 0)
        for told, other in itertools.permutations(range(size), 2):
            row = np.zeros(table.shape, dtype=tables[0].dtype)
            row[told] = table[other] - table[told]
            rows.append(np.moveaxis(row, 0, player).ravel())
            names.append((player, told, other))
    return np.array(rows, dtype=tables[0].dtype).reshape(len(rows), tables[0].size), names


def _in_whole_numbers(game: NormalFormGame, objective: str) -> tuple[Joint, dict[str, Any]]:
    """Solve the program without rounding; payoffs are moved up so that a whole lottery is always worth it."""
    common = max(denominator for _, denominator in game.whole_payoffs)
    tables = tuple(whole * (common // denominator) for whole, denominator in game.whole_payoffs)
    least = min(min(table.ravel().tolist()) for table in tables)
    up = [(table - least + 1).ravel() for table in tables]
    rows, names = _incentives(game, tables)
    size = len(up[0])
    matrix = np.concatenate([rows, np.full((1, size), 1, dtype=object)])
    gains = np.asarray(sum(up))
    if objective == "egalitarian":
        most = max(max(row.tolist()) for row in up)
        matrix = np.block([[-np.array(up), np.full((len(up), 1), most)], [matrix, np.full((len(matrix), 1), 0)]])
        gains = np.append(np.full(size, 0, dtype=object), 1)
    right = np.append(np.full(len(matrix) - 1, 0, dtype=object), 1)
    best = exact_program(matrix.astype(object), right, gains)
    if best is None:
        raise SolverError("correlated_equilibrium met a program without an optimum.", "unbounded")
    weights = best.numerators()[:size]
    joint = _joint(game, weights, sum(weights))
    duals = dict(zip(best.outside, best.rows[-1, :-1].tolist(), strict=True))
    prices = {
        name: Fraction(duals[matrix.shape[1] + k], best.divisor)
        for k, name in enumerate(names)
        if objective == "welfare" and duals.get(matrix.shape[1] + k)
    }
    return joint, {"multipliers": [[*name, str(price)] for name, price in prices.items()]}


def _in_floats(game: NormalFormGame, objective: str) -> Joint:
    """Solve the program by HiGHS, and make the answer a lottery without rounding."""
    from scipy.sparse import csr_matrix, vstack

    span = float(game.payoff_range.max()) or 1.0
    tables = tuple(table / span for table in game.payoffs)
    rows, _ = _incentives(game, tables)
    flat = np.array([table.ravel() for table in tables])
    size, n = flat.shape[1], len(flat)
    matrix = np.hstack([np.vstack([rows, np.ones((1, size)), flat]), np.zeros((len(rows) + 1 + n, 1))])
    matrix[-n:, -1] = -1.0
    upper = np.concatenate([np.zeros(len(rows)), [1.0], np.full(n, INFINITY)])
    lower = np.concatenate([np.full(len(rows), -INFINITY), [1.0], np.zeros(n)])
    egalitarian = objective == "egalitarian"
    gains = np.append(np.zeros(size) if egalitarian else flat.sum(axis=0), float(egalitarian))
    ends = np.append(np.zeros(size), -1e6), np.append(np.ones(size), 1e6)
    answer = maximise(Program(gains, vstack([csr_matrix(matrix)]).tocsr(), lower, upper, *ends))
    whole = [max(0, round(p * (1 << 48))) for p in answer.variables[:size].tolist()]
    return _joint(game, whole, sum(whole))


def _joint(game: NormalFormGame, weights: list[int], total: int) -> Joint:
    """Profiles with their probabilities, those without any left out."""
    profiles = itertools.product(*map(range, game.shape))
    return {where: Fraction(weight, total) for where, weight in zip(profiles, weights, strict=True) if weight}


def _marginals(game: NormalFormGame, joint: Mapping[tuple[int, ...], Fraction]) -> tuple[np.ndarray, ...]:
    """How often each action is recommended."""
    answer = [[Fraction(0)] * size for size in game.shape]
    for where, probability in joint.items():
        for player, k in enumerate(where):
            answer[player][k] += probability
    return tuple(np.array([float(p) for p in row]) for row in answer)
