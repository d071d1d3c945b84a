"""Welfare of equilibria beside the largest sum of payoffs, in rational arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Claim, Refuted
from gametrade.analysis.verification.comparing import ROUNDING
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.claims import check_list
from gametrade.analysis.verification.games.quadratic import MOST_BROKEN, exact_payoffs, violation
from gametrade.analysis.verification.regrets import by_reply
from gametrade.games.continuous import ContinuousGame
from gametrade.games.formula_bounds import BoundedFormula, proved_below
from gametrade.games.intervals import NoBounds
from gametrade.games.quadratic import QuadraticGame
from gametrade.solvers.regret_bounds import safe_curvature

SLACK = Fraction(1, 10**8)
"""Share of the welfare within which an equilibrium counts as efficient."""


def check_welfare(case: GameCase, claim: Claim, certificate: Mapping[str, Any], *, worst: bool) -> str:
    """Prove that an equilibrium has, or has not, the largest sum of payoffs.

    Parameters
    ----------
    case : GameCase
        The report; its equilibria are proved elsewhere.
    claim, certificate : mapping
        Of the property.
    worst : bool
        Of the worst equilibrium; otherwise of the best.

    Returns
    -------
    str
        How tightly.

    Raises
    ------
    Refuted
        If the profile that is said to be best is not admitted, or the verdict contradicts the bounds.
    NotCertified
        If the game is not quadratic, nothing is claimed, or the list of equilibria is not proved complete.

    Notes
    -----
    The profile in the certificate bounds the largest welfare from below; its multipliers bound it from above by weak
    duality, as if one player chose everything.
    """
    game = case.game
    if isinstance(game, ContinuousGame) and game.formulas is not None and claim["holds"] is not None:
        return _formulas(case, game, claim, certificate, worst=worst)
    if not isinstance(game, QuadraticGame) or claim["holds"] is None:
        raise NotCertified("decided again with the same answer")
    if certificate["equilibria"] != case.document["solver"].split(":")[0]:
        raise NotCertified("it is about equilibria of another solver, decided again with the same answer")
    low, high = _bounds(game, certificate)
    welfare = [sum(exact_payoffs(game, np.concatenate(e.strategies)), Fraction(0)) for e in case.equilibria]
    if not welfare:
        raise NotCertified("the report lists no equilibrium")
    picked = min(welfare) if worst else max(welfare)
    size = max(Fraction(1), abs(low))
    if claim["holds"] is False:
        if picked >= low - ROUNDING * size / 2:
            raise Refuted("the equilibrium is as good as the profile that is said to be better")
        if not worst:
            check_list(case)
        return f"a profile is better for all together by {float(low - picked):.6g}, exactly"
    if picked < high - SLACK * size:
        raise Refuted(f"the largest welfare may be {float(high - picked):.6g} above that of the equilibrium")
    if worst:
        check_list(case)
    return f"no profile is better for all together by more than {float(max(high - picked, Fraction(0))):.3g}, exactly"


def _formulas(
    case: GameCase, game: ContinuousGame, claim: Claim, certificate: Mapping[str, Any], *, worst: bool
) -> str:
    """The sum of formulas again, over boxes in interval arithmetic."""
    assert game.formulas is not None
    if certificate["equilibria"] != case.document["solver"].split(":")[0]:
        raise NotCertified("it is about equilibria of another solver, decided again with the same answer")
    x, rows = np.array(certificate["at"], dtype=float), np.array(certificate["rows"], dtype=float)
    points = game.feasible
    if x.shape != (game.dimension,) or rows.shape != (len(points.rows),):
        raise Refuted("the profile of largest welfare has another number of entries")
    broken, wide = violation(points, [Fraction(float(value)) for value in x])
    if broken > MOST_BROKEN * wide:
        raise Refuted(f"the profile of largest welfare breaks a constraint by {float(broken):.6g}")
    bounded = BoundedFormula(sum(game.formulas.payoffs), game.formulas.symbols, points, x, rows)
    try:
        best = float(bounded.at(x.tolist()).mid)
        reached = [float(bounded.at(np.concatenate(e.strategies).tolist()).mid) for e in case.equilibria]
        size = max(1.0, abs(best))
        picked = min(reached) if worst else max(reached)
        if claim["holds"] is False:
            if picked >= best - float(ROUNDING) * size / 2:
                raise Refuted("the equilibrium is as good as the profile that is said to be better")
            if not worst:
                check_list(case)
            return f"a profile is better for all together by {best - picked:.6g}, in interval arithmetic"
        if not proved_below(bounded, max(0.0, picked - best) + float(SLACK) * size):
            raise NotCertified("the boxes of the largest welfare could not be closed")
    except NoBounds as reason:
        raise NotCertified(str(reason)) from None
    if picked < best - float(SLACK) * size:
        raise Refuted(f"a profile is better by {best - picked:.6g}")
    if worst:
        raise NotCertified("no profile is better, in interval arithmetic; that there are no others is decided again")
    return "no profile is better for all together, in interval arithmetic"


def _bounds(game: QuadraticGame, certificate: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """Largest welfare from below and from above."""
    whole = QuadraticGame.of(
        ["all"],
        game.hessians.sum(axis=0, keepdims=True),
        game.linear.sum(axis=0, keepdims=True),
        [game.feasible],
        constants=game.constants.sum(),
    )
    x = np.array(certificate["at"], dtype=float)
    if x.shape != (game.dimension,):
        raise Refuted("the profile of largest welfare has another number of entries")
    broken, size = violation(game.feasible, [Fraction(float(value)) for value in x])
    if broken > MOST_BROKEN * size:
        raise Refuted(f"the profile of largest welfare breaks a constraint by {float(broken):.6g}")
    low = exact_payoffs(whole, x)[0]
    part = {**certificate, "reply": x.tolist(), "curvature": safe_curvature(whole.own_block(0))}
    return low, low + by_reply(whole, 0, x, part, points=game.feasible)
