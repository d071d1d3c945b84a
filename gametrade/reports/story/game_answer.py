"""The answer about a strategic game in three sentences."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.reports.story.game_words import amount, figure, kind_words, strategy_words
from gametrade.reports.story.words import listed, sentence


def game_title(study: EquilibriumStudy) -> str:
    """Name what was analysed."""
    name = str((study.description or {}).get("system", "")).replace("_", " ")
    what = name or kind_words(type(study.game).__name__)
    return f"What will happen, and does anybody regret it? {sentence(what)} of {listed(study.game.players, 4)}"


def game_sentences(study: EquilibriumStudy) -> list[str]:
    """Say what the equilibria are, how far nobody regrets them, and what is known of them.

    Returns
    -------
    list of str
        Three sentences.
    """
    return [_what(study), _how_sure(study), _what_for(study)]


def _what(study: EquilibriumStudy) -> str:
    """First sentence: how many equilibria, and what is played."""
    solution, players = study.solution, study.game.players
    if not len(solution):
        reason = solution.finding.rstrip(".") or "the solver found nothing"
        sure = "There is no equilibrium" if solution.complete else "No equilibrium was found"
        return f"{sure}: {reason}."
    first = solution[0]
    play = "; ".join(
        f"{player} {'play' if player == 'followers' else 'plays'} {strategy_words(first, player, 3)}"
        for player in players[:4]
    )
    rest = len(players) - 4
    more = f" (and {rest:,} other{'s' if rest > 1 else ''})" if rest > 0 else ""
    if len(solution) == 1:
        one = "exactly one" if solution.complete else "an"
        return f"The game has {one} equilibrium ({first.concept}): {play}{more}."
    count = f"{len(solution)} equilibria" + ("" if solution.complete else " at least")
    return f"The game has {count}; in the first ({first.concept}) {play}{more}."


def _how_sure(study: EquilibriumStudy) -> str:
    """Second sentence: payoffs, and the largest regret."""
    if not len(study.solution):
        cycle = len(study.solution.cycle)
        repeats = f"Best replies repeat {cycle} profiles" if cycle else "Nothing can be said of regrets without one"
        return f"{repeats}, so no prediction rests on this report."
    first, unit = study.solution[0], study.game.unit
    known = [
        f"{player} {'get' if player == 'followers' else 'gets'} {amount(payoff, unit)}"
        for player, payoff in zip(study.game.players, first.payoffs, strict=True)
        if np.isfinite(payoff)
    ]
    got = f"In it {listed(known, 4)}" if known else "Payoffs are not stated"
    worst = max(equilibrium.regret for equilibrium in study.solution)
    if not np.isfinite(worst):
        return f"{got}; for some player nothing bounds what it could gain by changing its strategy alone."
    which = "" if len(study.solution) == 1 else " in any of them"
    if worst == 0:
        return f"{got}, and nobody would gain anything by changing its strategy alone{which}."
    return f"{got}, and nobody would gain more than {amount(worst, unit, 2)} by changing its strategy alone{which}."


def _what_for(study: EquilibriumStudy) -> str:
    """Third sentence: uniqueness, welfare and stability, as far as they were decided."""
    told = [text for text in (_unique(study), _welfare(study), _stable(study)) if text]
    if told:
        return sentence("; ".join(told)) + "."
    verdict = study.get("existence")
    names = [str(row["argument"]) for row in verdict.certificate.get("arguments", [])] if verdict is not None else []
    why = f"That there is one follows from {listed(names)}; no" if names else "No"
    return f"{why} further property was decided for this kind of game."


def _unique(study: EquilibriumStudy) -> str:
    verdict = study.get("unique_equilibrium")
    if verdict is None:
        return ""
    names = [str(row["argument"]) for row in verdict.certificate.get("arguments", [])]
    if verdict.holds:
        return f"it is the only one, by {listed(names)}" if names else "it is the only one"
    return "there are several" if verdict.holds is False else "no argument known here excludes others"


def _welfare(study: EquilibriumStudy) -> str:
    verdict = study.get("price_of_anarchy")
    if verdict is None or not verdict.certificate.get("ratio"):
        return ""
    ratio = float(verdict.certificate["ratio"])
    if verdict.holds:
        return "no other outcome would bring all together more"
    lost = amount(-verdict.margin, verdict.unit, 4)
    return f"the best outcome for all together would bring {lost} more (price of anarchy {figure(ratio, 4)})"


def _stable(study: EquilibriumStudy) -> str:
    verdict = study.get("stable_replies") or study.get("stable_replicator")
    if verdict is None or verdict.holds is None:
        return ""
    who = "best replies" if verdict.property == "stable_replies" else "the replicator equation"
    return (
        f"{who} {'return' if who == 'best replies' else 'returns'} to it"
        if verdict.holds
        else f"{who} lead{'s' if who != 'best replies' else ''} away from it"
    )
