"""The answer in three sentences, each with its size."""

from __future__ import annotations

from gametrade.analysis.contracts import ContractStability
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
    if study.nothing_shared:
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
    idle = len(sharing) < len(study)
    baseline = "; stand-alone, where nobody shares, is the baseline" if idle else ""
    whole = [r for r in sharing if not examined(r)]
    if whole:
        sharing = [r for r in sharing if examined(r)] or sharing
        baseline = f"; for the whole period only: {listed([rule_label(r.rule) for r in whole])}{baseline}"
    counted = f"{len(sharing)} rules" + (" that share anything" if idle else "")
    by_kind = {
        kind: [r for r in sharing if status_kind(r) == kind] for kind in ("core", "blocked", "unbalanced", "open")
    }
    names = listed([rule_label(r.rule) for r in by_kind["core"]], 8)
    where = _where(study) if any(map(examined, sharing)) else ""
    if len(sharing) == 1:
        start = f"Only one rule was examined{where}, {names or rule_label(sharing[0].rule)}, and it is " + (
            "proved stable: nobody gains by leaving" if names else _kind_words(by_kind)
        )
    elif names:
        rest = _kind_words(by_kind)
        start = f"Under {len(by_kind['core'])} of {counted} nobody gains by leaving{where}, which is proved: {names}"
        start += f"; {rest}" if rest else ""
    else:
        start = f"None of the {counted} is proved to leave nobody a gain from leaving{where}: {_kind_words(by_kind)}"
    return f"{start}{baseline}. At stake{_over_all(study)} {_stake(study, write)}."


def _kind_words(by_kind: dict[str, list[RuleStability]]) -> str:
    """Count the rules that are not in the core."""
    told = {"blocked": "blocked", "unbalanced": "not balanced", "open": "not decided"}
    several = sum(map(len, by_kind.values())) > 1
    parts = [f"{len(by_kind[k])} {'is' if len(by_kind[k]) == 1 else 'are'} {w}" if several else w
             for k, w in told.items() if by_kind[k]]  # fmt: skip
    return " and ".join(parts)


def _stake(study: StabilityStudy, write: Writer) -> str:
    """Gains from trade, their share of the bill, and whether the prices are hypothetical."""
    gains = f"are gains from trade of {write.money(study.game.grand_value)}"
    share = bill_share(study.game, study.game.grand_value)
    origin = hypothetical_prices(study.game)
    told = f"{gains}, {share} of the bill that all homes pay alone" if share else gains
    return f"{told} ({origin})" if origin else told


def hypothetical_prices(game: CoalitionalGame) -> str:
    """What the source says of its tariff, where that is hypothetical; else empty."""
    notes = game.community.source.notes if isinstance(game, SharingGame) else ()
    about = [note.removeprefix("Tariff:").strip().rstrip(".") for note in notes if note.startswith("Tariff:")]
    return "; ".join(text for text in about if "hypothetical" in text)


def bill_share(game: CoalitionalGame, amount: float) -> str:
    """Money as percent of what all homes pay alone; empty for table games and net sellers."""
    if not isinstance(game, SharingGame):
        return ""
    bill = float(game.community.stand_alone_bills().sum())
    return f"{percent(amount / bill)}{SPACE}%" if bill > 0 else ""


def _where(study: StabilityStudy) -> str:
    return "" if study.contract == "whole" else f" for any single {study.contract}"


def _over_all(study: StabilityStudy) -> str:
    return "" if study.contract == "whole" else " over the whole period"


def examined(result: RuleStability) -> bool:
    """Whether the rule was examined at the contract length of the study."""
    return result.contract == "whole" or any(entry.contract == result.contract for entry in result.contracts)


def focus(result: RuleStability) -> ContractStability | None:
    """The contract period that the headline numbers describe; None for the whole."""
    entry = next((entry for entry in result.contracts if entry.contract == result.contract), None)
    return entry if entry is not None and entry.period else None


def when(result: RuleStability) -> str:
    """Name the period that the headline numbers describe, empty for the whole."""
    entry = focus(result)
    if entry is None:
        return ""
    return f" {_preposition(entry.contract)} the {entry.contract} of {clock(entry.contract, entry.period)}"


def clock(contract: str, period: str) -> str:
    """A period by the local clock, without seconds that are none."""
    return period.removesuffix(":00") if contract == "step" else period


def _preposition(contract: str) -> str:
    return "on" if contract == "day" else "in"


def _least_gain(result: RuleStability, noun: str, write: Writer) -> str:
    """The smallest gain of any home, over the whole or in any period of the contract, in words."""
    entry = focus(result)
    gain, where = result.smallest_gain, ""
    if entry is not None:
        gain, where = entry.smallest_gain, f" {_preposition(entry.contract)} any {entry.contract}"
    if abs(gain) <= result.allocation.tolerance:
        return f"leaves no {noun} worse off than alone{where}"
    return f"leaves every {noun} a gain of at least {write.money(gain)}{where}"


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
        every = f" of every {main.contract}" if when(main) else ""
        return f"{name} is in the core{every}: {closest}{when(main)}."
    if kind == "unbalanced":
        return (
            f"{name} leaves nobody a gain from leaving, but its payoffs miss the gains by "
            f"{write.money(main.allocation.imbalance)}."
        )
    low, high = write.ends(excess, main.blocking.upper_bound)
    return (
        f"{name} is not decided: the most that any coalition gains by leaving lies between "
        f"{low} and {high}{SPACE}{write.unit}{when(main)}."
    )


def _size(result: RuleStability, write: Writer) -> str:
    """The excess per member, as a share of the bill, and of the gains of a shorter period."""
    told = f"{write.money(result.excess_per_member)} a member"
    share, game, then = result.excess_share_of_bill, result.blocking.game, ""
    if when(result):
        gains = f"{percent(result.largest_excess / game.grand_value)}{SPACE}%" if game.grand_value > 0 else "none"
        told = f"{gains} of that {result.contract}'s gains from trade of {write.money(game.grand_value)}, {told}"
        then = f" in that {result.contract}"
    return f"{told} or {percent(share)}{SPACE}% of what they pay alone{then}" if share == share else told


def _what_would_hold(study: StabilityStudy, main: RuleStability, write: Writer) -> str:
    """Third sentence: exit cost and subsidy, and the rule that needs neither."""
    if status_kind(main) == "blocked":
        stable = [r for r in study if status_kind(r) == "core"]
        need = f"Under it, {_remedies(main, write)} would hold the community together"
        if not stable:
            return f"{need}."
        best = max(stable, key=lambda r: entry.smallest_gain if (entry := focus(r)) else r.smallest_gain)
        noun = "home" if isinstance(study.game, SharingGame) else "player"
        return f"{need}; {rule_label(best.rule)} needs none of these and {_least_gain(best, noun, write)}."
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
