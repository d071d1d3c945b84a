"""How much must leaving cost before nobody leaves?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, Figure, finish, line_style
from gametrade.reports.story.words import chosen, rule_label
from gametrade.typing import FloatArray

LINES = 5
POINTS = 121
THRESHOLDS = 40


@figures.register(order=6)
def exit_cost(study: StabilityStudy) -> Figure | None:
    """Draw the largest excess against the cost of leaving, for each coalition and for each member.

    Parameters
    ----------
    study : StabilityStudy
        Any game.

    Returns
    -------
    Figure or None
        Up to five blocked rules; None if nobody gains by leaving.
    """
    blocked = [r for r in study if r.largest_excess > r.blocking.game.tolerance]
    if not blocked:
        return None
    unit, shown = study.game.unit, chosen(blocked, LINES)
    plot = make_subplots(2, 1, vertical_spacing=0.2)
    widest = [1.08 * max(r.largest_excess for r in shown), 1.08 * max(r.exit_cost.lower_bound for r in shown)]
    for k, result in enumerate(shown):
        label = rule_label(result.rule)
        sizes, money = known_coalitions(result)
        for row, members in ((1, np.ones_like(sizes)), (2, sizes)):
            cost = np.linspace(0.0, widest[row - 1], POINTS)
            plot.add_trace(
                go.Scatter(
                    x=cost, y=largest_after(money, members, cost), mode="lines", name=label, legendgroup=label,
                    showlegend=row == 1, line=line_style(k),
                    hovertemplate="cost %{x:,.2f}: %{y:,.2f} " + unit + "<extra>" + label + "</extra>",
                ),
                row=row, col=1,
            )  # fmt: skip
    plot.add_hline(y=0, line={"color": BLACK, "width": 1.5}, row="all", col=1)
    finish(plot, height=640, x="", y=f"largest excess [{unit}]")
    plot.update_xaxes(
        title={"text": f"exit cost for each coalition [{unit}]", "standoff": 6, "font": {"size": 13}}, row=1
    )
    plot.update_xaxes(title={"text": f"exit cost for each member [{unit}]", "standoff": 6, "font": {"size": 13}}, row=2)
    exact = all(r.excess_by_size is not None for r in shown)
    how = (
        "Exact: the best coalition of every size is known."
        if exact
        else "Drawn from the coalitions that were found, among them the one that needs the highest cost per member: "
        "a lower bound, the truth may lie higher between the corners."
    )
    return Figure(
        "exit-cost",
        "How much must leaving cost before nobody leaves?",
        "Gain of the most profitable coalition after paying the cost of leaving, once for the "
        "coalition (above) or once for each "
        f"of its members (below). A line reaches 0 at the exit cost that holds the community together. {how}",
        plot,
        480,
    )


def known_coalitions(result: RuleStability) -> tuple[FloatArray, FloatArray]:
    """Sizes and excesses of the coalitions that make the curve: the best of every size, or those that were found."""
    if result.excess_by_size is not None:
        money = np.asarray(result.excess_by_size)
        return np.arange(1.0, len(money) + 1), money
    found = [(len(names), excess) for names, excess in result.most_profitable]
    found.append((len(result.blocking.coalition), result.blocking.excess))
    leaver = result.exit_cost.coalition
    if leaver is not None:
        members = leaver.members
        value = float(leaver.game.values(members[None])[0]) - float(result.blocking.payoffs[members].sum())
        found.append((int(members.sum()), value))
    found += _threshold_coalitions(result)
    return np.array([size for size, _ in found], dtype=float), np.array([excess for _, excess in found])


def _threshold_coalitions(result: RuleStability) -> list[tuple[int, float]]:
    """Sizes and excesses of the homes that miss most at the closest supporting prices, from all of them to one."""
    game, path = result.blocking.game, result.price_position
    if path is None or not isinstance(game, SharingGame):
        return []
    missing = game.price_values(path) - result.blocking.payoffs
    if not (missing > 0).any():
        return []
    levels = np.unique(np.quantile(missing[missing > 0], np.linspace(0, 1, THRESHOLDS)))
    rows = missing >= levels[:, None]
    money = game.values(rows) - rows @ result.blocking.payoffs
    sizes = rows.sum(axis=1)
    return [(int(size), float(gain)) for size, gain in zip(sizes, money, strict=True) if size < game.n_players]


def largest_after(money: FloatArray, members: FloatArray, cost: FloatArray) -> FloatArray:
    """Largest excess after each cost of leaving, blank below 0 except for the point that reaches it."""
    largest = (money[:, None] - members[:, None] * cost).max(axis=0)
    return np.where(largest >= 0, largest, np.nan)
