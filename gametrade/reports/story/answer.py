"""The answer in three sentences, each with its size."""

from __future__ import annotations

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.reports.story.numbers import SPACE, Writer, percent
from gametrade.reports.story.words import (
    base_name,
    headline,
    listed,
    rule_label,
    sentence,
    status_kind,
    subject,
)


def report_title(study: StabilityStudy) -> str:
    """Name what was analysed."""
    if isinstance(study.game, SharingGame):
        return f"Does anybody gain by leaving? {study.game.community.source.label}"
    return f"Does anybody gain by leaving? A game of {study.game.n_players} players"


def three_sentences(study: StabilityStudy) -> list[str]:
    """Say which rules nobody can leave with gain, who blocks the best-known rule, and what would hold all together.

    Returns
    -------
    list of str
        Three sentences; one where there is nothing to share or no rule was examined.
    """
    write = Writer.of(study)
    if not study.results:
        return [f"No rule was examined: {'; '.join(study.skipped.values()).rstrip('.') or 'none was asked for'}."]
    if study.game.grand_value <= 0:
        return [nothing_to_share(study)]
    main = headline(study.results)
    return [_which_rules(study, write), _who_leaves(study, main, write), _what_would_hold(study, main, write)]


def nothing_to_share(study: StabilityStudy) -> str:
    """Say why there are no gains from trade."""
    if not isinstance(study.game, SharingGame):
        return "There is nothing to share: all players together gain nothing, so no rule has gains to split."
    community = study.game.community
    if not community.surplus.any() and not community.deficit.any():
        reason = "no home ever has a surplus or a deficit"
    elif not community.surplus.any():
        reason = "no home ever has a surplus, so there is no seller"
    elif not community.deficit.any():
        reason = "no home ever has a deficit, so there is no buyer"
    elif not community.tariff.spread().any():
        reason = "the import price is nowhere above export price and network charge together"
    else:
        reason = "in no settlement step does one home have a surplus while another has a deficit"
    return f"There is nothing to share: {reason}, so every rule pays every home nothing and nobody can gain by leaving."


def _which_rules(study: StabilityStudy, write: Writer) -> str:
    """First sentence: the rules in the core, and how much money is at stake."""
    sharing = [r for r in study if base_name(r.rule) != "stand_alone"] or list(study)
    by_kind = {
        kind: [r for r in sharing if status_kind(r) == kind] for kind in ("core", "blocked", "unbalanced", "open")
    }
    names = listed([rule_label(r.rule) for r in by_kind["core"]], 8)
    where = _where(study)
    if len(sharing) == 1:
        start = f"Only one rule was examined, {names or rule_label(sharing[0].rule)}, and it is " + (
            "proved stable: nobody gains by leaving" if names else _kind_words(by_kind)
        )
    elif names:
        rest = _kind_words(by_kind)
        start = (
            f"Under {len(by_kind['core'])} of {len(sharing)} rules nobody gains by leaving{where}, which "
            f"is proved: {names}"
        )
        start += f"; {rest}" if rest else ""
    else:
        start = (
            f"No rule of the {len(sharing)} is proved to leave nobody a gain from leaving{where}: "
            f"{_kind_words(by_kind)}"
        )
    return f"{start}. At stake {_stake(study, write)}."


def _kind_words(by_kind: dict[str, list[RuleStability]]) -> str:
    """Count the rules that are not in the core."""
    told = {"blocked": "blocked", "unbalanced": "not balanced", "open": "not decided"}
    several = sum(map(len, by_kind.values())) > 1
    parts = [f"{len(by_kind[k])} {'is' if len(by_kind[k]) == 1 else 'are'} {w}" if several else w
             for k, w in told.items() if by_kind[k]]  # fmt: skip
    return " and ".join(parts)


def _stake(study: StabilityStudy, write: Writer) -> str:
    """Gains from trade and their share of the bill."""
    gains = f"are gains from trade of {write.money(study.game.grand_value)}"
    share = bill_share(study.game, study.game.grand_value)
    return f"{gains}, {share} of the bill that all homes pay alone" if share else gains


def bill_share(game: CoalitionalGame, amount: float) -> str:
    """Money as percent of what all homes pay alone; empty for table games and net sellers."""
    if not isinstance(game, SharingGame):
        return ""
    bill = float(game.community.stand_alone_bills().sum())
    return f"{percent(amount / bill)}{SPACE}%" if bill > 0 else ""


def _where(study: StabilityStudy) -> str:
    return "" if study.contract == "whole" else f" for any single {study.contract}"


def when(result: RuleStability) -> str:
    """Name the period that the headline numbers describe, empty for the whole."""
    entry = next((entry for entry in result.contracts if entry.contract == result.contract), None)
    return f" in the {result.contract} of {entry.period}" if entry is not None and entry.period else ""


def _who_leaves(study: StabilityStudy, main: RuleStability, write: Writer) -> str:
    """Second sentence: who blocks the headline rule and by how much."""
    name = sentence(subject(main.rule))
    kind = status_kind(main)
    excess, coalition = main.largest_excess, main.blocking.coalition
    who = f"{listed(coalition)} ({len(coalition):,} of {study.game.n_players:,})"
    if kind == "blocked":
        at_most = "" if main.blocking.proved else f" (no coalition more than {write.money(main.blocking.upper_bound)})"
        return (
            f"{name} is blocked: {who} would together gain {write.money(excess)}{at_most} by leaving{when(main)}, "
            f"{_size(main, write)}."
        )
    if kind == "core":
        closest = f"the coalition closest to leaving, {who}, would " + (
            f"lose {write.money(-excess)}" if excess < -main.blocking.game.tolerance else "gain nothing"
        )
        return f"{name} is in the core: {closest}{when(main)}."
    if kind == "unbalanced":
        return (
            f"{name} leaves nobody a gain from leaving, but its payoffs miss the gains by "
            f"{write.money(main.allocation.imbalance)}."
        )
    return (
        f"{name} is not decided: the most that any coalition gains by leaving lies between "
        f"{write.money(excess)} and {write.money(main.blocking.upper_bound)}{when(main)}."
    )


def _size(result: RuleStability, write: Writer) -> str:
    """The excess per member and as a share of the bill."""
    each = f"{write.money(result.excess_per_member)} a member"
    share = result.excess_share_of_bill
    return f"{each} or {percent(share)}{SPACE}% of what they pay alone" if share == share else each


def _what_would_hold(study: StabilityStudy, main: RuleStability, write: Writer) -> str:
    """Third sentence: exit cost and subsidy, and the rule that needs neither."""
    if status_kind(main) == "blocked":
        stable = [r for r in study if status_kind(r) == "core"]
        need = f"Under it, {_remedies(main, write)} would hold the community together"
        if not stable:
            return f"{need}."
        best = max(stable, key=lambda r: r.smallest_gain)
        noun = "home" if isinstance(study.game, SharingGame) else "player"
        return (
            f"{need}; {rule_label(best.rule)} needs none of these and leaves every {noun} a gain of at least "
            f"{write.money(best.smallest_gain)}."
        )
    others = [r for r in study if status_kind(r) == "blocked" and base_name(r.rule) != "stand_alone"]
    if status_kind(main) == "core" and others:
        worst = max(others, key=lambda r: r.largest_excess)
        return (
            f"It needs no exit cost and no subsidy; under {subject(worst.rule)}, "
            f"{_remedies(worst, write)} would be needed."
        )
    if status_kind(main) == "core":
        return "It needs no exit cost and no subsidy to hold the community together."
    return f"To be sure that nobody leaves, {_remedies(main, write)} is enough."


def _remedies(result: RuleStability, write: Writer) -> str:
    """The costs of leaving and the subsidy at which nobody gains."""
    per_coalition = max(0.0, result.blocking.upper_bound)
    cost = result.exit_cost
    per_member = cost.upper_bound if cost.upper_bound < float("inf") else cost.lower_bound
    subsidy = result.subsidy.upper_bound
    share = bill_share(result.blocking.game, subsidy)
    period = f" of that {result.contract}" if when(result) else ""
    of_bill = f" ({share} of the bill{period})" if share else ""
    return (
        f"an exit cost of {write.money(per_coalition)} for each coalition or "
        f"{write.money(per_member)} for each member, "
        f"or a subsidy of {write.money(subsidy)} in all{of_bill}"
    )
