"""Every split rule and mechanism beside what a home could gain at its own meter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from gametrade.analysis.checking import check
from gametrade.analysis.market_section import market_labels
from gametrade.analysis.properties.meter_changes import WAYS
from gametrade.analysis.studies.market_allocation import split
from gametrade.community import Community
from gametrade.games.coalitional import SharingGame
from gametrade.registry import rules as registered_rules
from gametrade.rules import rule_applies

if TYPE_CHECKING:
    import pandas as pd


def manipulation_table(
    game: SharingGame | Community, rules: Sequence[str | Callable[..., Any]] | None = None, *, most: int = 60
) -> pd.DataFrame:
    """Ask of every rule and mechanism what wasting, burning, shifting and a second account would gain.

    Parameters
    ----------
    game : SharingGame or Community
        Homes with meter data; a few days, because every change runs the rule again.
    rules : sequence of str or callable, optional
        Names of rules or mechanisms; all that fit the game if not given.
    most : int, default=60
        Changes to try at most, for each rule and way.

    Returns
    -------
    DataFrame
        One row a rule; for each way the largest gain found [money], 0 if none pays, and who and when, as text.

    Examples
    --------
    >>> import gametrade as gt
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> table = manipulation_table(day, ["mid_market_rate", "competitive_price"], most=20)
    >>> table.columns.tolist()[:2], bool((table["waste"] >= 0).all())
    (['waste', 'waste_by'], True)
    """
    import pandas as pd

    shared = SharingGame(game) if isinstance(game, Community) else game
    names = rules if rules is not None else [*_fitting(shared), *market_labels()]
    rows = {}
    for rule in names:
        allocation = split(shared, rule)
        row: dict[str, Any] = {}
        for way in WAYS:
            verdict = check(allocation, "meter_truthfulness", way=way, most=most)
            row[way] = max(0.0, -verdict.margin)
            row[f"{way}_by"] = _by(verdict.certificate.get("change"))
        rows[allocation.rule] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule")


def _fitting(game: SharingGame) -> list[str]:
    """Registered rules and variants that can be applied to the game and draw no samples."""
    entries = [(name, registered_rules.resolve(name)[0]) for name in registered_rules.variants()]
    return [name for name, entry in entries if "same_as" not in entry.traits and rule_applies(entry, game)]


def _by(change: dict[str, Any] | None) -> str:
    """Who, how much and when."""
    if change is None:
        return ""
    if change["way"] == "accounts":
        return f"{change['home']}, {'half of everything' if change['energy'] else 'all generation'}"
    return f"{change['home']}, {change['energy']:.3g} kWh, {change['time'][:16]}"
