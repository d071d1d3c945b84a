"""Equilibria in letters by backward induction: the last movers' conditions are solved first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

from gametrade.analysis.symbolic.equilibrium import Case, SymbolicEquilibrium
from gametrade.analysis.symbolic.formulas import read_formula, read_limit, short, sign_of, solutions, symbols_of
from gametrade.errors import InvalidInputError

MOST_CASES = 1000
"""Most ways in which limits can bind that are examined."""


def symbolic_equilibrium(
    payoffs: Mapping[str, object],
    variables: Mapping[str, object],
    parameters: Sequence[object] = (),
    *,
    limits: Mapping[str, Sequence[object]] | None = None,
    moves: Sequence[Sequence[str]] | None = None,
) -> SymbolicEquilibrium:
    r"""Derive best responses, equilibrium, second-order conditions and comparative statics from payoffs in letters.

    Parameters
    ----------
    payoffs : mapping of str to str or sympy expression
        What each player gets, in the names of all variables and parameters. [unit of the game]
    variables : mapping of str to str, sympy Symbol or sequence of these
        The decision variables of each player.
    parameters : sequence of str or sympy Symbol
        Names are taken as positive numbers; a symbol keeps the assumptions it was made with.
    limits : mapping of str to sequence of str or sympy relations, optional
        Inequalities that a player's own choice has to respect, such as ``"p <= r - t"``.
    moves : sequence of sequences of str, optional
        Who moves first, who answers, and so on; everybody at once if not given.

    Returns
    -------
    SymbolicEquilibrium
        All cases of limits that bind, the interior first.

    Raises
    ------
    InvalidInputError
        If a formula has an unknown name, a player is missing, or there is no isolated stationary point.

    Notes
    -----
    Last movers first: for each set of limits that may bind, the stationarity conditions

    .. math:: \nabla_i u_i - \sum_k \mu_k \nabla_i g_k = 0, \qquad g_k = 0

    of all players who move together are solved at once, linear ones by elimination, and the solution replaces
    their variables in the payoffs of those who move before. A case is kept unless the assumptions on the symbols
    refute one of its conditions. In concave simultaneous games each case is an equilibrium wherever its conditions
    hold. A leader's problem need not be concave: a case is then a stationary point within one form of the
    followers' answer; points where that form changes are not among the cases, and `leader_breakpoints` and
    `leader_scan` compare them in numbers.

    Examples
    --------
    >>> duopoly = symbolic_equilibrium(
    ...     {"a": "(A - q1 - q2 - c1) * q1", "b": "(A - q1 - q2 - c2) * q2"},
    ...     {"a": "q1", "b": "q2"}, ["A", "c1", "c2"])
    >>> duopoly.equilibrium["q1"], duopoly.best_responses["q1"], duopoly.directions("c1")
    ((A - 2*c1 + c2)/3, (A - c1 - q2)/2, {'q1': '-', 'q2': '+'})
    """
    own = {player: _several(names) for player, names in variables.items()}
    if list(payoffs) != list(own) or not payoffs:
        raise InvalidInputError(f"variables must be given for {list(payoffs)}, in that order. Got {list(own)}.")
    stages = [list(stage) for stage in moves or [list(payoffs)]]
    if sorted(chain.from_iterable(stages)) != sorted(payoffs):
        raise InvalidInputError(f"moves of symbolic_equilibrium must name each player once. Got {stages}.")
    names = symbols_of(own, parameters)
    chosen = {player: [names[_label(v)] for v in each] for player, each in own.items()}
    formulas = {player: read_formula(text, names, player) for player, text in payoffs.items()}
    bounds = _limits(limits or {}, names, chosen)
    if _combinations(bounds, chosen) > MOST_CASES:
        raise InvalidInputError(f"limits of symbolic_equilibrium must have at most {MOST_CASES} cases.")
    task = _Task(stages, chosen, formulas, bounds)
    found = [case for trail in _induct(task, len(stages) - 1, formulas, {}) if (case := _case(task, trail))]
    if not found:
        raise InvalidInputError("payoffs of symbolic_equilibrium must have an isolated stationary point. Got none.")
    responses, bends = _first_and_second_order(task)
    owner = {symbol.name: player for player, symbols in chosen.items() for symbol in symbols}
    cases = tuple(sorted(found, key=lambda case: len(case.binding)))
    stages_told = tuple(tuple(stage) for stage in stages)
    return SymbolicEquilibrium(tuple(payoffs), stages_told, names, owner, formulas, responses, cases, bends)


@dataclass(frozen=True)
class _Limit:
    """An inequality ``left <= 0`` on a player's choice."""

    player: str
    text: str
    left: Any


@dataclass(frozen=True)
class _Task:
    stages: list[list[str]]
    chosen: Mapping[str, list[Any]]
    payoffs: Mapping[str, Any]
    limits: Sequence[_Limit]


@dataclass(frozen=True)
class _Trail:
    """Solutions of the stages solved so far, latest movers included, with the limits that bind."""

    answers: Mapping[Any, Any]
    binding: tuple[_Limit, ...] = ()
    multipliers: Mapping[_Limit, Any] | None = None


def _induct(task: _Task, stage: int, payoffs: Mapping[str, Any], answers: Mapping[Any, Any]) -> Iterator[_Trail]:
    """Every way to solve this stage and those before it, later movers' answers put in."""
    if stage < 0:
        yield _Trail(answers)
        return
    movers = task.stages[stage]
    for binding in _choices(task, movers):
        for answer, prices in _stationary(task, movers, payoffs, binding, answers):
            into = {**{x: value.subs(answer) for x, value in answers.items()}, **answer}
            earlier = {player: payoff.subs(answer) for player, payoff in payoffs.items()}
            for rest in _induct(task, stage - 1, earlier, into):
                yield _Trail(rest.answers, (*rest.binding, *binding), {**(rest.multipliers or {}), **prices})


def _stationary(
    task: _Task,
    movers: Sequence[str],
    payoffs: Mapping[str, Any],
    binding: Sequence[_Limit],
    answers: Mapping[Any, Any],
) -> Iterator[tuple[dict[Any, Any], dict[_Limit, Any]]]:
    """Solutions of the movers' conditions if these limits bind, with the limits' prices."""
    import sympy

    prices = {limit: sympy.Symbol(f"mu{k}", real=True) for k, limit in enumerate(binding)}
    held = {limit: limit.left.subs(answers) for limit in binding}
    equations: list[Any] = list(held.values())
    for player in movers:
        kept = payoffs[player] - sum(prices[limit] * held[limit] for limit in binding if limit.player == player)
        equations += [sympy.diff(kept, x) for x in task.chosen[player]]
    unknowns = [*prices.values(), *(x for player in movers for x in task.chosen[player])]
    for one in solutions(equations, unknowns):
        answer = {x: one[x] for player in movers for x in task.chosen[player]}
        bends = (m.subs(answer) for player in movers for m in _minors(payoffs[player], task.chosen[player]))
        if not binding and any(sign_of(bend) == "-" for bend in bends):
            continue
        yield answer, {limit: one[price] for limit, price in prices.items()}


def _choices(task: _Task, movers: Sequence[str]) -> Iterator[tuple[_Limit, ...]]:
    """Sets of limits of the movers that may bind at once, at most as many a player as it has variables."""
    each = []
    for player in movers:
        mine = [limit for limit in task.limits if limit.player == player]
        most = min(len(mine), len(task.chosen[player]))
        each.append([picked for size in range(most + 1) for picked in combinations(mine, size)])
    for picked in product(*each):
        yield tuple(chain.from_iterable(picked))


def _case(task: _Task, trail: _Trail) -> Case | None:
    """The case of a trail, None if the assumptions refute one of its conditions."""
    import sympy

    multipliers = {limit: short(price.subs(trail.answers)) for limit, price in (trail.multipliers or {}).items()}
    tests = [short(-limit.left.subs(trail.answers)) for limit in task.limits if limit not in trail.binding]
    tests += multipliers.values()
    conditions = []
    for test in tests:
        sign = sign_of(test)
        if sign == "-" or test.has(sympy.nan, sympy.zoo):
            return None
        if sign == "?":
            conditions.append(sympy.Ge(test, 0, evaluate=False))
    values = {x.name: short(trail.answers[x]) for own in task.chosen.values() for x in own}
    prices = {limit.text: price for limit, price in multipliers.items()}
    return Case(tuple(limit.text for limit in trail.binding), values, tuple(dict.fromkeys(conditions)), prices)


def _first_and_second_order(task: _Task) -> tuple[dict[str, Any], dict[str, tuple[Any, ...]]]:
    """Best responses away from limits, and the minors that decide whether they are maxima."""
    payoffs, responses, bends = dict(task.payoffs), {}, {}
    for movers in reversed(task.stages):
        for player in movers:
            own = task.chosen[player]
            bends[player] = tuple(short(minor) for minor in _minors(payoffs[player], own))
            reply = solutions([payoffs[player].diff(x) for x in own], own)
            responses.update({x.name: short(value) for x, value in reply[0].items()} if reply else {})
        joint = list(_stationary(task, movers, payoffs, (), {}))
        if not joint:
            break
        payoffs = {player: payoff.subs(joint[0][0]) for player, payoff in payoffs.items()}
    order = [x.name for own in task.chosen.values() for x in own]
    sorted_bends = {player: bends[player] for player in task.chosen if player in bends}
    return {name: responses[name] for name in order if name in responses}, sorted_bends


def _minors(payoff: Any, own: Sequence[Any]) -> list[Any]:
    """Leading principal minors of minus the Hessian."""
    import sympy

    bend = -sympy.hessian(payoff, list(own))
    return [bend[:k, :k].det() for k in range(1, len(own) + 1)]


def _limits(given: Mapping[str, Sequence[object]], names: Mapping[str, Any], chosen: Mapping[str, Any]) -> list[_Limit]:
    unknown = [player for player in given if player not in chosen]
    if unknown:
        raise InvalidInputError(f"limits of symbolic_equilibrium must belong to players. Got {unknown}.")
    return [_Limit(player, str(text), read_limit(text, names, player)) for player, own in given.items() for text in own]


def _combinations(limits: Sequence[_Limit], chosen: Mapping[str, Sequence[Any]]) -> int:
    """How many sets of limits there are to examine."""
    total = 1
    for player, own in chosen.items():
        mine = sum(limit.player == player for limit in limits)
        total *= sum(1 for size in range(min(mine, len(own)) + 1) for _ in combinations(range(mine), size))
    return total


def _several(names: object) -> list[object]:
    return list(names) if isinstance(names, list | tuple) else [names]


def _label(name: object) -> str:
    return str(getattr(name, "name", name))
