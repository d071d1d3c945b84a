"""Stability for coalitions that commit to a month, a day or a single settlement step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.period_proofs import PeriodProofs, prove_periods
from gametrade.analysis.studies.market_allocation import split
from gametrade.errors import UnknownNameError
from gametrade.games.coalitional import Allocation, SharingGame, all_coalitions, subset_sums
from gametrade.registry import rules as registered_rules
from gametrade.rules.settlement import step_payoffs
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.tolerance import decision_tolerance
from gametrade.typing import Coalition, FloatArray, IntArray

CONTRACTS = ("whole", "month", "day", "step")
TABLE_PLAYERS = 16
SEARCHED_PERIODS = 3
"""Periods searched in full when there are too many players for tables; the rest is bounded by prices."""


@dataclass(frozen=True, eq=False, slots=True)
class ContractStability:
    """Whether anybody gains by leaving for one contract period, and the period in which most is gained.

    Parameters
    ----------
    contract : str
        Length a coalition commits to.
    periods, blocked : int
        Number of periods, and in how many of them (at least) some coalition gains.
    largest_excess, upper_bound : float
        Bracket of the largest excess over periods and coalitions. [money]
    coalition : tuple of str
        Who gains it.
    period : str
        When.
    steps : ndarray of int
        Settlement steps of that period.
    payoffs : ndarray of shape (n,)
        Payoffs in that period. [money]
    smallest_gain : float
        Smallest payoff of any home in any period: negative if a period leaves it worse off than alone.
    loser : str
        That home.
    holds : bool or None
        Whether nobody gains in any period, to the tolerance of the whole game; None only where neither a
        coalition that gains nor a proof was found, and the largest excess is then truly bracketed.
    exact : bool
        Whether every coalition of every period was examined.
    proofs : PeriodProofs or None
        How each period was settled; None where some coalition gains.
    loser_period : str
        The period in which that home gets its smallest gain.
    total_payoffs : ndarray of shape (n,), or None
        Payoffs of all periods together; they may differ from those of the whole. [money]
    largest_imbalance : float
        Payoffs less gains of the period in which they differ most. [money]
    period_payoffs : ndarray of shape (P, n), or None
        Payoffs in every period, None if nothing is shared. [money]
    """

    contract: str
    periods: int
    blocked: int
    largest_excess: float
    upper_bound: float
    coalition: Coalition
    period: str
    steps: IntArray
    payoffs: FloatArray
    smallest_gain: float
    loser: str
    holds: bool | None
    exact: bool
    proofs: PeriodProofs | None = None

    @property
    def supporting_path(self) -> np.ndarray | None:
        """Prices in 128ths at which no home gains more in any period than the rule pays it, if there are such."""
        if self.proofs is None or self.proofs.trees or self.proofs.enumerated or self.proofs.open:
            return None
        return self.proofs.path

    loser_period: str = ""
    total_payoffs: FloatArray | None = None
    largest_imbalance: float = 0.0
    period_payoffs: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class Periods:
    """A sharing game cut into contract periods; periods without any trade are left out.

    Parameters
    ----------
    contract : str
        "month", "day" or "step", by the local clock.
    labels : tuple of str
        Start of each period.
    steps : tuple of ndarray of int
        Settlement steps of each period.
    games : tuple of SharingGame
        The game of each period.
    """

    contract: str
    labels: tuple[str, ...]
    steps: tuple[IntArray, ...]
    games: tuple[SharingGame, ...]

    @classmethod
    def of(cls, game: SharingGame, contract: str) -> Periods:
        """Cut a game by the local calendar."""
        units = {"month": "M", "day": "D", "step": "s"}
        if contract not in units:
            raise UnknownNameError("contract", contract, CONTRACTS)
        stamps = game.community.local_times().astype(f"datetime64[{units[contract]}]")
        if contract == "step":
            groups = [np.array([t]) for t in game.trade_steps]
        else:
            starts = np.flatnonzero(np.concatenate([[True], stamps[1:] != stamps[:-1]]))
            everything = np.split(np.arange(len(stamps)), starts[1:])
            trading = np.isin(np.arange(len(stamps)), game.trade_steps)
            groups = [steps for steps in everything if trading[steps].any()]
        labels = tuple(str(stamps[steps[0]]).replace("T", " ") for steps in groups)
        return cls(contract, labels, tuple(groups), tuple(game.during(steps) for steps in groups))

    def payoffs(self, allocation: Allocation, rule: str | Callable[..., Any]) -> FloatArray:
        """Payoffs of a rule in each period, shape (P, n): by its prices, or settled period by period. [money]"""
        if allocation.sell_price is not None and allocation.buy_price is not None:
            assert isinstance(allocation.game, SharingGame)
            by_step = step_payoffs(allocation.game, allocation.sell_price, allocation.buy_price)
            return np.array([by_step[:, steps].sum(axis=1) for steps in self.steps]).reshape(-1, len(by_step))
        return np.array([split(game, rule).payoffs for game in self.games]).reshape(-1, allocation.game.n_players)


def settles_by_period(allocation: Allocation) -> bool:
    """Whether the payoffs of shorter contracts are cheap: not if sampled or found by programs over a table."""
    return allocation.standard_errors is None and not settles_the_whole(allocation.rule)


def settles_the_whole(rule: str) -> bool:
    """Whether a registered rule says of itself that it is settled for the whole alone, not for each period."""
    name = rule.partition(":")[0]
    return name in registered_rules and registered_rules.get(name).traits.get("settles") == "whole"


def contract_stability(
    whole: SharingGame, periods: Periods, payoffs: Sequence[FloatArray], roots: Sequence[BlockingCoalition]
) -> list[ContractStability]:
    """Examine several payoff streams over the same periods.

    Parameters
    ----------
    whole : SharingGame
        The game that was cut.
    periods : Periods
        P periods.
    payoffs : sequence of ndarray of shape (P, n)
        One stream for each rule. [money]
    roots : sequence of BlockingCoalition
        Answer for the whole of each stream, whose prices and coalition are tried in every period.

    Returns
    -------
    list of ContractStability
        One for each stream.

    Notes
    -----
    Up to 16 players every coalition of every period is tabulated once for all rules. Above, one price
    path bounds every period in O(n T), and the periods with the largest bounds are searched in full.
    Where nobody is found to gain, :func:`prove_periods` settles every period or leaves the answer open.
    """
    if not periods.games:
        return [_nothing_shared(whole, periods.contract) for _ in payoffs]
    by_table = whole.n_players <= TABLE_PLAYERS
    found = (
        _tabulate(periods, payoffs)
        if by_table
        else [_search(*each, periods, whole) for each in zip(payoffs, roots, strict=True)]
    )
    return [
        _summary(whole, periods, stream, root, bounds, exact=by_table)
        for stream, root, bounds in zip(payoffs, roots, found, strict=True)
    ]


@dataclass(frozen=True, eq=False, slots=True)
class _Bounds:
    """Largest excess of each period from below and above, and who gains the largest of all."""

    lower: FloatArray
    upper: FloatArray
    coalition: Coalition


def _tabulate(periods: Periods, payoffs: Sequence[FloatArray]) -> list[_Bounds]:
    """Largest excess of every period and stream from the values of all coalitions."""
    n = periods.games[0].n_players
    rows = all_coalitions(n)[1:-1]
    stacked = np.array(payoffs)
    largest = np.zeros(stacked.shape[:2])
    who = np.zeros(stacked.shape[:2], dtype=np.int64)
    excess = np.empty(len(rows))
    for p, game in enumerate(periods.games):
        values = game.table()
        for r in range(len(payoffs)):
            np.subtract(values[1:-1], subset_sums(stacked[r, p])[1:-1], out=excess)
            who[r, p] = excess.argmax()
            largest[r, p] = excess[who[r, p]]
    players = periods.games[0]
    return [
        _Bounds(largest[r], largest[r], players.labels(rows[who[r, largest[r].argmax()]])) for r in range(len(payoffs))
    ]


def _search(payoffs: FloatArray, root: BlockingCoalition, periods: Periods, whole: SharingGame) -> _Bounds:
    """Bounds of every period by the prices of the whole, and full searches where they are largest."""
    assert root.price_tree is not None
    path = np.full(whole.community.n_steps, 0.5)
    path[whole.trade_steps] = root.price_tree.paths[0] / PRICE_GRID
    upper, lower = np.zeros(len(periods.games)), np.zeros(len(periods.games))
    for p, (steps, game) in enumerate(zip(periods.steps, periods.games, strict=True)):
        margins = game.price_values(path[steps][game.trade_steps]) - payoffs[p]
        lower[p] = game.values(root.members[None, :])[0] - payoffs[p][root.members].sum()
        upper[p] = max(lower[p], np.maximum(0, margins).sum())
    members, best = root.members, float(lower.max())
    for p in np.argsort(-upper)[:SEARCHED_PERIODS]:
        if upper[p] <= best:
            break
        found = blocking_coalition(periods.games[p], payoffs[p], nodes=50)
        lower[p], upper[p] = max(lower[p], found.excess), found.upper_bound
        if lower[p] > best:
            best, members = float(lower[p]), found.members
    return _Bounds(lower, upper, whole.labels(members))


def _summary(
    whole: SharingGame,
    periods: Periods,
    payoffs: FloatArray,
    root: BlockingCoalition,
    bounds: _Bounds,
    *,
    exact: bool,
) -> ContractStability:
    """Put bounds and proofs together: what no certificate can prove is not decided."""
    tolerance = decision_tolerance(whole.tolerance, payoffs.sum(axis=0))
    when, home = np.unravel_index(int(payoffs.argmin()), payoffs.shape)
    imbalance = payoffs.sum(axis=1) - [game.grand_value for game in periods.games]
    proofs = None
    if bounds.lower.max() <= tolerance:
        proofs = prove_periods(whole, periods.steps, periods.games, payoffs=payoffs, tolerance=tolerance, root=root)
        if proofs.gaining and not exact:
            bounds, proofs = _raised(bounds, proofs, whole), None
    worst = int(bounds.lower.argmax())
    blocked = int((bounds.lower > tolerance).sum())
    upper, holds = _decided(bounds, blocked, proofs, tolerance)
    return ContractStability(
        contract=periods.contract,
        periods=len(periods.games),
        blocked=blocked,
        largest_excess=float(bounds.lower[worst]),
        upper_bound=upper,
        coalition=bounds.coalition,
        period=periods.labels[worst],
        steps=periods.steps[worst],
        payoffs=payoffs[worst],
        smallest_gain=float(payoffs.min()),
        loser=whole.players[home],
        holds=holds,
        exact=exact and holds is not None,
        proofs=proofs,
        loser_period=periods.labels[when],
        total_payoffs=payoffs.sum(axis=0),
        period_payoffs=payoffs,
        largest_imbalance=float(imbalance[np.abs(imbalance).argmax()]),
    )


def _raised(bounds: _Bounds, proofs: PeriodProofs, whole: SharingGame) -> _Bounds:
    """Bounds with the coalitions that were found to gain after all."""
    lower, upper = bounds.lower.copy(), bounds.upper.copy()
    for period, answer in proofs.gaining.items():
        lower[period], upper[period] = answer.excess, max(answer.excess, min(upper[period], answer.upper_bound))
    best = max(proofs.gaining.values(), key=lambda answer: answer.excess)
    return _Bounds(lower, upper, whole.labels(best.members))


def _decided(bounds: _Bounds, blocked: int, proofs: PeriodProofs | None, tolerance: float) -> tuple[float, bool | None]:
    """Upper bound on the largest excess, and whether nobody gains."""
    upper = float(bounds.upper.max())
    if proofs is None:
        return upper, not blocked
    if proofs.open:
        return max(upper, float(proofs.shortfalls[list(proofs.open)].max())), None
    return min(upper, max(tolerance, float(bounds.lower.max()))), True


def _nothing_shared(whole: SharingGame, contract: str) -> ContractStability:
    """No seller meets a buyer in any period: nobody can gain anything."""
    return ContractStability(
        contract=contract,
        periods=0,
        blocked=0,
        largest_excess=0.0,
        upper_bound=0.0,
        coalition=(),
        period="",
        steps=np.zeros(0, np.int64),
        payoffs=np.zeros(whole.n_players),
        smallest_gain=0.0,
        loser="",
        holds=True,
        exact=True,
        proofs=PeriodProofs(np.zeros(len(whole.trade_steps), np.uint8), np.zeros(0)),
    )
