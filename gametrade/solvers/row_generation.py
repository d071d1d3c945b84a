"""The least core of games too large for a table: a linear program whose rows a separation oracle supplies."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.deadline import deadline
from gametrade.solvers.excess_oracles import DispatchOracle, SharingOracle
from gametrade.solvers.integer_span import balancing_weights
from gametrade.solvers.kohlberg import everyone_alone
from gametrade.solvers.least_core_value import check_question
from gametrade.typing import BoolArray, FloatArray

DUAL_ROUNDING = (0.0, 1e-12, 1e-9)
"""Weights up to which a coalition may be one of rounding, tried in this order: the rest must balance exactly."""


class ExcessOracle(Protocol):
    """What row generation asks of a game."""

    def start(self) -> BlockingCoalition | None:
        """Payoffs known to be in the core, with their proof; None where the core can be empty."""

    def cheap(self, payoffs: FloatArray, level: float, tight: BoolArray) -> tuple[BoolArray, FloatArray]:
        """Some proper coalitions with an excess above a level, and their values; none if none is easy to find."""

    def thorough(self, payoffs: FloatArray, level: float, seconds: float) -> tuple[BoolArray, FloatArray]:
        """Coalitions above a level, or with the largest excess, as a longer search finds them, and their values."""

    def exact(self, payoffs: FloatArray, level: float, seconds: float) -> BlockingCoalition:
        """A coalition with an excess above a level, or a proof that there is none."""


@dataclass(frozen=True, eq=False, slots=True)
class LeastCoreBracket(Shown):
    """A payoff vector of the least core, with bounds on how much every coalition can be kept from gaining.

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Shares v(N). [money]
    lower_bound, upper_bound : float
        Bracket of the least core value: at `payoffs` no proper coalition gains more than the upper bound, and no
        payoffs leave all below the lower one. Negative if every coalition can be left with a loss. [money]
    coalitions : ndarray of bool, shape (k, n)
        Coalitions whose excesses cannot all be smaller.
    weights : tuple of Fraction, length k
        Their balancing weights: positive, adding up to 1 over the coalitions of every player, without rounding.
    proof : BlockingCoalition
        The largest excess at `payoffs`, with its proof.
    rounds, exact_calls : int
        Linear programs solved, and how often the exact oracle was asked.
    """

    payoffs: FloatArray
    lower_bound: float
    upper_bound: float
    coalitions: BoolArray
    weights: tuple[Fraction, ...]
    proof: BlockingCoalition
    rounds: int
    exact_calls: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form by label; the weights as fractions, so that the lower bound can be added up again."""
        game = self.proof.game
        return {
            "kind": "balancing_weights",
            "coalitions": [list(game.labels(row)) for row in self.coalitions],
            "weights": [str(weight) for weight in self.weights],
            "payoffs": self.payoffs.tolist(),
            "bracket": [self.lower_bound, self.upper_bound],
            "unit": game.unit,
        }

    def __str__(self) -> str:
        return (
            f"least core value from {self.lower_bound:.6g} to {self.upper_bound:.6g} "
            f"({self.rounds} rounds, {len(self.coalitions)} coalitions)"
        )


Searchable = SharingGame | IndividualTariffGame | DispatchGame


def oracle_of(game: Searchable) -> ExcessOracle:
    """Separation oracle of a game that has one.

    Parameters
    ----------
    game : SharingGame, IndividualTariffGame or DispatchGame
        The game.

    Returns
    -------
    ExcessOracle
        Cheap search and exact search.
    """
    if isinstance(game, DispatchGame):
        return DispatchOracle(game)
    return SharingOracle(game)


def least_core_by_rows(
    game: Searchable, *, seconds: float = 600.0, width: float = 0.0, stored: bool = False
) -> LeastCoreBracket:
    r"""Find payoffs whose largest excess over proper coalitions is least, without a table of coalitions.

    .. math:: \min_{x, \varepsilon}\ \varepsilon \quad \text{s.t.}\quad x(N) = v(N),\quad
              x(S) \ge v(S) - \varepsilon \ \ \forall\ \emptyset \neq S \subsetneq N

    Parameters
    ----------
    game : SharingGame, IndividualTariffGame or DispatchGame
        A game with at least two players.
    seconds : float, default=600.0
        When the time is up, the bracket reached so far is the answer.
    width : float, default=0.0
        Share of v(N) at which a bracket is narrow enough; 0 asks for the tolerance of the game.
    stored : bool, default=False
        Whether the proof from above must be one that can be stored: a price tree for the payoffs found, which takes
        about as long as the last search did. Dispatch games store the prices of their leaves in any case.

    Returns
    -------
    LeastCoreBracket
        Payoffs, bracket, balancing weights as the proof from below and price paths as the proof from above.

    Raises
    ------
    InvalidInputError
        If the game is of another kind or has one player alone.
    SolverError
        If a linear program fails, or the coalitions of its dual do not balance in fractions.

    Notes
    -----
    Rows are generated [1]_: the linear program over the coalitions met so far bounds the value from below; a
    cheap local search looks for violated coalitions at its payoffs, then a longer search does, and only where that
    finds none is the search with proof asked, whose bound is the one from above. Payoffs at supporting prices, which
    are in the core, start the bracket from above. For sharing games of up to 60 homes and 1000 trade steps the search
    is a branch and bound that closes a region of coalitions by a price path or looks at each of them
    (:class:`~gametrade.solvers.span_search.SpanSearch`); once it finds few, it brings back all that come near the
    level, and most programs that follow need no search of their own.

    The balanced collection is a certificate of the lower bound: the dual of the program, as fractions that
    :func:`~gametrade.analysis.verification.balance.check_least_core` adds up again in exact arithmetic for a sharing
    game. What bounds the value from above is the search at `payoffs`. The regions that it closes are not kept; with
    `stored` it is repeated by :func:`~gametrade.solvers.blocking_coalition.blocking_coalition`, whose price tree
    verification walks without a solver, and the upper end is then what that tree proves.

    References
    ----------
    .. [1] M. Drechsel and A. Kimms, "Computing core allocations in cooperative games with an application to
       cooperative procurement", Int. J. Prod. Econ. 128 (2010) 310-321. :doi:`10.1016/j.ijpe.2010.07.027`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> answer = least_core_by_rows(gt.SharingGame(street))
    >>> answer.payoffs.round(6), round(answer.upper_bound, 6)
    (array([0., 0., 8.]), 0.0)
    """
    if not isinstance(game, Searchable):
        raise InvalidInputError(
            "least_core_by_rows needs a SharingGame, an IndividualTariffGame or a DispatchGame. "
            f"Got {type(game).__name__}."
        )
    check_question(game, "least_core_by_rows")
    oracle = oracle_of(game)
    master = _Master(game)
    slack = max(game.tolerance, width * abs(game.grand_value))
    until = deadline(seconds, "least_core_by_rows")
    best = oracle.start()
    rounds = calls = 0
    while True:
        payoffs, level, tight = master.solve()
        rounds += 1
        if best is not None and best.upper_bound <= level + slack:
            break
        left = until - time.monotonic()
        rows, values = oracle.cheap(payoffs, level + slack / 2, tight)
        if not rows.size and left > 0:
            rows, values = oracle.thorough(payoffs, level + slack / 2, left)
        violated = (values - rows @ payoffs > level + slack / 2) & master.unknown(rows)
        if not violated.any() or left <= 0:
            calls += 1
            answer = oracle.exact(payoffs, level + slack / 2, max(1.0, left))
            rows, values = _met(answer)
            violated = (values - rows @ payoffs > level + slack / 2) & master.unknown(rows)
            best = min((best, answer), key=lambda one: np.inf if one is None else one.upper_bound)
            if answer.upper_bound <= level + slack or not violated.any() or left <= 0:
                break
        master.add(rows[violated], values[violated])
    coalitions, weights = master.proof()
    assert best is not None
    if stored and not isinstance(game, DispatchGame) and best.price_tree is None:
        left = max(0.0, until - time.monotonic())
        best = blocking_coalition(game, best.payoffs, engine="tree", floor=level, nodes=10**7, seconds=left)
    upper = max(level, best.upper_bound)
    return LeastCoreBracket(best.payoffs, level, upper, coalitions, weights, best, rounds, calls)


def _met(answer: BlockingCoalition) -> tuple[BoolArray, FloatArray]:
    """Coalitions of an answer, with their values."""
    rows = np.array([answer.members, *(answer.game.members(labels) for labels, _ in answer.others)])
    excess = np.array([answer.excess, *(excess for _, excess in answer.others)])
    return rows, excess + rows @ answer.payoffs


class _Master:
    """Least core over the coalitions met so far, warm in HiGHS; payoffs in units of the total."""

    def __init__(self, game: CoalitionalGame) -> None:
        import highspy

        from gametrade.games.coalitional.dispatch_solving import quiet_highs

        n = game.n_players
        self._n, self._total = n, game.grand_value
        self._unit = abs(game.grand_value) or 1.0
        self._rows = np.zeros((0, n), dtype=bool)
        self._values = np.zeros(0)
        self._known: set[bytes] = set()
        self._highs: Any = quiet_highs()
        for column in range(n + 1):
            self._highs.addCol(float(column == n), -highspy.kHighsInf, highspy.kHighsInf, 0, [], [])
        everyone = np.arange(n, dtype=np.int32)
        share = self._total / self._unit
        self._highs.addRow(share, share, n, everyone, np.ones(n))
        singles = np.eye(n, dtype=bool)
        self.add(singles, game.single_values)
        if n > 2:
            self.add(~singles, game.values(~singles))

    def unknown(self, rows: BoolArray) -> BoolArray:
        """Which coalitions have no row yet."""
        return np.array([row.tobytes() not in self._known for row in rows], dtype=bool)

    def add(self, rows: BoolArray, values: FloatArray) -> None:
        """Add rows x(S) + e >= v(S)."""
        import highspy

        fresh = self.unknown(rows)
        for row, value in zip(rows[fresh], values[fresh], strict=True):
            members = np.append(np.flatnonzero(row), self._n).astype(np.int32)
            self._highs.addRow(value / self._unit, highspy.kHighsInf, members.size, members, np.ones(members.size))
            self._known.add(row.tobytes())
        self._rows = np.vstack([self._rows, rows[fresh]])
        self._values = np.append(self._values, values[fresh])

    def solve(self) -> tuple[FloatArray, float, BoolArray]:
        """Payoffs, least core value and the coalitions with positive weight."""
        from gametrade.games.coalitional.dispatch_solving import run

        run(self._highs, "the least core over the coalitions met so far")
        solution = self._highs.getSolution()
        columns, duals = np.array(solution.col_value), np.array(solution.row_dual)
        payoffs = columns[:-1] * self._unit
        payoffs += (self._total - payoffs.sum()) / self._n
        return payoffs, float(columns[-1] * self._unit), self._rows[duals[1:] > 0]

    def proof(self) -> tuple[BoolArray, tuple[Fraction, ...]]:
        """Coalitions with positive weight, and their weights."""
        duals = np.array(self._highs.getSolution().row_dual)[1:]
        for least in DUAL_ROUNDING:
            rows = self._rows[duals > least]
            numbers = balancing_weights(everyone_alone(self._n), rows.astype(np.int64))
            if numbers and min(numbers) > 0:
                load = sum(weight for weight, row in zip(numbers, rows, strict=True) if row[0])
                return rows, tuple(Fraction(weight, load) for weight in numbers)
        raise SolverError("The coalitions that hold the least core up do not balance.", "not certified")
