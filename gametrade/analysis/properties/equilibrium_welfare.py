"""The sum of payoffs in equilibrium beside the most that it could be."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.properties.finite_game import at, common_scale, slack, verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.equilibrium import Solution
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.solve import solve


def welfare_verdict(
    game: NormalFormGame, property: str, equilibria: str, pick: Callable[[list[Fraction]], Fraction]
) -> Verdict:
    """Compare the worst or the best equilibrium with the profile of largest welfare.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    property : str
        Name of the property.
    equilibria : str
        Solver that lists the equilibria.
    pick : callable
        ``min`` or ``max`` of the welfare of the equilibria.

    Returns
    -------
    Verdict
        Margin: welfare of that equilibrium less the largest; not decided where the list is empty, or not complete and
        a worse or better one could change the answer.
    """
    best, where = largest_welfare(game)
    solution = solve(game, solver=equilibria)
    welfare = [sum(map(Fraction, _payoffs(solution, k)), Fraction(0)) for k in range(len(solution))]
    word = "worst" if pick is min else "best"
    certificate: dict[str, Any] = {
        "kind": "enumeration",
        "equilibria": equilibria,
        "complete": solution.complete,
        "optimum": str(best),
        "optimum_at": at(game, where),
        "welfare": [str(value) for value in welfare],
    }
    statement = f"the {word} equilibrium of {equilibria} has the largest welfare"
    if not welfare:
        return verdict(game, property, f"{statement}: there is none", None, certificate=certificate)
    picked = pick(welfare)
    certificate |= {"picked": str(picked), "ratio": _ratio(best, picked)}
    efficient = picked >= best - slack(game, exact=False)
    decided = solution.complete or efficient == (pick is max)
    strategies = solution[welfare.index(picked)].strategies
    witness = [row[int(np.argmax(s))] for row, s in zip(game.actions, strategies, strict=True)]
    return verdict(
        game,
        property,
        statement,
        efficient if decided else None,
        margin=picked - best,
        witness=witness,
        certificate=certificate,
    )


def largest_welfare(game: NormalFormGame) -> tuple[Fraction, tuple[int, ...]]:
    """The largest sum of payoffs, without rounding, and the first profile that has it."""
    table, denominator = common_scale(game)
    total = table.sum(axis=0)
    flat = total.ravel().tolist()
    k = max(range(len(flat)), key=flat.__getitem__)
    return Fraction(flat[k], denominator), tuple(int(p) for p in np.unravel_index(k, total.shape))


def _payoffs(solution: Solution, position: int) -> list[Fraction]:
    """Payoffs of an equilibrium, without rounding where its certificate has them."""
    equilibrium = solution[position]
    stated = equilibrium.certificate.get("payoffs")
    return [Fraction(value) for value in (equilibrium.payoffs.tolist() if stated is None else stated)]


def _ratio(best: Fraction, picked: Fraction) -> float | None:
    """Largest by reached welfare, or reached by least cost; none where signs differ or nothing is reached."""
    if picked > 0:
        return float(best / picked)
    return float(picked / best) if best < 0 else None
