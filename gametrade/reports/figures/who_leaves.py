"""Who is in the most profitable blocking coalitions?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLUE, Figure, finish
from gametrade.reports.story.numbers import Writer
from gametrade.reports.story.words import headline, plural, rule_label, subject
from gametrade.typing import BoolArray

ROWS = 60
"""Most homes that have a row."""


@figures.register(order=7)
def who_leaves(study: StabilityStudy) -> Figure | None:
    """Draw a grid of homes and the most profitable coalitions of the headline rule, or of the first blocked rule.

    Parameters
    ----------
    study : StabilityStudy
        Any game.

    Returns
    -------
    Figure or None
        None if nobody gains by leaving under any rule.
    """
    blocked = [r for r in study if r.largest_excess > r.blocking.game.tolerance and r.most_profitable]
    if not blocked:
        return None
    main = headline(study.results)
    result = main if main in blocked else blocked[0]
    inside, money = _grid(result)
    shown = _rows_shown(inside)
    names = [study.game.players[i] for i in shown]
    write = Writer.of(study)
    ranks = [f"{k}" for k in range(1, len(money) + 1)]
    plot = go.Figure(
        go.Heatmap(
            z=inside[shown].astype(float)[::-1], x=ranks, y=names[::-1], xgap=2, ygap=2, showscale=False,
            zmin=0, zmax=1,
            colorscale=[[0, "#eef1f4"], [1, BLUE]], text=[[write.number(m) for m in money]] * len(shown),
            hovertemplate="%{y}, coalition %{x}: gains %{text} " + study.game.unit + "<extra></extra>",
        )
    )  # fmt: skip
    finish(
        plot, height=110 + 17 * len(shown), x=f"rank and gain of the coalition [{study.game.unit}]", y="", legend=False
    )
    plot.update_xaxes(
        type="category", showgrid=False, tickvals=ranks, tickfont={"size": 11}, tickangle=-90 if len(ranks) > 6 else 0,
        ticktext=[f"{rank}: {write.number(m)}" for rank, m in zip(ranks, money, strict=True)],
    )  # fmt: skip
    plot.update_yaxes(type="category", showgrid=False, tickfont={"size": 11}, dtick=1)
    return Figure(
        "who-leaves", _title(result, inside, money), _caption(study, result, inside, shown), plot, 120 + 13 * len(shown)
    )


def _grid(result: RuleStability) -> tuple[BoolArray, list[float]]:
    """Membership, shape (n, k), and excess of the coalitions that gain by leaving, the best first."""
    game = result.blocking.game
    kept = [(names, excess) for names, excess in result.most_profitable if excess > game.tolerance]
    return np.array([game.members(names) for names, _ in kept]).T, [excess for _, excess in kept]


def _rows_shown(inside: BoolArray) -> list[int]:
    """All homes, or where they are too many those whose membership varies first."""
    if len(inside) <= ROWS:
        return list(range(len(inside)))
    often = inside.mean(axis=1)
    order = np.argsort(np.abs(often - 0.5), kind="stable")[:ROWS]
    return sorted(int(i) for i in order)


def _title(result: RuleStability, inside: BoolArray, money: list[float]) -> str:
    always = int(inside.all(axis=1).sum())
    noun = "home" if isinstance(result.blocking.game, SharingGame) else "player"
    if len(money) == 1:
        return f"Who leaves under {subject(result.rule)}?"
    return (
        f"Under {subject(result.rule)}, {plural(always, noun)} of {len(inside)} "
        f"{'is' if always == 1 else 'are'} in all of the {len(money)} most profitable coalitions"
    )


def _caption(study: StabilityStudy, result: RuleStability, inside: BoolArray, shown: list[int]) -> str:
    noun = "home" if isinstance(study.game, SharingGame) else "player"
    exact = result.n_blocking is not None
    found = "of all coalitions" if exact else "that a search found; others as profitable may exist"
    never = int((~inside.any(axis=1)).sum())
    rest = (
        f" {len(shown)} of {len(inside)} {noun}s are shown, those whose membership varies first; {plural(never, noun)} "
        f"{'is' if never == 1 else 'are'} in none."
        if len(shown) < len(inside)
        else ""
    )
    return (
        f"Columns: the most profitable coalitions {found}, the best first. A dark cell means that the "
        f"{noun} is a member. "
        f"Rule: {rule_label(result.rule)}.{rest}"
    )
