"""The least money from outside that, given to all players together, makes the core non-empty."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.display import Shown
from gametrade.games.coalitional import CoalitionalGame, IndividualTariffGame, SharingGame
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.solvers.core_start import supported_set
from gametrade.solvers.least_core_value import check_question, least_core_value
from gametrade.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class CostOfStability(Shown):
    """The least subsidy to the grand coalition, payoffs that it makes stable, and the weights that prove it.

    Parameters
    ----------
    subsidy : float
        Least subsidy, zero if the core is not empty. [money]
    fraction : Fraction
        What the weights prove it cannot be below, without rounding. [money]
    payoffs : ndarray of shape (n,)
        Payoffs, the subsidy included, under which no coalition gains by leaving. [money]
    gap : float
        Most that a coalition may still gain, rounding included. [money]
    coalitions : ndarray of bool, shape (k, n)
        A balanced collection.
    weights : tuple of Fraction, length k
        Positive, adding up to 1 over the coalitions of every player.
    """

    subsidy: float
    fraction: Fraction
    payoffs: FloatArray
    gap: float
    coalitions: BoolArray
    weights: tuple[Fraction, ...]

    def __str__(self) -> str:
        return f"cost of stability {self.subsidy:.6g}, proved by {len(self.weights)} balanced coalitions"


def cost_of_stability(game: CoalitionalGame) -> CostOfStability:
    r"""Find the least external subsidy to all players together with which the core is not empty.

    .. math:: \min_{x} x(N) - v(N) \quad \text{s.t.} \quad x(S) \ge v(S)\ \ \forall S \subseteq N

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players, and a table; a game with prices may have any number.

    Returns
    -------
    CostOfStability
        The subsidy with payoffs and proof.

    Raises
    ------
    InvalidInputError
        If there is one player alone.
    SolverError
        If the linear program fails or its answer is not certified.

    Notes
    -----
    Bachrach et al. [1]_, without their bound :math:`x \ge 0`, which follows from :math:`x_i \ge v(\{i\})` in any game
    of gains. Giving every player :math:`\varepsilon` stabilises a point of the weak least core, so the cost is
    :math:`\max(0, n \varepsilon)` with :math:`\varepsilon` of the weak least core; the same balanced collection proves
    both. It is one of three numbers: the least-core excess charges coalitions for leaving; the least subsidy of
    :func:`~gametrade.solvers.least_subsidy.least_subsidy` is paid on top of given payoffs, which nobody gives
    back, so over all payoffs that share :math:`v(N)` it is never below the cost of stability, and equals it at the
    payoffs found here less the subsidy's even split.

    References
    ----------
    .. [1] Y. Bachrach et al., "The cost of stability in coalitional games", Algorithmic Game Theory, LNCS 5814
       (2009) 122-134. :doi:`10.1007/978-3-642-04645-2_12`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    >>> str(cost_of_stability(game).fraction)
    '1/2'
    """
    check_question(game, "cost_of_stability")
    if isinstance(game, SharingGame | IndividualTariffGame) and game.n_players > TABLE_PLAYERS:
        return stable_at_prices(game)
    found = least_core_value(game, weak=True)
    fraction = max(Fraction(0), found.fraction * game.n_players)
    each = float(fraction) / game.n_players
    return CostOfStability(
        float(fraction), fraction, found.payoffs + each, found.gap * game.n_players, found.coalitions, found.weights
    )


def stable_at_prices(game: SharingGame | IndividualTariffGame) -> CostOfStability:
    """Say that a game with prices needs no money from outside, whatever its size: prices that clear are the proof.

    Parameters
    ----------
    game : SharingGame or IndividualTariffGame
        At least 2 homes.

    Returns
    -------
    CostOfStability
        Payoffs at prices that clear; everybody alone is a balanced collection that asks for no more. [money]

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=12, export_price=4))
    >>> stable_at_prices(gt.SharingGame(street)).subsidy
    0.0
    """
    check_question(game, "stable_at_prices")
    supported = supported_set(game)
    assert supported is not None
    n = game.n_players
    return CostOfStability(0.0, Fraction(0), supported.least, 0.0, np.eye(n, dtype=bool), (Fraction(1),) * n)
