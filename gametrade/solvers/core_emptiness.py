"""Is the core empty? Balancing weights prove that it is, a point proves that it is not."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gametrade.display import Shown
from gametrade.games.coalitional import CoalitionalGame, IndividualTariffGame, SharingGame
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.solvers.cost_of_stability import stable_at_prices
from gametrade.solvers.least_core_value import check_question, least_core_value
from gametrade.typing import BoolArray, Coalition, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class CoreEmptiness(Shown):
    r"""Whether the core is empty, and why.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    empty : bool
        Whether every payoff vector leaves some coalition a gain above the tolerance.
    excess : float
        Least largest excess of a proper coalition: positive if the core is empty. Of games with prices beyond a
        table an upper bound, 0. [money]
    tolerance : float
        Below which an excess counts as none. [money]
    payoffs : ndarray of shape (n,) or None
        A point of the core, if it is not empty. [money]
    coalitions : ndarray of bool, shape (k, n)
        A balanced collection.
    weights : tuple of Fraction, length k
        Positive, adding up to 1 over the coalitions of every player.
    margin : Fraction
        Weighted values of the collection less :math:`v(N)`, exactly: above 0 proves that the core is empty.
        [money]
    """

    game: CoalitionalGame
    empty: bool
    excess: float
    tolerance: float
    payoffs: FloatArray | None
    coalitions: BoolArray
    weights: tuple[Fraction, ...]
    margin: Fraction

    @property
    def proof(self) -> tuple[tuple[Coalition, Fraction], ...]:
        """The balanced collection by label, with its weights."""
        pairs = zip(self.coalitions, self.weights, strict=True)
        return tuple((self.game.labels(row), weight) for row, weight in pairs)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready form; its certificate is of kind ``balancing_weights``, or a ``point`` of the core."""
        weights = {
            "kind": "balancing_weights",
            "coalitions": [list(labels) for labels, _ in self.proof],
            "weights": [str(weight) for weight in self.weights],
            "margin": str(self.margin),
        }
        point = None if self.payoffs is None else {"kind": "point", "payoffs": self.payoffs.tolist()}
        return {"empty": self.empty, "excess": self.excess, "unit": self.game.unit, "certificate": point or weights}

    def __str__(self) -> str:
        if not self.empty:
            least = f"{0.0 - self.excess:.6g} {self.game.unit}"
            return f"the core is not empty: a point leaves every coalition {least} or more"
        rows = [f"  {weight!s:>8} x {{{', '.join(labels)}}}" for labels, weight in self.proof]
        more = f"{float(self.margin):.6g} {self.game.unit}"
        return "\n".join(
            [f"the core is empty: coalitions with these weights gain {more} more than all together", *rows]
        )


def core_emptiness(game: CoalitionalGame, *, solver: str = "highs") -> CoreEmptiness:
    r"""Decide whether any payoff vector leaves no coalition a gain from leaving.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players, and a table; a game with prices may have any number, and its core is never empty.
    solver : {"highs", "pulp"}
        Row generation with HiGHS, or a readable pulp model for at most 12 players.

    Returns
    -------
    CoreEmptiness
        The answer with its proof.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or no such solver.
    SolverError
        If the linear program fails or its answer is not certified.

    Notes
    -----
    The core is empty if and only if some balanced collection has :math:`\sum_S \lambda_S v(S) > v(N)` with
    :math:`\sum_{S \ni i} \lambda_S = 1` for every player (Bondareva [1]_, Shapley [2]_). The collection is the dual
    of the least core; its weights and the inequality are exact. An excess below 1e-9 of the range of the game
    counts as none.

    References
    ----------
    .. [1] O. N. Bondareva, "Some applications of linear programming methods to the theory of cooperative games",
       Problemy Kibernetiki 10 (1963) 119-139.
    .. [2] L. S. Shapley, "On balanced sets and cores", Naval Res. Logist. Q. 14 (1967) 453-460.
       :doi:`10.1002/nav.3800140404`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    >>> print(core_emptiness(game))
    the core is empty: coalitions with these weights gain 0.5 money more than all together
           1/2 x {a, b}
           1/2 x {a, c}
           1/2 x {b, c}
    """
    check_question(game, "core_emptiness", solver)
    if isinstance(game, SharingGame | IndividualTariffGame) and game.n_players > TABLE_PLAYERS:
        return _paid_at_prices(game)
    found = least_core_value(game, solver=solver)
    tolerance = found.tolerance
    empty = found.epsilon > tolerance
    return CoreEmptiness(
        game,
        empty,
        found.epsilon,
        tolerance,
        None if empty else found.payoffs,
        found.coalitions,
        found.weights,
        found.fraction * sum(found.weights, Fraction(0)),
    )


def _paid_at_prices(game: SharingGame | IndividualTariffGame) -> CoreEmptiness:
    """Prices that clear pay a point of the core, whatever the number of players."""
    paid = stable_at_prices(game)
    alone_or_all = Fraction(float(game.single_values.sum())) - Fraction(game.grand_value)
    return CoreEmptiness(game, False, 0.0, game.tolerance, paid.payoffs, paid.coalitions, paid.weights, alone_or_all)
