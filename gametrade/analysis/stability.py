"""The stability analyser: does anybody gain by leaving, under each allocation rule?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gametrade.analysis.asking import Rule, contract_lengths, playable, rules_asked_for
from gametrade.analysis.claims import rule_verdicts
from gametrade.analysis.contracts import (
    CONTRACTS,
    ContractStability,
    Periods,
    contract_stability,
    settles_by_period,
)
from gametrade.analysis.core_section import core_section, wanted_parts
from gametrade.analysis.counting import CoalitionCount, CoalitionSample, count_blocking, table_is_cheap
from gametrade.analysis.fairness import correlation, gini, jain
from gametrade.analysis.game_claims import game_verdicts
from gametrade.analysis.headline import headline
from gametrade.analysis.market_section import market_wanted
from gametrade.analysis.membership_section import membership_parts, membership_section
from gametrade.analysis.notes import study_notes
from gametrade.analysis.out_of_sample import OutOfSample, out_of_sample
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.study import StabilityStudy
from gametrade.community import Community
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import Allocation, CoalitionalGame, DispatchGame, SharingGame
from gametrade.registry import Entry
from gametrade.registry import rules as registered_rules
from gametrade.rules import rule_applies
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import FULL_TREE_PLAYERS, blocking_coalition
from gametrade.solvers.exit_cost import exit_cost_per_member
from gametrade.solvers.least_subsidy import least_subsidy
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import Coalition, FloatArray

MOST_PROFITABLE = 10
MODEST_TREE = 800
ALTERNATIVES_PLAYERS = 50
"""Most homes for which everybody's best alternative is looked up in advance."""

PERIOD_TABLES = 2**27
"""Values of coalitions, over all periods of a contract, up to which rules that need tables are settled by period."""

Progress = Callable[[Iterable[Any], str], Iterable[Any]]


def analyse_stability(
    game: CoalitionalGame | Community,
    rules: Sequence[Rule] | Rule | None = None,
    *,
    contract: str = "whole",
    contracts: Sequence[str] | None = None,
    engine: str = "auto",
    progress: Progress | None = None,
    sections: str | Iterable[str] | None = None,
) -> StabilityStudy:
    """Ask of every allocation rule whether anybody gains by leaving, and prove the answer.

    Parameters
    ----------
    game : CoalitionalGame or Community
        A community is taken as its sharing game.
    rules : sequence of str or callable, optional
        Rules to compare, by name (with options as in ``"proportional:to=demand"``) or as functions; names of
        mechanisms are split rules too, by an auction in every step. If not given, every registered rule and
        variant that fits the game and is not marked ``default=False``.
    contract : {"whole", "month", "day", "step"}, default="whole"
        Length a coalition commits to. For the shorter ones the headline numbers of a rule describe the
        period in which most is gained by leaving, and the core verdict speaks of all periods.
    contracts : sequence of str, optional
        Contract lengths in the table of contracts; all four if not given.
    engine : str, default="auto"
        Passed to :func:`blocking_coalition`; "tree" insists on the exact largest excess.
    progress : callable, optional
        Wraps the list of rules, e.g. in a progress bar.
    sections : str or sequence of str, optional
        Parts about the core itself: "core" for all, "none", or names among intervals, numbers, projection, joining,
        fees and picture (``"picture:Ada,Bob,Cy"`` looks at these three); and "market" for every mechanism on the
        homes' orders. If not given, all for up to 16 players without batteries, where they are cheap, mechanisms from
        48 steps with trade on; with batteries those about the core, for up to 6 homes and 2 000 steps of homes.

    Returns
    -------
    StabilityStudy
        One entry a rule, the most stable first, with verdicts and certificates.

    Raises
    ------
    UnknownNameError
        If a rule, contract or engine does not exist.
    InvalidInputError
        If there are fewer than two players, or something is of the wrong type.

    Notes
    -----
    Ex post: coalitions know the realised period and change no behaviour. A coalition that leaves faces the
    same tariff, network charge and settlement step.

    Examples
    --------
    >>> import gametrade as gt
    >>> study = gt.analyse_stability(gt.communities.fontana("flat"), ["mid_market_rate"], contracts=["whole"])
    >>> study["mid_market_rate"].status
    'blocked'
    """
    game = playable(game)
    wanted, parts = contract_lengths(contract, contracts), wanted_parts(sections, game)
    if contract != "whole" and not isinstance(game, SharingGame):
        raise InvalidInputError(f"contract of analyse_stability must be 'whole' for a {type(game).__name__}.")
    named = _by_label(_chosen(rules, game))
    allocations, skipped = _allocate_all(game, named, progress)
    count = MOST_PROFITABLE if game.n_players >= FULL_TREE_PLAYERS else 1
    roots = {
        label: blocking_coalition(game, allocation.payoffs, engine=engine, count=count, nodes=_nodes(engine))
        for label, allocation in allocations.items()
    }
    by_rule = _contracts(game, named, allocations, roots, wanted)
    marginal = _marginal_contributions(game)
    sample = None if table_is_cheap(game) else CoalitionSample.draw(game, np.random.default_rng(0))
    listed = progress(allocations.items(), "stability") if progress else allocations.items()
    results = [
        _examine(
            game, rule, named[rule], allocation, roots[rule], by_rule.get(rule, {}), marginal, sample, contract, engine
        )
        for rule, allocation in listed
    ]
    results.sort(key=lambda result: _rank(result, game.tolerance))
    claims = [verdict.to_dict() for result in results for verdict in result.verdicts.values()]
    source = game.community.source.notes if isinstance(game, SharingGame) else ()
    notes = study_notes(game, contract, claims, source)
    core = core_section(game, headline(results), list(allocations), parts) if parts and results else None
    membership = membership_section(game, membership_parts(sections, game)) if results else None
    about_game = game_verdicts(game, None if core is None else core.numbers)
    auctions = market_wanted(sections, game)
    return StabilityStudy(game, tuple(results), skipped, contract, notes, core, auctions, about_game, membership)


def _nodes(engine: str) -> int:
    """Largest price tree: modest unless the caller insists on the exact largest excess."""
    return MODEST_TREE if engine == "auto" else 20_000


def _rank(result: RuleStability, tolerance: float) -> tuple[float, str]:
    """Most stable first; excesses that differ by rounding only are ordered by name."""
    coarse = 1000 * tolerance
    excess = result.blocking.excess
    return (round(excess / coarse) * coarse if coarse > 0 else excess, result.rule)


def _chosen(rules: Sequence[Rule] | Rule | None, game: CoalitionalGame) -> Sequence[Rule]:
    """Rules to compare: those asked for, or all that apply to the game."""
    if rules is None:
        entries = [(name, registered_rules.resolve(name)[0]) for name in registered_rules.variants()]
        limited = isinstance(game, DispatchGame) and game.terms.limited
        entries = [pair for pair in entries if not (limited and pair[1].traits.get("also") == "dispatch")]
        return [name for name, entry in entries if by_default(entry) and rule_applies(entry, game)]
    return rules_asked_for(rules)


def by_default(entry: Entry) -> bool:
    """Whether a rule is compared without being asked for: not if it is another's second name, or says default=False."""
    return "same_as" not in entry.traits and entry.traits.get("default", True) is True


def _by_label(rules: Sequence[Rule]) -> dict[str, Rule]:
    """Rules by their names in the study, which must differ."""
    named: dict[str, Rule] = {}
    for rule in rules:
        label = _label(rule)
        if label in named:
            raise InvalidInputError(f"rules of analyse_stability must have different names. Got {label!r} twice.")
        named[label] = rule
    return named


def _label(rule: Rule) -> str:
    """Name of a rule in the study; a caller's function with the name of one of ours is marked."""
    if isinstance(rule, str):
        return rule
    entry = registered_rules.get(rule)
    ours = any(known.function is rule for known in registered_rules)
    return entry.name if ours or entry.name not in registered_rules else f"{entry.name} (own function)"


def _allocate_all(
    game: CoalitionalGame, named: dict[str, Rule], progress: Progress | None
) -> tuple[dict[str, Allocation], dict[str, str]]:
    """Payoffs of every rule; a rule that needs 2^n and cannot have it is left out with its reason."""
    allocations: dict[str, Allocation] = {}
    skipped: dict[str, str] = {}
    for label, rule in progress(named.items(), "rules") if progress else named.items():
        try:
            allocations[label] = split(game, rule)
        except TooManyPlayersError as reason:
            skipped[label] = str(reason)
    return allocations, skipped


def _contracts(
    game: CoalitionalGame,
    named: dict[str, Rule],
    allocations: dict[str, Allocation],
    roots: dict[str, BlockingCoalition],
    wanted: Sequence[str],
) -> dict[str, dict[str, ContractStability]]:
    """Stability of every rule for each shorter contract length."""
    answer: dict[str, dict[str, ContractStability]] = {rule: {} for rule in allocations}
    if not isinstance(game, SharingGame):
        return answer
    settled = [rule for rule, allocation in allocations.items() if settles_by_period(allocation)]
    if not settled:
        return answer
    for contract in [name for name in CONTRACTS if name in wanted and name != "whole"]:
        periods = Periods.of(game, contract)
        cheap = [rule for rule in settled if _settled_cheaply(named[rule], periods)]
        if not cheap:
            continue
        payoffs = [periods.payoffs(allocations[rule], named[rule]) for rule in cheap]
        entries = contract_stability(game, periods, payoffs, [roots[rule] for rule in cheap])
        for rule, entry in zip(cheap, entries, strict=True):
            answer[rule][contract] = entry
    return answer


def _settled_cheaply(rule: Rule, periods: Periods) -> bool:
    """Whether a rule needs no table of all coalitions for each period, or the tables of all periods fit in memory."""
    mechanism = isinstance(rule, str) and rule.partition(":")[0] not in registered_rules
    if mechanism or not registered_rules.resolve(rule)[0].traits.get("table") or not periods.games:
        return True
    return bool(len(periods.games) * 2 ** periods.games[0].n_players <= PERIOD_TABLES)


def _marginal_contributions(game: CoalitionalGame) -> FloatArray:
    """v(N) - v(N without i) of every player. [money]"""
    return game.grand_value - game.values(~np.eye(game.n_players, dtype=bool))


def _examine(
    game: CoalitionalGame,
    label: str,
    rule: Rule,
    allocation: Allocation,
    root: BlockingCoalition,
    contracts: dict[str, ContractStability],
    marginal: FloatArray,
    sample: CoalitionSample | None,
    contract: str,
    engine: str,
) -> RuleStability:
    """Everything about one rule."""
    focus, payoffs = _focus(game, allocation, contracts.get(contract))
    blocking = root if focus is game else blocking_coalition(focus, payoffs, engine=engine, nodes=_nodes(engine))
    count = count_blocking(focus, payoffs, best=MOST_PROFITABLE, sample=sample if focus is game else None)
    cost = exit_cost_per_member(focus, payoffs, engine=engine, known=blocking)
    subsidy = least_subsidy(focus, payoffs, known=blocking)
    path = _best_path(focus, payoffs, blocking)
    result = RuleStability(
        rule=label,
        contract=contract,
        allocation=allocation,
        verdicts={},
        blocking=blocking,
        most_profitable=count.best or _most_profitable(blocking),
        exit_cost=cost,
        subsidy=subsidy,
        n_blocking=count.count,
        blocking_share=count.share,
        blocking_error=count.standard_error,
        excess_by_size=count.largest_by_size,
        price_position=path,
        price_shortfall=_shortfall(focus, payoffs, path),
        alternatives=_alternatives(focus, payoffs, count),
        gini=gini(allocation.payoffs),
        jain=jain(allocation.payoffs),
        correlation=correlation(allocation.payoffs, marginal),
        contracts=tuple(contracts[name] for name in CONTRACTS if name in contracts),
        out_of_sample=_other_weeks(game, allocation, rule),
    )
    return replace(result, verdicts=rule_verdicts(result))


def _focus(
    game: CoalitionalGame, allocation: Allocation, worst: ContractStability | None
) -> tuple[CoalitionalGame, FloatArray]:
    """The game and payoffs of the headline numbers: the whole, or the period in which most is gained."""
    if worst is None or not worst.periods or not isinstance(game, SharingGame):
        return game, allocation.payoffs
    return game.during(worst.steps), worst.payoffs


def _best_path(game: CoalitionalGame, payoffs: FloatArray, blocking: BlockingCoalition) -> FloatArray | None:
    """The root's price path: the one that comes closest to supporting the payoffs."""
    tree = blocking.price_tree
    if tree is None and isinstance(game, SharingGame):
        tree = blocking_coalition(game, payoffs, engine="bracket").price_tree
    return None if tree is None else tree.paths[0] / PRICE_GRID


def _shortfall(game: CoalitionalGame, payoffs: FloatArray, path: FloatArray | None) -> float:
    """What the homes would gain more at the best single price path, those who gain less left out. [money]"""
    if path is None or not isinstance(game, SharingGame):
        return float("nan")
    return float(np.maximum(0, game.price_values(path) - payoffs).sum())


def _most_profitable(blocking: BlockingCoalition) -> tuple[tuple[Coalition, float], ...]:
    """The most profitable coalitions met: by the search for the best one, else by a short search around it."""
    first = (blocking.coalition, blocking.excess)
    others = blocking.others
    if not others and isinstance(blocking.game, SharingGame):
        found = blocking_coalition(
            blocking.game, blocking.payoffs, engine="bracket", count=MOST_PROFITABLE, near=blocking
        )
        others = tuple(pair for pair in ((found.coalition, found.excess), *found.others) if pair[0] != first[0])
    return (first, *others)[:MOST_PROFITABLE]


def _alternatives(
    game: CoalitionalGame, payoffs: FloatArray, count: CoalitionCount
) -> dict[str, tuple[Coalition, float]]:
    """The best coalition of every home: exact from a table, found by a short search for up to 50 homes."""
    if count.best_of_home:
        return dict(zip(game.players, count.best_of_home, strict=True))
    if game.n_players > ALTERNATIVES_PLAYERS or isinstance(game, DispatchGame):
        return {}
    found = {home: blocking_coalition(game, payoffs, engine="bracket", containing=[home]) for home in game.players}
    return {home: (answer.coalition, answer.excess) for home, answer in found.items()}


def _other_weeks(game: CoalitionalGame, allocation: Allocation, rule: Rule) -> OutOfSample | None:
    """Does the best coalition of odd weeks gain on even weeks, where both can be settled on their own?"""
    if not isinstance(game, SharingGame) or not settles_by_period(allocation):
        return None
    return out_of_sample(game, allocation, rule)
