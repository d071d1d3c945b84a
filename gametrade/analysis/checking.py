"""Ask whether one property holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gametrade.analysis.verdict import Verdict
from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining import Agreement
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.games.equilibrium import Equilibrium, Solution, StrategicGame
from gametrade.mechanisms import CommunityMarket, MarketOutcome
from gametrade.mechanisms.community_market import books
from gametrade.registry import Entry, properties
from gametrade.solvers.solve import plays

KINDS = {"game": CoalitionalGame, "allocation": Allocation, "market": MarketOutcome, "agreement": Agreement}
"""What a property can be asked of, by its trait `of`; strategic games are told apart by its trait `plays`."""

WORDS = {"game": "coalitional game"}

Subject = (
    CoalitionalGame
    | Community
    | Allocation
    | MarketOutcome
    | CommunityMarket
    | Agreement
    | StrategicGame
    | Solution
    | Equilibrium
)


def check(
    subject: Subject,
    property: str | Callable[..., Any],
    **options: Any,
) -> Verdict:
    """Decide one property of a game or of an answer.

    Parameters
    ----------
    subject : CoalitionalGame, Community, Allocation, MarketOutcome, CommunityMarket, Agreement, ...
        Or a strategic game, a Solution or an Equilibrium. A community is taken as its sharing game; a property
        of games is asked of the game of an allocation or of a solution. A property of markets is asked of
        every step of a community's market, and the verdict is that of the worst one, with the sum of all
        margins in ``certificate["total"]``.
    property : str or callable
        Registered name, or any function ``property(subject) -> Verdict``.
    **options
        Options of the property; a misspelled one is an error that names the property.

    Returns
    -------
    Verdict
        Whether it holds, by what margin, who witnesses it, and the evidence.

    Raises
    ------
    UnknownNameError
        If there is no such property or option.
    InvalidInputError
        If a property is asked of something else than it is a property of.

    Examples
    --------
    >>> import gametrade as gt
    >>> majority = gt.TableGame.from_function("ABC", lambda coalition: float(len(coalition) > 1))
    >>> print(gt.check(majority, "simple").holds, gt.check(majority, "convex").holds)
    True False
    """
    entry, written = properties.resolve(property)
    wanted = entry.traits.get("of")
    kinds = (wanted,) if isinstance(wanted, str) else tuple(wanted or ())
    if isinstance(subject, CommunityMarket) and "market" in kinds:
        return _worst_step(subject, entry, {**written, **options})
    asked = _subject_of(subject, kinds)
    if "strategic" in kinds:
        if not plays(entry, asked):
            told = ", ".join(entry.traits["plays"])
            raise InvalidInputError(f"{entry.name} is a property of {told}. Got {type(subject).__name__}.")
    elif kinds and not isinstance(asked, tuple(KINDS[kind] for kind in kinds)):
        what = " or ".join(f"{'an' if kind[0] in 'ae' else 'a'} {WORDS.get(kind, kind)}" for kind in kinds)
        raise InvalidInputError(f"{entry.name} is a property of {what}. Got {type(subject).__name__}.")
    return _ask(entry, asked, {**written, **options})


def _subject_of(subject: Any, kinds: tuple[str, ...]) -> Any:
    """The game of a community or of an answer, where the property is one of games."""
    if isinstance(subject, Community) and "strategic" not in kinds:
        return SharingGame(subject)
    if isinstance(subject, Solution | Equilibrium) or (kinds == ("game",) and isinstance(subject, Allocation)):
        return subject.game
    return subject


def _ask(entry: Entry, subject: Any, options: dict[str, Any]) -> Verdict:
    """One answer, and a verdict for sure."""
    answer = entry.function(subject, **options)
    if not isinstance(answer, Verdict):
        raise InvalidInputError(f"{entry.name} must return a Verdict. Got {type(answer).__name__}.")
    return answer


def _worst_step(market: CommunityMarket, entry: Entry, options: dict[str, Any]) -> Verdict:
    """The verdict of the step with the least margin; undecided if some step is and none fails."""
    verdicts = []
    for step, book, homes in books(market.valuation):
        fills = market.bought[homes, step] + market.sold[homes, step]
        outcome = MarketOutcome(book, market.mechanism, fills, market.payments[homes, step])
        verdicts.append((step, _ask(entry, outcome, options)))
    if not verdicts:
        raise InvalidInputError(
            f"{entry.name} of a community's market needs a step with a seller and a buyer. Got none."
        )
    order = {False: 0, None: 1, True: 2}
    step, worst = min(verdicts, key=lambda pair: (order[pair[1].holds], pair[1].margin))
    certificate = {
        **worst.certificate,
        "step": str(market.valuation.community.local_times()[step]),
        "steps": len(verdicts),
        "failing": sum(verdict.holds is False for _, verdict in verdicts),
        "undecided": sum(verdict.holds is None for _, verdict in verdicts),
        "total": float(sum(verdict.margin for _, verdict in verdicts)),
    }
    statement = f"in each of {len(verdicts)} steps: {worst.statement}"
    return replace(worst, rule=market.mechanism, statement=statement, certificate=certificate)
