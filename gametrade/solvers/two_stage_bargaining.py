"""Energy first, money second: who takes part, what they save together, and who pays whom."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.trade_bargain import TradeBargain
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.solvers.bargaining_weights import payment_bounds, positive_weights
from gametrade.solvers.payment_bargaining import payment_bargaining
from gametrade.typing import ArrayLike, BoolArray


def two_stage_bargaining(
    game: CoalitionalGame | Community,
    *,
    weights: ArrayLike | None = None,
    lowest: ArrayLike = -np.inf,
    highest: ArrayLike = np.inf,
) -> TradeBargain:
    r"""Let members that add something plan together, and bargain over what the plan saves.

    Parameters
    ----------
    game : CoalitionalGame or Community
        What each group saves by its own best joint plan: a sharing game, or a dispatch game whose members run
        batteries and shift demand. A community is taken as its sharing game.
    weights : array_like of shape (n,), optional
        Bargaining power of each player, above 0; equal if not given.
    lowest, highest : float or array_like of shape (n,)
        Bounds of what each member gains on its bill. [money]

    Returns
    -------
    TradeBargain
        Gains of the members; those left out gain nothing and are named. Payments here are savings handed out, so
        `together` is zero but for the first member, who holds them until they are shared.

    Raises
    ------
    InvalidInputError
        If weights are not positive, a lower bound is above the upper one, or there is not one for each member.

    Notes
    -----
    Stage 1 screens: as long as some member adds nothing to those present,
    :math:`v(M) - v(M \setminus i) \le 0`, the last such member leaves. They leave one at a time, because two
    equal sellers can each be dispensable while both are not. Stage 2 maximises joint welfare, :math:`v(M)`;
    stage 3 shares it by the Nash product. At most n(n + 1)/2 values of the game.

    References
    ----------
    .. [1] S. Fan, Q. Ai and L. Piao, "Bargaining-based cooperative energy trading for distribution company and
       demand response", Appl. Energy 226 (2018) 469-482.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0, ("s", "b", "idle"): 6.0, ("s", "idle"): 0.0})
    >>> bargain = two_stage_bargaining(game)
    >>> bargain.left_out, bargain.gains
    (('idle',), array([3., 3., 0.]))
    """
    if isinstance(game, Community):
        game = SharingGame(game)
    if not isinstance(game, CoalitionalGame):
        raise InvalidInputError(
            f"two_stage_bargaining needs a Community or a game of coalitions. Got {type(game).__name__}."
        )
    n = game.n_players
    power = positive_weights(n, weights, "two_stage_bargaining")
    low, high = payment_bounds(n, lowest, highest, "two_stage_bargaining")
    inside, saved = screened(game)
    names = game.labels(inside)
    start = np.zeros(int(inside.sum()))
    start[:1] = saved
    told: dict[str, Any] = {"weights": power[inside], "lowest": low[inside], "highest": high[inside]}
    alone = game.single_values
    part = payment_bargaining(names, start + alone[inside], alone[inside], unit=game.unit, **_held(told, saved))
    together, payments, shares = alone.copy(), np.zeros(n), np.zeros(n)
    together[inside], payments[inside], shares[inside] = part.together, part.payments, part.weights
    return TradeBargain(
        tuple(game.players),
        together,
        alone,
        payments,
        shares,
        agreed=part.agreed,
        left_out=game.labels(~inside),
        unit=game.unit,
    )


def _held(told: dict[str, Any], saved: float) -> dict[str, Any]:
    """Bounds of gains as bounds of payments: the first member starts with all that is saved."""
    start = np.zeros(len(told["weights"]))
    start[:1] = saved
    return {"weights": told["weights"], "lowest": told["lowest"] - start, "highest": told["highest"] - start}


def screened(game: CoalitionalGame) -> tuple[BoolArray, float]:
    """Members that remain when those that add nothing leave one by one, and what the rest saves.

    Parameters
    ----------
    game : CoalitionalGame
        n players.

    Returns
    -------
    inside : ndarray of bool, shape (n,)
        Who takes part.
    saved : float
        What they save beyond being alone. [money]
    """
    inside = np.ones(game.n_players, dtype=bool)

    def saves(members: BoolArray) -> float:
        return float(game.values(members[None, :])[0] - game.single_values[members].sum())

    saved = saves(inside)
    for player in reversed(range(game.n_players)):
        without = inside.copy()
        without[player] = False
        less = saves(without)
        if less >= saved - game.tolerance:
            inside, saved = without, less
    return inside, saved
