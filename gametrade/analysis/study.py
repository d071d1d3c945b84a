"""The answer of the stability analyser: one entry a rule, side by side."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.analysis.core_section import CoreSection
from gametrade.analysis.market_section import MarketSection, market_section
from gametrade.analysis.membership_section import MembershipSection
from gametrade.analysis.rule_stability import COLUMNS, MONEY, STATUS, RuleStability
from gametrade.analysis.verdict import Verdict
from gametrade.display import text_table
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.registry import figures, formats

if TYPE_CHECKING:
    import os

    import pandas as pd
    import plotly.graph_objects as go


WIDTHS = (28, 10, 11, 10, 10, 8, 8, 10, 9, 5)
"""Least widths of the printed columns."""


MAIN = ("status", "smallest_gain", "largest_excess")
"""Columns that fit a terminal."""


@dataclass(frozen=True, eq=False)
class StabilityStudy:
    """Stability of every allocation rule of one community or game, with certificates.

    Parameters
    ----------
    game : CoalitionalGame
        What was analysed.
    results : tuple of RuleStability
        One entry a rule, the most stable first.
    skipped : mapping of str to str
        Rules that were left out, and why.
    contract : str
        Length that coalitions commit to in the headline numbers.
    notes : tuple of str
        Assumptions, method, exactness and tolerance.
    core : CoreSection or None
        What the core itself looks like, where that was asked for or is cheap.
    auctions : bool
        Whether what every mechanism would do with the homes' orders belongs to the study.
    about_game : tuple of Verdict
        Claims about the game itself: whether its core is empty, by how much.
    membership : MembershipSection or None
        Who would join whom, where that was asked for or is cheap.
    """

    game: CoalitionalGame
    results: tuple[RuleStability, ...]
    skipped: Mapping[str, str]
    contract: str
    notes: tuple[str, ...]
    core: CoreSection | None = None
    auctions: bool = False
    about_game: tuple[Verdict, ...] = ()
    membership: MembershipSection | None = None

    @cached_property
    def market(self) -> MarketSection | None:
        """What every mechanism would do with the homes' orders; cleared when it is first asked for."""
        return market_section(self.game) if self.auctions and isinstance(self.game, SharingGame) else None

    def __getitem__(self, rule: str) -> RuleStability:
        for result in self.results:
            if result.rule == rule:
                return result
        raise UnknownNameError("rule of the study", rule, [result.rule for result in self.results])

    def __iter__(self) -> Iterator[RuleStability]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def verdicts(self) -> list[Verdict]:
        """All claims of all rules, then those about the game."""
        return [*(verdict for result in self.results for verdict in result.verdicts.values()), *self.about_game]

    def compare(self, rules: Sequence[str] | None = None, columns: str | Sequence[str] = "main") -> pd.DataFrame:
        """Headline numbers of some rules side by side, named for reading, with units.

        Parameters
        ----------
        rules : sequence of str, optional
            Rules in the order wanted; all, the most stable first, if not given.
        columns : "main", "all" or sequence of str, default="main"
            Which numbers, by their names in :meth:`to_frame`; the main ones fit a terminal of 80 characters.

        Returns
        -------
        pandas.DataFrame
            One row a rule.

        Raises
        ------
        UnknownNameError
            If there is no such rule or column.

        Examples
        --------
        >>> import gametrade as gt
        >>> game = gt.TableGame.from_values({("s", "a"): 6, ("s", "b"): 6, ("s", "a", "b"): 6})
        >>> print(gt.analyse_stability(game, ["equal_split"]).compare())
                      status  smallest gain [money]  largest excess [money]
        rule
        equal_split  blocked                  2.0                   2.0
        """
        import pandas as pd

        names = _chosen_columns(columns)
        chosen = self.results if rules is None else [self[rule] for rule in rules]
        rows = {result.rule: [result.row()[name] for name in names] for result in chosen}
        labels = [_readable(name, self.game.unit) for name in names]
        return pd.DataFrame.from_dict(rows, orient="index", columns=labels).rename_axis("rule")

    def to_frame(self, columns: str | Sequence[str] = "main") -> pd.DataFrame:
        """Headline numbers for computing with; money in the currency of the tariff, shares as fractions.

        Parameters
        ----------
        columns : "main", "all" or sequence of str, default="main"
            The few that fit a terminal, all, or those named.

        Returns
        -------
        pandas.DataFrame
            One row a rule.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        """
        import pandas as pd

        names = _chosen_columns(columns)
        rows = {result.rule: [result.row()[name] for name in names] for result in self.results}
        return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("rule")

    def contracts_frame(self) -> pd.DataFrame:
        """One row a rule and contract length: in how many periods it is blocked, and by how much."""
        import pandas as pd

        rows = [
            {
                "rule": result.rule,
                "contract": entry.contract,
                "periods": entry.periods,
                "blocked": entry.blocked,
                "largest_excess": entry.largest_excess,
                "upper_bound": entry.upper_bound,
                "period": entry.period,
                "smallest_gain": entry.smallest_gain,
                "status": STATUS[entry.holds],
            }
            for result in self.results
            for entry in result.contracts
        ]
        if self.contract == "whole":
            rows += [_whole_row(result) for result in self.results]
        return pd.DataFrame(rows)

    @property
    def nothing_shared(self) -> bool:
        """Whether no coalition ever gains anything and no rule pays anything."""
        shares = self.game.grand_value > 0 if isinstance(self.game, SharingGame) else self.game.table().any()
        return not shares and all(result.status == "core" for result in self.results)

    def __str__(self) -> str:
        unit = self.game.unit
        head = (
            f"{self.game.n_players} players, gains {self.game.grand_value:,.2f} {unit}, "
            f"contract: {self.contract}, tolerance {self.game.tolerance:.1e} {unit}"
        )
        if self.nothing_shared:
            return f"{head}\nNothing to share: every rule pays every player nothing and nobody gains by leaving."
        names = ["rule", "status", "imbalance", "smallest", "largest", "per", "of bill", "exit cost", "least", "Gini"]
        units = ["", "", unit, "gain", "excess", "member", "%", "per member", "subsidy", ""]
        rows = [units, *(_line(result) for result in self.results)]
        lines = [head, text_table(names, rows, numeric=range(2, 10), least=WIDTHS, gap=1)]
        lines += [f"{rule:<{WIDTHS[0]}} left out: {reason}" for rule, reason in self.skipped.items()]
        lines += [f"[{k}] {note}" for k, note in enumerate(self.notes, 1)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if self.nothing_shared:
            return f"<pre>{html.escape(str(self))}</pre>"
        table = self.to_frame([name for name in COLUMNS if name not in ("n_blocking", "least_subsidy_lower")])
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        styled = table.to_html(float_format=lambda value: f"{value:,.4g}", na_rep="")
        head = f"<p>{self.game.n_players} players, gains {self.game.grand_value:,.2f} {self.game.unit}</p>"
        return f"{head}{styled}<ol>{notes}</ol>"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready report, schema ``gametrade-report/1``."""
        from gametrade.analysis.document import report_document

        return report_document(self)

    def plot(self, figure: str = "gains") -> go.Figure:
        """Draw one figure of the report: gains, excess_by_size, prices, supporting, cumulative, exit_cost, who_leaves.

        Raises
        ------
        UnknownNameError
            If there is no such figure.
        InvalidInputError
            If the figure does not apply, e.g. prices where no rule sets any.
        """
        drawn = figures.get(figure).function(self) if self.results else None
        first = drawn[0] if isinstance(drawn, list) and drawn else drawn
        if not first:
            raise InvalidInputError(f"figure {figure!r} does not apply to this study.")
        plot: go.Figure = first.plot
        return plot

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Write the report with its certificates for ``gametrade verify``."""
        formats.get("json").function(self, path)

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write the report as one self-contained page."""
        formats.get("html").function(self, path)

    def to_markdown(self, path: str | os.PathLike[str]) -> None:
        """Write the report as Markdown."""
        formats.get("markdown").function(self, path)


def _chosen_columns(columns: str | Sequence[str]) -> list[str]:
    """Names of the columns that were asked for."""
    if isinstance(columns, str):
        known = {"main": MAIN, "all": COLUMNS}
        columns = known.get(columns, (columns,))
    for name in columns:
        if name not in COLUMNS:
            raise UnknownNameError("column of the study", name, ("main", "all", *COLUMNS))
    return list(columns)


def _readable(name: str, unit: str) -> str:
    """Name of a column as it is read, with its unit if it is money."""
    words = name.replace("_", " ")
    return f"{words} [{unit}]" if name in MONEY else words


def _line(result: RuleStability) -> list[str]:
    share = result.excess_share_of_bill
    money = (result.allocation.imbalance, result.smallest_gain, result.blocking.excess, result.excess_per_member)
    return [
        result.rule,
        result.status,
        *map(_money, money),
        "" if np.isnan(share) else f"{100 * share:.2f}",
        _money(result.exit_cost.lower_bound),
        _money(result.subsidy.upper_bound),
        "" if np.isnan(result.gini) else f"{result.gini:.2f}",
    ]


def _whole_row(result: RuleStability) -> dict[str, Any]:
    """The whole period as one more contract length."""
    return {
        "rule": result.rule,
        "contract": "whole",
        "periods": 1,
        "blocked": int(result.blocking.excess > result.blocking.tolerance),
        "largest_excess": result.blocking.excess,
        "upper_bound": result.blocking.upper_bound,
        "period": "",
        "smallest_gain": result.smallest_gain,
        "status": result.status,
    }


def _money(amount: float) -> str:
    """Two decimals, and no minus sign before a zero."""
    return f"{round(amount, 2) + 0.0:.2f}"
