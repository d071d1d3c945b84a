"""All equilibria of a small quadratic game: every set of constraints that can bind is tried, in fractions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.concavity import need_concave
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.quadratic import QuadraticGame
from gametrade.optimise import Program, maximise
from gametrade.registry import solvers
from gametrade.solvers.complementarity import Conditions, whole_rows
from gametrade.solvers.integer_tableau import solve_whole
from gametrade.solvers.linear_quadratic import priced
from gametrade.typing import FloatArray

MOST = 60_000
"""Most sets of binding constraints that are tried."""

CLEARLY = 1e-6
"""By how much a float solution may miss a sign, relative to its size, and still be solved again in fractions."""

SINGULAR = 1e-9
"""Smallest singular value, relative to the largest, below which floats do not decide about a system."""


CONTINUUM = "Some equilibria are not isolated; those with the least and the largest value of each variable are listed."

Prices = tuple[Sequence[Fraction], Sequence[Fraction]]


@solvers.register(plays=("QuadraticGame",), source="Murty 1988, Linear Complementarity, Heldermann")
def complementary_bases(game: QuadraticGame) -> Solution:
    r"""List all equilibria of a small quadratic game, or say that there is none.

    Parameters
    ----------
    game : QuadraticGame
        Concave in each player's own variables, and so small that at most 60 000 sets of constraints can bind:
        ten variables between two bounds each.

    Returns
    -------
    Solution
        Every equilibrium, with shared constraints every variational one; exact coordinates are in the certificates
        as fractions. Complete, unless some lie on a continuum: then its ends in each variable, and `finding` says so.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave or there are too many sets of constraints.

    Notes
    -----
    In a concave game a profile is an equilibrium if and only if it meets the optimality conditions of all players
    with the constraints A that bind: :math:`J x + c + G_A^T \lambda + E^T \mu = 0`, :math:`G_A x = g_A, E x = h`,
    :math:`\lambda \ge 0` and :math:`G x \le g`. The square systems of all A are solved in floats at once; those that
    are near a solution again in fractions, which decide. Where a system is singular a linear program looks for
    points, so the game need not be monotone or nondegenerate. Sets of constraints whose gradients depend on each
    other are left out: multipliers can always be moved to some that do not.

    Examples
    --------
    >>> import gametrade as gt
    >>> rivals = gt.ContinuousGame.from_expressions({"a": "x - x**2/2 - 2*x*y", "b": "y - y**2/2 - 2*x*y"},
    ...     {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}})
    >>> answer = gt.solve(rivals, "complementary_bases")
    >>> [equilibrium.certificate["exact"] for equilibrium in answer], answer.complete
    ([['0', '1'], ['1/3', '1/3'], ['1', '0']], True)
    """
    need_concave(game, "complementary_bases")
    conditions = Conditions.of(game)
    systems = _Systems.of(conditions, _binding_sets(conditions))
    isolated, ends, continuum = {}, {}, False
    for binding in [*systems.near(), *systems.singular()]:
        found = _exact(conditions, binding)
        if found is not None:
            isolated[tuple(found[0])] = found
    for binding in systems.singular():
        if _independent(conditions, binding):
            piece = {tuple(np.round(_floats(x), 9)): (x, prices) for x, prices in _piece(conditions, binding)}
            continuum |= len(piece) > 1
            ends.update(piece)
    known = np.array([_floats(x) for x in isolated]).reshape(-1, game.dimension)
    ends = {key: end for key, end in ends.items() if not _listed(end[0], known)}
    if not isolated and not ends:
        need_feasible(game)
    ones = np.ones(game.n_players)
    answers = []
    for x, prices in sorted(isolated.values(), key=lambda pair: pair[0]):
        exact = {"exact": [str(value) for value in x]}
        answers.append(priced(game, conditions.answer(game, x, *prices), ones, evidence=exact))
    answers += [priced(game, conditions.answer(game, x, *prices), ones) for x, prices in ends.values()]
    told = CONTINUUM if continuum else "" if answers else "No set of binding constraints has one: there is none."
    return Solution(game, "complementary_bases", tuple(answers), not continuum, told)


def _binding_sets(conditions: Conditions) -> list[tuple[int, ...]]:
    """All sets of inequalities, not too many, of which no two are the two bounds of one variable."""
    choices: dict[object, list[tuple[int, ...]]] = {k: [(), (k,)] for k in range(conditions.n_rows)}
    for k, (variable, _) in enumerate(conditions.bounds, conditions.n_rows):
        choices.setdefault(("variable", variable), [()]).append((k,))
    count = 1
    for options in choices.values():
        count *= len(options)
    if count > MOST:
        raise InvalidInputError(f"games of complementary_bases must have at most {MOST} binding sets. Got {count}.")
    most = len(conditions.offset) - (_rank(conditions.equal) if len(conditions.equal) else 0)
    sets = (sum(chosen, ()) for chosen in product(*choices.values()))
    return [binding for binding in sets if len(binding) <= most]


def _rank(rows: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(rows.astype(float), tol=SINGULAR * float(np.abs(rows.astype(float)).max())))


def _independent(conditions: Conditions, binding: tuple[int, ...]) -> bool:
    """Whether the gradients of a binding set depend neither on each other nor on the equations."""
    held = np.concatenate([conditions.rows[list(binding)], conditions.equal])
    alone = _rank(conditions.equal) if len(conditions.equal) else 0
    return not len(held) or _rank(held) == len(binding) + alone


def _floats(x: Sequence[Fraction]) -> FloatArray:
    return np.array([float(value) for value in x])


@dataclass(frozen=True, eq=False)
class _Systems:
    """The systems of all binding sets as floats, and how each ends."""

    sets: Sequence[tuple[int, ...]]
    near_one: Sequence[bool]
    undecided: Sequence[bool]

    @classmethod
    def of(cls, conditions: Conditions, sets: Sequence[tuple[int, ...]]) -> _Systems:
        near, undecided = [False] * len(sets), [False] * len(sets)
        by_size: dict[int, list[int]] = {}
        for k, binding in enumerate(sets):
            by_size.setdefault(len(binding), []).append(k)
        rows, limits = conditions.rows.astype(float), conditions.limits.astype(float)
        for members in by_size.values():
            for start in range(0, len(members), 4096):
                block = members[start : start + 4096]
                left, right = _stacked(conditions, rows, limits, [sets[k] for k in block])
                sizes = np.linalg.svd(left, compute_uv=False)
                bad = sizes[:, -1] <= SINGULAR * sizes[:, 0]
                good = np.flatnonzero(~bad)
                solved = np.linalg.solve(left[good], right[good, :, None])[..., 0]
                for k, solution in zip(good.tolist(), solved, strict=True):
                    near[block[k]] = _nearly(solution, rows, limits, len(sets[block[k]]))
                for k in np.flatnonzero(bad).tolist():
                    undecided[block[k]] = True
        return cls(sets, near, undecided)

    def near(self) -> Iterator[tuple[int, ...]]:
        """Binding sets whose float solution has the right signs, nearly."""
        return (binding for binding, near in zip(self.sets, self.near_one, strict=True) if near)

    def singular(self) -> Iterator[tuple[int, ...]]:
        """Binding sets whose system floats cannot tell from a singular one."""
        return (binding for binding, open_ in zip(self.sets, self.undecided, strict=True) if open_)


def _stacked(
    conditions: Conditions, rows: FloatArray, limits: FloatArray, sets: Sequence[tuple[int, ...]]
) -> tuple[FloatArray, FloatArray]:
    """Square systems in (x, prices of the binding rows, prices of the equations), one a set of equal size."""
    equal, levels = conditions.equal.astype(float), conditions.levels.astype(float)
    d, a, e = len(conditions.offset), len(sets[0]), len(levels)
    left, right = np.zeros((len(sets), d + a + e, d + a + e)), np.zeros((len(sets), d + a + e))
    left[:, :d, :d], right[:, :d] = conditions.jacobian.astype(float), -conditions.offset.astype(float)
    chosen = np.array(sets, dtype=int).reshape(len(sets), a)
    left[:, d : d + a, :d], right[:, d : d + a] = rows[chosen], limits[chosen]
    left[:, :d, d : d + a] = rows[chosen].transpose(0, 2, 1)
    left[:, d + a :, :d], left[:, :d, d + a :], right[:, d + a :] = equal, equal.T, levels
    return left, right


def _nearly(solution: FloatArray, rows: FloatArray, limits: FloatArray, binding: int) -> bool:
    d = rows.shape[1]
    x, prices = solution[:d], solution[d : d + binding]
    size = 1.0 + np.abs(x).max() + np.abs(limits).max(initial=0.0)
    over = (rows @ x - limits).max(initial=0.0)
    return bool(
        over <= CLEARLY * size and prices.min(initial=0.0) >= -CLEARLY * (1.0 + np.abs(prices).max(initial=0.0))
    )


def _exact(conditions: Conditions, binding: tuple[int, ...]) -> tuple[list[Fraction], Prices] | None:
    """The solution of one binding set in fractions, None if it has a wrong sign or the system is singular."""
    d, a, e = len(conditions.offset), len(binding), len(conditions.levels)
    held = np.concatenate([conditions.rows[list(binding)], conditions.equal])
    left = np.array([[Fraction(0)] * (d + a + e) for _ in range(d + a + e)], dtype=object)
    left[:d, :d], left[d:, :d], left[:d, d:] = conditions.jacobian, held, held.T
    right = np.concatenate([-conditions.offset, conditions.limits[list(binding)], conditions.levels])
    whole, sides = whole_rows(left, right)
    solution = solve_whole(whole, sides.tolist())
    if solution is None:
        return None
    x, prices = solution[:d], solution[d : d + a]
    if min(prices, default=0) < 0 or (len(conditions.limits) and (conditions.limits - conditions.rows @ x).min() < 0):
        return None
    return x, _prices(conditions, binding, prices, solution[d + a :])


def _prices(
    conditions: Conditions, binding: tuple[int, ...], prices: Sequence[Fraction], equal: Sequence[Fraction]
) -> Prices:
    """Multipliers of the game's rows and equations."""
    of_rows = [Fraction(0)] * conditions.n_rows
    for k, price in zip(binding, prices, strict=True):
        if k < conditions.n_rows:
            of_rows[k] = price
    return of_rows, equal[: conditions.n_equal]


def _piece(conditions: Conditions, binding: tuple[int, ...]) -> Iterator[tuple[list[Fraction], Prices]]:
    """Points of one binding set whose system is singular: the least and the largest value of each variable."""
    from scipy.sparse import csr_matrix

    d, a, e = len(conditions.offset), len(binding), len(conditions.levels)
    rows, limits = conditions.rows.astype(float), conditions.limits.astype(float)
    left, right = _stacked(conditions, rows, limits, [binding])
    free = np.full(d, np.inf)
    matrix = csr_matrix(np.vstack([left[0], np.hstack([rows, np.zeros((len(rows), a + e))])]))
    low = np.concatenate([right[0], np.full(len(rows), -np.inf)])
    high = np.concatenate([right[0], limits])
    lower = np.concatenate([-free, np.zeros(a), np.full(e, -np.inf)])
    upper = np.full(d + a + e, np.inf)
    for k, sign in product(range(d), (1.0, -1.0)):
        gain = np.zeros(d + a + e)
        gain[k] = sign
        try:
            found = maximise(Program(gain, matrix, low, high, lower, upper)).variables
        except SolverError as reason:
            if reason.status != "Unbounded":
                return
            continue
        point = [Fraction(value) for value in found.tolist()]
        yield point[:d], _prices(conditions, binding, point[d : d + a], point[d + a :])


def _listed(x: Sequence[Fraction], known: FloatArray) -> bool:
    """Whether a point is one of the isolated equilibria."""
    point = _floats(x)
    return bool(len(known) and (np.abs(known - point).max(axis=1) <= 1e-7 * (1.0 + np.abs(point).max())).any())
