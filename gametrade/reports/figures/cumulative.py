"""When does the blocking coalition collect its gain?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, Figure, finish, line_style
from gametrade.reports.story.stepwise import step_excess
from gametrade.reports.story.words import chosen, listed, rule_label, sentence

LINES = 5
POINTS = 750
"""Most points of a line; longer series are summed over days or weeks first."""


@figures.register(order=5)
def cumulative(study: StabilityStudy) -> Figure | None:
    """Draw what each rule's blocking coalition has gained by leaving, from the first date to the last.

    Parameters
    ----------
    study : StabilityStudy
        Of a community.

    Returns
    -------
    Figure or None
        Up to five blocked rules; None if there is none or the game has no dates.
    """
    blocked = [r for r in study if r.largest_excess > r.blocking.game.tolerance]
    if not isinstance(study.game, SharingGame) or not blocked:
        return None
    shown = chosen(blocked, LINES)
    plot, spread = go.Figure(), []
    for k, result in enumerate(shown):
        priced = _line(plot, result, k, study.game.unit)
        spread += [] if priced else [rule_label(result.rule)]
    plot.add_hline(y=0, line={"color": BLACK, "width": 1.5})
    finish(plot, height=440, x="date", y=f"gain so far [{study.game.unit}]")
    period = "" if study.contract == "whole" else f" Each line covers the {study.contract} in which most is gained."
    return Figure(
        "cumulative",
        "Does the blocking coalition gain all through the period, or on a few days?",
        "For each rule its most profitable coalition: what the members make on their own less what "
        "the rule pays them, added "
        "up from the start. Each line ends at the largest excess of the rule; where it falls, "
        f"staying would have been better.{period}{_split_over_time(study, shown, spread)}",
        plot,
    )


def _split_over_time(study: StabilityStudy, shown: list[RuleStability], spread: list[str]) -> str:
    """Say for each kind of rule how its payoffs are dated, and where the table of contracts does otherwise."""
    dated = [rule_label(result.rule) for result in shown if rule_label(result.rule) not in spread]
    told = f" Payoffs of {listed(dated)} are paid step by step at the rule's own prices." if dated else ""
    if not spread:
        return told
    if study.contract != "whole":
        return (
            f"{told} {sentence(listed(spread))} {'has' if len(spread) == 1 else 'have'} no prices: settled anew "
            f"for the {study.contract} alone, the payoffs are spread over its steps in proportion to the gains of all."
        )
    return (
        f"{told} {sentence(listed(spread))} {'has' if len(spread) == 1 else 'have'} no prices: the payoffs of the "
        "whole period are spread over the steps in proportion to the gains of all. The table of contract lengths "
        "settles such rules anew in every period instead, so the two need not agree within a month or a day."
    )


def _line(plot: go.Figure, result: RuleStability, k: int, unit: str) -> bool:
    """Add one line; say whether the rule's own prices date its payoffs."""
    steps = step_excess(result)
    assert steps is not None
    for calendar in ("s", "D", "W"):
        dates, money = steps.by_period(calendar)
        if len(dates) <= POINTS:
            break
    name = rule_label(result.rule)
    plot.add_trace(
        go.Scatter(
            x=dates.astype("datetime64[s]").astype(str),
            y=np.cumsum(money),
            mode="lines",
            name=name,
            line=line_style(k),
            hovertemplate="%{x}: %{y:,.2f} " + unit + "<extra>" + name + "</extra>",
        )
    )
    return steps.priced
