"""What there is to prove of an equilibrium: its strategies, payoffs and regrets, by the kind of game."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified, close
from gametrade.games.equilibrium import Equilibrium


@singledispatch
def prove_strategies(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    """Show that every player's strategy is one of its own, and that those of followers answer.

    Parameters
    ----------
    game : StrategicGame
        Decides how; kinds of games register their own proof.
    case : GameCase
        The report.
    equilibrium : Equilibrium
        As it states it.

    Returns
    -------
    str
        What was proved, and how tightly.

    Raises
    ------
    Refuted
        If something is wrong.
    NotCertified
        If nothing wrong was found and nothing is proved: here, the game was solved again.
    """
    found = case.nearest(equilibrium)
    if not close(np.concatenate(equilibrium.strategies), np.concatenate(found.strategies), 1e-4):
        raise Refuted("solved again, the game has no equilibrium with these strategies")
    raise NotCertified("solved again, the strategies agree")


@singledispatch
def prove_payoffs(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    """Show that the payoffs are those of the strategies; parameters and errors as `prove_strategies`."""
    if not close(equilibrium.payoffs, case.nearest(equilibrium).payoffs, 1e-4):
        raise Refuted("solved again, the payoffs are others")
    raise NotCertified("solved again, the payoffs agree")


@singledispatch
def prove_regret(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    """Show that nobody gains more than stated by a change of its own; parameters and errors as `prove_strategies`."""
    found = case.nearest(equilibrium)
    size = max(1.0, float(np.nanmax(np.abs(found.payoffs), initial=0.0)))
    if (found.regrets > equilibrium.regrets + 1e-5 * size).any():
        raise Refuted("solved again, the regrets are larger than stated")
    raise NotCertified(
        "solved again, the regrets are no larger; no certificate of this kind of game is checked exactly"
    )
